import HTTPTypes

/// Which methods an address takes, for 405: Hummingbird's router tells a wrong method from an unknown address no more
/// than an unknown address from a wrong method.
struct AllowedMethods: Sendable {
    private let templates: [(segments: [Substring], methods: Set<String>)]

    init(_ routes: [Routes.Entry]) {
        var byPath: [String: Set<String>] = [:]
        for route in routes {
            byPath[route.path, default: []].insert(route.method.rawValue)
            if route.method == .get { byPath[route.path, default: []].insert("HEAD") }
        }
        templates = byPath.map { ($0.split(separator: "/"), $1) }
    }

    /// As `Allow` has them: `GET, HEAD, POST`. Nothing where no route has the address.
    func methods(of path: String) -> String? {
        let segments = path.split(separator: "/")
        let methods = templates.reduce(into: Set<String>()) { methods, template in
            guard template.segments.count == segments.count,
                zip(template.segments, segments).allSatisfy({ $0.first == "{" || $0 == $1 })
            else { return }
            methods.formUnion(template.methods)
        }
        return methods.isEmpty ? nil : methods.sorted().joined(separator: ", ")
    }
}

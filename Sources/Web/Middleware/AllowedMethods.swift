import HTTPTypes

/// Which methods an address takes, for 405: Hummingbird's router tells a wrong method from an unknown address no more
/// than an unknown address from a wrong method.
struct AllowedMethods: Sendable {
    private let templates: [(path: PathTemplate, methods: Set<String>)]

    init(_ routes: [Routes.Entry]) {
        var byPath: [String: Set<String>] = [:]
        for route in routes {
            byPath[route.path, default: []].insert(route.method.rawValue)
            if route.method == .get { byPath[route.path, default: []].insert("HEAD") }
        }
        templates = byPath.map { (PathTemplate($0), $1) }
    }

    /// As `Allow` has them: `GET, HEAD, POST`. Nothing where no route has the address.
    func methods(of path: String) -> String? {
        let segments = path.split(separator: "/")
        let methods = templates.reduce(into: Set<String>()) { methods, template in
            if template.path.matches(segments) { methods.formUnion(template.methods) }
        }
        return methods.isEmpty ? nil : methods.sorted().joined(separator: ", ")
    }
}

/// A path as routes have it: `/trips/{id}/cancel`.
struct PathTemplate: Sendable {
    let segments: [Substring]

    init(_ path: String) { segments = path.split(separator: "/") }

    /// - Parameter segments: of the path that was asked for.
    func matches(_ segments: [Substring]) -> Bool {
        self.segments.count == segments.count
            && zip(self.segments, segments).allSatisfy { $0.first == "{" || $0 == $1 }
    }
}

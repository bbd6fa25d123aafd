import AuthService
import Core
import Hummingbird

extension PageVisit {
    /// Where the header leads; the current part is marked.
    func navigation() -> HTML {
        var links: [(text: String, path: String)] = []
        if let person {
            links.append(("nav.trips", "/trips"))
            links.append((person.roles.contains(.host) ? "nav.hosting" : "nav.becomeHost", "/host"))
            if person.roles.contains(.operator) { links.append(("nav.operator", "/operator")) }
            links.append(("nav.account", "/account"))
        } else {
            links.append(("nav.signIn", "/login"))
            links.append(("nav.register", "/register"))
        }
        let items = links.map { link -> HTML in
            let isCurrent = request.uri.path == link.path || request.uri.path.hasPrefix(link.path + "/")
            let current: HTML = isCurrent ? " aria-current=\"page\"" : ""
            return "<li><a href=\"\(path(link.path))\"\(current)>\(texts(link.text))</a></li>"
        }
        return HTML(items)
    }
}

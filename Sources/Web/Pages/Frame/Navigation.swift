import AuthService
import Core
import Hummingbird

extension PageVisit {
    /// Where the header leads; the current part is marked.
    func navigation() -> [View] {
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
        return links.map { link in
            [
                "text": texts(link.text), "href": path(link.path),
                "isCurrent": request.uri.path == link.path || request.uri.path.hasPrefix(link.path + "/"),
            ]
        }
    }
}

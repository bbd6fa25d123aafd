import AuthService
import Hummingbird

extension PageVisit {
    /// Where the header leads; the current part is marked.
    func navigation() -> [View] {
        var links: [(text: String, path: String)] = []
        if let person {
            links.append(("nav.trips", "/trips"))
            links.append(("nav.account", "/account"))
            _ = person
        } else {
            links.append(("nav.signIn", "/login"))
            links.append(("nav.register", "/register"))
        }
        return links.map { link in
            ["text": texts(link.text), "href": path(link.path), "isCurrent": request.uri.path == link.path]
        }
    }
}

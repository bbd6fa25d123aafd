import Core
import Hummingbird
import PropertyService

/// The drawings of places without photos, as files that browsers keep: in a page they would be packed and sent again
/// each time.
struct Drawings {
    func add(to routes: inout Routes) {
        routes.get("/drawings/{name}") { visit in
            guard let drawing = Drawing(named: visit.context.parameters.get("name") ?? "") else {
                throw Problem.notFound("drawing")
            }
            return .text(
                drawing.svg, type: "image/svg+xml", to: visit.request,
                headers: [.cacheControl: "public, max-age=31536000, immutable"])
        }
    }
}

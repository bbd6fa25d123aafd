import Core
import Hummingbird
import PropertyService

/// The picture that goes with a place where its page is shared.
struct SharePictures {
    func add(to routes: inout Routes) {
        routes.get("/share/{id}") { visit in
            let name = visit.context.parameters.get("id") ?? ""
            guard name.hasSuffix(".png"), let id = PropertyID(String(name.dropLast(4))),
                let property = try await visit.site.properties.properties([id])[id], property.status == .listed
            else { throw Problem.notFound("picture") }
            return .bytes(
                Painter.png(Drawing(of: property, .wide)), type: "image/png",
                headers: [.cacheControl: "public, max-age=86400"]
            )
        }
    }
}

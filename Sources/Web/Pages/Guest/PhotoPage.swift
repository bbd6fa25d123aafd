import Core
import Hummingbird
import PropertyService

/// All pictures of a place, large: photos with what their host says of them, else the drawing.
struct PhotoPage {
    func add(to routes: inout Routes) { routes.page("/properties/{id}/photos", show) }

    @Sendable func show(_ page: PageVisit) async throws -> Response {
        let property = try await page.visit.property()
        let pictures = PhotoPage.pictures(of: property, page.texts)
        var head = Head(page.texts("photos.title", ["title": property.title]))
        head.isWide = true
        return try page.show(
            "photos", head,
            [
                "placeTitle": property.title, "placeHref": page.path("/properties/\(property.id)"),
                "pictures": pictures, "isDrawn": property.photos.isEmpty,
            ])
    }

    static func pictures(of property: Property, _ texts: Texts) -> [View] {
        guard !property.photos.isEmpty else {
            return [["drawing": Drawing.address(of: property, .wide), "hasPhoto": false]]
        }
        let count = String(property.photos.count)
        return property.photos.enumerated().map { index, photo in
            let number = texts("photos.number", ["number": String(index + 1), "count": count])
            return [
                "hasPhoto": true, "src": photo.url, "alt": photo.alt.isEmpty ? number : photo.alt, "caption": photo.alt,
                "number": number, "isFirst": index == 0,
            ]
        }
    }
}

import Core
import PropertyService

/// Where a place is, roughly: a circle on a net of lines.
struct PlaceMap {
    let view: View

    /// The area is a square of this side, of which a strip through the middle is seen.
    private static let side = 640
    private static let height = 280

    init(_ property: Property, on page: PageVisit) {
        let point = SearchMap.approximate(property)
        let area = SearchMap.Area(
            west: point.longitude - 0.02, south: point.latitude - 0.012, east: point.longitude + 0.02,
            north: point.latitude + 0.012
        ).shaped()
        let (side, height) = (PlaceMap.side, PlaceMap.height)
        let top = (side - height) / 2
        view = [
            "linesHTML": SearchMap.lines(area, width: side, height: side), "width": side, "height": height, "top": top,
            "bottom": top + height, "x": side / 2, "y": side / 2, "radius": 52,
            "nearHref": page.path("/search?bbox=" + area.zoomed(2).text), "scale": area.scale(page, width: side),
        ]
    }
}

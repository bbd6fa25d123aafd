import Core
import PropertyService

/// Where a place is, roughly: a circle on a net of lines.
struct PlaceMap {
    let view: View

    init(_ property: Property, on page: PageVisit) {
        let point = SearchMap.approximate(property)
        let area = SearchMap.Area(
            west: point.longitude - 0.02, south: point.latitude - 0.012, east: point.longitude + 0.02,
            north: point.latitude + 0.012
        ).shaped()
        view = [
            "linesHTML": SearchMap.lines(area), "width": SearchMap.width, "height": SearchMap.height / 2,
            "x": SearchMap.width / 2, "y": SearchMap.height / 4, "radius": 52,
            "nearHref": page.path("/search?bbox=" + area.zoomed(2).text), "scale": area.scale(page),
        ]
    }
}

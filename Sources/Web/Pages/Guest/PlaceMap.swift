import Core
import PropertyService

/// Where a place is, roughly: a circle on a net of lines.
struct PlaceMap {
    let html: HTML
    /// What is shown as near.
    let surroundings: SearchMap.Area

    /// The area is a square of this side, of which a strip through the middle is seen.
    private static let side = 640
    private static let height = 280

    init(_ property: Property, on page: PageVisit) {
        let point = SearchMap.approximate(property)
        let area = SearchMap.Area(
            west: point.longitude - 0.02, south: point.latitude - 0.012, east: point.longitude + 0.02,
            north: point.latitude + 0.012
        ).shaped()
        surroundings = area.zoomed(2)
        let (side, height) = (PlaceMap.side, PlaceMap.height)
        let top = (side - height) / 2
        let scale = area.scale(page, width: side, bottom: top + height)
        html = """
            <svg class="place-map" viewBox="0 \(top) \(side) \(height)" role="img" \
            aria-label="\(page.texts("property.mapAbout"))"><rect class="ground" y="\(top)" width="\(side)" height="\(height)"/>\
            \(SearchMap.lines(area, width: side, height: side))\
            <circle class="around" cx="\(side / 2)" cy="\(side / 2)" r="52"/>\(scale)</svg>
            """
    }
}

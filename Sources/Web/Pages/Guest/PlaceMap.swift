import Core
import PropertyService

/// Where a place is, roughly: a circle on a net of lines.
struct PlaceMap {
    let html: HTML
    /// What is shown as near.
    let surroundings: SearchMap.Area

    init(_ property: Property, on page: PageVisit) {
        let point = SearchMap.approximate(property)
        let area = SearchMap.Area(
            west: point.longitude - 0.02, south: point.latitude - 0.012, east: point.longitude + 0.02,
            north: point.latitude + 0.012
        ).shaped()
        surroundings = area.zoomed(2)
        let (width, height) = (SearchMap.width, SearchMap.height / 2)
        html = """
            <svg class="place-map" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(page.texts("property.mapAbout"))">\
            <rect class="ground" width="\(width)" height="\(height)"/>\(SearchMap.lines(area))\
            <circle class="around" cx="\(width / 2)" cy="\(height / 2)" r="52"/>\(area.scale(page, height: height))</svg>
            """
    }
}

import Core
import PropertyService

/// A place in a list: what it is, where, how it is liked, what it costs.
///
/// Written here and not in a template, as all that a page has dozens of: two dozen cards took a template longer than all
/// else on the page together.
struct PlaceCard {
    let html: HTML

    /// Cards that are seen without scrolling on a wide screen: their pictures come at once.
    private static let firstRow = 4

    /// - Parameters:
    ///   - index: its place in the list, from 0.
    ///   - perStay: what a total is for, in words.
    ///   - query: what is handed on to the place's page: days and guests, beginning with `?`.
    ///   - showsPolicy: not where the host has set something else than the listing's policy.
    init(
        _ hit: SearchHit, at index: Int, on page: PageVisit, perStay: String = "", query: HTML = "", showsPolicy: Bool
    ) {
        let property = hit.property
        let texts = page.texts
        let place = PlaceCard.place(property, page)
        let near: HTML = place.isEmpty ? "" : "<p class=\"muted small\"><bdi>\(place)</bdi></p>"
        let short = texts("policy.\(property.cancellationPolicy.rawValue).short")
        let policy: HTML = showsPolicy ? "<p class=\"muted small\">\(short)</p>" : ""
        html = """
            <li class="card place" data-id="\(property.id.text)">
            <div class="picture">\(Drawing.image(of: property, isLazy: index >= PlaceCard.firstRow))</div>
            <div class="card-body">
            <h3><a href="\(page.path("/properties/\(property.id.text)"))\(query)"><bdi>\(property.title)</bdi></a></h3>
            <p class="card-top small"><span class="muted">\(texts("roomType.\(property.roomType.rawValue)"))</span> \
            <span class="rating">\(PlaceCard.rating(property, page))</span></p>
            \(near)
            <p class="muted small">\(PlaceCard.facts(property, page))</p>
            <p class="card-price">\(PlaceCard.price(hit, perStay, page))</p>
            \(policy)
            </div>
            </li>

            """
    }

    private static func rating(_ property: Property, _ page: PageVisit) -> HTML {
        guard let average = property.rating.average else {
            return "<span class=\"new\">\(page.texts("rating.new"))</span>"
        }
        let stars = page.formats.decimal(average)
        let text = page.texts.count("rating.text", property.rating.count, ["average": stars])
        return """
            <svg class="icon" aria-hidden="true" focusable="false"><use href="#i-star"/></svg>\
            <span aria-hidden="true"><b>\(stars)</b> (\(property.rating.count))</span>\
            <span class="hidden">\(text)</span>
            """
    }

    private static func price(_ hit: SearchHit, _ perStay: String, _ page: PageVisit) -> HTML {
        let texts = page.texts
        if let total = hit.total {
            return """
                <b><bdi>\(page.formats.shortMoney(total))</bdi></b> \
                <span class="muted">\(perStay)</span>
                """
        }
        guard let price = hit.property.nightlyPrice else { return "" }
        return """
            <span class="muted">\(texts("price.from"))</span> <b><bdi>\(page.formats.shortMoney(price))</bdi></b> \
            <span class="muted">\(texts("price.perNight"))</span>
            """
    }

    static func place(_ property: Property, _ page: PageVisit) -> String {
        let location = property.location
        return [location.calmNeighbourhood, location.city].compactMap { $0 }.filter { !$0.isEmpty }.joined(
            separator: ", ")
    }

    /// `2 bedrooms · 3 beds`.
    static func facts(_ property: Property, _ page: PageVisit) -> String {
        let bedrooms =
            property.bedrooms == 0 ? page.texts("count.studio") : page.texts.count("count.bedrooms", property.bedrooms)
        return [
            bedrooms, page.texts.count("count.beds", property.beds),
            page.texts.count("count.guests", property.maximumGuests),
        ]
        .joined(separator: " · ")
    }
}

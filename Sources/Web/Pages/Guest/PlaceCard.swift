import Core
import PropertyService

/// A place in a list: what it is, where, how it is liked, what it costs.
struct PlaceCard {
    let view: View

    /// - Parameters:
    ///   - query: what is handed on to the place's page: days and guests, beginning with `?`.
    ///   - showsPolicy: not where the host has set something else than the listing's policy.
    init(_ hit: SearchHit, on page: PageVisit, nights: Int = 0, query: String = "", showsPolicy: Bool) {
        let property = hit.property
        let texts = page.texts
        var view: View = [
            "id": property.id.text, "title": property.title, "href": page.path("/properties/\(property.id)") + query,
            "kind": texts("roomType.\(property.roomType.rawValue)"), "place": PlaceCard.place(property, page),
            "facts": PlaceCard.facts(property, page), "drawingHTML": Drawing(of: property).html(),
        ]
        if showsPolicy { view["policy"] = texts("policy.\(property.cancellationPolicy.rawValue).short") }
        if let average = property.rating.average {
            view["rating"] = page.formats.decimal(average)
            view["ratingText"] = texts.count(
                "rating.text", property.rating.count, ["average": page.formats.decimal(average)])
            view["ratingCount"] = property.rating.count
        }
        if let total = hit.total {
            view["total"] = page.formats.shortMoney(total)
            view["nights"] = texts.count("count.nights", nights)
        } else if let price = property.nightlyPrice {
            view["nightly"] = page.formats.shortMoney(price)
        }
        self.view = view
    }

    static func place(_ property: Property, _ page: PageVisit) -> String {
        let location = property.location
        return [location.neighbourhood, location.city].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
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

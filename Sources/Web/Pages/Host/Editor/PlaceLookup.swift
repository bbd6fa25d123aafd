import Core
import Foundation
import PropertyService

/// Finds a town by its name, so that nobody has to know its position or time zone: the fields are filled in, and saved
/// only when they are looked at.
enum PlaceLookup {
    /// Fills a form from the town that the address asks for, or says that there is none.
    static func fill(_ form: Form, _ page: PageVisit, into view: inout View) -> Form {
        let wanted = String(page.parameters["find"].prefix(200)).trimmingCharacters(in: .whitespaces)
        var find = Field("find", page.texts("host.find"))
        find.hint = page.texts("host.findHint")
        find.value = wanted
        (find.longest, find.autocomplete, find.suggestsPlaces, find.hasDefault) = (200, "off", true, true)
        view["findHTML"] = find.html(page.texts)
        guard !wanted.isEmpty, !form.has("token") else { return form }
        guard let town = page.site.properties.town(named: wanted) else {
            view["notFound"] = page.texts("host.error.unknown_town")
            return form
        }
        view["found"] = page.texts(
            "host.found", ["town": town.name, "country": page.formats.country(town.countryCode)])
        let values = [
            "location-country": town.countryCode, "location-city": town.name,
            "location-latitude": NewListingPage.rounded(town.latitude),
            "location-longitude": NewListingPage.rounded(town.longitude), "timeZone": town.timeZone,
        ]
        return Form(form.pairs.map { ($0.name, values[$0.name] ?? $0.value) })
    }
}

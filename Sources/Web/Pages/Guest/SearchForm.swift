import Core

/// The search as it is asked on the home page and above the results: place, days, guests.
struct SearchForm {
    let view: View

    /// - Parameter asked: what the page was asked with, as it was typed.
    init(_ page: PageVisit, asked: Form? = nil) {
        // A day that has begun nowhere on earth yet is past for no place.
        let earliest = page.site.world.now().utcDay.advanced(by: -1)
        view = [
            "location": asked?["location"] ?? "", "checkIn": asked?["checkIn"] ?? "",
            "checkOut": asked?["checkOut"] ?? "",
            "guests": asked.map { $0["guests"] }.flatMap { $0.isEmpty ? nil : $0 } ?? "2",
            "earliest": earliest.description, "latest": earliest.advanced(by: Stay.farthest + 1).description,
        ]
    }
}

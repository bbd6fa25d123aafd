import Core

/// The search as it is asked on the home page and above the results: place, days, guests.
struct SearchForm {
    let view: View

    /// - Parameter asked: what the page was asked with, as it was typed.
    init(_ page: PageVisit, asked: Form = Form([]), _ problems: FormProblems? = nil) {
        // A day that has begun nowhere on earth yet is past for no place.
        let earliest = page.site.world.now().utcDay.advanced(by: -1)
        var view: View = [
            "location": asked["location"], "checkIn": asked["checkIn"], "checkOut": asked["checkOut"],
            "guests": asked["guests"].isEmpty ? "2" : asked["guests"], "earliest": earliest.description,
            "latest": earliest.advanced(by: Stay.farthest + 1).description,
        ]
        for name in ["location", "checkIn", "checkOut", "guests"] { view[name + "Error"] = problems?[name] }
        self.view = view
    }
}

import Core
import PropertyService

/// The search as it is asked on the home page and above the results: place, days, who comes.
struct SearchForm {
    let view: View

    /// - Parameter asked: what the page was asked with, as it was typed.
    init(_ page: PageVisit, asked: Form = Form([]), _ problems: FormProblems? = nil) {
        // A day that has begun nowhere on earth yet is past for no place.
        let earliest = page.site.world.now().utcDay.advanced(by: -1)
        var view: View = [
            "location": asked["location"], "checkIn": asked["checkIn"], "checkOut": asked["checkOut"],
            "earliest": earliest.description, "latest": earliest.advanced(by: Stay.farthest + 1).description,
        ]
        for name in ["location", "checkIn", "checkOut"] { view[name + "Error"] = problems?[name] }
        // Folded away in words, so that the form above the results stays small.
        let who = PartyAsked(asked, otherwise: Party(adults: 2), page.texts)
        view["party"] = who.view(
            page.texts, summary: who.hasOthers ? PartyWords.others(who.party, page.texts) : nil, showsOthers: false)
        self.view = view
    }
}

import Core
import PropertyService

/// The search as it is asked on the home page and above the results: place, days, who comes.
struct SearchForm {
    let view: View

    /// - Parameter asked: what the page was asked with, as it was typed.
    init(_ page: PageVisit, asked: Form = Form([]), _ problems: FormProblems? = nil) {
        let texts = page.texts
        var place = Field("location", texts("search.where"))
        (place.value, place.error, place.longest) = (asked["location"], problems?["location"], 200)
        (place.placeholder, place.autocomplete) = (texts("search.whereHint"), "off")
        (place.suggestsPlaces, place.hasDefault, place.isWide) = (true, true, true)
        // A day that has begun nowhere on earth yet is past for no place.
        let earliest = page.site.world.now().utcDay.advanced(by: -1)
        // Folded away in words, so that the form above the results stays small.
        let who = PartyAsked(asked, otherwise: Party(adults: 2), texts)
        view = [
            "placeHTML": place.html(texts),
            "datesHTML": StayAsked.days(
                asked, texts, within: earliest...earliest.advanced(by: Stay.farthest + 1), areNeeded: false
            ) { problems?[$0] },
            "partyHTML": who.html(
                texts, summary: who.hasOthers ? PartyWords.others(who.party, texts) : nil, showsOthers: false),
        ]
    }
}

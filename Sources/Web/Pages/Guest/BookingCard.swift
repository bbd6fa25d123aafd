import BookingService
import Core
import PropertyService

/// The card beside a place: the days, the price line by line, and the way to book it; or why not, and what would do.
struct BookingCard {
    let view: View
    /// What stands against the stay that is asked for.
    private(set) var reasons: [Reason] = []
    /// Nothing without days, or where nothing is sold for them.
    private(set) var quote: Quote?

    init(_ property: Property, _ asked: StayAsked, on page: PageVisit) async throws {
        let (texts, formats) = (page.texts, page.formats)
        let today = property.zone.day(at: page.site.world.now())
        let path = "/properties/\(property.id)"
        var view: View = [
            "action": page.path(path), "propertyId": property.id.text, "askLooks": "main",
            "askText": texts("property.checkDates"),
            "datesHTML": StayAsked.days(
                asked.form, texts, within: today...today.advanced(by: Stay.farthest + Stay.longest), areNeeded: true
            ) { name in asked.errors.first { $0.field == name }?.message },
            "partyHTML": asked.who.html(
                texts, hint: texts.count("property.takes", property.maximumGuests),
                showsOthers: asked.who.hasOthers),
        ]
        if let price = property.nightlyPrice { view["nightly"] = formats.shortMoney(price) }
        guard let stay = asked.stay, asked.errors.isEmpty else {
            if let checkIn = asked.checkIn, asked.checkOut == nil {
                view["half"] = texts("property.arriveOn", ["day": formats.longDay(checkIn)])
            }
            self.view = view
            return
        }
        let (visit, caller) = (page.visit, page.caller)
        let quote: Quote
        do {
            quote = try await page.site.properties.quote(
                property.id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: asked.party, for: caller,
                orWhere: { try await visit.hasBooked(property.id, caller) })
        } catch let problem as Problem where problem.code == .validationFailed {
            view["reasons"] = problem.errors.map { ["text": texts.message(of: $0)] as View }
            self.view = view
            return
        }
        if quote.available { self.quote = quote }
        view["days"] = formats.stay(stay)
        view["nights"] = texts.count("count.nights", quote.nights)
        if quote.available {
            let isInstant = try await page.site.bookings.booksInstantly(quote.instantBook, guest: caller?.id)
            var offer: View = [
                "action": page.path(path + "/book"), "key": page.freshKey,
                "hiddenHTML": HTML(hidden: asked.hidden + [("total", "\(quote.total.amount)")]),
                "shortTotal": formats.money(quote.total),
                "priceHTML": PriceView(quote.lines, total: quote.total, on: page).html,
                "button": texts(isInstant ? "property.reserve" : "property.request"),
                "note": texts(isInstant ? "property.notCharged" : "property.requestNote"),
            ]
            if let shown = asked.expected(quote.total.currency), shown != quote.total {
                offer["changed"] = texts(
                    "property.priceChanged", ["old": formats.money(shown), "new": formats.money(quote.total)])
            }
            if caller?.id == property.hostId { offer["isOwn"] = true }
            view["offer"] = offer
            view["askLooks"] = "quiet"
            view["askText"] = texts("property.change")
        } else {
            let words = ReasonWords(page)
            reasons = quote.reasons
            view["reasons"] = quote.reasons.map { ["text": words.text($0)] as View }
            let others = quote.alternatives.map { other -> View in
                let query = asked.query([
                    ("checkIn", other.checkIn.description), ("checkOut", other.checkOut.description),
                ])
                let days = Stay(from: other.checkIn, to: other.checkOut).map { formats.stay($0) } ?? ""
                return ["text": days, "total": formats.money(other.total), "href": page.path(path + query) + "#book"]
            }
            if !others.isEmpty { view["others"] = ["items": others] as View }
        }
        self.view = view
    }
}

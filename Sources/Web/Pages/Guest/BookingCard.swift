import BookingService
import Core
import PropertyService

/// The card beside a place: the days, the price line by line, and the way to book it; or why not, and what would do.
struct BookingCard {
    let view: View
    /// The same in a line, for the foot of a narrow screen.
    let bar: HTML
    /// What stands against the stay that is asked for.
    let reasons: [Reason]
    /// Nothing without days, or where nothing is sold for them.
    let quote: Quote?

    /// - Parameters:
    ///   - facts: of the same property.
    ///   - tellsOldPrice: whether the card says that the price was another one, where it was; not where the page does.
    init(
        _ property: Property, _ facts: PropertyFacts?, _ asked: StayAsked, tellsOldPrice: Bool = true,
        on page: PageVisit
    ) async throws {
        let (texts, formats) = (page.texts, page.formats)
        let path = "/properties/\(property.id)"
        let asking = try await BookingCard.answer(property, asked, on: page)
        reasons = asking.quote?.reasons ?? []
        quote = asking.quote.flatMap { $0.available ? $0 : nil }
        let days: HTML = asking.quote == nil ? "" : asked.stay.map { "<p>\(formats.stay($0))</p>" } ?? ""
        var intro = [BookingCard.heading(quote, property, page), days, asking.notes]
        var view: View = [
            "fieldsHTML": BookingCard.fields(property, facts, asked, page), "checkAction": page.path(path),
            "checkLooks": quote == nil ? "main" : "quiet",
            "checkButton": texts(quote == nil ? "property.checkDates" : "property.change"),
        ]
        var button = texts("property.checkDates")
        if let quote {
            let isInstant = try await page.site.bookings.booksInstantly(quote.instantBook, guest: page.caller?.id)
            button = texts(isInstant ? "property.reserve" : "property.request")
            if tellsOldPrice, let shown = asked.expected(quote.total.currency), shown != quote.total {
                let values = ["old": formats.money(shown), "new": formats.money(quote.total)]
                intro.append("<p class=\"notice warn\">\(texts("property.priceChanged", values))</p>")
            }
            if asked.isRepriced {
                intro.append("<p class=\"notice warn\" role=\"status\">\(texts("property.repriced"))</p>")
            }
            intro.append(PriceView(quote.lines, total: quote.total, on: page).html)
            if page.caller?.id == property.hostId {
                intro.append("<p class=\"notice\">\(texts("property.ownNotBooked"))</p>")
            } else {
                view["order"] =
                    [
                        "action": page.path(path + "/book"), "key": page.freshKey, "button": button,
                        "hiddenHTML": HTML(hidden: [("total", "\(quote.total.amount)"), ("priced", asked.print)]),
                        "note": texts(isInstant ? "property.notCharged" : "property.requestNote"),
                    ] as View
            }
        }
        view["introHTML"] = HTML(intro)
        self.view = view
        // A host has nothing to reserve at home.
        guard page.caller?.id != property.hostId else {
            bar = ""
            return
        }
        bar = """
            <div class="bottom-bar"><p>\(BookingCard.short(quote, asked.stay, property, page))</p>\
            <a class="button" href="#book">\(button)</a></div>
            """
    }

    /// What the place says to what is asked, and what there is to know besides the price.
    private static func answer(
        _ property: Property, _ asked: StayAsked, on page: PageVisit
    ) async throws -> (quote: Quote?, notes: HTML) {
        let texts = page.texts
        guard let stay = asked.stay, asked.errors.isEmpty else {
            guard let checkIn = asked.checkIn, asked.checkOut == nil else { return (nil, "") }
            let text = texts("property.arriveOn", ["day": page.formats.longDay(checkIn)])
            return (nil, "<p class=\"notice\">\(text)</p>")
        }
        let (visit, caller) = (page.visit, page.caller)
        do {
            let quote = try await page.site.properties.quote(
                property.id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: asked.party, for: caller,
                orWhere: { try await visit.hasBooked(property.id, caller) })
            guard !quote.available else { return (quote, "") }
            let words = ReasonWords(page)
            if let own = try await page.ownBooking(.held, at: property.id, over: stay) {
                // Nobody has taken these nights from the guest who holds them.
                let others = quote.reasons.filter { !["night_taken", "no_unit_for_whole_stay"].contains($0.code) }
                return (quote, HTML([ownHold(own, page), refusals(others.map { words.text($0) })]))
            }
            return (
                quote, HTML([refusals(quote.reasons.map { words.text($0) }), others(quote, property, asked, page)])
            )
        } catch let problem as Problem where problem.code == .validationFailed {
            return (nil, refusals(problem.errors.map { texts.message(of: $0) }))
        }
    }

    /// That the guest holds nights of the stay already, until when, and the way to pay for them.
    private static func ownHold(_ booking: Booking, _ page: PageVisit) -> HTML {
        let (texts, formats, now) = (page.texts, page.formats, page.site.world.now())
        let until = booking.holdExpiresAt.map { formats.clock($0, in: booking.agreed.zone, now: now) } ?? ""
        let words = texts("property.ownHold", ["days": formats.stay(booking.stay), "until": until])
        return """
            <p class="notice" role="status">\(words) \
            <a href="\(page.path("/checkout/\(booking.id)"))">\(texts("property.ownHoldPay"))</a></p>
            """
    }

    private static func refusals(_ texts: [String]) -> HTML {
        HTML(
            texts.map { text in
                """
                <p class="notice bad"><svg class="icon" aria-hidden="true" focusable="false"><use href="#i-warn"/></svg> \(text)</p>
                """
            })
    }

    /// Other days that would do.
    private static func others(_ quote: Quote, _ property: Property, _ asked: StayAsked, _ page: PageVisit) -> HTML {
        guard !quote.alternatives.isEmpty else { return "" }
        let items = quote.alternatives.map { other -> HTML in
            let query = asked.query([
                ("checkIn", other.checkIn.description), ("checkOut", other.checkOut.description),
            ])
            let days = Stay(from: other.checkIn, to: other.checkOut).map { page.formats.stay($0) } ?? ""
            return """
                <li><a href="\(page.path("/properties/\(property.id)" + query))#book">\(days)</a> \
                <span class="muted"><bdi>\(page.formats.money(other.total))</bdi></span></li>
                """
        }
        return "<p><b>\(page.texts("property.others"))</b></p><ul class=\"plain\">\(HTML(items, separator: ""))</ul>"
    }

    private static func heading(_ quote: Quote?, _ property: Property, _ page: PageVisit) -> HTML {
        let texts = page.texts
        let text: HTML =
            if let quote {
                """
                <bdi>\(page.formats.money(quote.total))</bdi> \
                <span class="small muted">\(texts("price.totalFor")) \(texts.count("count.nights", quote.nights))</span>
                """
            } else if let price = property.nightlyPrice {
                """
                <span class="muted small">\(texts("price.from"))</span> <bdi>\(page.formats.shortMoney(price))</bdi> \
                <span class="small muted">\(texts("price.perNight"))</span>
                """
            } else {
                "\(texts("property.noPrice"))"
            }
        return "<h2 id=\"book-title\">\(text)</h2>"
    }

    private static func short(_ quote: Quote?, _ stay: Stay?, _ property: Property, _ page: PageVisit) -> HTML {
        if let quote, let stay {
            return """
                <b><bdi>\(page.formats.money(quote.total))</bdi></b><br><span class="small">\(page.formats.stay(stay))</span>
                """
        }
        guard let price = property.nightlyPrice else { return "" }
        return """
            <span class="small">\(page.texts("price.from"))</span> <b><bdi>\(page.formats.shortMoney(price))</bdi></b> \
            \(page.texts("price.perNight"))
            """
    }

    /// The days and who comes, to be asked for once more or for the first time. Where there is a price they stand in the
    /// form that books: it sends what its fields say.
    private static func fields(
        _ property: Property, _ facts: PropertyFacts?, _ asked: StayAsked, _ page: PageVisit
    ) -> HTML {
        let texts = page.texts
        let today = property.zone.day(at: page.site.world.now())
        let last = today.advanced(by: Stay.farthest + Stay.longest)
        let days = StayAsked.days(asked.form, texts, within: today...last, areNeeded: true) { name in
            asked.errors.first { $0.field == name }?.message
        }
        let party = asked.who.html(
            texts, hint: texts.count("property.takes", property.maximumGuests), showsOthers: asked.who.hasOthers,
            within: facts?.room)
        return """
            <fieldset class="dates" data-dates data-property="\(property.id.text)">\
            <legend class="hidden">\(texts("search.dates"))</legend>
            \(days)
            </fieldset>
            \(party)
            """
    }
}

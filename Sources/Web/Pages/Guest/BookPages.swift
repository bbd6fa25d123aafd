import BookingService
import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// From a place to a held stay: the button of its page, and the page on the way for who had to sign in first or was
/// refused.
struct BookPages {
    func add(to routes: inout Routes) {
        routes.page("/properties/{id}/book") { page in
            _ = try page.requireCaller()
            return try await review(page, StayAsked(page.parameters, page.texts))
        }
        routes.form("/properties/{id}/book", hold)
    }

    @Sendable func hold(_ page: PageVisit, _ form: Form) async throws -> Response {
        let id: PropertyID = try page.visit.id("place")
        let asked = StayAsked(form, page.texts)
        // Nobody books what they have not seen the price of.
        if form.has("check") { return page.goTo("/properties/\(id)" + asked.query()) }
        if asked.isUnpriced, asked.errors.isEmpty {
            return page.goTo("/properties/\(id)" + asked.repricedQuery + "#book")
        }
        guard let caller = page.caller else {
            // Signs in, and comes back to the same stay at the same price.
            let more = form["total"].isEmpty ? [] : [("total", form["total"])]
            return page.signIn(next: "/properties/\(id)/book" + asked.query(more))
        }
        guard let stay = asked.stay, asked.errors.isEmpty else {
            return try await review(page, asked)
        }
        // Back and pressed again: the host is asked once.
        if let open = try await page.ownBooking(.requested, at: id, over: stay), open.stay == stay {
            return page.goTo("/trips/\(open.id)")
        }
        let property: Property
        do {
            property = try await page.visit.property()
        } catch let problem as Problem where problem.code == .notFound {
            guard try await page.site.properties.properties([id])[id]?.status == .paused else { throw problem }
            return try paused(page)
        }
        do {
            // A place without a price shows none, and is refused for that.
            let expected = try property.nightlyPrice.map { price throws(Problem) -> Money in
                guard let shown = asked.expected(price.currency) else { throw Problem.incompleteForm(page.texts) }
                return shown
            }
            let booking = try await page.site.bookings.hold(
                Wish(propertyId: id, stay: stay, party: asked.party), expecting: expected, for: caller,
                once: page.once(form))
            return page.goTo(booking.status == .held ? "/checkout/\(booking.id)" : "/trips/\(booking.id)")
        } catch let problem as Problem where problem.code == .nightsUnavailable || problem.code == .validationFailed {
            // Who holds this very stay and asks for it again goes on to pay for it.
            if let own = try await page.ownBooking(.held, at: id, over: stay), own.stay == stay {
                return page.goTo("/checkout/\(own.id)")
            }
            return try await review(page, asked, problem)
        } catch let problem as Problem where problem.code != .notFound {
            return try await review(page, asked, problem)
        } catch let problem as Problem where problem.code == .notFound && property.status == .paused {
            // Who has been there may go on reading it, and book it no more than others.
            return try paused(page)
        }
    }

    /// What is said of a place that was there when its page was read.
    private func paused(_ page: PageVisit) throws -> Response {
        let (text, status) = (page.texts("reason.not_listed"), HTTPResponse.Status.conflict)
        return try page.show(
            "problem", Head(text),
            ["heading": text, "text": page.texts("book.paused"), "status": status.code] as View, status: status)
    }

    /// What is said of a price that is another one than the page had.
    private func repriced(_ asked: StayAsked, _ card: BookingCard, on page: PageVisit) -> FormProblems? {
        guard let now = card.quote?.total, let shown = asked.expected(now.currency), shown != now else { return nil }
        return FormProblems(
            detail: page.texts(
                "book.priceChanged", ["old": page.formats.money(shown), "new": page.formats.money(now)]),
            status: .conflict)
    }

    /// The stay once more with its price as it is now, and what stood in the way.
    private func review(_ page: PageVisit, _ asked: StayAsked, _ problem: Problem? = nil) async throws -> Response {
        let property = try await page.visit.property()
        let facts = try await page.site.properties.facts(property.id)
        let isRefused = problem?.code == .stateConflict
        let card = try await BookingCard(property, facts, asked, tellsOldPrice: !isRefused, on: page)
        var view: View = [
            "placeTitle": property.title, "placeHref": page.path("/properties/\(property.id)" + asked.query()),
            "drawing": Drawing.address(of: property), "place": PlaceCard.place(property, page),
            "card": card.view,
        ]
        if problem?.code == .rateLimited { view["tripsHref"] = page.path("/trips") }
        // The same rules stand against the quote of the card: told in the words of the page.
        let words = ReasonWords(page)
        let told = problem.flatMap { problem -> FormProblems? in
            if isRefused, let repriced = repriced(asked, card, on: page) { return repriced }
            guard problem.code == .validationFailed, problem.ofWholeForm == nil else {
                return FormProblems(problem, page.texts)
            }
            return FormProblems(
                problem.errors.map { error in
                    let reason = card.reasons.first { $0.code == error.code }
                    return (error.field, reason.map(words.text) ?? page.texts.message(of: error))
                })
        }
        let problems = asked.named(told, page.texts)
        return try page.show(
            "book", Head(page.texts("book.title", ["title": property.title])), view, problems: problems,
            status: problems?.status ?? .ok, headers: problems?.headers ?? [:])
    }
}

extension PageVisit {
    /// The reader's own booking in that state that has nights of `stay` at a place, and whose time is not over yet.
    func ownBooking(_ status: BookingStatus, at property: PropertyID, over stay: Stay) async throws -> Booking? {
        guard let caller else { return nil }
        let now = site.world.now()
        // Nobody has more at once: holds and requests are few, and end.
        let own = try await site.bookings.bookings(
            as: .guest, status: status, cursor: nil, limit: Page<Booking>.limits.upperBound, for: caller)
        return own.items.first { booking in
            let ends = booking.status == .held ? booking.holdExpiresAt : booking.requestExpiresAt
            return booking.propertyId == property && booking.stay.checkIn < stay.checkOut
                && stay.checkIn < booking.stay.checkOut && ends.map { now < $0 } == true
        }
    }
}

import BookingService
import Core
import Foundation
import HTTPTypes
import Hummingbird
import PaymentService
import PropertyService

/// Changing what is booked: other dates and guests with what they would cost, and what is proposed already. The guest
/// and the host do it on pages of their own.
struct ChangePages {
    /// Whose pages these are.
    enum Side {
        case trip, hosting

        fileprivate var path: String { self == .trip ? "/trips" : "/host/bookings" }

        /// The booking, with the pages about changing it below.
        func address(_ booking: BookingID) -> String { "\(path)/\(booking)" }
    }

    let side: Side

    func add(to routes: inout Routes) {
        switch side {
        case .trip:
            routes.page("/trips/{id}/change") { page in
                // A host who comes by a link for both sides has the page for hosts.
                if let hosted = try await ChangePages.hosted(page) { return page.goTo(hosted) }
                return try await show(page)
            }
            routes.form("/trips/{id}/change", propose)
            routes.form("/trips/{id}/change/answer", back: "/trips/{id}/change", answer)
            routes.form("/trips/{id}/change/pay", back: "/trips/{id}/change", pay)
        case .hosting:
            let path = "/host/bookings/{id}/change"
            routes.hostPage(path) { try await show($0) }
            routes.hostForm(path, propose)
            routes.hostForm(path + "/answer", back: path, answer)
        }
    }

    /// The host's page of the same change; nothing for who is not its host.
    private static func hosted(_ page: PageVisit) async throws -> String? {
        let caller = try page.requireCaller()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        return booking.hostId == caller.id ? Side.hosting.address(booking.id) + "/change" : nil
    }

    /// - Throws: `Problem` `not_found` for who has no part in it, and for a guest on a page for hosts.
    private func booking(_ page: PageVisit) async throws -> (booking: Booking, caller: Caller) {
        let caller = try page.requireCaller()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        guard side == .trip || booking.guestId != caller.id else { throw Problem.notFound("booking") }
        return (booking, caller)
    }

    @Sendable func propose(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (booking, caller) = try await booking(page)
        let asked = ChangeAsked(form, of: booking, page.texts)
        guard asked.errors.isEmpty else { return try await show(page, asked, FormProblems(asked.errors)) }
        let message = form["message"].trimmingCharacters(in: .whitespacesAndNewlines)
        guard message.unicodeScalars.count <= 1000 else {
            let problem = Problem.invalid("message", "too_long", "The message has at most 1000 characters.")
            return try await show(page, asked, FormProblems(problem, page.texts))
        }
        do {
            guard let expected = asked.expected else { throw Problem.incompleteForm(page.texts) }
            _ = try await page.site.bookings.propose(
                asked.wish, for: booking.id, expecting: expected, message: message.isEmpty ? nil : message,
                for: caller, once: page.once(form))
            return page.goTo(side.address(booking.id) + (side == .trip ? "/change" : ""))
        } catch let problem as Problem where problem.code != .notFound {
            return try await show(page, asked, FormProblems(problem, page.texts))
        }
    }

    @Sendable func answer(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (booking, caller) = try await booking(page)
        let id = try await alteration(named: form, of: booking, for: caller, on: page)
        let bookings = page.site.bookings
        do {
            let once = try page.once(form)
            switch form["answer"] {
            case "accept": _ = try await bookings.acceptAlteration(id, for: caller, once: once)
            case "decline": _ = try await bookings.declineAlteration(id, reason: nil, for: caller, once: once)
            case "withdraw": _ = try await bookings.withdrawAlteration(id, reason: nil, for: caller, once: once)
            default: throw Problem(.malformedRequest, "The form has no answer.")
            }
            return page.goTo(side.address(booking.id) + (side == .trip ? "/change" : ""))
        } catch let problem as Problem
            where [.stateConflict, .nightsUnavailable, .validationFailed, .idempotencyKeyReused].contains(problem.code)
        {
            return try await show(page, nil, FormProblems(problem, page.texts))
        }
    }

    @Sendable func pay(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (booking, caller) = try await booking(page)
        let id = try await alteration(named: form, of: booking, for: caller, on: page)
        do {
            let started = try await page.site.bookings.startPayment(
                forAlteration: id, provider: form["provider"], for: caller, once: page.once(form))
            guard let address = started.payment.checkoutUrl else { return page.goTo("/trips/\(booking.id)/change") }
            return page.leaveToPay(at: address)
        } catch let problem as Problem where problem.code != .notFound && problem.code != .forbidden {
            return try await show(page, nil, FormProblems(problem, page.texts))
        }
    }

    /// - Throws: `Problem` `not_found` for one that is none of this booking's: what the page shows is what is answered.
    private func alteration(
        named form: Form, of booking: Booking, for caller: Caller, on page: PageVisit
    ) async throws -> AlterationID {
        let known = try await page.site.bookings.alterations(of: booking.id, for: caller)
        guard let id = AlterationID(form["alteration"]), known.contains(where: { $0.id == id }) else {
            throw Problem.notFound("alteration")
        }
        return id
    }

    private func show(
        _ page: PageVisit, _ sent: ChangeAsked? = nil, _ problems: FormProblems? = nil
    ) async throws -> Response {
        let (booking, caller) = try await booking(page)
        let alterations = try await page.site.bookings.alterations(of: booking.id, for: caller)
        let open = alterations.first { $0.status == .proposed || $0.status == .agreed }
        let asked = sent ?? ChangeAsked(page.parameters, of: booking, page.texts)
        var problems = problems
        var view: View = [
            "booking": BookingView(booking, on: page).view, "backHref": page.path(side.address(booking.id)),
            "changeHref": page.path(side.address(booking.id) + "/change"), "crumbs": crumbs(booking, on: page),
            "hasEarlier": alterations.contains { $0.id != open?.id },
            "earlier": alterations.filter { $0.id != open?.id }.map { ChangeView(of: $0, booking, on: page).view },
        ]
        let openChange = open.map { OpenChange($0, booking, isGuest: booking.guestId == caller.id, on: page) }
        if let open, let openChange {
            view["open"] = openChange.view
            if openChange.isToPay {
                let payments = try await page.site.bookings.payments(of: booking.id, for: caller)
                view["payDeclined"] = OpenChange.declined(open, booking, payments, on: page)
            }
        } else if booking.status == .confirmed, page.site.world.now() < booking.agreed.checkOutAt {
            view["form"] = form(asked, booking, on: page)
            if asked.isAsked, asked.errors.isEmpty {
                do {
                    let quote = try await page.site.bookings.alterationQuote(asked.wish, for: booking.id, for: caller)
                    view["offer"] = offer(quote, asked, booking, on: page)
                } catch let problem as Problem where problem.code == .validationFailed || problem.code == .stateConflict
                {
                    problems = problems ?? FormProblems(problem, page.texts)
                }
            } else if !asked.errors.isEmpty {
                problems = problems ?? FormProblems(asked.errors)
            }
        } else {
            view["isOver"] = true
        }
        problems = problems?.naming(
            StayAsked.days(page.texts) + asked.who.fields(page.texts) { _ in nil } + [
                ChangePages.message(page.texts), Field("provider", page.texts("checkout.provider")),
            ])
        var head = Head(page.texts("change.title", ["code": booking.code]))
        head.isWide = true
        var response = try page.show(
            "change", head, view, problems: problems, status: problems?.status ?? .ok, headers: problems?.headers ?? [:]
        )
        if openChange?.isToPay == true {
            // The button leads to the provider's page by way of ours, and browsers count that as a form sent there.
            response.headers[.contentSecurityPolicy] = SecurityHeaders.policyForPaying(
                isLocal: !page.site.settings.isSecure)
        }
        return response
    }

    private func crumbs(_ booking: Booking, on page: PageVisit) -> [View] {
        let steps =
            switch side {
            case .trip: [(page.texts("trips.title"), "/trips")]
            case .hosting: [(page.texts("host.title"), "/host"), (page.texts("host.bookings.title"), "/host/bookings")]
            }
        return (steps + [(booking.code, side.address(booking.id))]).map { ["text": $0.0, "href": page.path($0.1)] }
    }

    private func form(_ asked: ChangeAsked, _ booking: Booking, on page: PageVisit) -> View {
        let texts = page.texts
        func error(_ name: String) -> String? { asked.errors.first { $0.field == name }?.message }
        var days = StayAsked.days(texts)
        for (index, day) in [asked.checkIn, asked.checkOut].enumerated() {
            (days[index].value, days[index].error) = ("\(day)", error(days[index].name))
        }
        return ["fieldsHTML": HTML(days + asked.who.fields(texts, error: error), texts)]
    }

    private static func message(_ texts: Texts) -> Field {
        var message = Field("message", texts("change.message"))
        (message.isOptional, message.rows, message.longest) = (true, 3, 1000)
        return message
    }

    private func offer(
        _ quote: AlterationQuote, _ asked: ChangeAsked, _ booking: Booking, on page: PageVisit
    ) -> View {
        let (texts, formats) = (page.texts, page.formats)
        let words = ReasonWords(page)
        var view: View = [
            "days": formats.stay(quote.stay), "nights": texts.count("count.nights", quote.stay.nightCount),
            "guests": PartyWords.short(quote.party, texts),
            "reasons": quote.reasons.map { ["text": words.text($0)] as View },
        ]
        guard let total = quote.total, let difference = quote.difference else { return view }
        view["priceHTML"] = PriceView(quote.lines, total: total, on: page).html
        view["before"] = formats.money(quote.before.total)
        view["difference"] = ChangeView.difference(difference, on: page)
        guard quote.isPossible else { return view }
        var message = ChangePages.message(texts)
        message.value = asked.form["message"]
        let days = [("checkIn", "\(asked.checkIn)"), ("checkOut", "\(asked.checkOut)")]
        let hidden = days + PartyAsked.pairs(asked.party) + [("total", "\(total.amount)")]
        view["propose"] =
            [
                "key": page.freshKey, "fieldsHTML": message.html(texts),
                "hiddenHTML": HTML(hidden: hidden),
            ] as View
        return view
    }
}

/// What a form asks to be other about a booking.
struct ChangeAsked {
    let form: Form
    let checkIn: LocalDay
    let checkOut: LocalDay
    let who: PartyAsked
    let wish: AlterationWish
    /// What the page showed when it was sent here; nothing where that can't be read.
    let expected: Money?
    /// Whether anything was asked; a page that is opened first asks nothing.
    let isAsked: Bool
    let errors: [(field: String, message: String)]

    init(_ form: Form, of booking: Booking, _ texts: Texts) {
        var errors: [(field: String, message: String)] = []
        func day(_ name: String, _ booked: LocalDay) -> LocalDay {
            guard !form[name].isEmpty else { return booked }
            guard let day = LocalDay(form[name]) else {
                errors.append((name, texts("searchPage.error.day")))
                return booked
            }
            return day
        }
        self.form = form
        checkIn = day("checkIn", booking.stay.checkIn)
        checkOut = day("checkOut", booking.stay.checkOut)
        if checkOut <= checkIn { errors.append(("checkOut", texts("searchPage.error.reversed"))) }
        let booked = booking.party ?? Party(adults: booking.guests)
        who = PartyAsked(form, otherwise: booked, texts)
        errors += who.errors
        wish = AlterationWish(
            checkIn: checkIn == booking.stay.checkIn ? nil : checkIn,
            checkOut: checkOut == booking.stay.checkOut ? nil : checkOut,
            party: who.party == booked ? nil : who.party)
        expected = form.sum("total", booking.total.currency)
        isAsked = (["checkIn", "checkOut"] + PartyAsked.names).contains { !form[$0].isEmpty }
        self.errors = errors
    }

    var party: Party { who.party }
}

/// A change in words: from what to what, and where it stands.
struct ChangeView {
    let view: View

    init(of alteration: Alteration, _ booking: Booking, on page: PageVisit) {
        let (texts, formats) = (page.texts, page.formats)
        func words(_ stay: Stay, _ party: Party, _ total: Money) -> View {
            [
                "days": formats.stay(stay), "nights": texts.count("count.nights", stay.nightCount),
                "guests": PartyWords.short(party, texts), "total": formats.money(total),
            ]
        }
        let (before, after) = (alteration.before, alteration.after)
        var view: View = [
            "id": alteration.id.text, "statusText": texts("change.status.\(alteration.status.rawValue)"),
            "before": words(before.stay, before.party, before.total),
            "after": words(after.stay, after.party, after.total),
            "difference": ChangeView.difference(alteration.difference, on: page),
            "date": formats.moment(alteration.createdAt, in: booking.agreed.zone),
        ]
        if let message = alteration.message { view["message"] = message }
        if let reason = alteration.reason { view["reason"] = reason }
        self.view = view
    }

    static func difference(_ difference: Money, on page: PageVisit) -> String {
        guard difference.amount != 0 else { return page.texts("change.same") }
        let amount = page.formats.money(Money(abs(difference.amount), difference.currency))
        return page.texts(difference.amount > 0 ? "change.more" : "change.less", ["amount": amount])
    }
}

/// A change that may still come to something, with what the reader can do about it.
struct OpenChange {
    let view: View
    /// Whether the reader can pay it here.
    let isToPay: Bool

    init(_ alteration: Alteration, _ booking: Booking, isGuest: Bool, on page: PageVisit) {
        let (texts, formats) = (page.texts, page.formats)
        var view = ChangeView(of: alteration, booking, on: page).view
        view["key"] = page.freshKey
        view["about"] = OpenChange.about(alteration, booking, isGuest: isGuest, on: page)
        let answers = (alteration.answeredBy == .guest) == isGuest
        if alteration.status == .proposed {
            view[answers ? "canAnswer" : "canWithdraw"] = true
        } else if isGuest {
            view["giveUp"] = answers ? "decline" : "withdraw"
            if alteration.expiresAt.map({ page.site.world.now() < $0 }) == true {
                view["pay"] =
                    [
                        "button": texts("change.pay", ["amount": formats.money(alteration.difference)]),
                        "providers": page.site.payments.providerNames.enumerated().map { index, name in
                            [
                                "value": name, "name": texts.known("provider.\(name).name") ?? name,
                                "about": texts.known("provider.\(name).about") ?? "", "isChosen": index == 0,
                            ] as View
                        },
                    ] as View
            }
        }
        isToPay = view["pay"] != nil
        self.view = view
    }

    /// That what the change costs more could not be taken, where that is so and it can be tried again.
    static func declined(
        _ alteration: Alteration, _ booking: Booking, _ payments: [Payment], on page: PageVisit
    ) -> String? {
        // Only one change of a booking is open at a time: what was paid since it was proposed was for it.
        let last = payments.last { $0.purpose == .alteration && $0.createdAt >= alteration.createdAt }
        guard alteration.status == .agreed, last?.status == .failed, let until = alteration.expiresAt,
            page.site.world.now() < until
        else { return nil }
        return page.texts("change.payDeclined", ["until": page.formats.moment(until, in: booking.agreed.zone)])
    }

    /// Where it stands and what to do until when.
    static func about(_ alteration: Alteration, _ booking: Booking, isGuest: Bool, on page: PageVisit) -> String {
        let until = alteration.expiresAt.map { page.formats.moment($0, in: booking.agreed.zone) } ?? ""
        let amount = page.formats.money(alteration.difference)
        let answers = (alteration.answeredBy == .guest) == isGuest
        if alteration.status == .agreed {
            return page.texts(isGuest ? "change.agreedGuest" : "change.agreedHost", ["amount": amount, "until": until])
        }
        return page.texts(answers ? "change.proposedToYou" : "change.proposedByYou", ["until": until])
    }
}

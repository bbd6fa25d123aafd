import AuthService
import BookingService
import Core
import Foundation
import HTTPTypes
import Hummingbird
import PropertyService

/// One booking for its host: who comes, what is agreed, what it brings; and what the host may do with it.
struct HostBookingPages {
    func add(to routes: inout Routes) {
        routes.hostPage("/host/bookings/{id}") { page in
            let (booking, caller) = try await hosted(page)
            return try await show(page, booking, caller)
        }
        routes.hostForm("/host/bookings/{id}/accept", back: "/host/bookings/{id}", accept)
        routes.hostPage("/host/bookings/{id}/decline") { try await declining($0) }
        routes.hostForm("/host/bookings/{id}/decline", decline)
        routes.hostPage("/host/bookings/{id}/cancel") { try await cancelling($0) }
        routes.hostForm("/host/bookings/{id}/cancel", cancel)
    }

    /// - Throws: `Problem` `not_found` for who has no part in it; its guest has a page of their own.
    private func hosted(_ page: PageVisit) async throws -> (booking: Booking, caller: Caller) {
        let caller = try page.requireCaller()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        guard booking.hostId == caller.id || (caller.isOperator && booking.guestId != caller.id) else {
            throw Problem.notFound("booking")
        }
        return (booking, caller)
    }

    private func show(
        _ page: PageVisit, _ booking: Booking, _ caller: Caller, _ problem: Problem? = nil
    ) async throws -> Response {
        let texts = page.texts
        let now = page.site.world.now()
        let guest = try await page.site.accounts.person(booking.guestId)
        let path = "/host/bookings/\(booking.id)"
        var view: View = [
            "crumbs": [
                ["text": texts("host.title"), "href": page.path("/host")] as View,
                ["text": texts("host.bookings.title"), "href": page.path("/host/bookings")] as View,
            ],
            "booking": BookingView(booking, on: page).view, "id": booking.id.text, "key": page.freshKey,
            "heading": texts("host.booking.title", ["code": booking.code]),
            "guestName": guest?.name ?? texts("host.bookings.unknownGuest"),
            "party": PartyWords.text(booking.party ?? Party(adults: booking.guests), texts),
            "state": about(booking, guest?.name ?? texts("host.bookings.unknownGuest"), caller, now, on: page),
            "listingHref": page.path("/host/properties/\(booking.propertyId)"),
            "calendarHref": page.path(
                "/host/calendar/\(booking.propertyId)?month=\(booking.stay.checkIn.description.prefix(7))"),
            "policyName": texts("policy.\(booking.agreed.cancellation.name).name"),
            "policyHTML": PolicySteps.html(
                booking.agreed.cancellation, of: booking.total, zone: booking.agreed.zone, now: now, on: page,
                tellsHost: true),
            "payout": payout(booking, on: page),
        ]
        if booking.status == .requested, booking.requestExpiresAt.map({ $0 > now }) == true {
            view["answer"] = ["declineHref": page.path(path + "/decline")] as View
        }
        if booking.status == .held || (booking.status == .confirmed && now < booking.agreed.checkOutAt) {
            view["cancelHref"] = page.path(path + "/cancel")
        }
        if let reason = booking.reason {
            view["reasonGiven"] = booking.crowdedOut.map { $0.words(texts, forGuest: false) } ?? reason
        }
        if !booking.canStillBeCancelled(at: now) { view["policyHTML"] = nil }
        view["showsPolicy"] = view["policyHTML"] != nil
        if booking.status == .confirmed, now < booking.agreed.checkOutAt {
            let changes = try await page.site.bookings.alterations(of: booking.id, for: caller)
            view["changeHref"] = page.path(path + "/change")
            if let open = changes.first(where: { $0.status == .proposed || $0.status == .agreed }) {
                view["open"] = OpenChange(open, booking, isGuest: false, on: page).view
            } else {
                view["proposeHref"] = page.path(path + "/change")
            }
        }
        var head = Head(texts("host.booking.title", ["code": booking.code]))
        head.isWide = true
        let problems = problem.map { FormProblems($0, texts) }
        return try page.show("host-booking", head, view, problems: problems, status: problems?.status ?? .ok)
    }

    private func about(
        _ booking: Booking, _ guest: String, _ caller: Caller, _ now: Instant, on page: PageVisit
    ) -> String {
        let (texts, formats) = (page.texts, page.formats)
        switch booking.status {
        case .requested:
            let until = booking.requestExpiresAt.map { formats.moment($0, in: booking.agreed.zone) } ?? ""
            return texts("host.booking.about.requested", ["guest": guest, "until": until])
        case .held:
            guard let until = booking.holdExpiresAt, until > now else { return texts("host.booking.about.closing") }
            return texts("host.booking.about.held", ["until": formats.moment(until, in: booking.agreed.zone)])
        case .confirmed:
            if now < booking.agreed.checkInAt {
                return texts("host.booking.about.upcoming", ["day": formats.longDay(booking.stay.checkIn)])
            }
            return now < booking.agreed.checkOutAt
                ? texts("host.booking.about.inStay", ["day": formats.longDay(booking.stay.checkOut)])
                : texts("host.booking.about.completed")
        case .cancelled:
            return CancelledWords.text(booking, guest: guest, for: caller, on: page)
                ?? texts("host.booking.about.cancelled")
        case .completed, .declined, .expired: return texts("host.booking.about.\(booking.status.rawValue)")
        }
    }

    /// What it brings: by what was paid, else by what will be.
    private func payout(_ booking: Booking, on page: PageVisit) -> View {
        let (texts, formats) = (page.texts, page.formats)
        let isPaid = booking.paid.amount > 0
        let takings = isPaid ? Takings(booking) : Takings(expecting: booking)
        func row(_ key: String, _ money: Money, isTaken: Bool) -> View? {
            guard !isTaken || money.amount != 0 else { return nil }
            return [
                "label": texts("host.earnings.\(key)"),
                "amount": formats.money(isTaken ? Money(-money.amount, money.currency) : money),
            ]
        }
        let rows = [
            row("gross", takings.gross, isTaken: false), row("refunds", takings.refunds, isTaken: true),
            row("fees", takings.serviceFee, isTaken: true), row("taxes", takings.taxes, isTaken: true),
        ]
        let hasEnded = [.cancelled, .declined, .expired].contains(booking.status)
        return [
            "rows": rows.compactMap(\.self), "net": formats.money(takings.net),
            "currency": takings.net.currency.code, "isExpected": !isPaid && !hasEnded, "isShown": isPaid || !hasEnded,
        ]
    }

    // MARK: Answering

    @Sendable private func accept(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (booking, caller) = try await hosted(page)
        do {
            _ = try await page.site.bookings.accept(booking.id, for: caller, once: page.once(form))
            return page.goTo("/host/bookings/\(booking.id)")
        } catch let problem as Problem where problem.isAboutForm {
            return try await again(page, problem)
        }
    }

    /// The page as things are now, with what stood in the way.
    private func again(_ page: PageVisit, _ problem: Problem) async throws -> Response {
        let (booking, caller) = try await hosted(page)
        return try await show(page, booking, caller, problem)
    }

    private func declining(
        _ page: PageVisit, _ problem: Problem? = nil, reason: String = ""
    ) async throws -> Response {
        let (booking, _) = try await hosted(page)
        guard booking.status == .requested else { return page.goTo("/host/bookings/\(booking.id)") }
        let texts = page.texts
        let problems = problem.map { EditorWords(page, known: ["reason"]).problems($0.errors) }
        return try question(
            page, booking, problems, reason: reason, name: "decline",
            [
                "heading": texts("host.booking.declineHeading"), "notice": texts("host.booking.declineAbout"),
                "button": texts("host.booking.declineButton"), "keep": texts("host.booking.toRequest"),
                "title": texts("host.booking.declineTitle", ["code": booking.code]),
            ])
    }

    @Sendable private func decline(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (booking, caller) = try await hosted(page)
        do {
            let reason = try reason(of: form)
            _ = try await page.site.bookings.decline(booking.id, reason: reason, for: caller, once: page.once(form))
            return page.goTo("/host/bookings/\(booking.id)")
        } catch let problem as Problem where problem.code == .validationFailed {
            return try await declining(page, problem, reason: form["reason"])
        } catch let problem as Problem where problem.code == .stateConflict {
            return try await again(page, problem)
        }
    }

    // MARK: Cancelling

    private func cancelling(
        _ page: PageVisit, _ problem: Problem? = nil, _ form: Form = Form([])
    ) async throws -> Response {
        let (booking, caller) = try await hosted(page)
        guard [.held, .confirmed].contains(booking.status) else {
            guard let problem else { return page.goTo("/host/bookings/\(booking.id)") }
            return try await again(page, problem)
        }
        let offer = try await page.site.bookings.cancellation(of: booking.id, for: caller)
        let (texts, amount) = (page.texts, page.formats.money(offer.refund))
        let isPaid = offer.refund.amount > 0
        let problems = problem.map { problem in
            problem.ofWholeForm == nil && !problem.errors.isEmpty
                ? EditorWords(page, known: ["reason"]).problems(problem.errors)
                : ShownCancellation.problems(problem, form, offer, on: page)
        }
        return try question(
            page, booking, problems, reason: form["reason"], name: "cancel", shown: ShownCancellation.hidden(offer),
            [
                "heading": texts("host.booking.cancelHeading"), "keep": texts("host.booking.keep"),
                "notice": texts(isPaid ? "host.booking.cancelRefund" : "host.booking.cancelFree", ["amount": amount]),
                "button": isPaid
                    ? texts("host.booking.cancelButton", ["amount": amount]) : texts("host.booking.cancel"),
                "title": texts("host.booking.cancelTitle", ["code": booking.code]),
            ])
    }

    @Sendable private func cancel(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (booking, caller) = try await hosted(page)
        do {
            let reason = try reason(of: form)
            _ = try await page.site.bookings.cancel(
                booking.id, reason: reason, expecting: ShownCancellation.read(form, booking, page.texts), for: caller,
                once: page.once(form))
            return page.goTo("/host/bookings/\(booking.id)")
        } catch let problem as Problem
            where [.stateConflict, .validationFailed, .idempotencyKeyReused].contains(problem.code)
        {
            return try await cancelling(page, problem, form)
        }
    }

    // MARK: What can't be undone is asked on a page of its own

    private static let longestReason = 1000

    /// - Throws: `Problem` `validation_failed` for one that is too long or no text.
    private func reason(of form: Form) throws(Problem) -> String? {
        let text = form["reason"].replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { return nil }
        var complaints = Complaints()
        let reason = text.checked(1...Self.longestReason, lines: true, "reason", &complaints)
        if let problem = complaints.problem { throw problem }
        return reason
    }

    private func question(
        _ page: PageVisit, _ booking: Booking, _ problems: FormProblems?, reason: String, name: String,
        shown: HTML = "", _ words: [String: String]
    ) throws -> Response {
        var field = Field("reason", page.texts("host.booking.reason"))
        field.isOptional = true
        field.rows = 3
        field.longest = Self.longestReason
        field.value = reason
        field.error = problems?["reason"]
        var view: View = [
            "booking": BookingView(booking, on: page).view, "fieldsHTML": field.html(page.texts), "key": page.freshKey,
            "shownHTML": shown,
            "action": page.path("/host/bookings/\(booking.id)/\(name)"),
            "keepHref": page.path("/host/bookings/\(booking.id)"),
        ]
        for (name, text) in words where name != "title" { view[name] = text }
        return try page.show(
            "host-question", Head(words["title"] ?? ""), view, problems: problems?.naming([field]),
            status: problems?.status ?? .ok)
    }
}

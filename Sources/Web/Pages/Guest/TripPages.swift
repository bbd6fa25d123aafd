import BookingService
import Core
import Foundation
import HTTPTypes
import Hummingbird
import NotificationService
import PaymentService
import PropertyService

/// What a guest has booked: all of it, one by one, and cancelled where it must be.
struct TripPages {
    /// A page of trips; few people have more.
    private static let pageSize = 50

    func add(to routes: inout Routes) {
        routes.page("/trips", list)
        routes.page("/trips/{id}") { try await trip($0) }
        routes.page("/trips/{id}/stay.ics", calendarFile)
        routes.page("/trips/{id}/cancel") { try await cancellation($0) }
        routes.form("/trips/{id}/cancel", cancel)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let cursor = page.parameters["cursor"]
        let found: Page<Booking>
        do {
            found = try await page.site.bookings.bookings(
                as: .guest, status: nil, cursor: cursor.isEmpty ? nil : cursor, limit: TripPages.pageSize, for: caller)
        } catch let problem as Problem where problem.code == .validationFailed {
            return page.goTo("/trips")
        }
        let properties = try await page.site.properties.properties(Array(Set(found.items.map(\.propertyId))))
        let today = page.site.world.now().utcDay.advanced(by: -1)
        func group(_ name: String, isSoonestFirst: Bool = false, _ isIn: (Booking) -> Bool) -> View? {
            var items = found.items.filter(isIn)
            if isSoonestFirst { items.sort { $0.stay.checkIn < $1.stay.checkIn } }
            guard !items.isEmpty else { return nil }
            return [
                "name": page.texts("trips.\(name)"), "id": name,
                "trips": items.map { booking -> View in
                    var view = BookingView(booking, on: page).view
                    if let property = properties[booking.propertyId] {
                        view["drawing"] = Drawing.address(of: property)
                        view["place"] = PlaceCard.place(property, page)
                    }
                    return view
                },
            ]
        }
        let groups = [
            group("upcoming", isSoonestFirst: true) { $0.isAhead(of: today) },
            group("past") { [.confirmed, .completed].contains($0.status) && !$0.isAhead(of: today) },
            group("ended") { [.cancelled, .declined, .expired].contains($0.status) },
        ].compactMap(\.self)
        var view: View = ["groups": groups, "hasTrips": !groups.isEmpty, "isFirst": cursor.isEmpty]
        if let next = found.nextCursor { view["olderHref"] = page.path("/trips?cursor=" + PercentCoding.encode(next)) }
        var head = Head(page.texts("trips.title"))
        head.isWide = true
        return try page.show("trips", head, view)
    }

    private func trip(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let id: BookingID = try page.visit.id("booking")
        var booking = try await page.site.bookings.booking(id, for: caller)
        if let other = TripPages.elsewhere(booking, caller) { return page.goTo(other) }
        var payments = try await page.site.bookings.payments(of: id, for: caller)
        // "Check again" asks the provider; coming back from its page does too.
        if booking.status == .held, page.parameters.has("check"),
            let open = payments.last(where: { $0.status == .pending })
        {
            try? await page.site.payments.settle(open.id)
            booking = try await page.site.bookings.booking(id, for: caller)
            payments = try await page.site.bookings.payments(of: id, for: caller)
        }
        let view = try await TripView(booking, payments, caller, on: page).view
        var head = Head(page.texts("trip.title", ["code": booking.code]))
        head.isWide = true
        return try page.show("trip", head, view)
    }

    /// The stay for the guest's calendar, as it came with the mail: only once it is theirs.
    @Sendable func calendarFile(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        guard booking.guestId == caller.id, booking.status == .confirmed, let confirmedAt = booking.confirmedAt else {
            throw Problem.notFound("calendar file")
        }
        let place = try await page.site.properties.properties([booking.propertyId])[booking.propertyId]
        let facts = StayFacts(booking, place?.location)
        let changes = try await page.site.bookings.alterations(of: booking.id, for: caller)
        let last = changes.first { $0.status == .applied }
        let file = page.site.mails.calendarFile(
            for: facts, change: last?.number ?? 0, in: page.language, at: last?.endedAt ?? confirmedAt)
        return .bytes(
            Array(file.utf8), type: "text/calendar; charset=utf-8; method=PUBLISH",
            headers: [.contentDisposition: "attachment; filename=\"stay-\(booking.code).ics\""])
    }

    /// Where its host or an operator sees a booking: what the guest's pages say is said to the guest.
    private static func elsewhere(_ booking: Booking, _ caller: Caller) -> String? {
        guard booking.guestId != caller.id else { return nil }
        return booking.hostId == caller.id ? "/host/bookings/\(booking.id)" : "/operator/bookings/\(booking.id)"
    }

    // MARK: Cancelling

    private func cancellation(
        _ page: PageVisit, _ problem: Problem? = nil, _ form: Form = Form([])
    ) async throws -> Response {
        let caller = try page.requireCaller()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        if let other = TripPages.elsewhere(booking, caller) { return page.goTo(other + "/cancel") }
        guard [.requested, .held, .confirmed].contains(booking.status) else {
            return problem == nil ? page.goTo("/trips/\(booking.id)") : try await trip(page)
        }
        let offer = try await page.site.bookings.cancellation(of: booking.id, for: caller)
        let (texts, formats) = (page.texts, page.formats)
        var view: View = [
            "booking": BookingView(booking, on: page).view, "key": page.freshKey,
            "shownHTML": ShownCancellation.hidden(offer),
            "keepHref": page.path("/trips/\(booking.id)"), "isPaid": booking.paid.amount > 0,
            "refund": texts(
                booking.refunded.amount > 0 ? "cancel.refundLeft" : "cancel.refund",
                [
                    "amount": formats.money(offer.refund), "paid": formats.money(booking.paid),
                    "back": formats.money(booking.refunded),
                ]),
            "button": texts(
                offer.refund.amount > 0 ? "cancel.buttonRefund" : "cancel.button",
                ["amount": formats.money(offer.refund)]),
        ]
        if offer.kept.amount > 0 { view["kept"] = texts("cancel.kept", ["amount": formats.money(offer.kept)]) }
        // What is still to come; the host gives everything back whenever they cancel.
        if booking.paid.amount > 0, offer.schedule.count > 1 {
            let steps = PolicySteps.html(offer.schedule, zone: booking.agreed.zone, on: page)
            view["schedule"] = ["stepsHTML": steps] as View
        }
        var field = Field("reason", texts("cancel.reason"))
        field.isOptional = true
        field.rows = 3
        field.longest = 1000
        field.value = form["reason"]
        let problems = problem.map { ShownCancellation.problems($0, form, offer, on: page).naming([field]) }
        field.error = problems?["reason"]
        view["fieldsHTML"] = field.html(texts)
        return try page.show(
            "cancel", Head(texts("cancel.title", ["code": booking.code])), view, problems: problems,
            status: problems?.status ?? .ok)
    }

    @Sendable func cancel(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        let id: BookingID = try page.visit.id("booking")
        let reason = form["reason"].trimmingCharacters(in: .whitespacesAndNewlines)
        let booking = try await page.site.bookings.booking(id, for: caller)
        // The host and the operator answer for it on pages of their own.
        if let other = TripPages.elsewhere(booking, caller) { return page.goTo(other + "/cancel") }
        guard reason.unicodeScalars.count <= 1000 else {
            return try await cancellation(
                page, .invalid("reason", "too_long", "The reason has at most 1000 characters."), form)
        }
        do {
            _ = try await page.site.bookings.cancel(
                id, reason: reason.isEmpty ? nil : reason, expecting: ShownCancellation.read(form, booking, page.texts),
                for: caller, once: page.once(form))
            return page.goTo("/trips/\(id)")
        } catch let problem as Problem
            where [.stateConflict, .validationFailed, .idempotencyKeyReused].contains(problem.code)
        {
            return try await cancellation(page, problem, form)
        }
    }
}

extension Booking {
    fileprivate func isAhead(of today: LocalDay) -> Bool {
        [.requested, .held].contains(status) || (status == .confirmed && stay.checkOut >= today)
    }
}

extension StayFacts {
    /// What a calendar file says of a stay.
    fileprivate init(_ booking: Booking, _ location: Location?) {
        self.init(
            bookingId: booking.id, code: booking.code, place: booking.agreed.title, stay: booking.stay,
            guests: booking.guests, total: booking.total, zone: booking.agreed.zone,
            checkInFrom: booking.agreed.checkInFrom, checkOutBy: booking.agreed.checkOutBy)
        area = location.map { "\($0.city), \($0.country)" }
    }
}

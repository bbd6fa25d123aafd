import AuthService
import BookingService
import Core
import Hummingbird
import NotificationService
import PaymentService
import PropertyService

/// All bookings: found by status or code; one with its course, payments and mails; cancelled with a reason.
struct BookingDesk {
    func add(to routes: inout Routes) {
        routes.page("/operator/bookings", list)
        routes.page("/operator/bookings/{id}", one)
        routes.page("/operator/bookings/{id}/cancel") { page in try await act(page).show(on: page) }
        routes.form("/operator/bookings/{id}/cancel", cancel)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, asked) = (page.texts, page.parameters)
        var filter = BookingFilter()
        filter.status = page.choice("status")
        filter.guestId = UserID(asked["guest"])
        filter.propertyId = PropertyID(asked["place"])
        filter.code = asked["code"].isEmpty ? nil : String(asked["code"].prefix(40))
        let found = try await page.site.bookings.bookings(filter, cursor: page.cursor, limit: Desk.rows, for: caller)
        let title = texts("operator.part.bookings")
        return try DeskList(
            part: .bookings, title: title,
            tabs: page.tabs(
                "status", all: texts("operator.all"),
                BookingStatus.allCases.map { ($0.rawValue, texts("status.\($0.rawValue).name")) }),
            find: (texts("operator.bookings.find"), "code", asked["code"]),
            table: try await BookingRows(found.items, on: page).table(title), empty: texts("operator.bookings.none"),
            older: page.older(found.nextCursor)
        ).show(on: page)
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        let history = try await page.site.bookings.history(of: booking.id, for: caller)
        let payments = try await page.site.bookings.payments(of: booking.id, for: caller)
        var about = MailFilter()
        about.subject = booking.id.text
        let mails = try await page.site.mails.mails(about, limit: 50, cursor: nil, for: caller)
        let people = try await page.site.accounts.people([booking.guestId, booking.hostId])
        var detail = DeskDetail(
            part: .bookings, title: texts("operator.bookings.title", ["code": booking.code]))
        detail.badge = (texts("status.\(booking.status.rawValue).name"), booking.status.rawValue)
        if history.isClosing { detail.about = texts("operator.bookings.closing") }
        detail.facts = [
            (texts("operator.bookings.place"), booking.agreed.title, "/operator/listings/\(booking.propertyId)"),
            (
                texts("operator.bookings.guest"), people[booking.guestId]?.name ?? booking.guestId.text,
                "/operator/people/\(booking.guestId)"
            ),
            (
                texts("operator.bookings.host"), people[booking.hostId]?.name ?? booking.hostId.text,
                "/operator/people/\(booking.hostId)"
            ), (texts("operator.bookings.stay"), formats.stay(booking.stay), nil),
            (texts("search.guests"), texts.count("count.guests", booking.guests), nil),
            (texts("price.total"), formats.money(booking.total), nil),
            (texts("trip.paid"), formats.money(booking.paid), nil),
            (texts("trip.back"), formats.money(booking.refunded), nil),
            (
                texts("property.policy"), texts("policy.\(booking.agreed.cancellation.name).name"), nil
            ),
        ]
        detail.ways = [(texts("operator.bookings.page"), "/host/bookings/\(booking.id)", false)]
        if booking.canStillBeCancelled(at: page.site.world.now()) {
            detail.ways.append((texts("operator.bookings.cancel"), "/operator/bookings/\(booking.id)/cancel", true))
        }
        detail.sections = [
            .init(
                id: "course", title: texts("operator.bookings.course"),
                content: .steps(steps(of: booking, history, on: page))),
            .init(
                id: "payments", title: texts("operator.part.payments"),
                content: payments.isEmpty
                    ? .none(texts("operator.payments.none")) : .table(PaymentDesk.table(payments, codes: nil, on: page))
            ),
            .init(
                id: "mails", title: texts("operator.part.mails"),
                content: mails.items.isEmpty
                    ? .none(texts("operator.mails.none"))
                    : .table(try await MailDesk.table(mails.items, on: page))),
        ]
        detail.sections += try await LogPage.section(about: booking.id.text, on: page, for: caller)
        return try detail.show(on: page)
    }

    private func steps(of booking: Booking, _ history: BookingHistory, on page: PageVisit) -> [DeskDetail.Step] {
        let (texts, formats) = (page.texts, page.formats)
        let zone = booking.agreed.zone
        var steps = [
            DeskDetail.Step(
                what: texts(history.beganAsRequest ? "operator.course.requested" : "operator.course.held"),
                when: formats.moment(booking.createdAt, in: zone))
        ]
        if history.extensions > 0 {
            steps.append(.init(what: texts.count("operator.course.extended", history.extensions), when: ""))
        }
        if let end = history.endsAt, booking.confirmedAt == nil {
            steps.append(.init(what: texts("operator.course.until"), when: formats.moment(end, in: zone)))
        }
        if let confirmed = booking.confirmedAt {
            steps.append(.init(what: texts("operator.course.confirmed"), when: formats.moment(confirmed, in: zone)))
            if [.confirmed, .completed].contains(booking.status) {
                let begins = booking.agreed.checkInAt
                steps.append(
                    .init(
                        what: texts("operator.course.begins"), when: formats.moment(begins, in: zone),
                        isAhead: begins > page.site.world.now()))
            }
        }
        switch booking.status {
        case .cancelled:
            let who = texts("operator.course.by.\((history.cancelledBy ?? .system).rawValue)")
            steps.append(
                .init(
                    what: texts("operator.course.cancelled", ["who": who]),
                    when: booking.cancelledAt.map { formats.moment($0, in: zone) } ?? "", detail: history.reason,
                    isBad: true))
        case .declined:
            steps.append(
                .init(
                    what: texts("operator.course.declined"), when: "",
                    detail: booking.crowdedOut.map { $0.words(texts, forGuest: false) } ?? history.reason, isBad: true))
        case .expired: steps.append(.init(what: texts("operator.course.expired"), when: "", isBad: true))
        case .completed:
            steps.append(
                .init(what: texts("operator.course.ended"), when: formats.moment(booking.agreed.checkOutAt, in: zone)))
        case .requested, .held, .confirmed: break
        }
        return steps
    }

    private func act(_ page: PageVisit, _ form: Form = Form([])) async throws -> DeskAct {
        let caller = try page.requireOperator()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: caller)
        let (texts, formats) = (page.texts, page.formats)
        let offer = try await page.site.bookings.cancellation(of: booking.id, for: caller)
        return DeskAct(
            part: .bookings, title: texts("operator.bookings.cancelTitle", ["code": booking.code]),
            path: "/operator/bookings/\(booking.id)/cancel", back: "/operator/bookings/\(booking.id)",
            consequences: [
                booking.paid.amount > 0
                    ? texts("operator.bookings.cancelPaid", ["amount": formats.money(offer.refund)])
                    : texts("operator.bookings.cancelFree"), texts("operator.bookings.cancelAbout"),
            ],
            facts: [
                (texts("operator.bookings.place"), booking.agreed.title, nil),
                (texts("operator.bookings.stay"), formats.stay(booking.stay), nil),
                (texts("price.total"), formats.money(booking.total), nil),
            ],
            button: offer.refund.amount > 0
                ? texts("operator.bookings.cancelButton", ["amount": formats.money(offer.refund)])
                : texts("operator.bookings.cancel"), isDanger: true, hidden: ShownCancellation.pairs(offer),
            problems: { ShownCancellation.problems($0, form, offer, on: page) })
    }

    @Sendable func cancel(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id: BookingID = try page.visit.id("booking")
        let booking = try await page.site.bookings.booking(id, for: caller)
        // Sent twice, or cancelled by somebody else meanwhile: the page of the booking says so.
        if booking.status == .cancelled { return page.goTo("/operator/bookings/\(id)") }
        return try await act(page, form).carryOut(on: page, form, done: "cancelled") { reason, once in
            _ = try await page.site.bookings.cancel(
                id, reason: reason, expecting: ShownCancellation.read(form, booking, page.texts), for: caller,
                once: once)
        }
    }
}

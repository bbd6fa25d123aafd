import BookingService
import Core
import Hummingbird
import PaymentService

/// All payments; one with what went back of it; given back by hand with a reason.
struct PaymentDesk {
    func add(to routes: inout Routes) {
        routes.page("/operator/payments", list)
        routes.page("/operator/payments/{id}", one)
        routes.page("/operator/payments/{id}/refund") { page in try await act(page).act.show(on: page) }
        routes.form("/operator/payments/{id}/refund", refund)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        var filter = PaymentFilter()
        filter.status = page.choice("status")
        let found = try await page.site.payments.payments(filter, cursor: page.cursor, limit: Desk.rows, for: caller)
        let codes = try await page.site.bookings.codes(of: found.items.map(\.bookingId), for: caller)
        let statuses = PaymentStatus.allCases.filter { $0 != .authorized }
        return try DeskList(
            part: .payments, title: texts("operator.part.payments"),
            tabs: page.tabs(
                "status", all: texts("operator.all"),
                statuses.map { ($0.rawValue, texts("operator.paymentStatus.\($0.rawValue)")) }),
            table: PaymentDesk.table(found.items, codes: codes, on: page), empty: texts("operator.payments.none"),
            older: page.older(found.nextCursor)
        ).show(on: page)
    }

    /// - Parameter codes: of the bookings that the payments are for; nothing where all are for the one whose page it is.
    static func table(_ payments: [Payment], codes: [BookingID: String]?, on page: PageVisit) -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        var heads = [
            texts("operator.payments.amount"), texts("operator.status"), texts("operator.payments.provider"),
            texts("operator.payments.purpose"), texts("operator.payments.made"), texts("trip.back"),
        ]
        if codes != nil { heads.insert(texts("operator.payments.booking"), at: 1) }
        return DeskTable(
            caption: texts("operator.part.payments"), heads: heads,
            rows: payments.map { payment in
                var cells: [DeskCell] = [
                    .code(formats.money(payment.amount), page.path("/operator/payments/\(payment.id)")),
                    .badge(texts("operator.paymentStatus.\(payment.status.rawValue)"), badge(payment.status)),
                    .text(provider(payment.provider, texts)),
                    .text(texts.known("operator.purpose.\((payment.purpose ?? .booking).rawValue)") ?? ""),
                    .stamp(formats.stamp(payment.createdAt)),
                    .number(payment.refunded.amount == 0 ? "–" : formats.money(payment.refunded)),
                ]
                if let codes {
                    let booking = payment.bookingId
                    cells.insert(
                        .code(codes[booking] ?? booking.text, page.path("/operator/bookings/\(booking)")), at: 1)
                }
                return cells
            })
    }

    private static func provider(_ name: String, _ texts: Texts) -> String {
        texts.known("operator.provider.\(name)") ?? name
    }

    private static func badge(_ status: PaymentStatus) -> String {
        switch status {
        case .captured: "ok"
        case .pending, .authorized: "warn"
        case .failed: "bad"
        case .cancelled, .partiallyRefunded, .refunded: "info"
        }
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let payment = try await page.site.bookings.payment(try page.visit.id("payment"), for: caller)
        let booking = try await page.site.bookings.booking(payment.bookingId, for: caller)
        let back = try await page.site.payments.givenBack(of: payment.id, for: caller)
        var detail = DeskDetail(
            part: .payments, title: texts("operator.payments.title", ["amount": formats.money(payment.amount)]))
        detail.badge = (
            texts("operator.paymentStatus.\(payment.status.rawValue)"), PaymentDesk.badge(payment.status)
        )
        detail.facts = [
            (texts("operator.payments.booking"), booking.code, "/operator/bookings/\(booking.id)"),
            (texts("operator.payments.provider"), PaymentDesk.provider(payment.provider, texts), nil),
            (texts("operator.payments.made"), formats.stamp(payment.createdAt), nil),
            (texts("operator.payments.amount"), formats.money(payment.amount), nil),
            (texts("trip.back"), formats.money(payment.refunded), nil),
            (texts("operator.payments.reference"), payment.id.text, nil),
        ]
        if PaymentDesk.left(of: payment, back).amount > 0 {
            detail.ways = [(texts("operator.payments.refund"), "/operator/payments/\(payment.id)/refund", false)]
        }
        detail.sections = [
            .init(
                id: "refunds", title: texts("operator.payments.refunds"),
                content: back.isEmpty
                    ? .none(texts("operator.payments.noRefunds"))
                    : .steps(
                        back.map { refund in
                            .init(
                                what: texts(
                                    "operator.refund.\(refund.state.rawValue)", ["amount": formats.money(refund.amount)]
                                ),
                                when: formats.stamp(refund.createdAt), detail: refund.reason,
                                isBad: refund.state == .failed)
                        }))
        ]
        detail.sections += try await LogPage.section(about: payment.id.text, on: page, for: caller)
        return try detail.show(on: page)
    }

    /// What can still be given back of it: what is on its way counts as gone.
    private static func left(of payment: Payment, _ back: [GivenBack]) -> Money {
        switch payment.status {
        case .captured, .partiallyRefunded:
            let gone = back.filter { $0.state != .failed }.reduce(0) { $0 + $1.amount.amount }
            return Money(max(0, payment.amount.amount - gone), payment.amount.currency)
        case .pending, .authorized, .failed, .cancelled, .refunded: return .zero(payment.amount.currency)
        }
    }

    private func act(_ page: PageVisit) async throws -> (act: DeskAct, payment: Payment) {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let payment = try await page.site.bookings.payment(try page.visit.id("payment"), for: caller)
        let back = try await page.site.payments.givenBack(of: payment.id, for: caller)
        let left = PaymentDesk.left(of: payment, back)
        var amount = Field("amount", texts("operator.payments.howMuch", ["currency": left.currency.code]))
        amount.hint = texts("operator.payments.howMuchHint", ["left": formats.money(left)])
        amount.inputMode = "decimal"
        amount.longest = 20
        amount.isOptional = true
        let act = DeskAct(
            part: .payments, title: texts("operator.payments.refundTitle"),
            path: "/operator/payments/\(payment.id)/refund", back: "/operator/payments/\(payment.id)",
            consequences: [texts("operator.payments.refundAbout"), texts("operator.payments.refundTells")],
            facts: [
                (texts("operator.payments.amount"), formats.money(payment.amount), nil),
                (texts("operator.payments.left"), formats.money(left), nil),
            ], button: texts("operator.payments.refund"), fields: [amount])
        return (act, payment)
    }

    @Sendable func refund(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let (act, payment) = try await act(page)
        return try await act.carryOut(on: page, form, done: "refunded") { reason, once in
            var amount: Money?
            let typed = form["amount"].filter { !$0.isWhitespace }
            if !typed.isEmpty {
                guard let minor = SearchAsked.minorUnits(typed, payment.amount.currency), minor > 0 else {
                    throw Problem.invalid("amount", "invalid", page.texts("operator.payments.amountWrong"))
                }
                amount = Money(minor, payment.amount.currency)
            }
            _ = try await page.site.payments.refund(payment.id, amount: amount, reason: reason, by: caller, once: once)
        }
    }
}

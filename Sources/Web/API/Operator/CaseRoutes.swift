import BookingService
import Core
import Hummingbird
import PaymentService

/// What a person must look at about money, and money given back by hand: for operators.
struct CaseRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/operator/cases", cases)
        routes.get("/api/v1/operator/cases/{id}", one)
        routes.post("/api/v1/operator/cases/{id}/resolve", resolve)
        routes.post("/api/v1/payments/{id}/refunds", refund)
    }

    private enum CaseState: String, CaseIterable { case open, resolved, all }

    @Sendable func cases(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireOperator()
        var query = try visit.query
        let state: CaseState = query.choice("state") ?? .open
        let limit = query.limit()
        let cursor = query.cursor()
        try query.check()
        let isOpen: Bool? =
            switch state {
            case .open: true
            case .resolved: false
            case .all: nil
            }
        let page = try await visit.site.payments.cases(isOpen: isOpen, cursor: cursor, limit: limit, for: caller)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    @Sendable func one(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireOperator()
        let found = try await visit.site.payments.moneyCase(try visit.id("case"), for: caller)
        try visit.refuseQuery()
        return .json { $0.value(found) }
    }

    private struct Resolution: Sendable {
        let note: String
        let tryAgain: Bool
    }

    @Sendable func resolve(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireOperator()
        let id: CaseID = try visit.id("case")
        _ = try await visit.site.payments.moneyCase(id, for: caller)
        let sent = try await visit.read(for: caller, by: visit.site.payments) { fields -> Resolution? in
            let note = fields.required("note", .text(1...1000, lines: true))
            let tryAgain = fields.optional("tryAgain", .flag) ?? false
            return note.map { Resolution(note: $0, tryAgain: tryAgain) }
        }
        let resolved = try await visit.site.payments.resolve(
            id, note: sent.body.note, tryAgain: sent.body.tryAgain, by: caller, once: sent.once)
        return .json { $0.value(resolved) }
    }

    private struct Giving: Sendable {
        let amount: Money?
        let reason: String?
    }

    @Sendable func refund(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: PaymentID = try visit.id("payment")
        // Who has no part in it is told that there is none; who has, that only an operator may.
        _ = try await visit.site.bookings.payment(id, for: caller)
        guard caller.isOperator else { throw Problem(.forbidden, "Only an operator may give money back by hand.") }
        let sent = try await visit.read(
            for: caller, by: visit.site.payments, whenEmpty: Giving(amount: nil, reason: nil)
        ) { fields -> Giving? in
            var amount: Money?
            if case .value(let money) = fields.nullable("amount", .money(1...Int64.max)) { amount = money }
            var reason: String?
            if case .value(let text) = fields.nullable("reason", .text(1...500)) { reason = text }
            return Giving(amount: amount, reason: reason)
        }
        let payment = try await visit.site.payments.refund(
            id, amount: sent.body.amount, reason: sent.body.reason, by: caller, once: sent.once)
        return .json(.created, headers: [.location: "/api/v1/payments/\(id)"]) { $0.value(payment) }
    }
}

extension Visit {
    /// - Throws: `Problem` `unauthenticated`, or `forbidden` for who is signed in and no operator.
    func requireOperator() async throws -> Caller {
        let caller = try await requireCaller()
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators may see this.") }
        return caller
    }
}

extension MoneyCase: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { found in
            found.member("id", id)
            found.member("kind", kind.rawValue)
            found.member("state", resolution == nil ? "open" : "resolved")
            found.member("provider", provider)
            found.member("subject", subject)
            found.member("bookingId", bookingId)
            found.member("paymentId", paymentId)
            found.member("amount", amount)
            found.member("detail", detail)
            found.member("openedAt", openedAt)
            found.member("resolvedAt", resolution?.at)
            found.member("resolvedBy", resolution?.by)
            found.member("note", resolution?.note)
        }
    }
}

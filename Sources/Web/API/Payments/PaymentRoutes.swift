import BookingService
import Core
import Hummingbird
import PaymentService

/// Paying for a hold, and what became of it.
struct PaymentRoutes {
    func add(to routes: inout Routes) {
        routes.post("/api/v1/bookings/{id}/payments", start)
        routes.get("/api/v1/bookings/{id}/payments", payments)
        routes.get("/api/v1/payments/{id}", payment)
    }

    @Sendable func start(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: BookingID = try visit.id("booking")
        let sent = try await visit.read(
            for: caller, by: visit.site.payments, mayAsk: { try await visit.requireStaying(id, caller) }
        ) { fields in fields.required("provider", .choice(of: visit.site.payments.providerNames)) }
        let started = try await visit.site.bookings.startPayment(
            for: id, provider: sent.body, for: caller, once: sent.once)
        return .json(
            started.isNew ? .created : .ok, headers: [.location: "/api/v1/payments/\(started.payment.id)"]
        ) { $0.value(started.payment) }
    }

    @Sendable func payments(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let payments = try await visit.site.bookings.payments(of: try visit.id("booking"), for: caller)
        var query = try visit.query
        let slice = Slice(&query)
        try query.check()
        let page = slice.page(of: payments)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    @Sendable func payment(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let payment = try await visit.site.bookings.payment(try visit.id("payment"), for: caller)
        try visit.refuseQuery()
        return .json { $0.value(payment) }
    }
}

extension Shape where Value == String {
    /// One of some names that are known only once the server runs.
    static func choice(of names: [String]) -> Shape {
        .parsed("one of \(names.joined(separator: ", "))") { names.contains($0) ? $0 : nil }
    }
}

extension Payment: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { payment in
            payment.member("id", id)
            payment.member("bookingId", bookingId)
            payment.member("purpose", (purpose ?? .booking).rawValue)
            payment.member("provider", provider)
            payment.member("status", status.rawValue)
            payment.member("amount", amount)
            payment.member("refunded", refunded)
            payment.member("checkoutUrl", checkoutUrl)
            payment.member("createdAt", createdAt)
        }
    }
}

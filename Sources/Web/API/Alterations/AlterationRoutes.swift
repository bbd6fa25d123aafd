import BookingService
import Core
import Hummingbird
import PaymentService

/// Changing what is booked: proposing, answering, paying the difference.
struct AlterationRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/bookings/{id}/alteration-quote", quote)
        routes.post("/api/v1/bookings/{id}/alterations", propose)
        routes.get("/api/v1/bookings/{id}/alterations", alterations)
        routes.get("/api/v1/alterations/{id}", alteration)
        routes.post("/api/v1/alterations/{id}/accept", accept)
        routes.post("/api/v1/alterations/{id}/decline", decline)
        routes.post("/api/v1/alterations/{id}/withdraw", withdraw)
        routes.post("/api/v1/alterations/{id}/payments", pay)
    }

    @Sendable func quote(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let booking = try await visit.site.bookings.booking(try visit.id("booking"), for: caller)
        var query = try visit.query
        let wish = query.alterationWish(in: booking.total.currency)
        try query.check()
        let quote = try await visit.site.bookings.alterationQuote(wish, for: booking.id, for: caller)
        return .json { $0.value(quote) }
    }

    @Sendable func propose(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: BookingID = try visit.id("booking")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings,
            mayAsk: { _ = try await visit.site.bookings.booking(id, for: caller) }, AlterationBody.init)
        let alteration = try await visit.site.bookings.propose(
            sent.body.wish, for: id, expecting: sent.body.expectedTotal, message: sent.body.message, for: caller,
            once: sent.once)
        return .json(.created, headers: [.location: "/api/v1/alterations/\(alteration.id)"]) { $0.value(alteration) }
    }

    @Sendable func alterations(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let alterations = try await visit.site.bookings.alterations(of: try visit.id("booking"), for: caller)
        var query = try visit.query
        let slice = Slice(&query)
        try query.check()
        let page = slice.page(of: alterations)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    @Sendable func alteration(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let alteration = try await visit.site.bookings.alteration(try visit.id("alteration"), for: caller)
        try visit.refuseQuery()
        return .json { $0.value(alteration) }
    }

    @Sendable func accept(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: AlterationID = try visit.id("alteration")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: NoBody(),
            mayAsk: { _ = try await visit.site.bookings.alteration(id, for: caller) }, NoBody.init)
        let alteration = try await visit.site.bookings.acceptAlteration(id, for: caller, once: sent.once)
        return .json { $0.value(alteration) }
    }

    @Sendable func decline(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: AlterationID = try visit.id("alteration")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: ReasonBody(),
            mayAsk: { _ = try await visit.site.bookings.alteration(id, for: caller) }, ReasonBody.init)
        let alteration = try await visit.site.bookings.declineAlteration(
            id, reason: sent.body.reason, for: caller, once: sent.once)
        return .json { $0.value(alteration) }
    }

    @Sendable func withdraw(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: AlterationID = try visit.id("alteration")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: ReasonBody(),
            mayAsk: { _ = try await visit.site.bookings.alteration(id, for: caller) }, ReasonBody.init)
        let alteration = try await visit.site.bookings.withdrawAlteration(
            id, reason: sent.body.reason, for: caller, once: sent.once)
        return .json { $0.value(alteration) }
    }

    @Sendable func pay(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: AlterationID = try visit.id("alteration")
        let sent = try await visit.read(
            for: caller, by: visit.site.payments,
            mayAsk: {
                let alteration = try await visit.site.bookings.alteration(id, for: caller)
                try await visit.requireStaying(alteration.bookingId, caller)
            }
        ) { fields in fields.required("provider", .choice(of: visit.site.payments.providerNames)) }
        let started = try await visit.site.bookings.startPayment(
            forAlteration: id, provider: sent.body, for: caller, once: sent.once)
        return .json(
            started.isNew ? .created : .ok, headers: [.location: "/api/v1/payments/\(started.payment.id)"]
        ) { $0.value(started.payment) }
    }
}

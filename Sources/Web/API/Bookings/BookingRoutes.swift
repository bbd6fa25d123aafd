import BookingService
import Core
import Hummingbird
import PropertyService

/// Holding nights, and what guest, host and operator do with a booking.
struct BookingRoutes {
    func add(to routes: inout Routes) {
        routes.post("/api/v1/bookings", hold)
        routes.get("/api/v1/bookings", bookings)
        routes.get("/api/v1/bookings/{id}", booking)
        routes.post("/api/v1/bookings/{id}/accept", accept)
        routes.post("/api/v1/bookings/{id}/decline", decline)
        routes.post("/api/v1/bookings/{id}/extend", extend)
        routes.get("/api/v1/bookings/{id}/cancellation", cancellation)
        routes.post("/api/v1/bookings/{id}/cancel", cancel)
    }

    @Sendable func hold(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        // Which place it is about stands in the body: remembered, so that an unknown one is told before what else is wrong.
        var place: String?
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, mayAsk: { try await mayBook(place, caller, visit) }
        ) { fields in HoldBody(&fields, place: &place) }
        guard let propertyId = PropertyID(sent.body.place) else { throw Problem.notFound("place") }
        let wish = Wish(propertyId: propertyId, stay: sent.body.stay, party: sent.body.party)
        let booking = try await visit.site.bookings.hold(
            wish, expecting: sent.body.expectedTotal, payingWith: sent.body.provider, for: caller, once: sent.once)
        return .json(.created, headers: [.location: "/api/v1/bookings/\(booking.id)"]) { $0.value(booking) }
    }

    /// - Throws: `Problem` where the caller could not book this place, whatever the stay.
    private func mayBook(_ place: String?, _ caller: Caller, _ visit: Visit) async throws {
        guard let place else { return }
        guard let id = PropertyID(place), let facts = try await visit.site.properties.facts(id) else {
            throw Problem.notFound("place")
        }
        guard facts.hostId != caller.id else { throw Problem(.forbidden, "This is your own place.") }
        guard facts.status == .listed else { throw Problem.notFound("place") }
    }

    @Sendable func bookings(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        var query = try visit.query
        let role: BookingRole = query.choice("role") ?? .guest
        if role == .operator, !caller.isOperator { throw Problem(.forbidden, "Only operators may see all bookings.") }
        let status: BookingStatus? = query.choice("status")
        let limit = query.limit()
        let cursor = query.cursor()
        try query.check()
        let page = try await visit.site.bookings.bookings(
            as: role, status: status, cursor: cursor, limit: limit, for: caller)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    @Sendable func booking(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let booking = try await visit.site.bookings.booking(try visit.id("booking"), for: caller)
        try visit.refuseQuery()
        return .json { $0.value(booking) }
    }

    @Sendable func accept(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: BookingID = try visit.id("booking")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: NoBody(),
            mayAsk: { try await visit.requireHosting(id, caller) }, NoBody.init)
        let booking = try await visit.site.bookings.accept(id, for: caller, once: sent.once)
        return .json { $0.value(booking) }
    }

    @Sendable func decline(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: BookingID = try visit.id("booking")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: ReasonBody(),
            mayAsk: { try await visit.requireHosting(id, caller) },
            ReasonBody.init)
        let booking = try await visit.site.bookings.decline(id, reason: sent.body.reason, for: caller, once: sent.once)
        return .json { $0.value(booking) }
    }

    @Sendable func extend(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: BookingID = try visit.id("booking")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: NoBody(),
            mayAsk: { try await visit.requireStaying(id, caller) }, NoBody.init)
        let booking = try await visit.site.bookings.extend(id, for: caller, once: sent.once)
        return .json { $0.value(booking) }
    }

    @Sendable func cancellation(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let offer = try await visit.site.bookings.cancellation(of: try visit.id("booking"), for: caller)
        try visit.refuseQuery()
        return .json { $0.value(offer) }
    }

    @Sendable func cancel(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let id: BookingID = try visit.id("booking")
        let sent = try await visit.read(
            for: caller, by: visit.site.bookings, whenEmpty: ReasonBody(),
            mayAsk: { _ = try await visit.site.bookings.booking(id, for: caller) }, ReasonBody.init)
        let booking = try await visit.site.bookings.cancel(id, reason: sent.body.reason, for: caller, once: sent.once)
        return .json { $0.value(booking) }
    }
}

extension Visit {
    /// - Throws: `Problem` `not_found` or `forbidden` for who may not answer this request.
    fileprivate func requireHosting(_ id: BookingID, _ caller: Caller) async throws {
        let booking = try await site.bookings.booking(id, for: caller)
        guard booking.hostId == caller.id || (caller.isOperator && booking.guestId != caller.id) else {
            throw Problem(.forbidden, "Only the host may answer a request.")
        }
    }

    /// - Throws: `Problem` `not_found` or `forbidden` for who is not the guest.
    func requireStaying(_ id: BookingID, _ caller: Caller) async throws {
        let booking = try await site.bookings.booking(id, for: caller)
        guard booking.guestId == caller.id else { throw Problem(.forbidden, "Only the guest may do this.") }
    }
}

import BookingService
import Core
import Hummingbird
import PropertyService

/// Finding places, reading one, and what its host does with it.
struct PropertyRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/properties", search)
        routes.post("/api/v1/properties", create)
        routes.get("/api/v1/properties/{id}", property)
        routes.patch("/api/v1/properties/{id}", change)
        routes.get("/api/v1/properties/{id}/quote", quote)
        routes.get("/api/v1/amenities", amenities)
    }

    @Sendable func search(_ visit: Visit) async throws -> Response {
        var query = try visit.query
        let wanted = PropertySearch(&query)
        try query.check()
        let found = try await visit.site.properties.search(wanted, for: visit.caller())
        return .json { $0.value(found) }
    }

    @Sendable func property(_ visit: Visit) async throws -> Response {
        let property = try await visit.property()
        try visit.refuseQuery()
        return .json { $0.value(PropertyBody(property: property)) }
    }

    @Sendable func create(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let sent = try await visit.read(for: caller, by: visit.site.properties, upTo: BodyLimit.large) {
            PropertyDraft(&$0)
        }
        let property = try await visit.site.properties.create(sent.body, for: caller, once: sent.once)
        return .json(.created, headers: [.location: "/api/v1/properties/\(property.id)"]) {
            $0.value(PropertyBody(property: property))
        }
    }

    @Sendable func change(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let current = try await visit.requireHosted(by: caller)
        let changes = try await visit.read(upTo: BodyLimit.large) { PropertyChanges(&$0) }
        let property = try await visit.change(current, changes, for: caller)
        return .json { $0.value(PropertyBody(property: property)) }
    }

    @Sendable func quote(_ visit: Visit) async throws -> Response {
        let caller = try await visit.caller()
        let id: PropertyID = try visit.id("place")
        let wish = try await visit.readQuery(QuoteQuery.init) { _ = try await visit.property() }
        let quote = try await visit.site.properties.quote(
            id, checkIn: wish.stay.checkIn, checkOut: wish.stay.checkOut, party: wish.party, for: caller,
            orWhere: { try await visit.hasBooked(id, caller) })
        let isInstant = try await visit.site.bookings.booksInstantly(quote.instantBook, guest: caller?.id)
        return .json { $0.value(QuoteBody(quote: quote, isInstant: isInstant)) }
    }

    @Sendable func amenities(_ visit: Visit) async throws -> Response {
        var query = try visit.query
        let slice = Slice(&query)
        try query.check()
        let page = slice.page(of: try await visit.site.properties.amenities())
        return .list(page.items, nextCursor: page.nextCursor) { json, amenity in
            json.object {
                $0.member("code", amenity.code)
                $0.member("name", amenity.name)
                $0.member("count", amenity.count)
            }
        }
    }
}

extension Visit {
    /// The property of the path, as far as the caller may read it.
    func property() async throws -> Property {
        let id: PropertyID = try id("place")
        let caller = try await caller()
        return try await site.properties.property(id, for: caller, orWhere: { try await hasBooked(id, caller) })
    }

    /// A guest who booked a place may read it though it is not listed any more.
    func hasBooked(_ id: PropertyID, _ caller: Caller?) async throws -> Bool {
        guard let caller else { return false }
        return try await site.bookings.hasBooked(id, guest: caller.id)
    }

    /// The property of the path.
    /// - Throws: `Problem` `not_found` where the caller may not read it, `forbidden` where it is another host's.
    func requireHosted(by caller: Caller) async throws -> Property {
        let id: PropertyID = try id("place")
        let property = try await site.properties.property(id, for: caller, orWhere: { false })
        guard property.hostId == caller.id || caller.isOperator else {
            throw Problem(.forbidden, "Only its host may change this place.")
        }
        return property
    }

    /// Changes a property. Fewer units are first refused or retired by the Booking Service, which knows who is in them;
    /// where the change fails after that, they are again what the place has.
    func change(
        _ current: Property, _ changes: PropertyChanges, for caller: Caller,
        unlessChanged isAsSeen: @escaping @Sendable (Property) -> Bool = { _ in true }
    ) async throws -> Property {
        guard case .set(let count) = changes.unitCount, count != current.unitCount else {
            return try await site.properties.change(current.id, changes, for: caller, unlessChanged: isAsSeen)
        }
        try await site.bookings.changeUnitCount(of: current.id, to: count, for: caller)
        do {
            // Of two who change the number at the same moment the second is told.
            return try await site.properties.change(current.id, changes, for: caller) {
                $0.unitCount == current.unitCount && isAsSeen($0)
            }
        } catch {
            try await site.bookings.restoreUnits(of: current.id, among: max(count, current.unitCount))
            throw error
        }
    }

    /// Reads a query. Where something in it is wrong, `mayAsk` is asked first: what nobody may see is not found, however
    /// it was asked for.
    func readQuery<Wanted>(
        _ make: (inout Query) -> Wanted?, mayAsk: () async throws -> Void
    ) async throws -> Wanted {
        do {
            var query = try self.query
            let wanted = make(&query)
            try query.check()
            guard let wanted else { throw Problem.invalid("query", "invalid", "The query is not complete.") }
            return wanted
        } catch let problem as Problem {
            try await mayAsk()
            throw problem
        }
    }
}

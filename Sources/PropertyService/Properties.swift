public import Core
package import Storage

/// Listings: what hosts offer, what guests find, and on what terms a stay can be held.
public struct Properties: Sendable {
    let database: any Database
    let world: World
    let outbox: Outbox
    let gazetteer: Gazetteer
    let operatorCurrency: Currency
    let courier: Courier
    let store: PropertyStore
    let sheets: RuleSheets
    let index: SearchIndex
    let hearing: Together<Event, Void>

    /// - Parameters:
    ///   - database: the Properties DB, migrated with `PropertyMigrations.all`.
    ///   - operatorCurrency: what `minPrice` and `maxPrice` mean where a search names none.
    ///   - serviceFee: the operator's, of nights less discounts and of fees.
    package init(
        database: any Database, world: World, outbox: Outbox, gazetteer: Gazetteer, operatorCurrency: Currency,
        courier: Courier, serviceFee: Percent = .zero
    ) {
        self.database = database
        self.world = world
        self.outbox = outbox
        self.gazetteer = gazetteer
        self.operatorCurrency = operatorCurrency
        self.courier = courier
        store = PropertyStore(database: database)
        hearing = Properties.hearing(on: database)
        let sheets = RuleSheets(serviceFee: serviceFee)
        self.sheets = sheets
        index = SearchIndex(database: database, gazetteer: gazetteer, sheets: sheets)
    }

    /// One property, for whoever may see it.
    /// - Parameter mayRead: asked only where it is not listed and not the caller's: have they booked it?
    /// - Throws: `Problem` `not_found` unless it is listed, the caller's, the caller is an operator, or `mayRead`.
    public func property(
        _ id: PropertyID, for caller: Caller?, orWhere mayRead: @Sendable () async throws -> Bool = { false }
    ) async throws -> Property {
        try await visible(try await store.property(id), to: caller, orWhere: mayRead)
    }

    /// Those of the ids that exist, without their descriptions. No permission is asked: callers are services.
    public func properties(_ ids: [PropertyID]) async throws -> [PropertyID: Property] {
        try await store.summaries(ids)
    }

    /// The listings of a host, whatever their status, newest first, without their descriptions; at most a thousand.
    /// No permission is asked: callers ask for the person who is signed in.
    public func properties(of host: UserID) async throws -> [Property] {
        try await store.properties(of: host)
    }

    /// Listed places that fit, one page of them, and how many there are on all pages.
    ///
    /// With dates only places that can be booked for that stay come back, each with the total of the stay.
    /// - Parameter caller: everyone finds the same; who asks is named so that this can change.
    /// - Throws: `Problem` `validation_failed` that names every parameter that is wrong.
    public func search(_ query: PropertySearch, for caller: Caller?) async throws -> SearchPage {
        let (filter, cursor, limit) = try SearchFilter.checked(query, operatorCurrency: operatorCurrency)
        return try await index.page(filter, after: cursor, limit: limit, now: world.now())
    }

    /// Every amenity that a listed place has, the commonest first.
    public func amenities() async throws -> [AmenityCount] {
        try await store.amenities()
    }

    /// What amenities are called, by code, as the first listed place that had each named it. One that none ever had is left
    /// out.
    public func amenityNames(of codes: [String]) async throws -> [String: String] {
        codes.isEmpty ? [:] : try await store.amenityNames(of: codes)
    }

    /// What other services must know of a property, whatever its status; nothing where there is none.
    public func facts(_ id: PropertyID) async throws -> PropertyFacts? {
        try await database.read { reader in
            guard let property = try PropertyStore.property(id, in: reader) else { return nil }
            return property.facts(try RuleStore.sheet(of: id, sheets, in: reader).rules)
        }
    }

    /// Those of the ids where cancelling gives back something else than the listing's policy says.
    public func withOwnCancellation(among ids: [PropertyID]) async throws -> Set<PropertyID> {
        try await database.read { reader in
            Set(try RuleStore.sheets(of: ids, sheets, in: reader).filter { $1.rules.cancellation != .none }.keys)
        }
    }

    /// Lets through whom a property concerns.
    func visible(
        _ property: Property?, to caller: Caller?, orWhere mayRead: () async throws -> Bool
    ) async throws -> Property {
        guard let property else { throw Problem.notFound("property") }
        if property.status == .listed { return property }
        guard let caller else { throw Problem.notFound("property") }
        if caller.isOperator || caller.id == property.hostId { return property }
        guard try await mayRead() else { throw Problem.notFound("property") }
        return property
    }
}

extension Property {
    package func facts(_ rules: PropertyRules) -> PropertyFacts {
        PropertyFacts(
            id: id, hostId: hostId, title: title, status: status, zone: zone, currency: nightlyPrice?.currency,
            checkInFrom: checkInFrom, checkOutBy: checkOutBy, units: (1...unitCount).map { UnitID.of(id, $0) },
            instantBook: instantBook(rules), cancellationPolicy: cancellationPolicy,
            cancellation: rules.cancellation, preparation: rules.preparation,
            room: PartyRoom(maximumGuests: maximumGuests, rules.party))
    }

    func instantBook(_ rules: PropertyRules) -> InstantBook {
        guard instantBook else { return .nobody }
        return rules.booking.instantBookNeedsFinishedStay ? .guestsWithFinishedStay : .everyone
    }
}

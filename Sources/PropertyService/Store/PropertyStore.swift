import Core
import Storage

/// The SQL of listings.
struct PropertyStore: Sendable {
    let database: any Database

    func property(_ id: PropertyID) async throws -> Property? {
        try await database.read { try PropertyStore.property(id, in: $0) }
    }

    static func property(_ id: PropertyID, in queries: borrowing some Queries & ~Copyable) throws -> Property? {
        try soon(id, in: queries).all().first
    }

    /// The same, on its way.
    static func soon(_ id: PropertyID, in queries: borrowing some Queries & ~Copyable) throws -> Soon<Property> {
        try queries.soon("SELECT \(PropertyRow.columns) FROM property WHERE id = \(id)", PropertyRow.property)
    }

    /// Those that exist, in no order, without their descriptions.
    static func summaries(
        _ ids: [PropertyID], in queries: borrowing some Queries & ~Copyable
    ) throws -> [PropertyID: Property] {
        var found: [PropertyID: Property] = [:]
        for some in PropertyStore.chunks(of: ids) {
            try queries.forEach("SELECT \(PropertyRow.summaryColumns) FROM property WHERE id IN \(list: some)") { row in
                let property = try PropertyRow.property(row)
                found[property.id] = property
            }
        }
        return found
    }

    func summaries(_ ids: [PropertyID]) async throws -> [PropertyID: Property] {
        guard !ids.isEmpty else { return [:] }
        return try await database.read { try PropertyStore.summaries(ids, in: $0) }
    }

    func properties(of host: UserID) async throws -> [Property] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT \(PropertyRow.summaryColumns) FROM property
                WHERE host_id = \(host) ORDER BY created_at DESC, id LIMIT \(PropertyStore.mostOfHost)
                """, PropertyRow.property)
        }
    }

    func amenities() async throws -> [AmenityCount] {
        try await database.read { reader in
            try reader.all(
                "SELECT code, name, listed_count FROM amenity WHERE listed_count > 0 ORDER BY listed_count DESC, code"
            ) { AmenityCount(code: try $0[0], name: try $0[1], count: try $0[2]) }
        }
    }

    func amenityNames(of codes: [String]) async throws -> [String: String] {
        try await database.read { reader in
            var names: [String: String] = [:]
            try reader.forEach("SELECT code, name FROM amenity WHERE code IN \(list: codes)") { row in
                names[try row[0]] = try row[1] as String
            }
            return names
        }
    }

    /// How many listings of one host are read at once; the largest real host has about four hundred.
    static let mostOfHost = 1000

    /// When check-in begins at each.
    static func checkInTimes(of ids: [PropertyID], in reader: borrowing Reader) throws -> [PropertyID: TimeOfDay] {
        var times: [PropertyID: TimeOfDay] = [:]
        for ids in chunks(of: ids) {
            try reader.forEach("SELECT id, check_in_from FROM property WHERE id IN \(list: ids)") { row in
                times[try row[0]] = try PropertyRow.time(try row[1])
            }
        }
        return times
    }

    /// Ids in lists of few different lengths (the last id repeated), so that a database keeps few prepared statements.
    static func chunks(of ids: [PropertyID]) -> [[PropertyID]] {
        var chunks: [[PropertyID]] = []
        var rest = ids[...]
        while let last = rest.last {
            let length = rest.count > 128 ? 512 : rest.count > 32 ? 128 : rest.count > 8 ? 32 : 8
            let some = rest.prefix(length)
            rest = rest.dropFirst(length)
            chunks.append(some + [PropertyID](repeating: last, count: length - some.count))
        }
        return chunks
    }

    // MARK: Writing

    /// Makes a row, its place in the search and its part in the counts of amenities.
    static func insert(
        _ property: Property, said: SaidBySource?, names: [String: String], at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let price = property.nightlyPrice
        try tx.execute(
            """
            INSERT INTO property (\(PropertyRow.columns), source_said, created_at, changed_at)
            VALUES (\(property.id), \(property.version), \(property.hostId), \(property.status.rawValue),
                \(property.title), \(property.roomType.rawValue), \(property.location.country), \(property.location.city),
                \(property.location.neighbourhood), \(property.location.latitude), \(property.location.longitude),
                \(property.maximumGuests), \(property.bedrooms), \(property.beds), \(property.halfBathrooms),
                \(property.amenities.joined(separator: " ")), \(price?.amount), \(price?.currency),
                \(property.minimumNights), \(property.maximumNights), \(property.instantBook), \(property.unitCount),
                \(property.cancellationPolicy.rawValue), \(property.rating.hundredths), \(property.rating.count),
                \(try PropertyRow.photosText(property.photos)), \(property.zone.name),
                \(property.checkInFrom.description), \(property.checkOutBy.description), \(property.openUntil),
                \(property.source?.name), \(property.source?.id), \(property.description), \(said?.text), \(now), \(now))
            """)
        try SearchEntries.replace(nil, by: property, in: tx)
        try AmenityCounts.move(
            from: [], to: property.listedAmenities, naming: names.merged(over: property.amenities), in: tx)
    }

    /// Keeps what a source has said, of a property that is as it was.
    static func remember(_ said: SaidBySource, of id: PropertyID, in tx: borrowing Transaction) throws {
        try tx.execute("UPDATE property SET source_said = \(said.text) WHERE id = \(id)")
    }

    /// Whether the position of a listing is only the middle of others: neither its source nor its host has said it.
    static func isPositionGuessed(of id: PropertyID, in tx: borrowing Transaction) throws -> Bool {
        try tx.exists("SELECT 1 FROM property WHERE id = \(id) AND position_guessed = 1")
    }

    static func setPosition(of id: PropertyID, isGuessed: Bool, in tx: borrowing Transaction) throws {
        try tx.execute(
            """
            UPDATE property SET position_guessed = \(isGuessed) WHERE id = \(id) AND position_guessed <> \(isGuessed)
            """)
    }

    /// Brings a row, its place in the search and the counts of amenities from `old` to `new`.
    static func update(
        _ old: Property, to new: Property, said: SaidBySource? = nil, names: [String: String] = [:],
        at now: Instant, in tx: borrowing Transaction
    ) throws {
        let price = new.nightlyPrice
        try tx.execute(
            """
            UPDATE property SET version = \(new.version), host_id = \(new.hostId), status = \(new.status.rawValue),
                title = \(new.title), room_type = \(new.roomType.rawValue), country = \(new.location.country),
                city = \(new.location.city), neighbourhood = \(new.location.neighbourhood),
                latitude = \(new.location.latitude), longitude = \(new.location.longitude),
                maximum_guests = \(new.maximumGuests), bedrooms = \(new.bedrooms), beds = \(new.beds),
                half_bathrooms = \(new.halfBathrooms), amenities = \(new.amenities.joined(separator: " ")),
                price = \(price?.amount), currency = \(price?.currency), minimum_nights = \(new.minimumNights),
                maximum_nights = \(new.maximumNights), instant_book = \(new.instantBook),
                unit_count = \(new.unitCount), cancellation_policy = \(new.cancellationPolicy.rawValue),
                rating_hundredths = \(new.rating.hundredths), rating_count = \(new.rating.count),
                photos = \(try PropertyRow.photosText(new.photos)), zone = \(new.zone.name),
                check_in_from = \(new.checkInFrom.description), check_out_by = \(new.checkOutBy.description),
                open_until = \(new.openUntil), description = \(new.description),
                source_said = COALESCE(\(said?.text), source_said), changed_at = \(now)
            WHERE id = \(new.id)
            """)
        try SearchEntries.replace(old, by: new, in: tx)
        try AmenityCounts.move(
            from: old.listedAmenities, to: new.listedAmenities, naming: names.merged(over: new.amenities), in: tx)
        if old.unitCount != new.unitCount { try NightStore.countUnitsAgain(of: new.id, in: tx) }
        if Grid.place(of: old) != Grid.place(of: new) { try NightStore.move(new.id, to: Grid.place(of: new), in: tx) }
        if let was = old.nightlyPrice?.currency, was != new.nightlyPrice?.currency {
            // Prices per date are minor units of the old currency: kept, they would mean another sum.
            try NightStore.clearPrices(of: new.id, in: tx)
            let rules = try RuleStore.rules(of: new.id, in: tx)
            if !rules.amounts.isEmpty { try RuleStore.save(rules.withoutAmounts(), of: new.id, at: now, in: tx) }
        }
    }
}

extension Property {
    var halfBathrooms: Int { Int((bathrooms * 2).rounded()) }
    /// What counts in the list of amenities.
    fileprivate var listedAmenities: [String] { status == .listed ? amenities : [] }
}

extension Rating {
    var hundredths: Int? { average.map { Int(($0 * 100).rounded()) } }
}

extension [String: String] {
    /// A name for each code: the one known, else made from the code.
    fileprivate func merged(over codes: [String]) -> [String: String] {
        Dictionary(codes.map { ($0, self[$0] ?? Amenity.name(of: $0)) }, uniquingKeysWith: { first, _ in first })
    }
}

/// How many listed places have each amenity, kept with each change so that reading it is one small query.
enum AmenityCounts {
    static func move(
        from old: [String], to new: [String], naming names: [String: String], in tx: borrowing Transaction
    ) throws {
        let (had, has) = (Set(old), Set(new))
        for code in had.subtracting(has).sorted() {
            try tx.execute("UPDATE amenity SET listed_count = listed_count - 1 WHERE code = \(code)")
        }
        for code in has.subtracting(had).sorted() {
            try tx.execute(
                """
                INSERT INTO amenity (code, name, listed_count) VALUES (\(code), \(names[code] ?? code), 1)
                ON CONFLICT (code) DO UPDATE SET listed_count = amenity.listed_count + 1
                """)
        }
    }
}

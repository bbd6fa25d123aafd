public import Core
import Storage

// What operators see of all listings. Anyone else is refused.
extension Properties {
    /// Every listing, newest first, without the descriptions.
    /// - Parameters:
    ///   - status: only those in it.
    ///   - host: only theirs.
    ///   - cursor: where the page before ended.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func listings(
        status: PropertyStatus?, host: UserID?, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<Property> {
        try Properties.requireOperator(caller)
        let place = try cursor.map { try MomentCursor($0) }
        let found = try await store.listings(status: status, host: host, after: place, limit: limit + 1)
        let page = Page(found, limit: limit) { MomentCursor($0.createdAt, $0.property.id.text) }
        return Page(items: page.items.map(\.property), nextCursor: page.nextCursor)
    }

    /// How many listings there are in each status.
    /// - Throws: `Problem` `forbidden` for anyone but an operator.
    public func standing(for caller: Caller) async throws -> [PropertyStatus: Int] {
        try Properties.requireOperator(caller)
        return try await store.countByStatus()
    }

    /// What operators did to listings, newest first.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func operatorActs(
        _ filter: OperatorActFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> [OperatorAct] {
        try Properties.requireOperator(caller)
        return try await database.operatorActs(filter, after: try cursor.map { try MomentCursor($0) }, limit: limit)
    }

    private static func requireOperator(_ caller: Caller) throws(Problem) {
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators see every listing.") }
    }
}

extension PropertyStore {
    func listings(
        status: PropertyStatus?, host: UserID?, after place: MomentCursor?, limit: Int
    ) async throws -> [(property: Property, createdAt: Instant)] {
        var conditions: [SQL] = ["0 = 0"]
        if let status { conditions.append("status = \(status.rawValue)") }
        if let host { conditions.append("host_id = \(host)") }
        if let place {
            conditions.append("(created_at < \(place.moment) OR (created_at = \(place.moment) AND id < \(place.id)))")
        }
        return try await database.read { [conditions] reader in
            try reader.all(
                """
                SELECT \(PropertyRow.summaryColumns), created_at FROM property
                WHERE \(SQL.joined(conditions, by: " AND ")) ORDER BY created_at DESC, id DESC LIMIT \(limit)
                """
            ) { row in (property: try PropertyRow.property(row), createdAt: try row[33]) }
        }
    }

    func countByStatus() async throws -> [PropertyStatus: Int] {
        let counts = try await database.read { reader in
            try reader.all("SELECT status, COUNT(*) FROM property GROUP BY status") { row in
                (status: PropertyStatus(rawValue: try row[0]), count: try row[1] as Int)
            }
        }
        return counts.reduce(into: [:]) { all, one in if let status = one.status { all[status] = one.count } }
    }
}

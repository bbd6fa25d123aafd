public import Core
import Storage

/// Which bookings an operator looks at; what is left out does not narrow.
public struct BookingFilter: Sendable {
    public var status: BookingStatus?
    public var guestId: UserID?
    public var hostId: UserID?
    public var propertyId: PropertyID?
    /// The code a person reads out; case, spaces and the hyphen do not count.
    public var code: String?

    public init() {}
}

/// What only an operator sees of a booking.
public struct BookingHistory: Sendable, Equatable {
    /// Whether the host was asked first.
    public let beganAsRequest: Bool
    /// How often the guest took more time to pay.
    public let extensions: Int
    /// When the hold or the request runs out, or did.
    public let endsAt: Instant?
    public let cancelledBy: Actor?
    /// Of whoever cancelled or declined.
    public let reason: String?
    /// Whether money is on its way, or the provider is being asked to close its page.
    public let isClosing: Bool
}

// What operators see of all bookings. Anyone else is refused.
extension Bookings {
    /// All bookings, newest first.
    /// - Parameter cursor: where the page before ended.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func bookings(
        _ filter: BookingFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<Booking> {
        try Bookings.requireOperator(caller)
        let place = try cursor.map { try MomentCursor($0) }
        let found = try await store.bookings(filter, after: place, limit: limit + 1)
        let page = Page(found.map(\.booking), limit: limit) { MomentCursor($0.createdAt, $0.id.text) }
        return Page(items: try await withBalances(page.items), nextCursor: page.nextCursor)
    }

    /// The codes that people read out, of those of the bookings that exist.
    /// - Parameter ids: at most a few hundred.
    /// - Throws: `Problem` `forbidden` for anyone but an operator.
    public func codes(of ids: [BookingID], for caller: Caller) async throws -> [BookingID: String] {
        try Bookings.requireOperator(caller)
        return try await store.codes(of: Array(Set(ids)))
    }

    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `not_found`.
    public func history(of id: BookingID, for caller: Caller) async throws -> BookingHistory {
        try Bookings.requireOperator(caller)
        guard let record = try await store.booking(id) else { throw Problem.notFound("booking") }
        return BookingHistory(
            beganAsRequest: record.beganAsRequest, extensions: record.extensions, endsAt: record.endsAt,
            cancelledBy: record.cancelledBy, reason: record.reason, isClosing: record.course.state == .closing)
    }

    /// How many bookings wait for somebody: requests, holds and confirmed stays.
    /// - Throws: `Problem` `forbidden` for anyone but an operator.
    public func standing(for caller: Caller) async throws -> [BookingStatus: Int] {
        try Bookings.requireOperator(caller)
        return try await store.countOpen()
    }

    /// What operators did to bookings and calendars, newest first.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func operatorActs(
        _ filter: OperatorActFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> [OperatorAct] {
        try Bookings.requireOperator(caller)
        return try await store.database.operatorActs(
            filter, after: try cursor.map { try MomentCursor($0) }, limit: limit)
    }

    private static func requireOperator(_ caller: Caller) throws(Problem) {
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators may see all bookings.") }
    }
}

extension BookingStore {
    func bookings(_ filter: BookingFilter, after place: MomentCursor?, limit: Int) async throws -> [BookingRecord] {
        var conditions: [SQL] = ["0 = 0"]
        if let status = filter.status {
            let states = Course.State.allCases.filter { Course($0).status == status }
            let isOfAll = filter.guestId == nil && filter.hostId == nil && filter.propertyId == nil
            conditions.append(BookingStore.inStates(states, ofAll: isOfAll))
        }
        if let guest = filter.guestId { conditions.append("guest_id = \(guest)") }
        if let host = filter.hostId { conditions.append("host_id = \(host)") }
        if let property = filter.propertyId { conditions.append("property_id = \(property)") }
        if let code = filter.code { conditions.append("code = \(BookingStore.asStored(code))") }
        if let place {
            conditions.append("(created_at < \(place.moment) OR (created_at = \(place.moment) AND id < \(place.id)))")
        }
        return try await database.read { [conditions] reader in
            try reader.all(
                """
                SELECT \(raw: BookingRecord.columns) FROM booking WHERE \(SQL.joined(conditions, by: " AND "))
                ORDER BY created_at DESC, id DESC LIMIT \(limit)
                """, BookingRecord.init)
        }
    }

    func codes(of ids: [BookingID]) async throws -> [BookingID: String] {
        guard !ids.isEmpty else { return [:] }
        let found = try await database.read { reader in
            try reader.all("SELECT id, code FROM booking WHERE id IN \(list: ids)") { row in
                (id: try row[0] as BookingID, code: try row[1] as String)
            }
        }
        return Dictionary(found.map { ($0.id, $0.code) }) { first, _ in first }
    }

    func countOpen() async throws -> [BookingStatus: Int] {
        let states: [Course.State] = [.requested, .held, .closing, .confirmed]
        let counts = try await database.read { reader in
            try reader.all(
                "SELECT state, COUNT(*) FROM booking WHERE state IN \(list: states.map(\.rawValue)) GROUP BY state"
            ) { row in (state: Course.State(rawValue: try row[0]), count: try row[1] as Int) }
        }
        return counts.reduce(into: [:]) { all, one in
            if let state = one.state { all[Course(state).status, default: 0] += one.count }
        }
    }

    /// `h7k2 9qxm` as it is stored: `H7K2-9QXM`.
    private static func asStored(_ code: String) -> String {
        let letters = code.uppercased().filter { $0.isLetter || $0.isNumber }
        guard letters.count == 8 else { return code }
        return "\(letters.prefix(4))-\(letters.suffix(4))"
    }
}

import Assembly
import Core
import Storage

/// What must be true at any moment, read from the databases themselves: none of it asks the services.
struct Promises: Sendable {
    let databases: Databases

    /// Where every booking stood at the last look: nothing goes backwards.
    private(set) var states: [BookingID: String] = [:]

    init(databases: Databases) { self.databases = databases }

    /// Looks at everything once.
    /// - Returns: what is broken, in words; empty where all promises hold.
    mutating func broken() async throws -> [String] {
        let bookings = try await databases.bookings.read { reader in
            (findings: try Findings.of(NightPromises.all + [Promises.noFaults], in: reader),
                states: try reader.all(Promises.bookingStates, BookingState.init))
        }
        let money = try await databases.payments.read { reader in
            (findings: try Findings.of(MoneyPromises.all + [Promises.noFaults], in: reader),
                winners: try reader.all(MoneyPromises.winners, MoneyPromises.Winner.init))
        }
        let others = try await [databases.users, databases.properties].asyncFlatMap { database in
            try await database.read { try Findings.of([Promises.noFaults], in: $0) }
        }
        var findings = bookings.findings + money.findings + others
        for booking in bookings.states {
            if let before = states.updateValue(booking.state, forKey: booking.id), before != booking.state,
                CoursePromises.reachable[before]?.contains(booking.state) != true
            {
                findings.append("\(booking.id) went from \(before) to \(booking.state)")
            }
        }
        findings += MoneyPromises.compare(money.winners, bookings.states)
        return findings
    }

    /// A booking, and whether it waits for its refund to be heard.
    struct BookingState: Sendable {
        let id: BookingID
        let state: String
        let sendsRefund: Bool

        init(_ row: Row) throws {
            id = try row[0]
            state = try row[1]
            sendsRefund = try row[2]
        }
    }

    private static let bookingStates: SQL = """
        SELECT id, state, CASE WHEN EXISTS (
            SELECT 1 FROM outbox WHERE subject = booking.id AND kind = 'payable.refund') THEN 1 ELSE 0 END
        FROM booking
        """

    /// Events that nobody could take for another reason than the simulation's own trouble.
    static let noFaults: SQL = """
        SELECT 'the event ' || kind || ' finds a fault: ' || last_error, subject FROM outbox
        WHERE last_error IS NOT NULL AND last_error NOT LIKE '%simulated' AND last_error NOT LIKE '%while committing'
        """
}

/// Rows of two columns, what is broken and where, as sentences.
enum Findings {
    static func of(_ promises: [SQL], in queries: borrowing some Queries & ~Copyable) throws -> [String] {
        try queries.all(SQL.joined(promises, by: " UNION ALL ")) { row in
            "\(try row[1] as String): \(try row[0] as String)"
        }
    }
}

/// Which way bookings go.
enum CoursePromises {
    /// Where a booking can be later, from each state; one look may miss the states between.
    static let reachable: [String: Set<String>] = [
        "requested": [
            "held", "closing", "confirmed", "completed", "declined", "expired", "abandoned", "cancelled", "lapsed",
        ],
        "held": ["closing", "confirmed", "completed", "expired", "abandoned", "cancelled"],
        "closing": ["confirmed", "completed", "expired", "abandoned", "cancelled"],
        "confirmed": ["completed", "cancelled"],
        "expired": ["confirmed", "completed", "cancelled"],  // the late payer who found the nights free
        "completed": [], "declined": [], "abandoned": [], "cancelled": [], "lapsed": [],
    ]
}

extension Sequence {
    /// One after the other.
    fileprivate func asyncFlatMap<Value>(_ make: (Element) async throws -> [Value]) async rethrows -> [Value] {
        var made: [Value] = []
        for element in self { made += try await make(element) }
        return made
    }
}

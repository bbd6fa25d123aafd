import Assembly
import Core
import Storage

/// What must be true at any moment, read from the databases themselves: none of it asks the services. A database that
/// nobody has written to since the last look is not read again.
struct Promises: Sendable {
    private let databases: Databases
    /// Where every booking stood at the last look: nothing goes backwards.
    private var states: [BookingID: String] = [:]
    private var bookings: [BookingState] = []
    private var winners: [MoneyPromises.Winner] = []

    init(databases: Databases) { self.databases = databases }

    /// Looks at everything that may have changed.
    /// - Parameter changed: the names of databases that were written to since the last look.
    /// - Returns: what is broken, in words; empty where all promises hold.
    mutating func broken(in changed: Set<String>) async throws -> [String] {
        var findings: [String] = []
        if changed.contains("bookings") {
            let looked = try await databases.bookings.read { reader in
                (
                    findings: try Findings.of(Promises.ofBookings, in: reader),
                    states: try reader.all(Promises.bookingStates, BookingState.init)
                )
            }
            findings += looked.findings
            bookings = looked.states
            for booking in bookings { findings += went(booking) }
        }
        if changed.contains("payments") || changed.contains("provider") {
            let looked = try await databases.payments.read { reader in
                (
                    findings: try Findings.of(Promises.ofPayments, in: reader),
                    winners: try reader.all(MoneyPromises.winners, MoneyPromises.Winner.init)
                )
            }
            findings += looked.findings
            winners = looked.winners
        }
        if changed.contains("users") {
            findings += try await databases.users.read { try Findings.of(Promises.noFaults, in: $0) }
        }
        if changed.contains("properties") {
            findings += try await databases.properties.read { try Findings.of(Promises.noFaults, in: $0) }
        }
        return findings + MoneyPromises.compare(winners, bookings)
    }

    private mutating func went(_ booking: BookingState) -> [String] {
        guard let before = states.updateValue(booking.state, forKey: booking.id), before != booking.state,
            CoursePromises.reachable[before]?.contains(booking.state) != true
        else { return [] }
        return ["\(booking.id) went from \(before) to \(booking.state)"]
    }

    private static let ofBookings = SQL.joined(NightPromises.all + [noFaults], by: " UNION ALL ")
    private static let ofPayments = SQL.joined(MoneyPromises.all + [noFaults], by: " UNION ALL ")

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
    static func of(_ promises: SQL, in queries: borrowing some Queries & ~Copyable) throws -> [String] {
        try queries.all(promises) { row in
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

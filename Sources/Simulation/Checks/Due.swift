import Assembly
import Core
import Storage

/// When the background has something to do next. The real one looks every second; here that is worked out, so that idle
/// hours cost nothing.
struct Due: Sendable, Equatable {
    let moment: Instant
    let what: String

    static func next(in databases: Databases) async throws -> Due? {
        let bookings = try await first("bookings", in: databases.bookings, ["SELECT MIN(due_at) FROM booking"])
        let payments = try await first(
            "payments", in: databases.payments, ["SELECT MIN(ask_at) FROM payment", "SELECT MIN(ask_at) FROM refund"])
        let users = try await first(
            "mails", in: databases.users, ["SELECT MIN(due_at) FROM mail WHERE state IN ('queued', 'sending')"])
        let properties = try await first("properties", in: databases.properties, [])
        return [bookings, payments, users, properties].compactMap(\.self).min { $0.moment < $1.moment }
    }

    private static func first(_ name: String, in database: any Database, _ moments: [SQL]) async throws -> Due? {
        try await database.read { reader in
            let found = try reader.values(SQL.joined(moments + [events], by: " UNION ALL "), as: Instant?.self)
            return found.compactMap(\.self).min().map { Due(moment: $0, what: name) }
        }
    }

    /// The first events of their lines: those behind them wait. Whoever was tried too often waits for a person.
    private static let events: SQL = """
        SELECT MIN(due_at) FROM outbox AS o WHERE tries < \(OutboxDelivery.mostTries) AND NOT EXISTS (
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.receiver = o.receiver AND earlier.subject = o.subject AND earlier.version < o.version)
        """
}

import Assembly
import Core
import Storage

/// When the background has something to do next. The real one looks every second; here that is worked out, so that idle
/// hours cost nothing.
struct Due: Sendable, Equatable {
    let moment: Instant
    let what: String

    /// What was due next in a database, and after how many commits that was so.
    struct Wait: Sendable {
        let database: String
        let commits: Int
        let due: Due?
    }

    /// - Parameter known: as last worked out: a database without a commit since then is not asked again.
    static func next(in databases: Databases, knowing known: [Wait], _ commits: [String: Int]) async throws -> [Wait] {
        var waits: [Wait] = []
        for (index, (name, database)) in databases.all.enumerated() {
            let count = commits[name] ?? 0
            if known.indices.contains(index), known[index].commits == count {
                waits.append(known[index])
                continue
            }
            let query = index < queries.count ? queries[index] : events
            let moment = try await database.read { try $0.values(query, as: Instant?.self).compactMap(\.self).min() }
            waits.append(Wait(database: name, commits: count, due: moment.map { Due(moment: $0, what: name) }))
        }
        return waits
    }

    /// In the order of the four databases.
    private static let queries: [SQL] = [
        "SELECT MIN(due_at) FROM mail WHERE state IN ('queued', 'sending') UNION ALL \(events)",
        events,
        "SELECT MIN(due_at) FROM booking UNION ALL SELECT MIN(due_at) FROM alteration UNION ALL \(events)",
        "SELECT MIN(ask_at) FROM payment UNION ALL SELECT MIN(ask_at) FROM refund UNION ALL \(events)",
    ]

    /// The first events of their lines: those behind them wait. Whoever was tried too often waits for a person.
    private static let events: SQL = """
        SELECT MIN(due_at) FROM outbox AS o WHERE tries < \(OutboxDelivery.mostTries) AND NOT EXISTS (
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.receiver = o.receiver AND earlier.subject = o.subject AND earlier.version < o.version)
        """
}

import Core
import Storage

/// Verified events, stored raw before they are answered and worked on afterwards.
struct EventStore: Sendable {
    let database: any Database
    let world: World

    /// How many are taken, and so looked into, at once.
    static let batch = 8
    /// How often an event is tried that nobody can make sense of now.
    static let mostTries = 20
    /// How long events that are done are kept, for whoever asks what a provider said.
    static let kept = Duration.hours(90 * 24)

    struct Stored: Sendable {
        let provider: String
        let event: ProviderEvent
        let tries: Int
    }

    /// - Returns: whether it is the first time that it came.
    func store(_ event: ProviderEvent, of provider: String) async throws -> Bool {
        let now = world.now()
        return try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO provider_event (provider, event_id, kind, body, received_at, deliveries, due_at, tries)
                VALUES (\(provider), \(event.id), \(event.kind), \(event.body), \(now), 1, \(now), 0)
                ON CONFLICT (provider, event_id) DO UPDATE SET deliveries = provider_event.deliveries + 1
                """)
            let deliveries = try tx.value(
                "SELECT deliveries FROM provider_event WHERE provider = \(provider) AND event_id = \(event.id)",
                as: Int64.self)
            return deliveries == 1
        }
    }

    /// Takes events of a provider that wait, oldest first, and keeps other nodes from them for a while.
    func takeDue(of provider: String) async throws -> [Stored] {
        let now = world.now()
        let due: SQL = """
            SELECT provider, event_id, kind, body, tries FROM provider_event
            WHERE provider = \(provider) AND due_at <= \(now) ORDER BY due_at, received_at, event_id LIMIT \(EventStore.batch)
            """
        guard try await database.read({ try $0.exists(due) }) else { return [] }
        return try await database.claim { tx in
            let taken = try tx.all("\(due) FOR UPDATE SKIP LOCKED") { row in
                Stored(
                    provider: try row[0],
                    event: ProviderEvent(id: try row[1], kind: try row[2], body: try row[3]), tries: try row[4])
            }
            for stored in taken {
                try tx.later(
                    """
                    UPDATE provider_event SET due_at = \(now + AskPlan.lease)
                    WHERE provider = \(stored.provider) AND event_id = \(stored.event.id)
                    """)
            }
            return taken
        }
    }

    /// Says how an event ended: it is not looked at again.
    func finish(_ stored: Stored, _ outcome: String) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE provider_event SET due_at = NULL, outcome = \(outcome)
                WHERE provider = \(stored.provider) AND event_id = \(stored.event.id)
                """)
        }
    }

    /// It could not be applied now.
    func postpone(_ stored: Stored, because why: String) async throws {
        let tries = stored.tries + 1
        // Whatever it was about is found by the poller and by comparing with the provider's lists.
        let due =
            tries < EventStore.mostTries ? world.now() + Backoff.delay(afterTries: tries, random: world.random) : nil
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE provider_event SET due_at = \(due), tries = \(tries), outcome = \(String(why.prefix(500)))
                WHERE provider = \(stored.provider) AND event_id = \(stored.event.id)
                """)
        }
    }

    /// Removes what need not be kept any longer, a bounded number in each transaction.
    func forgetOld() async throws {
        let before = world.now() - EventStore.kept
        try await database.inBatches { tx, limit in
            try tx.execute(
                """
                DELETE FROM provider_event WHERE (provider, event_id) IN (
                    SELECT provider, event_id FROM provider_event WHERE due_at IS NULL AND received_at < \(before)
                    ORDER BY received_at LIMIT \(limit))
                """)
        }
        try await database.inBatches { tx, limit in
            // What is still under way needs its key: without it the next try would be another request.
            try tx.execute(
                """
                DELETE FROM provider_request WHERE (provider, request_key) IN (
                    SELECT provider, request_key FROM provider_request WHERE begun_at < \(before) AND NOT EXISTS (
                        SELECT 1 FROM refund
                        WHERE refund.provider_key = provider_request.request_key
                            AND refund.state IN \(list: RefundCourse.statesUnderWay))
                    ORDER BY begun_at LIMIT \(limit))
                """)
        }
    }
}

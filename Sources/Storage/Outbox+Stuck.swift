package import Core

/// Events that were tried as often as events are, or failed for so long that a person should know.
extension OutboxDelivery {
    /// After so long an event is shown to people though only trouble that passes is in its way, and goes on being tried.
    /// Nothing may give up what waits for a database; but what never passes, as a statement that times out each time,
    /// would be nobody's otherwise, and a database that is away for a day is for a person too.
    static let longestTrouble = Duration.seconds(86_400)

    /// Which events wait for a person. Those behind one in their line were not tried and are not among them.
    package static func needsPerson(at now: Instant) -> SQL {
        "(last_error IS NOT NULL AND (tries >= \(mostTries) OR created_at <= \(now - longestTrouble)))"
    }

    /// What waits to be heard.
    package struct Standing: Sendable {
        package let count: Int
        /// When the oldest happened.
        package let oldest: Instant?
        /// How many wait for a person.
        package let stuck: Int
    }

    /// How much waits. It costs as much as waits: what every event would pay for an index of its own is more.
    package func standing() async throws -> Standing {
        let needsPerson = OutboxDelivery.needsPerson(at: world.now())
        return try await database.read { reader in
            let count = try reader.soon("SELECT COUNT(*) FROM outbox") { try $0[0] as Int }
            let oldest = try reader.soon("SELECT MIN(created_at) FROM outbox") { try $0[0] as Instant? }
            let stuck = try reader.soon("SELECT COUNT(*) FROM outbox WHERE \(needsPerson)") { try $0[0] as Int }
            return Standing(
                count: try count.all().first ?? 0, oldest: try oldest.all().first ?? nil,
                stuck: try stuck.all().first ?? 0)
        }
    }

    /// Those that wait for a person, oldest first.
    /// - Parameter place: only those after it.
    package func stuck(after place: (moment: Instant, id: StuckEvent.ID)?, limit: Int) async throws -> [StuckEvent] {
        var condition: SQL = "0 = 0"
        if let (moment, id) = place {
            // Of one moment the databases follow each other by name.
            if source < id.source {
                condition = "created_at > \(moment)"
            } else if source > id.source {
                condition = "created_at >= \(moment)"
            } else {
                condition = """
                    (created_at > \(moment) OR (created_at = \(moment) AND (subject > \(id.subject)
                        OR (subject = \(id.subject) AND (receiver > \(id.receiver)
                            OR (receiver = \(id.receiver) AND version > \(id.version)))))))
                    """
            }
        }
        let needsPerson = OutboxDelivery.needsPerson(at: world.now())
        return try await database.read { [condition, source] reader in
            try reader.all(
                """
                SELECT \(StuckEvent.columns) FROM outbox WHERE \(needsPerson) AND \(condition)
                ORDER BY created_at, subject, receiver, version LIMIT \(limit)
                """
            ) { try StuckEvent(row: $0, of: source) }
        }
    }

    /// How many events wait for a person.
    package func countStuck() async throws -> Int {
        let needsPerson = OutboxDelivery.needsPerson(at: world.now())
        return try await database.read { try $0.value("SELECT COUNT(*) FROM outbox WHERE \(needsPerson)") ?? 0 }
    }

    /// Whether an event still waits to be heard.
    package func waits(_ id: StuckEvent.ID) async throws -> Bool {
        try await database.read {
            try $0.exists(
                """
                SELECT 1 FROM outbox
                WHERE receiver = \(id.receiver) AND subject = \(id.subject) AND version = \(id.version)
                """)
        }
    }

    /// Has an event tried again as if it had never been tried; due at once.
    /// - Parameter act: written down in the same transaction.
    /// - Throws: `Problem`: `not_found`, also for what was heard meanwhile; `state_conflict` where it waits for no person.
    package func tryAgain(_ id: StuckEvent.ID, _ act: OperatorAct?, once: Once?) async throws -> StuckEvent {
        let now = world.now()
        return try await database.write { [source] tx in
            try tx.once(once, at: now) { step in
                let known = try step.first(
                    """
                    SELECT \(StuckEvent.columns) FROM outbox
                    WHERE receiver = \(id.receiver) AND subject = \(id.subject) AND version = \(id.version)
                    """
                ) { try StuckEvent(row: $0, of: source) }
                guard let known else { throw Problem.notFound("event") }
                let waits = try step.exists(
                    """
                    SELECT 1 FROM outbox
                    WHERE receiver = \(id.receiver) AND subject = \(id.subject) AND version = \(id.version)
                        AND \(OutboxDelivery.needsPerson(at: now))
                    """)
                guard waits else {
                    throw Problem(.stateConflict, "This event waits for nobody: it is tried again by itself.")
                }
                try step.execute(
                    """
                    UPDATE outbox SET tries = 0, due_at = \(now), last_error = NULL
                    WHERE receiver = \(id.receiver) AND subject = \(id.subject) AND version = \(id.version)
                    """)
                if let act { try step.write(act) }
                return StuckEvent(
                    id: known.id, kind: known.kind, tries: 0, lastError: known.lastError, happenedAt: known.happenedAt)
            }
        }.get()
    }
}

extension StuckEvent {
    fileprivate static let columns: SQL = "receiver, version, subject, kind, tries, last_error, created_at"

    fileprivate init(row: Row, of source: String) throws {
        self.init(
            id: ID(source: source, receiver: try row[0], version: try row[1], subject: try row[2]), kind: try row[3],
            tries: try row[4], lastError: try row[5], happenedAt: try row[6])
    }
}

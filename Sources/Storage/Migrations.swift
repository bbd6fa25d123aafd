public import Core

/// One step of a schema. Forward only; never edited once released.
public struct Migration: Sendable {
    /// Unique in its database and never changed: `0003-night-blocks`.
    public let name: String
    /// Statements that both engines read alike.
    public let script: String

    public init(_ name: String, _ script: String) {
        self.name = name
        self.script = script
    }
}

extension Database {
    /// Brings the schema up to date: each migration that is not yet there, in order, each in a transaction of its own.
    ///
    /// Of nodes that migrate at once one works and the others wait for it: all want the row of `migration_lock`.
    /// - Throws: `StorageError.fault` naming the migration that can't be applied; nothing of it has happened then.
    public func migrate(_ migrations: [Migration], at now: Instant) async throws {
        let all = Migrations.shared + migrations
        try await write { tx in
            try tx.connection.run(
                script: """
                    CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY NOT NULL, applied_at BIGINT NOT NULL);
                    CREATE TABLE IF NOT EXISTS migration_lock (id BIGINT PRIMARY KEY NOT NULL);
                    """)
        }
        // Most starts end here and lock nothing.
        let there = try await read { Set(try $0.values("SELECT name FROM schema_migration", as: String.self)) }
        let missing = all.filter { !there.contains($0.name) }
        guard !missing.isEmpty else { return }
        // As a script, because that may wait as long as another node needs; so below.
        try await write { tx in
            try tx.connection.run(script: "INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT (id) DO NOTHING")
        }
        for migration in missing {
            do {
                try await apply(migration, at: now)
            } catch StorageError.fault(let why) {
                throw StorageError.fault("migration \(migration.name) can't be applied, and nothing of it was: \(why)")
            }
        }
    }

    private func apply(_ migration: Migration, at now: Instant) async throws {
        try await write { tx in
            try tx.connection.run(script: "UPDATE migration_lock SET id = 1")
            let isNew =
                try tx.execute(
                    """
                    INSERT INTO schema_migration (name, applied_at) VALUES (\(migration.name), \(now))
                    ON CONFLICT (name) DO NOTHING
                    """) == 1
            if isNew { try tx.connection.run(script: migration.script) }
        }
    }
}

package enum Migrations {
    /// What `schema_migration` has once these and the shared ones are applied.
    package static func names(_ migrations: [Migration]) -> Set<String> { Set((shared + migrations).map(\.name)) }

    /// What each of the four databases has: events on their way, events received, answers already given, what
    /// operators did, and which house it belongs to.
    package static let shared = [
        Migration(
            "0001-shared",
            """
            CREATE TABLE outbox (
                receiver   TEXT   NOT NULL,
                subject    TEXT   NOT NULL,
                version    BIGINT NOT NULL, -- of the subject; rises with each event
                kind       TEXT   NOT NULL,
                body       TEXT   NOT NULL, -- JSON
                created_at BIGINT NOT NULL,
                due_at     BIGINT NOT NULL, -- when the poller may take it; the node that committed does not wait for it
                tries      BIGINT NOT NULL,
                last_error TEXT,
                PRIMARY KEY (receiver, subject, version)
            );
            CREATE INDEX outbox_due ON outbox (due_at);
            CREATE INDEX outbox_subject ON outbox (subject);
            CREATE TABLE inbox (
                source   TEXT   NOT NULL, -- the database the event came from
                receiver TEXT   NOT NULL,
                subject  TEXT   NOT NULL,
                version  BIGINT NOT NULL, -- the last one applied
                PRIMARY KEY (source, receiver, subject)
            );
            CREATE TABLE idempotency_record (
                person     TEXT   NOT NULL,
                path       TEXT   NOT NULL,
                key        TEXT   NOT NULL,
                body_hash  TEXT   NOT NULL,
                outcome    TEXT,            -- JSON; NULL while the first still runs
                lease_until BIGINT NOT NULL, -- until when the first may run alone, where it calls outside
                created_at BIGINT NOT NULL,
                PRIMARY KEY (person, path, key)
            );
            CREATE INDEX idempotency_record_created ON idempotency_record (created_at);
            """),
        Migration(
            "0002-operator-log",
            """
            CREATE TABLE operator_log (
                id          TEXT   NOT NULL PRIMARY KEY,
                operator_id TEXT   NOT NULL,
                act         TEXT   NOT NULL, -- what was done: cancel, refund, change calendar
                subject     TEXT   NOT NULL, -- on what: an id, or a mail address
                reason      TEXT   NOT NULL, -- empty where a program gave none
                at          BIGINT NOT NULL
            );
            CREATE INDEX operator_log_at ON operator_log (at, id);
            CREATE INDEX operator_log_subject ON operator_log (subject, at);
            """),
        Migration(
            "0003-house",
            """
            CREATE TABLE house (
                one        BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
                id         TEXT   NOT NULL, -- the same in all four databases of a house, and in no other's
                is_settled BIGINT NOT NULL  -- in Users, which is named first: 1 once all four bear the id
            );
            """),
        Migration(
            "0004-outbox-lines",
            """
            DROP INDEX outbox_due;
            CREATE INDEX outbox_due ON outbox (receiver, due_at); -- each receiver for itself
            -- Given up: due when a person says so.
            UPDATE outbox SET due_at = 253402300799999 WHERE tries >= 20;
            """),
    ]
}

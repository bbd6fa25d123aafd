import Core
import Storage
import TestSupport
import Testing

/// What a server that is there does not give: a lock, another session, an answer.
@Suite("PostgreSQL at its limits", .enabled(if: PostgresServer.isThere))
struct PostgresLimitTests {
    /// An address under which the sessions of a test can be told from all others.
    private func address(_ name: String) async throws -> String {
        try await PostgresServer.shared().emptyURL() + "&application_name=\(name)"
    }

    private func sessions(_ name: String) async throws -> Int {
        let admin = try await PostgresServer.shared().database(connections: 1)
        return try await admin.read {
            try $0.value("SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = \(name)", as: Int.self)
        } ?? 0
    }

    @Test("Who waits for a lock too long is told to come again, on the same connection, and no other is opened")
    func locked() async throws {
        let url = try await address("locked")
        let holder = PostgresDatabase(url: url + "_holder", connections: 1, world: .live)
        try await holder.migrate(Engine.migrations, at: Instant(milliseconds: 0))
        try await holder.write { try $0.execute("INSERT INTO thing (name) VALUES ('a')") }
        // Hung up on after three seconds without an answer, and no lock is waited for longer than one.
        let database = PostgresDatabase(url: url, connections: 2, answerWithin: .seconds(3), world: .live)
        let before = try await database.twoProcesses()
        async let holding: Void = holder.write { tx in
            try tx.execute("UPDATE thing SET size = 1 WHERE name = 'a'")
            _ = try tx.exists("SELECT 1 FROM pg_sleep(5)")
        }
        try await Task.sleep(for: .milliseconds(500))
        for _ in 0..<2 {
            let began = ContinuousClock.now
            let refusal = await #expect(throws: StorageError.self) {
                try await database.write { try $0.execute("UPDATE thing SET size = 2 WHERE name = 'a'") }
            }
            #expect(refusal?.retryAfterSeconds == 1, "overloaded")
            #expect(ContinuousClock.now - began < .seconds(3))
            #expect(try await sessions("locked") == 2)
        }
        try await holding
        #expect(try await database.twoProcesses() == before)
        #expect(try await database.write { try $0.execute("UPDATE thing SET size = 2 WHERE name = 'a'") } == 1)
    }

    @Test("A migration waits for another node's as long as that takes")
    func migrationWaits() async throws {
        let url = try await address("waits")
        let holder = PostgresDatabase(url: url + "_holder", connections: 1, world: .live)
        try await holder.migrate(Engine.migrations, at: Instant(milliseconds: 0))
        let database = PostgresDatabase(url: url, connections: 1, answerWithin: .seconds(1), world: .live)
        async let holding: Void = holder.write { tx in
            try tx.execute("UPDATE migration_lock SET id = 1")
            _ = try tx.exists("SELECT 1 FROM pg_sleep(3)")
        }
        try await Task.sleep(for: .milliseconds(300))
        try await database.migrate(
            Engine.migrations + [Migration("late", "CREATE TABLE late (name TEXT)")], at: Instant(milliseconds: 0))
        try await holding
        #expect(try await database.read { try !$0.exists("SELECT 1 FROM late") })
    }

    /// A role that may have two sessions.
    private func crowded(_ role: String) async throws -> String {
        let server = try PostgresServer.shared()
        let admin = try await server.database(connections: 1)
        try await admin.write { try $0.connection.run(script: "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 2") }
        return try await server.emptyURL().replacing("//roost@", with: "//\(role)@")
    }

    @Test("Where the server has no room for another session, those that are open serve everybody")
    func full() async throws {
        let url = try await crowded("crowded")
        let database = PostgresDatabase(url: url, connections: 8, patience: .seconds(20), world: .live)
        for _ in 0..<2 {
            let served = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<24 {
                    group.addTask { try await database.read { try $0.exists("SELECT 1 FROM pg_sleep(0.1)") } }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(served == 24)
        }
    }

    @Test("Where others have all its sessions, they are waited for, for a limited time")
    func takenByOthers() async throws {
        let url = try await crowded("crowded_out")
        let others = PostgresDatabase(url: url, connections: 2, world: .live)
        let late = PostgresDatabase(url: url, connections: 4, patience: .seconds(20), world: .live)
        let hasty = PostgresDatabase(url: url, connections: 4, patience: .milliseconds(500), world: .live)
        _ = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask { try await others.read { try $0.exists("SELECT 1 FROM pg_sleep(0.3)") } }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        for _ in 0..<2 {
            let began = ContinuousClock.now
            await #expect(throws: StorageError.self) { try await hasty.read { try $0.exists("SELECT 1") } }
            #expect(ContinuousClock.now - began < .seconds(5))
        }
        async let served = withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try await late.read { try $0.exists("SELECT 1") } } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        try await Task.sleep(for: .seconds(1))
        try others.close()
        #expect(try await served == 8)
    }

    @Test("A server that falls silent while a session is set up is hung up on")
    func silentAtTheStart() async throws {
        let server = try PostgresServer.shared()
        let admin = try await server.database(connections: 1)
        // Of two functions of one name the one in the schema that is named first is asked.
        try await admin.write { tx in
            try tx.connection.run(
                script: """
                    CREATE SCHEMA asleep;
                    CREATE FUNCTION asleep.pg_current_wal_lsn() RETURNS pg_lsn LANGUAGE sql
                        AS $$ SELECT pg_sleep(30); SELECT '0/0'::pg_lsn $$;
                    """)
        }
        let url = try await server.emptyURL().replacing(#/search_path%3D\w+/#, with: "search_path%3Dasleep,pg_catalog")
        let database = PostgresDatabase(url: url, connections: 1, answerWithin: .seconds(1), world: .live)
        let began = ContinuousClock.now
        await #expect(throws: StorageError.self) { try await database.read { try $0.exists("SELECT 1") } }
        #expect(ContinuousClock.now - began < .seconds(10))
    }
}

import Core
import Storage
import TestSupport
import Testing

@Suite("PostgreSQL", .enabled(if: PostgresServer.isThere))
struct PostgresTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func made(connections: Int = 8) async throws -> PostgresDatabase {
        let database = try await PostgresServer.shared().database(connections: connections)
        try await database.migrate(Engine.migrations, at: Instant(milliseconds: 0))
        return database
    }

    @Test("Two that read and then decide can't both be right: one runs again and sees what the other did")
    func writeSkew() async throws {
        let database = try await made()
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<24 {
                group.addTask {
                    try await database.write { tx in
                        guard try tx.value("SELECT COUNT(*) FROM thing", as: Int.self) == 0 else { return false }
                        try tx.execute("INSERT INTO thing (name) VALUES (\("n\(number)"))")
                        return true
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
    }

    @Test("Text is ordered by its bytes, as SQLite orders it, whatever the database was made with")
    func order() async throws {
        let database = try await made()
        let names = ["a", "B", "Z", "ä", "z", "_", "-a"]
        try await database.write { tx in
            for name in names { try tx.execute("INSERT INTO thing (name) VALUES (\(name))") }
        }
        let read: [String] = try await database.read { try $0.values("SELECT name FROM thing ORDER BY name") }
        #expect(read == names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect(try await database.read { try $0.exists("SELECT 1 FROM thing WHERE name > \("Z") AND name < \("a")") })
    }

    @Test(
        "Sums of whole numbers are whole",
        arguments: [[1], [Int64.max], [Int64.min], [9999, 1], [10_000], [-20_000, 5], [0]])
    func sums(_ sizes: [Int64]) async throws {
        let database = try await made()
        let sum = try await database.write { tx in
            for size in sizes { try tx.execute("INSERT INTO thing (name, size) VALUES (\("\(size)"), \(size))") }
            return try tx.value("SELECT SUM(size) FROM thing", as: Int64.self)
        }
        #expect(sum == sizes.reduce(0, +))
    }

    @Test("A statement that was passed over behind a failure can be asked again on the same connection")
    func passedOver() async throws {
        let database = try await made(connections: 1)
        await #expect(throws: StorageError.self) {
            try await database.write { tx in
                try tx.later("INSERT INTO thing (name) VALUES (NULL)")
                // New to the server, which does not look at it any more.
                try tx.later("UPDATE thing SET size = 7 WHERE name = 'passed over'")
            }
        }
        let changed = try await database.write {
            try $0.execute("UPDATE thing SET size = 7 WHERE name = 'passed over'")
        }
        #expect(changed == 0)
    }

    @Test("A statement that is sent later fails its transaction all the same")
    func laterFails() async throws {
        let database = try await made()
        await #expect(throws: StorageError.self) {
            try await database.write { tx in
                try tx.later("INSERT INTO thing (name) VALUES (\("a"))")
                try tx.later("INSERT INTO nowhere (name) VALUES (\("a"))")
            }
        }
        #expect(try await database.read { try $0.value("SELECT COUNT(*) FROM thing", as: Int.self) } == 0)
        try await database.write { try $0.later("INSERT INTO thing (name) VALUES (\("b"))") }
        #expect(try await database.read { try $0.value("SELECT name FROM thing", as: String.self) } == "b")
    }

    @Test("A long result is handed on row by row, and an error in the midst of it ends only that read")
    func stream() async throws {
        struct Enough: Error {}
        let database = try await made(connections: 1)
        try await database.write { tx in
            for size in 1...500 { try tx.later("INSERT INTO thing (name, size) VALUES (\("n\(size)"), \(size))") }
        }
        var sizes: [Int] = []
        sizes = try await database.read { reader in
            var sizes: [Int] = []
            try reader.forEach("SELECT size FROM thing ORDER BY size") { sizes.append(try $0[0]) }
            return sizes
        }
        #expect(sizes == Array(1...500))
        await #expect(throws: Enough.self) {
            try await database.read { try $0.forEach("SELECT size FROM thing") { _ in throw Enough() } }
        }
        await #expect(throws: StorageError.self) {
            try await database.read { reader in
                try reader.forEach("SELECT size FROM thing") { _ in _ = try reader.exists("SELECT 1") }
            }
        }
        #expect(try await database.read { try $0.value("SELECT COUNT(*) FROM thing", as: Int.self) } == 500)
    }

    @Test("Queries that need nothing of each other travel together, with BEGIN and what is sent later")
    func soon() async throws {
        let database = try await made(connections: 1)
        _ = try await database.read { try $0.exists("SELECT 1") }
        let before = database.roundTrips
        let (counts, names) = try await database.write { tx in
            try tx.later("INSERT INTO thing (name, size) VALUES ('a', 1)")
            let count = try tx.soon("SELECT COUNT(*) FROM thing") { try $0[0] as Int }
            try tx.later("INSERT INTO thing (name, size) VALUES ('b', 2)")
            let names = try tx.soon("SELECT name FROM thing ORDER BY name") { try $0[0] as String }
            return (try count.all(), try names.all())
        }
        // In the order in which they were asked.
        #expect(counts == [1])
        #expect(names == ["a", "b"])
        #expect(database.roundTrips - before == 2, "one for the queries, one for COMMIT")
    }

    @Test("What the server passed over behind a failure is prepared again when it is needed")
    func preparedAgain() async throws {
        let database = try await made(connections: 1)
        try await database.write { try $0.execute("INSERT INTO thing (name) VALUES ('a')") }
        for turn in 0..<3 {
            await #expect(throws: StorageError.self) {
                try await database.write { tx in
                    try tx.later("INSERT INTO thing (name) VALUES ('a')")
                    try tx.execute("UPDATE thing SET size = \(turn) WHERE name = 'b'")
                }
            }
            try await database.write { try $0.execute("UPDATE thing SET size = \(turn) WHERE name = 'b'") }
        }
    }

    @Test("A query that is never looked at takes its transaction down all the same where it fails")
    func soonFails() async throws {
        let database = try await made()
        await #expect(throws: StorageError.self) {
            try await database.write { tx in
                try tx.execute("INSERT INTO thing (name) VALUES ('a')")
                _ = try tx.soon("SELECT nothing FROM nowhere") { try $0[0] as String }
            }
        }
        #expect(try await database.read { try $0.value("SELECT COUNT(*) FROM thing", as: Int.self) } == 0)
    }

    @Test("A read sees one state throughout, and can't write")
    func reads() async throws {
        let database = try await made()
        await #expect(throws: StorageError.self) {
            try await database.read {
                try $0.values("INSERT INTO thing (name) VALUES ('a') RETURNING name", as: String.self)
            }
        }
        #expect(try await database.read { try $0.value("SELECT COUNT(*) FROM thing", as: Int.self) } == 0)
    }

    @Test("Who finds all connections in use waits a limited time and is then told to come again")
    func overloaded() async throws {
        let url = try await PostgresServer.shared().emptyURL()
        let database = PostgresDatabase(url: url, connections: 1, patience: .milliseconds(100), world: .live)
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do {
                        return try await database.read { try $0.exists("SELECT 1 FROM pg_sleep(1)") }
                    } catch StorageError.overloaded { return false } catch { return true }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(served == 1)
        #expect(try await database.read { try $0.exists("SELECT 1") })
    }

    @Test("Where a server gave no answer, connections at rest are opened anew as well")
    func silent() async throws {
        let url = try await PostgresServer.shared().emptyURL()
        let database = PostgresDatabase(url: url, connections: 2, answerWithin: .seconds(1), world: .live)
        let before = try await database.twoProcesses()
        #expect(before.count == 2)
        #expect(try await database.twoProcesses() == before)
        await #expect(throws: StorageError.self) {
            try await database.read { try $0.exists("SELECT 1 FROM pg_sleep(30)") }
        }
        let after = try await database.twoProcesses()
        #expect(after.count == 2)
        #expect(after.isDisjoint(with: before))
    }
}

extension PostgresDatabase {
    /// The server processes behind two connections, each kept busy for long enough that the other must serve too.
    func twoProcesses() async throws -> Set<Int> {
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await self.read { try $0.value("SELECT pg_backend_pid() FROM pg_sleep(0.3)", as: Int.self) }
                }
            }
            return try await group.reduce(into: []) { if let process = $1 { $0.insert(process) } }
        }
    }
}

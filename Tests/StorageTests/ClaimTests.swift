import Core
import Storage
import TestSupport
import Testing

@Suite("Claims")
struct ClaimTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func claim(_ database: any Database) async throws -> [String] {
        try await database.claim { tx in
            let taken: [String] = try tx.values(
                "SELECT name FROM thing WHERE size = 0 ORDER BY name LIMIT 7 FOR UPDATE SKIP LOCKED")
            try tx.execute("UPDATE thing SET size = 1 WHERE name IN \(list: taken)")
            return taken
        }
    }

    @Test("What waits is taken once, however many nodes take at the same moment", arguments: Engine.allCases)
    func once(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        try await database.write { tx in
            for number in 0..<400 { try tx.later("INSERT INTO thing (name, size) VALUES (\("n\(number)"), 0)") }
        }
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var mine: [String] = []
                    while true {
                        let some = try await ClaimTests.claim(database)
                        mine += some
                        // Nothing may also mean that others have the rest in hand.
                        if some.isEmpty { return mine }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == 400)
        #expect(Set(taken).count == 400)
    }

    @Test("A node that holds rows keeps nobody waiting", .enabled(if: PostgresServer.isThere))
    func skips() async throws {
        let database = try await PostgresServer.shared().database()
        try await database.migrate(Engine.migrations, at: Instant(milliseconds: 0))
        try await database.write { tx in
            for number in 0..<14 { try tx.later("INSERT INTO thing (name, size) VALUES (\("n\(number)"), 0)") }
        }
        async let slow = database.claim { tx -> Int in
            let rows: [String] = try tx.values("SELECT name FROM thing ORDER BY name LIMIT 7 FOR UPDATE SKIP LOCKED")
            _ = try tx.exists("SELECT 1 FROM pg_sleep(1.25)")
            return rows.count
        }
        for _ in 0..<1000 {
            let isHolding = try await database.read {
                try $0.exists(
                    "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%sleep(1.25)%' AND pid <> pg_backend_pid()")
            }
            if isHolding { break }
        }
        let others = try await database.claim {
            try $0.values("SELECT name FROM thing FOR UPDATE SKIP LOCKED", as: String.self).count
        }
        #expect(others == 7)
        #expect(try await slow == 7)
    }
}

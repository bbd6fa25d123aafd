import Core
import Storage
import TestSupport
import Testing

@Suite("A database")
struct DatabaseTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private struct Refused: Error {}

    @Test("What was written is read back as it was", arguments: Engine.allCases)
    func values(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let hostile = "Robert'); DROP TABLE thing;-- \u{202E} 🏠 \n"
        try await database.write { tx in
            try tx.execute("INSERT INTO thing (name, size, weight) VALUES (\(hostile), \(Int64.max), \(-0.5))")
            try tx.execute("INSERT INTO thing (name, size, weight) VALUES (\("none"), \(Int64?.none), \(Double?.none))")
        }
        let rows = try await database.read { reader in
            try reader.all("SELECT name, size, weight FROM thing ORDER BY weight IS NULL") { row in
                (try row["name"] as String, try row[1] as Int64?, try row["weight"] as Double?)
            }
        }
        #expect(rows.count == 2)
        #expect(rows[0] == (hostile, Int64.max, -0.5))
        #expect(rows[1] == ("none", nil, nil))
    }

    @Test("An error takes back what its body did and nothing else", arguments: Engine.allCases)
    func rollback(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        try await database.write { try $0.execute("INSERT INTO thing (name) VALUES (\("kept"))") }
        await #expect(throws: Refused.self) {
            try await database.write { tx in
                try tx.execute("INSERT INTO thing (name) VALUES (\("lost"))")
                throw Refused()
            }
        }
        #expect(try await names(database) == ["kept"])
    }

    @Test("A savepoint is kept or undone alone, also one within another", arguments: Engine.allCases)
    func savepoints(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let answer = try await database.write { tx -> String in
            try tx.execute("INSERT INTO thing (name) VALUES (\("outer"))")
            try tx.savepoint { step -> Savepoint<Void> in
                try step.execute("INSERT INTO thing (name) VALUES (\("kept"))")
                try step.savepoint { inner -> Savepoint<Void> in
                    try inner.execute("INSERT INTO thing (name) VALUES (\("undone within"))")
                    return .undo(())
                }
                return .keep(())
            }
            return try tx.savepoint { step in
                try step.execute("INSERT INTO thing (name) VALUES (\("undone"))")
                return .undo("the value comes out all the same")
            }
        }
        #expect(answer == "the value comes out all the same")
        #expect(try await names(database) == ["kept", "outer"])
    }

    @Test("Writers that wait share a commit, and one that fails takes nothing of the others with it")
    func together() async throws {
        let database = try await Engine.file.make(in: folder)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<300 {
                group.addTask {
                    do {
                        try await database.write { tx in
                            try tx.execute("INSERT INTO thing (name, size) VALUES (\("n\(number)"), \(number))")
                            if number % 7 == 3 { throw Refused() }
                        }
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let failed = (0..<300).count { $0 % 7 == 3 }
        #expect(outcomes == 300 - failed)
        let sizes = try await database.read { try $0.values("SELECT size FROM thing", as: Int.self) }
        #expect(Set(sizes) == Set((0..<300).filter { $0 % 7 != 3 }))
    }

    @Test("A full disk tells success to nobody whose write was lost, and goes on once there is room")
    func fullDisk() async throws {
        let database = try await Engine.file.make(in: folder)
        try await database.write { try $0.connection.run(script: "PRAGMA max_page_count = 40") }
        let big = String(repeating: "x", count: 3000)
        let told = await withTaskGroup(of: String?.self) { group in
            for number in 0..<120 {
                group.addTask {
                    let name = "n\(number)-\(number % 2 == 0 ? big : "")"
                    do {
                        try await database.write { try $0.execute("INSERT INTO thing (name) VALUES (\(name))") }
                        return name
                    } catch { return nil }
                }
            }
            return await group.reduce(into: Set<String>()) { if let name = $1 { $0.insert(name) } }
        }
        let there = Set(try await names(database))
        #expect(told == there)
        #expect(told.count < 120)
        #expect(!told.isEmpty)
        try await database.write { try $0.connection.run(script: "PRAGMA max_page_count = 100000") }
        try await database.write { try $0.execute("INSERT INTO thing (name) VALUES (\("after"))") }
        #expect(try await names(database).contains("after"))
    }

    @Test("What was committed is there after the file is opened again, and one process owns it")
    func reopened() async throws {
        let path = folder.path("test.sqlite")
        let first = try await Engine.file.make(in: folder)
        try await first.write { try $0.execute("INSERT INTO thing (name) VALUES (\("kept"))") }
        #expect(throws: StorageError.self) { try SQLiteDatabase(path: path) }
        let looking = try SQLiteSnapshot(path: path)
        #expect(try await names(looking) == ["kept"])
        await #expect(throws: StorageError.self) {
            try await looking.write { try $0.execute("DELETE FROM thing") }
        }
        try looking.close()
        try first.close()
        let again = try await Engine.file.make(in: folder)
        #expect(try await names(again) == ["kept"])
    }

    private func names(_ database: any Database) async throws -> [String] {
        try await database.read { try $0.values("SELECT name FROM thing ORDER BY name", as: String.self) }
    }
}

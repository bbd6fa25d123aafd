import Core
import Storage
import TestSupport
import Testing

@Suite("SQLite")
struct SQLiteTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("The connection that writes syncs its log at each commit, so that a confirmed booking survives a power cut")
    func durability() async throws {
        let database = try await Engine.file.make(in: folder)
        let full = 2  // sqlite.org/pragma.html#pragma_synchronous
        #expect(try await database.write { try $0.value("PRAGMA synchronous", as: Int.self) } == full)
        #expect(try await database.write { try $0.value("PRAGMA journal_mode", as: String.self) } == "wal")
        try database.close()
    }

    @Test("A query may run within the rows of the same query", arguments: Engine.allCases)
    func nested(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        try await database.write { tx in
            for size in 1...3 { try tx.execute("INSERT INTO thing (name, size) VALUES (\("t\(size)"), \(size))") }
        }
        let pairs = try await database.read { reader in
            try reader.all("SELECT size FROM thing WHERE size >= \(1) ORDER BY size") { outer in
                let size: Int = try outer[0]
                let within: [Int] = try reader.values("SELECT size FROM thing WHERE size >= \(size) ORDER BY size")
                return [size] + within
            }
        }
        #expect(pairs == [[1, 1, 2, 3], [2, 2, 3], [3, 3]])
    }

    @Test("Any number of different statements is answered", arguments: Engine.allCases)
    func manyStatements(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        try await database.write { try $0.execute("INSERT INTO thing (name, size) VALUES (\("one"), \(1))") }
        let found = try await database.read { reader in
            try reader.all("SELECT size FROM thing") { _ in
                // More than are kept, while an outer statement is in use.
                try (1...600).map { count in
                    try reader.values("SELECT size FROM thing WHERE size IN \(list: Array(1...count))", as: Int.self)
                }
            }
        }
        #expect(found == [Array(repeating: [1], count: 600)])
    }

    @Test("Values of no length are not NULL", arguments: Engine.allCases)
    func empty(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let read = try await database.read { reader in
            try reader.first("SELECT \("") IS NULL, \([UInt8]()) IS NULL, \([UInt8]())") { row in
                (try row[0] as Int, try row[1] as Int, try row[2] as [UInt8])
            }
        }
        #expect(try #require(read) == (0, 0, []))
    }

    @Test("Reads and writes from many tasks at once each see a whole state")
    func concurrency() async throws {
        let database = try await Engine.file.make(in: folder)
        try await database.write { tx in
            for name in ["a", "b"] { try tx.execute("INSERT INTO thing (name, size) VALUES (\(name), \(0))") }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    for _ in 0..<20 {
                        try await database.write { try $0.execute("UPDATE thing SET size = size + \(1)") }
                        let sizes = try await database.read { reader in
                            // Two statements of one read see the same state.
                            try ["a", "b"].map { name in
                                try reader.value("SELECT size FROM thing WHERE name = \(name)", as: Int.self) ?? -1
                            }
                        }
                        #expect(sizes[0] == sizes[1])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.read { try $0.value("SELECT size FROM thing", as: Int.self) } == 320)
        try database.close()
    }
}

import Core
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Moving rows between engines")
struct MovingTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let migrations = [
        Migration(
            "moving-0001",
            """
            CREATE TABLE zone (code TEXT NOT NULL PRIMARY KEY);
            CREATE TABLE action (zone TEXT NOT NULL REFERENCES zone (code), number BIGINT NOT NULL, note TEXT,
                weight DOUBLE PRECISION, PRIMARY KEY (zone, number));
            """)
    ]

    /// Values in which engines could differ: order of bytes and not of words, ends of ranges, nothing and empty.
    private static let zones = ["", "Z", "a", "ä", "z", "👩‍👩‍👧", "Å", "A", "a b", "'; --"]

    private func fill(_ database: any Database) async throws {
        try await database.migrate(MovingTests.migrations, at: Instant(milliseconds: 0))
        try await database.write { tx in
            for zone in MovingTests.zones {
                try tx.execute("INSERT INTO zone (code) VALUES (\(zone))")
                for number in [Int64.min, -1, 0, 1, Int64.max] {
                    let note: String? = number == 0 ? nil : number == 1 ? "" : "\(zone)\n\(number)"
                    let weight: Double? = number == -1 ? nil : number == 0 ? 0.1 : Double(number)
                    try tx.execute(
                        "INSERT INTO action (zone, number, note, weight) VALUES (\(zone), \(number), \(note), \(weight))"
                    )
                }
            }
        }
    }

    private func tables() async throws -> [TableShape] {
        try await TableShape.all(of: MovingTests.migrations, at: Instant(milliseconds: 0))
    }

    @Test("Every table is found, behind those it refers to")
    func shapes() async throws {
        let names = try await tables().map(\.name)
        #expect(Set(names).isSuperset(of: ["zone", "action", "outbox", "inbox", "idempotency_record"]))
        let first = try #require(names.firstIndex(of: "zone"))
        let second = try #require(names.firstIndex(of: "action"))
        #expect(first < second)
    }

    @Test("The digest is of the rows, whichever engine has them")
    func sameDigest() async throws {
        let tables = try await tables()
        var seen: Set<[TableDigest]> = []
        for engine in Engine.allCases {
            let database = try await engine.make(in: folder)
            try await fill(database)
            seen.insert(try await database.read { try $0.digests(of: tables) { _, _ in } })
            try database.close()
        }
        #expect(seen.count == 1)
        #expect(seen.first?.first { $0.table == "action" }?.rows == MovingTests.zones.count * 5)
    }

    @Test(
        "Any other value is another digest",
        arguments: ["note = ''", "note = NULL", "weight = weight / 2", "number = 2"])
    func otherDigest(_ change: String) async throws {
        let tables = try await tables()
        let database = try SQLiteMemory()
        try await fill(database)
        let before = try await database.read { try $0.digests(of: tables) { _, _ in } }
        try await database.write {
            try $0.connection.run(script: "UPDATE action SET \(change) WHERE zone = 'a' AND number > 5")
        }
        let after = try await database.read { try $0.digests(of: tables) { _, _ in } }
        #expect(throws: MovingFailure.self) { try TableCopy.compare(before, after, "they differ") }
    }

    @Test("More rows than fit in one batch come over, each once, and a second copy takes the target from the first")
    func batches() async throws {
        let tables = try await tables()
        var ends: [String] = []
        for name in ["one", "other"] {
            let path = folder.path(name + ".sqlite")
            let database = try SQLiteDatabase(path: path)
            try await database.migrate(MovingTests.migrations, at: Instant(milliseconds: 0))
            if name == "one" {
                try await database.write { tx in
                    try tx.execute("INSERT INTO zone (code) VALUES (\("z"))")
                    for number in 0..<(TableCopy.batch * 2) {
                        try tx.execute("INSERT INTO action (zone, number) VALUES (\("z"), \(number))")
                    }
                }
            }
            try database.close()
            ends.append(path)
        }
        let source = try SoleConnection(sqlite: ends[0], forReading: true)
        let target = try SoleConnection(sqlite: ends[1], forReading: false)
        #expect(throws: StorageError.self) { try SoleConnection(sqlite: ends[0], forReading: true) }
        let first = TableCopy(tables: tables, number: 1)
        let second = TableCopy(tables: tables, number: 2)
        try first.begin(target)
        #expect(
            try first.run(from: source, to: target) { _, _ in }.first { $0.table == "action" }?.rows == TableCopy.batch
                * 2)
        try second.begin(target)
        #expect(throws: MovingFailure.self) { try first.clear(target) }
        try second.clear(target)
        #expect(try target.read { try $0.occupied(tables) } == [])
        _ = try second.run(from: source, to: target) { _, _ in }
        try second.end(target)
        #expect(throws: MovingFailure.self) { try second.clear(target) }
        try source.close()
        try target.close()
    }

    @Test("Who looks at a file that nobody has open leaves no file behind")
    func traces() async throws {
        let tables = try await tables()
        let path = folder.path("stopped.sqlite")
        let database = try SQLiteDatabase(path: path)
        try await fill(database)
        try database.close()
        func beside() throws -> [String] { try FileSystem.names(in: folder.url.path) }
        let before = try beside()
        #expect(before == ["stopped.sqlite", "stopped.sqlite.lock"])

        let snapshot = try SQLiteSnapshot(path: path)
        #expect(try await snapshot.read { try $0.exists("SELECT 1 FROM zone") })
        #expect(try beside() != before, "nothing was to be tidied up")
        try snapshot.close()
        #expect(try beside() == before)

        let moment = try SQLiteMoment([path])
        _ = try moment.copy(0, to: folder.path("copy"), tables: tables) { _, _ in }
        try moment.close()
        #expect(try beside() == ["copy"] + before)

        // What a server that has it needs stays.
        let again = try SQLiteDatabase(path: path)
        try await again.write { try $0.execute("UPDATE action SET note = 'new'") }
        let beneath = try SQLiteSnapshot(path: path)
        try beneath.close()
        #expect(try beside().contains("stopped.sqlite-wal"))
        try again.close()
    }

    @Test("A path has one name, whichever links lead there and whether it is there or not")
    func resolved() throws {
        let real = folder.path("real")
        try FileSystem.makeFolder(real + "/deep")
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: real)
        let there = FileSystem.resolved(real)
        for path in ["link", "real/.", "link/deep/..", "real/"] {
            #expect(FileSystem.resolved(folder.path(path)) == there)
        }
        #expect(FileSystem.resolved(folder.path("link/deep/new/file")) == there + "/deep/new/file")
        #expect(throws: StorageError.self) { try FileSystem.makeFolder("/proc/nowhere/new") }
    }

    @Test("A moment is held though the file is written without pause, and the copy is of that moment")
    func moment() async throws {
        let tables = try await tables()
        let path = folder.path("busy.sqlite")
        let database = try SQLiteDatabase(path: path)
        try await fill(database)
        let writing = Task {
            var count = 0
            while !Task.isCancelled {
                try await database.write { try $0.execute("UPDATE action SET note = note || 'x' WHERE number = 1") }
                count += 1
            }
            return count
        }
        let copy = folder.path("copy.sqlite")
        let (saved, held) = try await onOwnThread {
            let moment = try SQLiteMoment([path])
            let saved = try moment.copy(0, to: copy, tables: tables) { _, _ in }
            try moment.close()
            return (saved, moment.held)
        }
        writing.cancel()
        #expect(try await writing.value > 0)
        #expect(saved.first { $0.table == "action" }?.rows == MovingTests.zones.count * 5)
        #expect(held < SQLiteMoment.longestHold)
        let lengths = try await SQLiteSnapshot(path: copy).read { reader in
            try reader.values("SELECT DISTINCT LENGTH(note) FROM action WHERE number = 1", as: Int.self)
        }
        #expect(lengths.count == 1)  // one moment: no row is ahead of another
        try database.close()
    }
}

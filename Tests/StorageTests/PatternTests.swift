import Storage
import TestSupport
import Testing

@Suite("A pattern of LIKE")
struct PatternTests {
    @Test("Text means itself, whatever marks stand in it", arguments: Engine.allCases)
    func literal(on engine: Engine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.make(in: folder)
        // Each of the first has a mark that joins the sign before or behind it.
        let names = ["50%\u{301} off", "50x\u{301} off", "\u{0600}_b", "\u{0600}xb", "a\\\u{301}%", "a\u{301}%"]
        try await database.write { tx in
            for name in names { try tx.execute("INSERT INTO thing (name) VALUES (\(name))") }
        }
        for name in names {
            let pattern = "%" + SQL.literal(name) + "%"
            let found = try await database.read { reader in
                try reader.all("SELECT name FROM thing WHERE name LIKE \(pattern) ESCAPE '\\'") { try $0[0] as String }
            }
            #expect(found == [name])
        }
    }
}

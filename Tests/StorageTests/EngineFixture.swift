import Core
import Storage
import Testing
import TestSupport

/// Each engine a store test runs on.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case file, memory

    var testDescription: String { "SQLite in \(rawValue == "file" ? "a file" : "memory")" }

    /// A database of the test's own with one table, `thing (name, size)`, and the shared tables.
    func make(in folder: TemporaryFolder) async throws -> any Database {
        let database: any Database =
            switch self {
            case .file: try SQLiteDatabase(path: folder.path("test.sqlite"))
            case .memory: try SQLiteMemory()
            }
        try await database.migrate(
            [
                Migration(
                    "test-0001", "CREATE TABLE thing (name TEXT PRIMARY KEY NOT NULL, size BIGINT, weight DOUBLE PRECISION)")
            ], at: Instant(milliseconds: 0))
        return database
    }
}

import Core
import Storage
import TestSupport
import Testing

/// Each engine a test of the storage itself runs on.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case file, memory, postgresql

    static let allCases: [Engine] = [.file, .memory] + (TestSupport.Engine.available.count > 1 ? [.postgresql] : [])

    var testDescription: String {
        switch self {
        case .file: "SQLite in a file"
        case .memory: "SQLite in memory"
        case .postgresql: "PostgreSQL"
        }
    }

    /// A database of the test's own with one table, `thing (name, size)`, and the shared tables.
    func make(in folder: TemporaryFolder) async throws -> any Database {
        let database: any Database =
            switch self {
            case .file: try SQLiteDatabase(path: folder.path("test.sqlite"))
            case .memory: try SQLiteMemory()
            case .postgresql: try await PostgresServer.shared().database()
            }
        try await database.migrate(Engine.migrations, at: Instant(milliseconds: 0))
        return database
    }

    static let migrations = [
        Migration(
            "test-0001", "CREATE TABLE thing (name TEXT PRIMARY KEY NOT NULL, size BIGINT, weight DOUBLE PRECISION)")
    ]
}

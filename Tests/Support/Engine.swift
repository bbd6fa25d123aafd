import Foundation
public import Storage
public import Testing

/// What stands behind the door to SQL: every test that touches a store runs on each (`.onEachEngine`).
public enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgresql

    public var testDescription: String { self == .sqlite ? "SQLite in memory" : "PostgreSQL" }

    /// PostgreSQL only where it is installed; `make test` sees to it and insists.
    public static let available: [Engine] =
        PostgresServer.isThere || ProcessInfo.processInfo.environment["ROOST_REQUIRE_POSTGRESQL"] != nil
        ? allCases : [.sqlite]

    /// The one that the running test is to use; nothing in a suite that does not say `.onEachEngine`.
    @TaskLocal public static var current: Engine?

    /// An empty database of the test's own, on the engine it runs on; closed when the test ends.
    /// - Throws: `NoEngine` in a suite that does not say on which engines it runs.
    public static func database() async throws -> any Database {
        guard let current else { throw NoEngine() }
        return try await current.database()
    }

    /// An empty database of the test's own.
    public func database() async throws -> any Database {
        switch self {
        case .sqlite: return try SQLiteMemory()
        case .postgresql:
            let database = try await PostgresServer.shared().database()
            TestDatabases.current?.add(database)
            return database
        }
    }

    /// Of much that is alike, all on SQLite, and on PostgreSQL, where each costs a hundred times as much, one in `many`;
    /// all there too in `make prove`.
    public static func isSpared(_ number: Int, oneIn many: Int) -> Bool {
        current == .postgresql && number % many != 0 && ProcessInfo.processInfo.environment["ROOST_PROVE"] == nil
    }
}

/// A test of a store that would run on one engine only.
struct NoEngine: Error, CustomStringConvertible {
    let description = "say .onEachEngine at the suite: a test that touches a store runs on SQLite and on PostgreSQL"
}

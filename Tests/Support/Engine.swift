import Foundation
public import Storage
public import Testing

/// What stands behind the door to SQL: every test that touches a store runs on each.
public enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgresql

    public var testDescription: String { self == .sqlite ? "SQLite in memory" : "PostgreSQL" }

    /// PostgreSQL only where it is installed; `make test` sees to it and insists.
    public static let available: [Engine] =
        PostgresServer.isThere || ProcessInfo.processInfo.environment["ROOST_REQUIRE_POSTGRESQL"] != nil
        ? allCases : [.sqlite]

    /// An empty database of the test's own.
    public func database() async throws -> any Database {
        switch self {
        case .sqlite: try SQLiteMemory()
        case .postgresql: try await PostgresServer.shared().database()
        }
    }
}

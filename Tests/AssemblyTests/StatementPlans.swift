import Storage
import Synchronization

/// Stands before a database of SQLite and remembers how it finds the rows of each statement.
final class StatementPlans: Sendable {
    /// What each step of a statement looks through: `SEARCH mail USING INDEX mail_due (state=? AND due_at<?)`.
    private let plans = Mutex<[String: [String]]>([:])

    var all: [String: [String]] { plans.withLock { $0 } }

    func watching(_ database: any Database) -> any Database { Watched(database: database, plans: self) }

    fileprivate func look(at sql: SQL, on connection: any Connection) throws {
        let text = sql.fragments.joined(separator: "?")
        guard plans.withLock({ $0[text] == nil }) else { return }
        let isQuestion = ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { text.hasPrefix($0) }
        var steps: [String] = []
        if isQuestion {
            try connection.query("EXPLAIN QUERY PLAN \(sql)") { row in
                steps.append(try row[3])
                return true
            }
        }
        plans.withLock { [steps] in $0[text] = steps }
    }

    private struct Watched: Database {
        let database: any Database
        let plans: StatementPlans

        func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
            try await database.read { try body(Reader(WatchedConnection($0.connection, plans))) }
        }

        @discardableResult
        func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            try await database.write { try body(Transaction(WatchedConnection($0.connection, plans))) }
        }

        func close() throws { try database.close() }
    }

    private final class WatchedConnection: Connection {
        let connection: any Connection
        let plans: StatementPlans

        init(_ connection: any Connection, _ plans: StatementPlans) {
            self.connection = connection
            self.plans = plans
        }

        func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
            try plans.look(at: sql, on: connection)
            try connection.query(sql, each)
        }

        func execute(_ sql: SQL) throws -> Int {
            try plans.look(at: sql, on: connection)
            return try connection.execute(sql)
        }

        func run(script: String) throws { try connection.run(script: script) }
    }
}

import Foundation
import GRDB

/// Speaks to SQLite through GRDB: statements are prepared once per connection and kept.
final class SQLiteConnection: Connection {
    private let database: GRDB.Database

    init(_ database: GRDB.Database) { self.database = database }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
        let statement = try database.cachedStatement(sql: sql.text { _ in "?" })
        let rows = try GRDB.Row.fetchCursor(statement, arguments: sql.arguments)
        guard let first = try rows.next() else { return }
        // GRDB hands out one row object and fills it anew, so that one of ours serves the whole result.
        let row = Row(
            columnCount: first.count,
            value: { index in SQLValue(first[index] as DatabaseValue) },
            column: { name in statement.index(ofColumn: name) })
        guard try each(row) else { return }
        while try rows.next() != nil {
            guard try each(row) else { return }
        }
    }

    func execute(_ sql: SQL) throws -> Int {
        let statement = try database.cachedStatement(sql: sql.text { _ in "?" })
        try statement.execute(arguments: sql.arguments)
        return database.changesCount
    }

    func run(script: String) throws {
        try database.execute(sql: script)
    }
}

extension SQL {
    fileprivate var arguments: StatementArguments {
        StatementArguments(
            values.map { value -> DatabaseValue in
                switch value {
                case .null: .null
                case .integer(let integer): integer.databaseValue
                case .real(let real): real.databaseValue
                case .text(let text): text.databaseValue
                case .blob(let bytes): Data(bytes).databaseValue
                }
            })
    }
}

extension SQLValue {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .double(let real): self = .real(real)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob([UInt8](data))
        }
    }
}

extension Statement {
    fileprivate func index(ofColumn name: String) -> Int? { columnNames.firstIndex(of: name) }
}

extension StorageError {
    /// What an error of SQLite means to whoever asked.
    init(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_TOOBIG:
            self = .fault(error.description)
        default:
            self = .unavailable(error.message ?? error.description)
        }
    }

    /// Runs `work`; an error of SQLite comes out as ours, every other as it is.
    static func translating<T>(_ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }
}

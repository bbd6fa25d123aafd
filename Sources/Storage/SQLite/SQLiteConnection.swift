import Foundation
import GRDB
import GRDBSQLite

/// Speaks to SQLite on a connection of GRDB, with statements that are prepared once and kept.
///
/// Values are bound and columns read by SQLite's own functions: GRDB's rows and arguments take longer than SQLite takes
/// to find a row by its key.
final class SQLiteConnection: Connection {
    let database: GRDB.Database
    private let statements: SQLiteStatements

    init(_ database: GRDB.Database, _ statements: SQLiteStatements) {
        self.database = database
        self.statements = statements
    }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
        let statement = try prepared(sql)
        // A statement that is not reset would keep its read open.
        defer { sqlite3_reset(statement) }
        let row = Row(
            columnCount: Int(sqlite3_column_count(statement)),
            value: { index in SQLValue(statement, Int32(index)) },
            column: { name in SQLiteConnection.index(of: name, in: statement) })
        while try step(statement) {
            guard try each(row) else { return }
        }
    }

    func execute(_ sql: SQL) throws -> Int {
        let statement = try prepared(sql)
        defer { sqlite3_reset(statement) }
        while try step(statement) {}
        return database.changesCount
    }

    func run(script: String) throws {
        try database.execute(sql: script)
    }

    /// Runs `body` between BEGIN and COMMIT; an error of either takes everything back.
    func transaction<T>(_ begin: SQL, _ body: () throws -> T) throws -> T {
        _ = try execute(begin)
        do {
            let value = try body()
            guard isInsideTransaction else {
                throw StorageError.unavailable("the transaction was rolled back by the database")
            }
            _ = try execute("COMMIT")
            return value
        } catch {
            if isInsideTransaction { _ = try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Whether SQLite is in a transaction; an error such as a full disk may have ended it.
    var isInsideTransaction: Bool { sqlite3_get_autocommit(database.sqliteConnection) == 0 }

    /// The statement with its values bound, ready for its first step.
    private func prepared(_ sql: SQL) throws -> SQLiteStatement {
        let statement = try statements.statement(sql, on: database)
        for (index, value) in sql.values.enumerated() {
            guard value.bind(to: statement, Int32(index + 1)) == SQLITE_OK else { throw failure(statement) }
        }
        return statement
    }

    /// - Returns: whether there is a row.
    private func step(_ statement: SQLiteStatement) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(statement)
        }
    }

    /// What SQLite says of the last thing asked of it.
    private func failure(_ statement: SQLiteStatement) -> DatabaseError {
        let connection = database.sqliteConnection
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)), sql: String(cString: sqlite3_sql(statement)))
    }

    private static func index(of name: String, in statement: SQLiteStatement) -> Int? {
        (0..<sqlite3_column_count(statement)).first { String(cString: sqlite3_column_name(statement, $0)) == name }
            .map { Int($0) }
    }
}

/// The statements prepared on one connection, by their text without values.
final class SQLiteStatements {
    /// Enough for every statement that stands in the program. A search makes texts of its own, one for each choice of
    /// filters: beyond this all are dropped and prepared anew as they are needed.
    static let most = 256

    private var prepared: [[String]: Statement] = [:]

    func statement(_ sql: SQL, on database: GRDB.Database) throws -> SQLiteStatement {
        if let kept = prepared[sql.fragments]?.sqliteStatement, sqlite3_stmt_busy(kept) == 0 { return kept }
        // One connection does all writes: there is no lock to skip, and no word for it.
        let text = sql.text { _ in "?" }.replacing("FOR UPDATE SKIP LOCKED", with: "")
        let made = try database.makeStatement(sql: text)
        if prepared.count >= SQLiteStatements.most { removeIdle() }
        // One that is being stepped through further out stays; this one serves the inner query.
        if let busy = prepared[sql.fragments] { nested.append(busy) }
        prepared[sql.fragments] = made
        return made.sqliteStatement
    }

    /// Statements in use further out, kept alive until the connection is given back.
    private var nested: [Statement] = []

    /// To be called when nothing is being stepped through.
    func endUse() {
        if !nested.isEmpty { nested.removeAll() }
    }

    /// SQLite closes a connection only when its statements are gone.
    func removeAll() {
        nested.removeAll()
        prepared.removeAll()
    }

    private func removeIdle() {
        prepared = prepared.filter { sqlite3_stmt_busy($0.value.sqliteStatement) != 0 }
    }
}

extension SQLValue {
    /// Tells SQLite to copy: the value does not outlive the call.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    fileprivate func bind(to statement: SQLiteStatement, _ index: Int32) -> Int32 {
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
        case .real(let real): return sqlite3_bind_double(statement, index, real)
        case .text(var text):
            // Text without an address would be bound as NULL.
            guard !text.isEmpty else { return sqlite3_bind_text(statement, index, "", 0, SQLValue.copied) }
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), SQLValue.copied)
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), SQLValue.copied)
            }
        }
    }

    fileprivate init(_ statement: SQLiteStatement, _ index: Int32) {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: self = .real(sqlite3_column_double(statement, index))
        case SQLITE_TEXT:
            let text = sqlite3_column_text(statement, index)
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, index)))
            self = .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, index)
            self = .blob(
                Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))))
        default: self = .null
        }
    }
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

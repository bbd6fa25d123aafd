import GRDB

/// One connection to a database, called in place: for a command that works through all of it on a thread that may wait.
///
/// The services' door can't do this: its bodies are synchronous, so that none could read in one database and write to
/// another.
package final class SoleConnection {
    private enum Engine {
        case sqlite(SQLiteSession, FileLock)
        case postgresql(PostgresSession)
    }

    private let engine: Engine

    /// A file that is there, as its one owner.
    /// - Throws: `StorageError.unavailable` where there is none, or another process has it.
    package init(sqlite path: String, forReading: Bool) throws {
        guard FileSystem.exists(path) else { throw StorageError.unavailable("\(path): there is no such file") }
        let lock = try FileLock(path: path + ".lock")
        var configuration = GRDB.Configuration()
        configuration.readonly = forReading
        do {
            let session = try SQLiteSession(path: path, configuration)
            if !forReading { try session.run { try $0.run(script: "PRAGMA synchronous = FULL") } }
            engine = .sqlite(session, lock)
        } catch {
            lock.release()
            throw error
        }
    }

    /// - Throws: `StorageError.unavailable` where the server can't be reached.
    package init(postgresql url: String) throws {
        do {
            let wire = try PostgresWire(
                try PostgresAddress(url: url).connect(as: "roost-copy"), patience: PostgresWire.longPatience)
            engine = .postgresql(PostgresSession(wire, RoundTrips()))
        } catch let full as ServerIsFull {
            throw StorageError.unavailable(full.why)
        }
    }

    /// Runs `body` on one state of the database, however long it takes.
    package func read<T>(_ body: (borrowing Reader) throws -> T) throws -> T {
        switch engine {
        case .sqlite(let session, _): return try session.read(body)
        case .postgresql(let session):
            return try SoleConnection.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", session) {
                let value = try body(Reader(session))
                try session.dismiss("COMMIT")
                return value
            }
        }
    }

    /// Runs `body` as one transaction, once. What it decides must not depend on what it read, but for rows it has locked:
    /// nobody else is expected here, so PostgreSQL's plainest level is enough.
    /// - Throws: `StorageError.unknownOutcome` where the connection was lost while committing.
    @discardableResult
    package func write<T>(_ body: (borrowing Transaction) throws -> T) throws -> T {
        switch engine {
        case .sqlite(let session, _):
            return try session.run { connection in
                try connection.transaction("BEGIN IMMEDIATE") { try body(Transaction(connection)) }
            }
        case .postgresql(let session):
            return try SoleConnection.transaction("BEGIN ISOLATION LEVEL READ COMMITTED", session) {
                let value = try body(Transaction(session))
                try session.commit()
                return value
            }
        }
    }

    /// How many connections of servers and other commands there are. None on SQLite, where this is the owner.
    package func others() throws -> Int {
        guard case .postgresql = engine else { return 0 }
        return try read {
            try $0.value(
                """
                SELECT COUNT(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'roost' AND pid <> pg_backend_pid()
                """) ?? 0
        }
    }

    package func close() throws {
        switch engine {
        case .sqlite(let session, let lock):
            defer { lock.release() }
            try session.close()
        case .postgresql: break  // ends with its session
        }
    }

    private static func transaction<T>(_ begin: SQL, _ session: PostgresSession, _ work: () throws -> T) throws -> T {
        do {
            try session.begin(begin)
            return try work()
        } catch {
            // A session that was lost can't be told; the server rolls back by itself.
            if case PostgresFailure.lost = error {} else { try? session.dismiss("ROLLBACK") }
            throw (error as? PostgresFailure)?.storageError ?? error
        }
    }
}

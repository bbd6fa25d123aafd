import Foundation
import GRDB

/// SQLite in a file: one connection does all writes and all checkpoints, reads have connections of their own.
///
/// One connection only, because SQLite 3.7.0 to 3.51.2 can corrupt a write-ahead log that two connections write and
/// checkpoint at once (sqlite.org/wal.html, "the WAL reset bug").
public final class SQLiteDatabase: Database {
    private let writer: SQLiteSession
    private let readers: SQLiteReaders
    private let commits: GroupCommit
    private let lock: FileLock

    /// Opens the file, making it where there is none, for the one process that owns it.
    /// - Throws: `StorageError.unavailable` where another process has it, or it can't be opened.
    public init(path: String) throws {
        try FileSystem.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        lock = try FileLock(path: path + ".lock")
        var writing = SQLiteDatabase.configuration
        writing.journalMode = .wal
        // A backup holds the four writers still for some milliseconds: they wait for it, nobody is refused.
        writing.busyMode = .timeout(10)
        writer = try SQLiteSession(path: path, writing)
        // A confirmed booking survives a power cut: the log is synced at each commit. GRDB sets NORMAL, which syncs it
        // at checkpoints only, after everything that a configuration can say: so this must come last.
        try writer.run { connection in
            try connection.run(
                script: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = \(SQLiteDatabase.pagesBeforeCheckpoint)"
            )
        }
        readers = SQLiteReaders {
            var reading = SQLiteDatabase.configuration
            reading.readonly = true
            // Pages of the file are read where the kernel has them: no call and no copy for each that is not in the cache
            // of this connection. What the log has is read as ever, and nothing is written this way.
            reading.prepareDatabase { try $0.execute(sql: "PRAGMA mmap_size = \(SQLiteDatabase.mostMapped)") }
            return try SQLiteSession(path: path, reading)
        }
        commits = GroupCommit(writer: writer, label: "roost.writer." + URL(fileURLWithPath: path).lastPathComponent)
    }

    /// Bytes of the file that connections for reading map, 2 GB, the most that SQLite takes.
    private static let mostMapped = 0x7FFF_0000

    /// 32 MB of log, eight times SQLite's own choice: a checkpoint makes whoever commits wait for two syncs and for every
    /// page that changed, and pages that change often are written once for all (docs/performance.md).
    private static let pagesBeforeCheckpoint = 8000

    private static var configuration: GRDB.Configuration {
        var configuration = GRDB.Configuration()
        // 8 MB of pages at the most on each connection, so that an idle server stays small.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -8000") }
        return configuration
    }

    /// On the thread at hand: a row by key takes microseconds, less than a change of threads.
    ///
    /// It steps aside before and after. Requests that became ready in the same turn of a loop so take each stage one
    /// after the other: all ask, all read, all write their answers, and the caches of the core keep the code of a stage
    /// instead of loading it anew for each request (docs/performance.md).
    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        await Task.yield()
        let result = Result { try readers.read(body) }
        await Task.yield()
        return try result.get()
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await commits.write(body)
    }

    public func close() throws {
        commits.drain()
        try readers.close()
        try writer.close()
        lock.release()
    }
}

/// SQLite in memory, called in place: for tests and the simulation, where the SQL is real and nothing waits.
public final class SQLiteMemory: Database {
    private let session: SQLiteSession

    public init() throws { session = try SQLiteSession() }

    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try session.run { try body(Reader($0)) }
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try session.run { connection in
            try connection.transaction("BEGIN IMMEDIATE") { try body(Transaction(connection)) }
        }
    }

    public func close() throws { try session.close() }
}

/// A database file that another process may own: for looking only.
public final class SQLiteSnapshot: Database {
    private let session: SQLiteSession
    private let traces: SQLiteTraces

    /// - Throws: `StorageError.unavailable` where there is no such database.
    public init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StorageError.unavailable("\(path): there is no such file")
        }
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        // Who was killed before the log was begun, at the very first start, left a journal: what it undoes, only a connection
        // that may write undoes, and it does with the first read.
        if FileManager.default.fileExists(atPath: path + "-journal") {
            let mending = try SQLiteSession(path: path, configuration)
            _ = try mending.read { try $0.exists("SELECT 1 FROM sqlite_master") }
            try mending.close()
        }
        configuration.readonly = true
        traces = SQLiteTraces(path)
        session = try SQLiteSession(path: path, configuration)
    }

    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try session.read(body)
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        throw StorageError.unavailable("it was opened for reading only")
    }

    public func close() throws {
        try session.close()
        traces.remove()
    }
}

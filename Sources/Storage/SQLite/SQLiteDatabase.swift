import Foundation
import GRDB

/// SQLite in a file: one connection does all writes and all checkpoints, reads have connections of their own.
///
/// One connection only, because SQLite 3.7.0 to 3.51.2 can corrupt a write-ahead log that two connections write and
/// checkpoint at once (sqlite.org/wal.html, "the WAL reset bug").
public final class SQLiteDatabase: Database {
    private let pool: DatabasePool
    private let commits: GroupCommit
    private let lock: FileLock

    /// How many reads run at once: more than the cores that serve them only costs memory.
    static let readers = 4

    /// Opens the file, making it where there is none, for the one process that owns it.
    /// - Throws: `StorageError.unavailable` where another process has it, or it can't be opened.
    public init(path: String) throws {
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        lock = try FileLock(path: path + ".lock")
        var configuration = GRDB.Configuration()
        configuration.maximumReaderCount = SQLiteDatabase.readers
        configuration.prepareDatabase { database in
            // A confirmed booking survives a power cut: the log is synced at each commit.
            if !database.configuration.readonly { try database.execute(sql: "PRAGMA synchronous = FULL") }
            // 8 MB of pages at the most on each connection, so that an idle server stays small.
            try database.execute(sql: "PRAGMA cache_size = -8000")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw StorageError.unavailable("\(path): \(error.message ?? error.description)")
        }
        commits = GroupCommit(writer: pool, label: "roost.writer." + URL(fileURLWithPath: path).lastPathComponent)
    }

    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try readInPlace(body)
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await commits.write(body)
    }

    public func close() throws {
        commits.drain()
        try pool.close()
        lock.release()
    }

    /// On the thread at hand: a row by key takes microseconds, less than a change of threads.
    private func readInPlace<T: Sendable>(_ body: (borrowing Reader) throws -> T) throws -> T {
        try StorageError.translating {
            try pool.read { try body(Reader(SQLiteConnection($0))) }
        }
    }
}

/// SQLite in memory, called in place: for tests and the simulation, where the SQL is real and nothing waits.
public final class SQLiteMemory: Database {
    private let queue: DatabaseQueue

    public init() throws { queue = try DatabaseQueue() }

    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try inPlace { try body(Reader(SQLiteConnection($0))) }
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try inPlace { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            do {
                let value = try body(Transaction(SQLiteConnection(database)))
                try database.execute(sql: "COMMIT")
                return value
            } catch {
                if database.isInsideTransaction { try database.execute(sql: "ROLLBACK") }
                throw error
            }
        }
    }

    public func close() throws { try queue.close() }

    private func inPlace<T>(_ work: (GRDB.Database) throws -> T) throws -> T {
        try StorageError.translating { try queue.writeWithoutTransaction(work) }
    }
}

/// A database file that another process may own: for looking only.
public final class SQLiteSnapshot: Database {
    private let queue: DatabaseQueue

    /// - Throws: `StorageError.unavailable` where there is no such database.
    public init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StorageError.unavailable("\(path): there is no such file")
        }
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw StorageError.unavailable("\(path): \(error.message ?? error.description)")
        }
    }

    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try StorageError.translating { try queue.inPlace { try body(Reader(SQLiteConnection($0))) } }
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        throw StorageError.unavailable("it was opened for reading only")
    }

    public func close() throws { try queue.close() }
}

extension DatabaseQueue {
    /// The synchronous read, which an `async` caller would otherwise not choose.
    fileprivate func inPlace<T>(_ work: (GRDB.Database) throws -> T) throws -> T { try read(work) }
}

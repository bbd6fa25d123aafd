import Foundation
import GRDB
import Synchronization

/// A connection to SQLite and the statements prepared on it.
///
/// `@unchecked Sendable`: the statements are touched only inside `run` and `close`, which GRDB's serial queue runs one at
/// a time.
final class SQLiteSession: @unchecked Sendable {
    private let queue: DatabaseQueue
    private let statements = SQLiteStatements()

    /// A database in memory.
    init() throws { queue = try StorageError.translating { try DatabaseQueue() } }

    /// A database in a file.
    /// - Throws: `StorageError.unavailable` where it can't be opened.
    init(path: String, _ configuration: GRDB.Configuration) throws {
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw StorageError.unavailable("\(path): \(error.message ?? error.description)")
        }
    }

    /// Runs `work` on the thread at hand, alone with the connection.
    func run<T>(_ work: (SQLiteConnection) throws -> T) throws -> T {
        try StorageError.translating {
            try queue.inDatabase { database in
                defer { statements.endUse() }
                return try work(SQLiteConnection(database, statements))
            }
        }
    }

    /// Runs `body` on one consistent state of the database.
    func read<T>(_ body: (borrowing Reader) throws -> T) throws -> T {
        try run { connection in
            try connection.transaction("BEGIN") { try body(Reader(connection)) }
        }
    }

    func close() throws {
        try run { _ in statements.removeAll() }
        try StorageError.translating { try queue.close() }
    }
}

/// Connections for reading, as many as threads read at once: a read takes microseconds and runs on the thread at hand.
final class SQLiteReaders: Sendable {
    private let open: @Sendable () throws -> SQLiteSession
    /// Guards the connections that nobody uses now; held only to take or give back.
    private let idle = Mutex<[(session: SQLiteSession, thread: pthread_t)]>([])

    /// How many are kept for the next reads: more than the cores that serve them only costs memory.
    static let mostKept = 4

    init(open: @escaping @Sendable () throws -> SQLiteSession) { self.open = open }

    func read<T>(_ body: (borrowing Reader) throws -> T) throws -> T {
        let thread = pthread_self()
        let kept = idle.withLock { idle in
            // The one this thread used last: its pages and statements are in the caches of this core.
            (idle.lastIndex { $0.thread == thread } ?? idle.indices.last).map { idle.remove(at: $0).session }
        }
        let session = try kept ?? open()
        defer { giveBack(session, thread) }
        return try session.read(body)
    }

    func close() throws {
        let sessions = idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for (session, _) in sessions { try session.close() }
    }

    private func giveBack(_ session: SQLiteSession, _ thread: pthread_t) {
        let isKept = idle.withLock { idle in
            guard idle.count < SQLiteReaders.mostKept else { return false }
            idle.append((session, thread))
            return true
        }
        // A connection that can't be closed is closed with its last use.
        if !isKept { try? session.close() }
    }
}

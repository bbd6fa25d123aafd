import Foundation
import GRDB
import GRDBSQLite

/// Several SQLite files as they are at one moment, beside the process that writes them.
///
/// All writers are held still at once, for as long as it takes to open a snapshot of each: what the snapshots show
/// together is what a power cut of the whole machine would have left, so the start after a restore is the start after
/// one. Nothing is written and no checkpoint made here, because SQLite up to 3.51.2 can corrupt a log that two
/// connections write and checkpoint.
package final class SQLiteMoment {
    /// How long the writers may be held; longer, and all go on before the next try. A server's writer waits 10 seconds.
    static let longestHold = Duration.seconds(2)
    /// How long it may take to find the moment.
    static let patience = Duration.seconds(60)

    private let snapshots: [SQLiteSession]
    private let traces: [SQLiteTraces]
    /// How long the writers were held.
    package let held: Duration

    /// - Throws: `StorageError.unavailable` where a file is not there, or its writer never pauses.
    package init(_ paths: [String]) throws {
        for path in paths where !FileSystem.exists(path) {
            throw StorageError.unavailable("\(path): there is no such file")
        }
        traces = paths.map { SQLiteTraces($0) }
        let clock = ContinuousClock()
        let begun = clock.now
        while true {
            if let (snapshots, held) = try SQLiteMoment.tryOnce(paths, clock) {
                self.snapshots = snapshots
                self.held = held
                return
            }
            guard clock.now - begun < SQLiteMoment.patience else {
                throw StorageError.unavailable(
                    "the writer of one of the databases could not be held still for a moment")
            }
        }
    }

    private static func tryOnce(_ paths: [String], _ clock: ContinuousClock) throws -> ([SQLiteSession], Duration)? {
        var holders: [SQLiteSession] = []
        defer { for holder in holders { try? release(holder) } }
        var since: ContinuousClock.Instant?
        for path in paths {
            let holder = try SQLiteSession(path: path, configuration(readonly: false))
            let end = (since ?? clock.now) + longestHold
            while try !hold(holder) {
                guard clock.now < end else {
                    try? holder.close()
                    return nil
                }
                // A busy writer pauses between two commits for some microseconds: a longer sleep would miss it each time.
                usleep(200)
            }
            since = since ?? clock.now
            holders.append(holder)
        }
        let snapshots = try paths.map { path in
            let snapshot = try SQLiteSession(path: path, configuration(readonly: true))
            try snapshot.run { connection in
                _ = try connection.execute("BEGIN")
                // The snapshot is taken by the first look.
                try connection.query("SELECT COUNT(*) FROM sqlite_master") { _ in false }
            }
            return snapshot
        }
        return (snapshots, since.map { clock.now - $0 } ?? .zero)
    }

    private static func configuration(readonly: Bool) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.readonly = readonly
        configuration.allowsUnsafeTransactions = true  // a transaction outlives the call that began it
        return configuration
    }

    /// - Returns: whether the file's writer is held now.
    private static func hold(_ holder: SQLiteSession) throws -> Bool {
        try holder.run { connection in
            do {
                _ = try connection.execute("BEGIN IMMEDIATE")
                return true
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return false
            }
        }
    }

    private static func release(_ holder: SQLiteSession) throws {
        try holder.run { connection in
            if connection.isInsideTransaction { _ = try connection.execute("ROLLBACK") }
        }
        try holder.close()
    }

    /// Copies one of the files as it was, and looks whether the copy is whole and holds the same.
    /// - Parameters:
    ///   - index: its place among the paths.
    ///   - path: a new file.
    ///   - progress: told how many of how many pages are copied.
    /// - Throws: `StorageError.unavailable` where it can't be written, `MovingFailure` where the copy is not the same.
    package func copy(
        _ index: Int, to path: String, tables: [TableShape], progress: (_ done: Int, _ all: Int) -> Void
    ) throws -> [TableDigest] {
        let made = try SQLiteSession(path: path, GRDB.Configuration())
        try made.run { target in
            try target.run(script: "PRAGMA synchronous = FULL")
            try snapshots[index].run { try SQLiteMoment.copyPages(from: $0, to: target, progress) }
            // One file that needs no log beside it.
            try target.run(script: "PRAGMA journal_mode = DELETE")
        }
        try made.close()
        let digests = try snapshots[index].run { try Reader($0).digests(of: tables) { _, _ in } }
        try TableCopy.compare(digests, try SQLiteMoment.verify(path, tables), "\(path) is not what was copied")
        return digests
    }

    private static func copyPages(
        from source: SQLiteConnection, to target: SQLiteConnection, _ progress: (Int, Int) -> Void
    ) throws {
        let handle = target.database.sqliteConnection
        guard let backup = sqlite3_backup_init(handle, "main", source.database.sqliteConnection, "main") else {
            throw StorageError.unavailable(String(cString: sqlite3_errmsg(handle)))
        }
        var code: Int32
        repeat {
            // 4 MB at a time. The source's snapshot stays open, so the copying never begins anew.
            code = sqlite3_backup_step(backup, 1000)
            let all = Int(sqlite3_backup_pagecount(backup))
            progress(all - Int(sqlite3_backup_remaining(backup)), all)
        } while code == SQLITE_OK
        let end = sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, end == SQLITE_OK else {
            throw StorageError.unavailable("the copy ended with: \(String(cString: sqlite3_errstr(code)))")
        }
    }

    /// Looks whether a file is a sound database.
    /// - Returns: what its tables hold.
    /// - Throws: `MovingFailure` where it is damaged.
    package static func verify(_ path: String, _ tables: [TableShape]) throws -> [TableDigest] {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        let session = try SQLiteSession(path: path, configuration)
        defer { try? session.close() }
        return try session.read { reader in
            let complaints: [String] = try reader.values("PRAGMA integrity_check(3)")
            guard complaints == ["ok"] else {
                throw MovingFailure("\(path) is damaged: \(complaints.joined(separator: "; "))")
            }
            return try reader.digests(of: tables) { _, _ in }
        }
    }

    /// The migrations that one of the files has; none where it has no tables of Roost.
    /// - Parameter index: its place among the paths.
    package func applied(_ index: Int) throws -> Set<String> {
        try snapshots[index].run { connection in
            let reader = Reader(connection)
            guard try reader.exists("SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'") else { return [] }
            return Set(try reader.values("SELECT name FROM schema_migration", as: String.self))
        }
    }

    /// Ends the snapshots, so that the writers' logs can be emptied again, and leaves no file behind that was not there.
    package func close() throws {
        for snapshot in snapshots {
            try snapshot.run { _ = try $0.execute("ROLLBACK") }
            try snapshot.close()
        }
        for trace in traces { trace.remove() }
    }
}

/// Keeps every other process from opening a database file, also one that is not there yet.
package final class FileOwner {
    private let lock: FileLock

    /// - Throws: `StorageError.unavailable` where another process has it.
    package init(of path: String) throws { lock = try FileLock(path: path + ".lock") }

    package func release() { lock.release() }
}

import Foundation
import GRDB

/// The log and the index of a log that SQLite lays beside a file which nobody has open, to be taken away again.
///
/// A connection that only reads leaves them behind, as files of whoever ran the command: a server that runs as somebody
/// else could not open its own database then.
struct SQLiteTraces: Sendable {
    private let path: String
    private let wereThere: Bool

    /// To be made before the file is opened.
    init(_ path: String) {
        self.path = path
        wereThere = SQLiteTraces.areThere(path)
    }

    /// To be called once the file is closed. Does nothing where a server has it now, or its log was there before: that may
    /// hold what a crash left, which is for the next start.
    func remove() {
        // Without a lock of its own making: that would be in the server's way as well.
        guard !wereThere, SQLiteTraces.areThere(path), FileSystem.exists(path + ".lock"),
            let lock = try? FileLock(path: path + ".lock", mostTries: 1)
        else { return }
        defer { lock.release() }
        // The last connection that may write empties the log, which is empty, and removes both when it closes.
        guard let session = try? SQLiteSession(path: path, GRDB.Configuration()) else { return }
        _ = try? session.read { try $0.exists("SELECT 1 FROM sqlite_master") }
        try? session.close()
    }

    private static func areThere(_ path: String) -> Bool {
        FileSystem.exists(path + "-wal") || FileSystem.exists(path + "-shm")
    }
}

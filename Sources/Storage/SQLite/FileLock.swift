import Foundation

/// Keeps a second process from writing the same database file.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// - Parameter mostTries: twenty milliseconds apart, because a command that looked beside a stopped server may hold it
    ///   for a moment while it tidies up (`SQLiteTraces`).
    /// - Throws: `StorageError.unavailable` where another process holds it.
    init(path: String, mostTries: Int = 10) throws {
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError.unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        var tries = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            tries += 1
            if tries < mostTries {
                usleep(20_000)
                continue
            }
            Foundation.close(descriptor)
            throw StorageError.unavailable(
                "another roost process has \(path.dropLast(".lock".count)) open; stop it first, or use its API")
        }
    }

    func release() { Foundation.close(descriptor) }
}

import Foundation

/// Keeps a second process from writing the same database file.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `StorageError.unavailable` where another process holds it.
    init(path: String) throws {
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError.unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Foundation.close(descriptor)
            throw StorageError.unavailable(
                "another roost process has \(path.dropLast(".lock".count)) open; stop it first, or use its API")
        }
    }

    func release() { Foundation.close(descriptor) }
}

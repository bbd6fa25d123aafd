import Foundation

/// Files, with what a power cut leaves of them in mind.
package enum FileSystem {
    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Waits until a file, or the names in a folder, would survive a power cut.
    /// - Throws: `StorageError.unavailable` naming the path.
    package static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    static func failure(_ path: String) -> StorageError {
        .unavailable("\(path): \(String(cString: strerror(errno)))")
    }
}

/// Why data was not carried elsewhere, in one sentence.
package struct MovingFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Runs work that waits for disks and servers on a thread of its own, apart from the cooperative pool.
package func onOwnThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "roost.moving").async { continuation.resume(with: Result(catching: work)) }
    }
}

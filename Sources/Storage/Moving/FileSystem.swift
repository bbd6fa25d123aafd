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

    package enum Kind { case file, folder, other }

    /// What is at a path, links followed; nothing where nothing is.
    package static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file
        default: return .other
        }
    }

    /// What is in a folder, also where a link leads to it.
    /// - Throws: `StorageError.unavailable` where it can't be read.
    package static func names(in folder: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw StorageError.unavailable("\(folder) can't be read")
        }
        return names.sorted()
    }

    /// What a fresh file system holds.
    package static let lostAndFound = "lost+found"

    /// Makes a folder, and those it lies in, where they are not there yet.
    /// - Throws: `StorageError.unavailable` naming the folder that can't be made.
    package static func makeFolder(_ path: String) throws {
        if let kind = kind(path) {
            guard kind == .folder else { throw StorageError.unavailable("\(path) is no folder") }
            return
        }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if parent != path { try makeFolder(parent) }
        // Another process may have made it meanwhile.
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure(path) }
    }

    /// The path without links, "." and "..", as far as its folders are there: equal for two names of one file.
    package static func resolved(_ path: String) -> String {
        if let found = realpath(path, nil) {
            defer { free(found) }
            return String(cString: found)
        }
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let parent = url.deletingLastPathComponent().path
        guard parent != url.path else { return url.path }
        let folder = resolved(parent)
        return folder == "/" ? "/\(url.lastPathComponent)" : "\(folder)/\(url.lastPathComponent)"
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

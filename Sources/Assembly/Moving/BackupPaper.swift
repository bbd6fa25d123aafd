import Crypto
import Foundation
import Storage

/// What lies beside a backup and says what it is: `backup.json`.
struct BackupPaper: Codable {
    static let name = "backup.json"
    static let form = 1

    struct Database: Codable {
        let name: String
        let file: File
        /// The migrations it has, in the order of their names.
        let migrations: [String]
        let tables: [TableDigest]
    }

    struct File: Codable, Hashable {
        /// Within the backup.
        let path: String
        let bytes: Int
        let sha256: String
    }

    let form: Int
    /// The moment that all four databases show, as `2026-12-24T18:00:00.000Z`.
    let takenAt: String
    let databases: [Database]
    /// What else was in the data folder: mail files, texts, photos.
    let files: [File]

    static func read(in folder: String) throws -> BackupPaper {
        let path = "\(folder)/\(name)"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw MovingFailure("\(folder) is no backup: there is no \(name) in it")
        }
        guard let paper = try? JSONDecoder().decode(BackupPaper.self, from: bytes), paper.form == form else {
            throw MovingFailure("\(path) can't be read, or was written by a later version")
        }
        // A path that leads out of the folder would be written outside of the data folder.
        let paths = (paper.files + paper.databases.map(\.file)).map(\.path)
        guard paths.allSatisfy({ !$0.hasPrefix("/") && !$0.split(separator: "/").contains("..") }) else {
            throw MovingFailure("\(path) names a file outside of the backup")
        }
        return paper
    }

    func write(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let path = "\(folder)/\(BackupPaper.name)"
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
        try FileSystem.sync(path)
    }
}

extension BackupPaper.File {
    /// Reads a file, a megabyte at a time.
    /// - Parameter copy: where its bytes go as well.
    init(_ path: String, in folder: String, copyingTo copy: String? = nil) throws {
        guard let source = FileHandle(forReadingAtPath: "\(folder)/\(path)") else {
            throw MovingFailure("\(folder)/\(path) can't be read")
        }
        defer { try? source.close() }
        let target = try copy.map { try BackupPaper.File.fresh($0) }
        var hash = SHA256()
        var count = 0
        while let bytes = try source.read(upToCount: 1 << 20), !bytes.isEmpty {
            hash.update(data: bytes)
            count += bytes.count
            try target?.write(contentsOf: bytes)
        }
        try target?.synchronize()
        try target?.close()
        self.init(path: path, bytes: count, sha256: hash.finalize().map { String(format: "%02x", $0) }.joined())
    }

    /// A new file and the folders it lies in.
    private static func fresh(_ path: String) throws -> FileHandle {
        try FileSystem.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw MovingFailure("\(path): \(String(cString: strerror(errno)))") }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

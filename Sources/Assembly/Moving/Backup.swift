public import Core
import Foundation
import Storage

/// Copies of the embedded databases and of what lies beside them, made while a server runs: `roost backup`.
public struct Backup: Sendable {
    /// What was saved.
    public struct Saved: Sendable {
        public let rows: Int
        public let files: Int
        /// How long the server's writers waited.
        public let held: Duration
    }

    private let configuration: Configuration
    private let world: World

    public init(_ configuration: Configuration, world: World) {
        self.configuration = configuration
        self.world = world
    }

    /// Saves into a new folder. It has its name only once all of it is there and verified.
    ///
    /// The four databases are of one moment. The other files are copied after it: whatever the databases name was
    /// written before, and a mail file that came later belongs to a mail that is sent again, into the same file.
    /// - Throws: `MovingFailure` or `StorageError`; nothing is left then.
    public func run(into folder: String, progress: @escaping @Sendable (String) -> Void) async throws -> Saved {
        let paths = try embeddedPaths(configuration.databases)
        // Without links: what is compared with another path below must have one name only.
        let data = FileSystem.resolved(configuration.dataDirectory)
        let goal = FileSystem.resolved(folder)
        guard !FileSystem.exists(goal) else { throw MovingFailure("\(folder) is there already; name a new folder") }
        guard goal != data, !goal.hasPrefix(data + "/") else {
            throw MovingFailure("\(folder) is inside the data folder, and would be saved with it")
        }
        try await HouseIdentity.verify(configuration.databases)
        let shapes = try await Databases.shapes(at: world.now())
        let world = world
        return try await onOwnThread {
            let unfinished = goal + ".unfinished-" + world.random(4).map { String(format: "%02x", $0) }.joined()
            try FileSystem.makeFolder(unfinished)
            do {
                let saved = try save(paths, shapes, data, into: unfinished, progress)
                guard rename(unfinished, goal) == 0 else {
                    throw MovingFailure("\(folder): \(String(cString: strerror(errno)))")
                }
                try FileSystem.sync(URL(fileURLWithPath: goal).deletingLastPathComponent().path)
                return saved
            } catch {
                try? FileManager.default.removeItem(atPath: unfinished)
                throw error
            }
        }
    }

    private func save(
        _ paths: [String], _ shapes: [[TableShape]], _ data: String, into folder: String,
        _ progress: @Sendable (String) -> Void
    ) throws -> Saved {
        let moment = try SQLiteMoment(paths)
        var isOpen = true
        defer { if isOpen { try? moment.close() } }
        let takenAt = world.now()
        var databases: [BackupPaper.Database] = []
        let migrations = try configuration.databases.all.enumerated().map { index, database in
            let applied = try moment.applied(index).subtracting([TableCopy.endMark])
            try Backup.refuseOtherVersion(database.name, applied)
            return applied.sorted()
        }
        for (index, (name, _)) in configuration.databases.all.enumerated() {
            let file = "\(name).sqlite"
            let digests = try moment.copy(index, to: "\(folder)/\(file)", tables: shapes[index]) { done, all in
                progress("\(name): \(done) of \(all) pages")
            }
            databases.append(
                BackupPaper.Database(
                    name: name, file: try BackupPaper.File(file, in: folder),
                    migrations: migrations[index], tables: digests))
            try FileSystem.sync("\(folder)/\(file)")
        }
        isOpen = false
        try moment.close()
        let beside = try filesBeside(data, without: paths)
        let files = try beside.enumerated().map { index, path in
            progress("files: \(index + 1) of \(beside.count)")
            let saved = try BackupPaper.File(path, in: data, copyingTo: "\(folder)/files/\(path)")
            return BackupPaper.File(path: "files/\(path)", bytes: saved.bytes, sha256: saved.sha256)
        }
        let paper = BackupPaper(
            form: BackupPaper.form, takenAt: "\(takenAt)", databases: databases, files: files)
        try paper.write(in: folder)
        try FileSystem.syncFolders(of: paper.files.map(\.path) + [BackupPaper.name], in: folder)
        return Saved(
            rows: databases.flatMap(\.tables).reduce(0) { $0 + $1.rows }, files: files.count, held: moment.held)
    }

    /// - Throws: `MovingFailure` where a database has not the tables that this program reads and compares.
    private static func refuseOtherVersion(_ name: String, _ applied: Set<String>) throws {
        let variable = DatabaseAddresses.variable(of: name)
        guard Databases.names(of: name).isSubset(of: applied) else {
            throw MovingFailure(
                "\(variable) has the tables of an older Roost: save it with that one, or start `roost serve` of this one "
                    + "once, which brings them up to date")
        }
        guard Databases.names(of: name) == applied else {
            throw MovingFailure("\(variable) has the tables of a newer Roost: save it with that one")
        }
    }

    /// Everything in the data folder but the databases, their logs and locks, and files that are half written. Folders that
    /// are links are gone into as well.
    private func filesBeside(_ data: String, without databases: [String]) throws -> [String] {
        guard FileSystem.exists(data) else { return [] }
        let left = Set(databases.flatMap { databaseFiles($0) })
        var files: [String] = []
        var seen: Set<String> = []
        var folders = [""]
        while let folder = folders.popLast() {
            // A link to a folder above would lead round in a circle.
            guard seen.insert(FileSystem.resolved("\(data)/\(folder)")).inserted else { continue }
            for name in try FileSystem.names(in: "\(data)/\(folder)") where !name.hasPrefix(".") {
                if folder.isEmpty, name == FileSystem.lostAndFound { continue }
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                switch FileSystem.kind("\(data)/\(path)") {
                case .folder: folders.append(path)
                case .file where !left.contains(FileSystem.resolved("\(data)/\(path)")): files.append(path)
                case .file, .other, nil: continue
                }
            }
        }
        return files.sorted()
    }
}

/// A database file and what SQLite and Roost lay beside it, without links.
func databaseFiles(_ path: String) -> [String] {
    ["", "-wal", "-shm", "-journal", ".lock"].map { FileSystem.resolved(FileSystem.resolved(path) + $0) }
}

/// Where the four files are.
/// - Throws: `MovingFailure` where one of the four is PostgreSQL, which has its own ways.
func embeddedPaths(_ addresses: DatabaseAddresses) throws -> [String] {
    try addresses.all.map { name, address in
        guard case .sqlite(let path) = address else {
            throw MovingFailure(
                "\(DatabaseAddresses.variable(of: name)) is not embedded: save it with PostgreSQL's own tools, or `roost copy` it"
            )
        }
        return path
    }
}

extension Databases {
    /// The tables of each of the four, in their order.
    static func shapes(at now: Instant) async throws -> [[TableShape]] {
        var shapes: [[TableShape]] = []
        for list in migrations { shapes.append(try await TableShape.all(of: list, at: now)) }
        return shapes
    }
}

extension FileSystem {
    /// Waits until the names of files would survive a power cut.
    static func syncFolders(of files: [String], in folder: String) throws {
        let folders = files.map { URL(fileURLWithPath: "\(folder)/\($0)").deletingLastPathComponent().path }
        for path in Set(folders + [folder]).sorted() { try sync(path) }
    }
}

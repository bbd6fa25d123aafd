public import Core
import Foundation
import Storage

/// Puts a backup where a server finds it: `roost restore`.
public struct Restore: Sendable {
    /// Stands in the data folder until all of a backup is there: no command opens the databases beside it.
    static let mark = "restore-unfinished"

    private let configuration: Configuration
    private let world: World

    public init(_ configuration: Configuration, world: World) {
        self.configuration = configuration
        self.world = world
    }

    /// - Throws: `MovingFailure` where a restore into this data folder has not come to its end.
    public static func refuseUnfinished(_ configuration: Configuration) throws {
        guard !FileSystem.exists("\(configuration.dataDirectory)/\(mark)") else {
            throw MovingFailure(
                "a restore into \(configuration.dataDirectory) was never finished; `roost restore` begins anew")
        }
    }

    /// Verifies the backup, copies it, and verifies the copy.
    /// - Returns: the moment that the databases show.
    /// - Throws: `MovingFailure` or `StorageError`: where a database or a file in the data folder is there already,
    ///   nothing has happened.
    public func run(from backup: String, progress: @escaping @Sendable (String) -> Void) async throws -> String {
        let paths = try embeddedPaths(configuration.databases)
        guard Set(paths.map { FileSystem.resolved($0) }).count == paths.count else {
            throw MovingFailure("two of the four settings name the same file; each database needs its own")
        }
        let shapes = try await Databases.shapes(at: world.now())
        return try await onOwnThread { try restore(backup, paths, shapes, progress) }
    }

    private func restore(
        _ backup: String, _ paths: [String], _ shapes: [[TableShape]], _ progress: @Sendable (String) -> Void
    ) throws -> String {
        let paper = try BackupPaper.read(in: backup)
        let names = configuration.databases.all.map(\.name)
        guard paper.databases.map(\.name) == names else {
            throw MovingFailure("\(backup) has not the four databases of Roost")
        }
        let data = FileSystem.resolved(configuration.dataDirectory)
        let occupied = Set(paths.flatMap { databaseFiles($0) })
        for file in paper.files where occupied.contains(FileSystem.resolved(Restore.place(file, in: data))) {
            throw MovingFailure(
                "\(backup)/\(file.path) would be written over a database that is restored; remove it from \(BackupPaper.name)"
            )
        }
        let mark = "\(data)/\(Restore.mark)"
        if !FileSystem.exists(mark) { try refuseOccupied(paths, data) }
        for path in paths + ["\(data)/x"] {
            try FileSystem.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        }
        let owners = try paths.map { try FileOwner(of: $0) }
        defer { for owner in owners { owner.release() } }

        try Data("A restore of \(backup) was begun and is not finished.\n".utf8).write(to: URL(fileURLWithPath: mark))
        try FileSystem.syncFolders(of: [Restore.mark], in: data)
        for (index, database) in paper.databases.enumerated() {
            progress("database \(database.name)")
            // A log of what was there before must not be played into this file.
            for rest in ["-wal", "-shm", "-journal"] { unlink(paths[index] + rest) }
            try copy(database.file, from: backup, to: paths[index])
            // A backup may be older than this program: tables that it has not are made at the next start.
            if database.migrations == Databases.names(of: database.name).sorted() {
                let found = try SQLiteMoment.verify(paths[index], shapes[index])
                try TableCopy.compare(database.tables, found, "\(paths[index]) is not what was saved")
            } else {
                _ = try SQLiteMoment.verify(paths[index], [])
            }
            try FileSystem.sync(URL(fileURLWithPath: paths[index]).deletingLastPathComponent().path)
        }
        for (index, file) in paper.files.enumerated() {
            progress("files: \(index + 1) of \(paper.files.count)")
            try copy(file, from: backup, to: Restore.place(file, in: data))
        }
        try FileSystem.syncFolders(of: paper.files.map { String($0.path.dropFirst("files/".count)) }, in: data)
        unlink(mark)
        try FileSystem.sync(data)
        return paper.takenAt
    }

    /// Where a file beside the databases goes.
    private static func place(_ file: BackupPaper.File, in data: String) -> String {
        "\(data)/\(file.path.dropFirst("files/".count))"
    }

    private func copy(_ file: BackupPaper.File, from backup: String, to path: String) throws {
        guard try BackupPaper.File(file.path, in: backup, copyingTo: path) == file else {
            throw MovingFailure("\(backup)/\(file.path) is not the file that was saved")
        }
    }

    /// Nothing that is there is written over.
    private func refuseOccupied(_ paths: [String], _ data: String) throws {
        for path in paths where FileSystem.exists(path) {
            throw MovingFailure("\(path) is there already; restore where there are no databases yet")
        }
        let there = (try? FileManager.default.contentsOfDirectory(atPath: data)) ?? []
        let others = there.filter { !$0.hasSuffix(".lock") && $0 != FileSystem.lostAndFound }
        guard others.isEmpty else {
            throw MovingFailure("\(data) is not empty; restore into a new data folder")
        }
    }
}

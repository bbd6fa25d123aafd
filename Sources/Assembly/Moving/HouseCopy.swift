public import Core
import Foundation
import Storage

/// Carries all four databases elsewhere, on whichever engines: `roost copy`.
public struct HouseCopy: Sendable {
    /// One database that was copied and found the same on both sides.
    public struct Copied: Sendable {
        public let name: String
        public let tables: Int
        public let rows: Int
    }

    /// How long a server that was stopped may still be seen in the list of sessions.
    private static let patience = Duration.seconds(3)

    private let source: DatabaseAddresses
    private let target: DatabaseAddresses
    private let world: World

    public init(from source: DatabaseAddresses, to target: DatabaseAddresses, world: World) {
        self.source = source
        self.target = target
        self.world = world
    }

    /// Copies and verifies. What runs on the source must have been stopped. On SQLite this is seen to. On PostgreSQL
    /// sessions of servers are looked for before and after, and between them every row is read a second time, once all four
    /// are copied: a row that came into one of them while another was copied is noticed.
    ///
    /// Until all four are verified the target says that a copy is under way: no server starts on it, and the next copy
    /// clears it and begins anew.
    /// - Throws: `MovingFailure` or `StorageError`; the target can't be used then, and the source is as it was.
    public func run(progress: @escaping @Sendable (String) -> Void) async throws -> [Copied] {
        guard Set(source.all.map(\.address)).isDisjoint(with: target.all.map(\.address)) else {
            throw MovingFailure("one of the databases is both source and target")
        }
        let now = world.now()
        // Above 0 and never the same for two: it tells this copy from one that takes over.
        let number = world.random(7).reduce(Int64(1)) { $0 << 8 | Int64($1) }
        var copies: [(name: String, copy: TableCopy)] = []
        for (name, migrations) in zip(source.all.map(\.name), Databases.migrations) {
            copies.append((name, TableCopy(tables: try await TableShape.all(of: migrations, at: now), number: number)))
        }
        let parts = zip(zip(source.all, target.all), copies).map { sides, copy in
            Part(name: copy.name, from: sides.0.address, to: sides.1.address, copy: copy.copy)
        }
        try await onOwnThread {
            let sources = try parts.map { try $0.source() }
            for (_, source) in sources { try source.close() }
        }
        try await HouseIdentity.verify(source)
        try await prepareTarget(copies.map(\.copy))
        return try await onOwnThread {
            // All four stay open, so that nobody else can own one of the files meanwhile.
            let sources = try parts.map { try $0.source() }
            defer { for (_, source) in sources { try? source.close() } }
            for (part, source) in sources { try part.refuseServers(source) }
            let digests = try sources.map { part, source in try part.run(from: source, progress) }
            for ((part, source), digests) in zip(sources, digests) { try part.lookAgain(source, digests, progress) }
            for (part, source) in sources { try part.refuseServers(source) }
            for part in parts { try part.finish() }
            return zip(parts, digests).map { part, digests in
                Copied(name: part.name, tables: digests.count, rows: digests.reduce(0) { $0 + $1.rows })
            }
        }
    }

    /// Makes the tables, and refuses a target that somebody lives in.
    private func prepareTarget(_ copies: [TableCopy]) async throws {
        let databases = try await Databases.target(target, world: world)
        defer { try? databases.close() }
        var unfinished: Set<Int64> = []
        for (_, database) in databases.all {
            if let number = try await database.copyNumber(TableCopy.mark) { unfinished.insert(number) }
        }
        for (((name, database), migrations), copy) in zip(zip(databases.all, Databases.migrations), copies) {
            let variable = DatabaseAddresses.variable(of: name)
            let applied = try await database.applied()
            if applied.isEmpty || applied.contains(TableCopy.mark) { continue }
            // Filled by the copy that did not come to its end in another of the four: nobody has lived here since.
            if let number = try await database.copyNumber(TableCopy.endMark), unfinished.contains(number) { continue }
            guard applied == Migrations.names(migrations) else {
                throw MovingFailure("the target \(variable) has tables of another version of Roost; empty it first")
            }
            let occupied = try await database.read { try $0.occupied(copy.tables) }
            guard occupied.isEmpty else {
                throw MovingFailure(
                    "the target \(variable) is not empty: there are rows in \(occupied.joined(separator: ", "))")
            }
        }
        for ((name, database), migrations) in zip(databases.all, Databases.migrations) {
            try await named(name) { try await database.migrate(migrations, at: world.now()) }
            guard try await database.applied().subtracting([TableCopy.mark]) == Migrations.names(migrations) else {
                throw MovingFailure("the target of \(name) has tables of another version of Roost; empty it first")
            }
        }
    }

    /// One of the four on its way.
    private struct Part: Sendable {
        let name: String
        let from: DatabaseAddress
        let to: DatabaseAddress
        let copy: TableCopy

        private var variable: String { DatabaseAddresses.variable(of: name) }

        /// The part and its source, to be closed by the caller.
        /// - Throws: `MovingFailure` where the source has not the tables of this program.
        func source() throws -> (Part, SoleConnection) {
            let source = try from.connect(forReading: true)
            do {
                try check(source)
                return (self, source)
            } catch {
                try? source.close()
                throw error
            }
        }

        private func check(_ source: SoleConnection) throws {
            let applied: Set<String>
            do {
                applied = try source.read {
                    Set(try $0.values("SELECT name FROM schema_migration", as: String.self))
                        .subtracting([TableCopy.endMark])
                }
            } catch StorageError.fault {
                throw MovingFailure("the source \(variable) has no tables of Roost")
            }
            guard !applied.contains(TableCopy.mark) else {
                throw MovingFailure("the source \(variable) is the target of a copy that was never finished")
            }
            guard applied == Databases.names(of: name) else {
                throw MovingFailure(
                    "the source \(variable) has tables of another version of Roost; start and stop this version on it first"
                )
            }
        }

        /// - Throws: `MovingFailure` where a server is connected to the source, and stays so.
        func refuseServers(_ source: SoleConnection) throws {
            // One that has just ended may be connected for a moment yet.
            let end = ContinuousClock.now + HouseCopy.patience
            var others = try source.others()
            while others > 0, ContinuousClock.now < end {
                usleep(100_000)
                others = try source.others()
            }
            guard others == 0 else {
                throw MovingFailure(
                    "the source \(variable) has \(others) sessions of Roost open; stop every server on it and copy again"
                )
            }
        }

        func run(from source: SoleConnection, _ progress: @Sendable (String) -> Void) throws -> [TableDigest] {
            let target = try to.connect(forReading: false)
            defer { try? target.close() }
            try copy.begin(target)
            try copy.clear(target)
            return try copy.run(from: source, to: target) { progress("\(name): \($1) rows of \($0)") }
        }

        func lookAgain(
            _ source: SoleConnection, _ digests: [TableDigest], _ progress: @Sendable (String) -> Void
        ) throws {
            progress("\(name): looking at the source again")
            let again = try source.read { try $0.digests(of: copy.tables) { _, _ in } }
            try TableCopy.compare(
                digests, again, "the source \(name) was changed meanwhile; stop every server on it and copy again")
        }

        func finish() throws {
            let target = try to.connect(forReading: false)
            defer { try? target.close() }
            try copy.end(target)
        }
    }
}

extension Database {
    /// The number of the copy that left a mark; nothing where there is none, or no table yet.
    fileprivate func copyNumber(_ mark: String) async throws -> Int64? {
        guard try await !applied().isEmpty else { return nil }
        return try await read { try $0.value("SELECT applied_at FROM schema_migration WHERE name = \(mark)") }
    }
}

extension DatabaseAddress {
    func connect(forReading: Bool) throws -> SoleConnection {
        switch self {
        case .sqlite(let path): try SoleConnection(sqlite: path, forReading: forReading)
        case .postgresql(let url): try SoleConnection(postgresql: url)
        }
    }
}

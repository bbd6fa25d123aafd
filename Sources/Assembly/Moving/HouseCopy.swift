public import Core
import Storage

/// Carries all four databases elsewhere, on whichever engines: `roost copy`.
public struct HouseCopy: Sendable {
    /// One database that was copied and found the same on both sides.
    public struct Copied: Sendable {
        public let name: String
        public let tables: Int
        public let rows: Int
    }

    private let source: DatabaseAddresses
    private let target: DatabaseAddresses
    private let world: World

    public init(from source: DatabaseAddresses, to target: DatabaseAddresses, world: World) {
        self.source = source
        self.target = target
        self.world = world
    }

    /// Copies and verifies. What runs on the source must have been stopped: on SQLite this is seen to, on PostgreSQL a
    /// second look finds what was changed meanwhile.
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
        try await onOwnThread { for part in parts { try part.checkSource() } }
        try await prepareTarget(copies.map(\.copy))
        let copied = try await onOwnThread {
            let copied = try parts.map { try $0.run(progress) }
            for part in parts { try part.finish() }
            return copied
        }
        return copied
    }

    /// Makes the tables, and refuses a target that somebody lives in.
    private func prepareTarget(_ copies: [TableCopy]) async throws {
        let databases = try await Databases.open(target, world: world)
        defer { try? databases.close() }
        for (((name, database), migrations), copy) in zip(zip(databases.all, Databases.migrations), copies) {
            let variable = DatabaseAddresses.variable(of: name)
            let applied = try await database.applied()
            if applied.isEmpty || applied.contains(TableCopy.mark) { continue }
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
            try await database.check(name, migrations)
            try await database.migrate(migrations, at: world.now())
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

        /// - Throws: `MovingFailure` where the source has not the tables of this program.
        func checkSource() throws {
            let source = try from.connect(forReading: true)
            defer { try? source.close() }
            let variable = DatabaseAddresses.variable(of: name)
            let applied: Set<String>
            do {
                applied = try source.read { Set(try $0.values("SELECT name FROM schema_migration", as: String.self)) }
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

        func run(_ progress: @Sendable (String) -> Void) throws -> Copied {
            let source = try from.connect(forReading: true)
            defer { try? source.close() }
            let target = try to.connect(forReading: false)
            defer { try? target.close() }
            try copy.begin(target)
            try copy.clear(target)
            let digests = try copy.run(from: source, to: target) { progress("\(name): \($1) rows of \($0)") }
            progress("\(name): looking at the source again")
            let again = try source.read { try $0.digests(of: copy.tables) { _, _ in } }
            try TableCopy.compare(
                digests, again, "the source \(name) was changed meanwhile; stop every server on it and copy again")
            return Copied(name: name, tables: digests.count, rows: digests.reduce(0) { $0 + $1.rows })
        }

        func finish() throws {
            let target = try to.connect(forReading: false)
            defer { try? target.close() }
            try copy.end(target)
        }
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

import Core
import Storage

/// Whether four databases belong together: what is asked before one of them is opened for work.
///
/// A database that is empty because its volume is not mounted, or because a setting names another, looks like a new one; and
/// a house that goes on with it sells again what is sold. So each of the four bears the id of its house from the first
/// start on.
enum HouseIdentity {
    /// - Throws: `HouseRefusal` where the four are not those of one house, `StorageError` where one can't be read.
    static func verify(_ addresses: DatabaseAddresses) async throws {
        do {
            try verify(try await look(addresses))
        } catch is HouseRefusal {
            // Another node may have been making its first start between two of the looks. Users is looked at first, as it
            // is named first and settled last: what had been begun then is seen as it should be now.
            try verify(try await look(addresses))
        }
    }

    /// Looks at each of the four, changing nothing and making none.
    private static func look(_ addresses: DatabaseAddresses) async throws -> [Standing] {
        var found: [Standing] = []
        for (name, address) in addresses.all { found.append(try await Standing.look(name, address)) }
        return found
    }

    /// - Parameter all: of the four in their order.
    static func verify(_ all: [Standing]) throws {
        try refuseDoubles(all)
        for one in all where one.isCopyUnderWay {
            throw HouseRefusal(
                "\(one.variable): a copy into this database was never finished; `roost copy` begins anew")
        }
        for one in all where one.isAnother {
            throw HouseRefusal("\(one.variable) is a database that holds the tables of another one")
        }
        let named = all.filter { $0.id != nil }
        if let first = named.first, let other = named.first(where: { $0.id != first.id }) {
            throw HouseRefusal(
                "\(other.shown) belongs to another house than \(first.shown); name the four databases of one house")
        }
        try refuseMissing(all)
    }

    /// An empty or unknown one beside others that are in use.
    private static func refuseMissing(_ all: [Standing]) throws {
        // Nothing is lost where there is nothing: a first start that was interrupted, wherever it was.
        guard let used = all.first(where: \.hasRows) else { return }
        for one in all where !one.hasTables { throw HouseRefusal(emptyBeside(used, one)) }
        let isSettled = all.first.map { $0.id != nil && $0.isSettled } ?? false
        let isBegun = all.first?.id != nil
        // Without an id in Users the others have none either, and with one that is not settled naming was interrupted.
        guard isSettled || !isBegun, let named = all.first(where: { $0.id != nil }) else { return }
        for one in all where one.id == nil {
            throw HouseRefusal(
                one.hasRows
                    ? "\(one.shown) does not bear the id of the house that \(named.shown) belongs to; name the four "
                        + "databases of one house, or restore all four from one backup"
                    : emptyBeside(named, one))
        }
    }

    private static func emptyBeside(_ used: Standing, _ empty: Standing) -> String {
        "\(empty.shown) is empty, and \(used.shown) is in use: mount its volume or put the setting right; "
            + "if that database is lost, restore all four from one backup"
    }

    private static func refuseDoubles(_ all: [Standing]) throws {
        for (index, one) in all.enumerated() {
            guard let other = all[..<index].first(where: { $0.place == one.place }) else { continue }
            throw HouseRefusal("\(other.variable) and \(one.variable) name the same database; each needs its own")
        }
    }

    /// Gives the four their id where they have none yet, or not all of them.
    ///
    /// Users first: of nodes that start at once one has its say there, and all write what stands there into the others. Only
    /// once that is done Users is settled, so that an end between two of them is told from a database that was lost.
    /// - Throws: `HouseRefusal` where one of them got another id meanwhile.
    static func name(_ databases: Databases, world: World) async throws {
        var known: [(id: String, isSettled: Bool)?] = []
        for (_, database) in databases.all { known.append(try await database.identity()) }
        if let first = known[0], first.isSettled, known.allSatisfy({ $0?.id == first.id }) { return }
        let proposal = known.compactMap { $0?.id }.first ?? fresh(world)
        let id = try await databases.users.bearing(proposal, isSettled: false)
        for (name, database) in databases.all.dropFirst() {
            guard try await database.bearing(id, isSettled: true) == id else {
                throw HouseRefusal(
                    "\(DatabaseAddresses.variable(of: name)) belongs to another house than ROOST_USERS_DATABASE; "
                        + "name the four databases of one house")
            }
        }
        try await databases.users.write { try $0.execute("UPDATE house SET is_settled = 1 WHERE is_settled = 0") }
    }

    private static func fresh(_ world: World) -> String {
        world.random(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// What one of the four databases shows before anything is done with it.
struct Standing: Sendable {
    let name: String
    /// With its setting and where it is, without a password.
    var shown: String { "\(variable) (\(address))" }
    var variable: String { DatabaseAddresses.variable(of: name) }
    let address: String
    /// Equal for two addresses of one database, however they are written.
    let place: String
    /// The names of its migrations; none where it is empty or not there.
    let applied: Set<String>
    let id: String?
    /// Whether naming the four came to its end; only what Users says counts.
    let isSettled: Bool
    /// Whether there are people, places, bookings or payables in it.
    let hasRows: Bool

    var hasTables: Bool { !applied.isEmpty }
    var isCopyUnderWay: Bool { applied.contains(TableCopy.mark) }
    /// Whether it holds the tables of another one of the four.
    var isAnother: Bool { !applied.isDisjoint(with: Databases.allNames.subtracting(Databases.names(of: name))) }
    /// Migrations that this program does not know: made by a newer one.
    var unknown: [String] { Databases.unknown(applied) }

    /// Looks at a database without making it.
    /// - Throws: `StorageError` naming the setting.
    static func look(_ name: String, _ address: DatabaseAddress) async throws -> Standing {
        try await named(name) {
            guard let database = try address.lookedAt() else {
                return Standing(
                    name: name, address: "\(address)", place: address.resolvedPath ?? name, applied: [], id: nil,
                    isSettled: false, hasRows: false)
            }
            defer { try? database.close() }
            return try await Standing(name, address, database)
        }
    }

    init(_ name: String, _ address: DatabaseAddress, _ database: any Database) async throws {
        self.name = name
        self.address = "\(address)"
        let server = address.isSQLite ? nil : try await database.serversPlace()
        place = address.resolvedPath ?? server ?? name
        applied = try await database.applied()
        let identity = try await database.identity()
        id = identity?.id
        isSettled = identity?.isSettled ?? false
        hasRows = try await database.hasRows(name)
    }

    init(
        name: String, address: String, place: String, applied: Set<String>, id: String?, isSettled: Bool, hasRows: Bool
    ) {
        self.name = name
        self.address = address
        self.place = place
        self.applied = applied
        self.id = id
        self.isSettled = isSettled
        self.hasRows = hasRows
    }
}

/// Why databases are not opened, in one sentence that says what to do.
struct HouseRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs `work`; trouble of storage comes out with the name of the setting.
func named<T>(_ name: String, _ work: () async throws -> T) async throws -> T {
    let variable = DatabaseAddresses.variable(of: name)
    do {
        return try await work()
    } catch StorageError.unavailable(let why) {
        throw StorageError.unavailable("\(variable): \(why)")
    } catch StorageError.fault(let why) where why.contains("42501") {
        throw StorageError.unavailable(
            "\(variable): \(why); let the user of that address own the database, or grant it CREATE on the schema")
    } catch StorageError.fault(let why) {
        throw StorageError.fault("\(variable): \(why)")
    }
}

extension DatabaseAddress {
    /// Of a file, without links.
    var resolvedPath: String? {
        guard case .sqlite(let path) = self else { return nil }
        return FileSystem.resolved(path)
    }

    /// The database for looking only; nothing where the file is not there.
    func lookedAt() throws -> (any Database)? {
        switch self {
        case .sqlite(let path): FileSystem.exists(path) ? try SQLiteSnapshot(path: path) : nil
        case .postgresql(let url): PostgresDatabase(url: url, connections: 1, world: .live)
        }
    }
}

extension Database {
    /// What `body` reads, or nothing where a table of it is not there.
    private func readIfThere<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T? {
        do {
            return try await read(body)
        } catch StorageError.fault(let why) where why.contains("no such table") || why.contains("(42P01)") {
            return nil
        }
    }

    /// The names of the migrations that were applied; none where there is no table yet.
    func applied() async throws -> Set<String> {
        let names = try await readIfThere { try $0.values("SELECT name FROM schema_migration", as: String.self) }
        return Set(names ?? []).subtracting([TableCopy.endMark])
    }

    /// The house it belongs to; nothing where it was not named yet.
    func identity() async throws -> (id: String, isSettled: Bool)? {
        try await readIfThere { reader in
            try reader.first("SELECT id, is_settled FROM house") { row in
                (id: try row[0] as String, isSettled: try row[1] as Int != 0)
            }
        } ?? nil
    }

    /// The id it bears, which is `id` where it had none.
    fileprivate func bearing(_ id: String, isSettled: Bool) async throws -> String {
        try await write { tx in
            try tx.execute(
                """
                INSERT INTO house (one, id, is_settled) VALUES (1, \(id), \(isSettled ? 1 : 0))
                ON CONFLICT (one) DO NOTHING
                """)
            return try tx.value("SELECT id FROM house", as: String.self) ?? id
        }
    }

    fileprivate func hasRows(_ name: String) async throws -> Bool {
        try await readIfThere { reader in
            switch name {
            case "users": try reader.exists("SELECT 1 FROM person")
            case "properties": try reader.exists("SELECT 1 FROM property")
            case "bookings": try reader.exists("SELECT 1 FROM booking")
            default: try reader.exists("SELECT 1 FROM payable")
            }
        } ?? false
    }

    /// Server, database and schema, the same whichever of its names leads there; nothing where it can't be told.
    fileprivate func serversPlace() async throws -> String? {
        do {
            return try await read { reader in
                try reader.value(
                    """
                    SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::TEXT || '/'
                        || current_schema() || '/' || EXTRACT(EPOCH FROM pg_postmaster_start_time())::TEXT
                    """, as: String.self)
            }
        } catch StorageError.fault(let why) where why.contains("(42883)") || why.contains("(42P01)") {
            // A server that speaks PostgreSQL's protocol and has not its functions: two names of one database are then two.
            return nil
        }
    }
}

import AuthService
import BookingService
public import Core
import NotificationService
import PaymentService
import PropertyService
package import Storage

/// The four databases. No query and no transaction spans two of them.
public struct Databases: Sendable {
    package let users: any Database
    package let properties: any Database
    package let bookings: any Database
    package let payments: any Database

    package init(
        users: any Database, properties: any Database, bookings: any Database, payments: any Database
    ) {
        self.users = users
        self.properties = properties
        self.bookings = bookings
        self.payments = payments
    }

    /// Opens the databases: embedded ones for the one process that owns them, others beside all other nodes.
    /// - Throws: `StorageError` where another process has one of them, or it can't be opened or reached.
    public static func open(_ addresses: DatabaseAddresses, world: World) async throws -> Databases {
        try await Databases.opened(addresses, world, answerWithin: servingPatience) { try SQLiteDatabase(path: $0) }
    }

    /// Opens them for looking only; another process may own them.
    public static func look(_ addresses: DatabaseAddresses, world: World) async throws -> Databases {
        let databases = try await Databases.opened(addresses, world, answerWithin: lookingPatience) {
            try SQLiteSnapshot(path: $0)
        }
        for ((name, database), migrations) in zip(databases.all, Databases.migrations) {
            guard try await database.applied() != [] else {
                throw StorageError.unavailable(
                    "\(DatabaseAddresses.variable(of: name)): there are no tables yet; `roost serve` makes them")
            }
            try await database.check(name, migrations)
        }
        try await databases.refuseUnfinishedCopy()
        return databases
    }

    /// Less than the lease of a Patroni primary (20 s in `Deploy/patroni`): nobody waits for one that was frozen and replaced
    /// until it wakes and answers from the past.
    private static let servingPatience = Duration.seconds(15)
    /// An audit sums up whole tables.
    private static let lookingPatience = Duration.seconds(600)

    private static func opened(
        _ addresses: DatabaseAddresses, _ world: World, answerWithin: Duration,
        _ file: (String) throws -> any Database
    ) async throws -> Databases {
        func open(_ name: String, _ address: DatabaseAddress) async throws -> any Database {
            switch address {
            case .sqlite(let path): return try file(path)
            case .postgresql(let url):
                let database = PostgresDatabase(
                    url: url, connections: addresses.connections, answerWithin: answerWithin, world: world)
                do {
                    // A wrong password shows at the start, not to the first guest.
                    _ = try await database.read { try $0.exists("SELECT 1") }
                } catch StorageError.unavailable(let why) {
                    throw StorageError.unavailable("\(DatabaseAddresses.variable(of: name)): \(why)")
                }
                return database
            }
        }
        return Databases(
            users: try await open("users", addresses.users),
            properties: try await open("properties", addresses.properties),
            bookings: try await open("bookings", addresses.bookings),
            payments: try await open("payments", addresses.payments))
    }

    /// Real SQL that nothing outlives: for tests and the simulation.
    package static func memory() throws -> Databases {
        Databases(
            users: try SQLiteMemory(), properties: try SQLiteMemory(), bookings: try SQLiteMemory(),
            payments: try SQLiteMemory())
    }

    /// The same databases, each behind what `wrap` makes of it: the simulation's faults.
    package func wrapped(_ wrap: (_ name: String, _ database: any Database) -> any Database) -> Databases {
        Databases(
            users: wrap("users", users), properties: wrap("properties", properties),
            bookings: wrap("bookings", bookings),
            payments: wrap("payments", payments))
    }

    /// Brings all four schemas up to date.
    /// - Throws: `StorageError` where one of them holds the tables of another, or a migration can't be applied.
    public func migrate(world: World) async throws {
        try await refuseUnfinishedCopy()
        let now = world.now()
        for ((name, database), migrations) in zip(all, Databases.migrations) {
            try await database.check(name, migrations)
            try await database.migrate(migrations, at: now)
        }
    }

    /// The migrations that one of the four has when it is up to date.
    static func names(of name: String) -> Set<String> {
        zip(["users", "properties", "bookings", "payments"], migrations).first { $0.0 == name }
            .map { Migrations.names($0.1) } ?? []
    }

    /// What each of the four has, in their order.
    static let migrations = [
        AccountsMigrations.all + MailMigrations.all, PropertyMigrations.all, BookingMigrations.all,
        PaymentMigrations.all,
    ]

    /// - Throws: `MovingFailure` where a copy into one of them has not come to its end.
    private func refuseUnfinishedCopy() async throws {
        for (name, database) in all where try await database.applied().contains(TableCopy.mark) {
            throw MovingFailure(
                "\(DatabaseAddresses.variable(of: name)): a copy into this database was never finished; `roost copy` begins anew"
            )
        }
    }

    public func close() throws {
        try users.close()
        try properties.close()
        try bookings.close()
        try payments.close()
    }

    package var all: [(name: String, database: any Database)] {
        [("users", users), ("properties", properties), ("bookings", bookings), ("payments", payments)]
    }
}

extension Database {
    /// The names of the migrations that were applied; none where there is no table yet.
    func applied() async throws -> Set<String> {
        do {
            return try await read { Set(try $0.values("SELECT name FROM schema_migration", as: String.self)) }
        } catch StorageError.fault {
            return []
        }
    }

    /// - Throws: `StorageError.unavailable` where this is another one of the four: two settings were mixed up.
    func check(_ name: String, _ migrations: [Migration]) async throws {
        let others = Set(Databases.migrations.joined().map(\.name)).subtracting(migrations.map(\.name))
        guard try await applied().isDisjoint(with: others) else {
            throw StorageError.unavailable(
                "\(DatabaseAddresses.variable(of: name)) is a database that holds the tables of another one")
        }
    }
}

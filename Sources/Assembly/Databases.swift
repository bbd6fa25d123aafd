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

    /// Opens the databases of one house: embedded ones for the one process that owns them, others beside all other nodes.
    ///
    /// Nothing is made where they don't belong together.
    /// - Throws: `StorageError` where another process has one of them, or it can't be opened or reached; one sentence that
    ///   says what to do where they are not the four of one house, or one is empty beside others that are in use.
    public static func open(_ addresses: DatabaseAddresses, world: World) async throws -> Databases {
        try await HouseIdentity.verify(addresses)
        return try await target(addresses, world: world)
    }

    /// Opens what `roost copy` fills, which may be half of a house.
    static func target(_ addresses: DatabaseAddresses, world: World) async throws -> Databases {
        try await Databases.opened(addresses, world, answerWithin: servingPatience) { try SQLiteDatabase(path: $0) }
    }

    /// Opens them for looking only; another process may own them.
    /// - Throws: as `open`, and where one of them is not there or has no tables yet.
    public static func look(_ addresses: DatabaseAddresses, world: World) async throws -> Databases {
        try await HouseIdentity.verify(addresses)
        let databases = try await Databases.opened(addresses, world, answerWithin: lookingPatience) {
            try SQLiteSnapshot(path: $0)
        }
        for (name, database) in databases.all {
            guard try await database.applied() != [] else {
                throw StorageError.unavailable(
                    "\(DatabaseAddresses.variable(of: name)): there are no tables yet; `roost serve` makes them")
            }
        }
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
            try await named(name) {
                switch address {
                case .sqlite(let path): return try file(path)
                case .postgresql(let url):
                    let database = PostgresDatabase(
                        url: url, connections: addresses.connections, answerWithin: answerWithin, world: world)
                    // A wrong password shows at the start, not to the first guest.
                    _ = try await database.read { try $0.exists("SELECT 1") }
                    return database
                }
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

    /// Brings all four schemas up to date and has each say whose it is: what every start does.
    /// - Returns: what an operator should read: a sentence for each that a newer program has worked on.
    /// - Throws: `StorageError` where a migration can't be applied.
    public func moveIn(world: World) async throws -> [String] {
        try await migrate(world: world)
        try await HouseIdentity.name(self, world: world)
        var warnings: [String] = []
        for (name, database) in all {
            let unknown = Databases.unknown(try await database.applied())
            guard !unknown.isEmpty else { continue }
            warnings.append(
                "\(DatabaseAddresses.variable(of: name)) has migrations of a newer Roost, \(unknown.joined(separator: ", ")); "
                    + "read in its changelog whether this one may run beside it")
        }
        return warnings
    }

    /// Brings all four schemas up to date.
    /// - Throws: `StorageError` where a migration can't be applied.
    package func migrate(world: World) async throws {
        let now = world.now()
        for ((name, database), migrations) in zip(all, Databases.migrations) {
            try await named(name) { try await database.migrate(migrations, at: now) }
        }
    }

    /// The migrations that one of the four has when it is up to date.
    static func names(of name: String) -> Set<String> {
        zip(["users", "properties", "bookings", "payments"], migrations).first { $0.0 == name }
            .map { Migrations.names($0.1) } ?? []
    }

    /// Those of a newer program.
    static func unknown(_ applied: Set<String>) -> [String] {
        applied.subtracting(allNames).subtracting([TableCopy.mark]).sorted()
    }

    /// The migrations of all four.
    static let allNames = migrations.reduce(into: Set<String>()) { $0.formUnion(Migrations.names($1)) }

    /// What each of the four has, in their order.
    static let migrations = [
        AccountsMigrations.all + MailMigrations.all, PropertyMigrations.all, BookingMigrations.all,
        PaymentMigrations.all,
    ]

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

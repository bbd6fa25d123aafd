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

    /// Opens the embedded databases for the one process that owns them.
    /// - Throws: `StorageError` where another process has one of them, or it can't be opened.
    public static func open(_ addresses: DatabaseAddresses) throws -> Databases {
        Databases(
            users: try SQLiteDatabase(path: addresses.users),
            properties: try SQLiteDatabase(path: addresses.properties),
            bookings: try SQLiteDatabase(path: addresses.bookings),
            payments: try SQLiteDatabase(path: addresses.payments))
    }

    /// Opens them for looking only; another process may own them.
    public static func look(_ addresses: DatabaseAddresses) throws -> Databases {
        Databases(
            users: try SQLiteSnapshot(path: addresses.users),
            properties: try SQLiteSnapshot(path: addresses.properties),
            bookings: try SQLiteSnapshot(path: addresses.bookings),
            payments: try SQLiteSnapshot(path: addresses.payments))
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
            users: wrap("users", users), properties: wrap("properties", properties), bookings: wrap("bookings", bookings),
            payments: wrap("payments", payments))
    }

    /// Brings all four schemas up to date.
    public func migrate(world: World) async throws {
        let now = world.now()
        try await users.migrate(AccountsMigrations.all + MailMigrations.all, at: now)
        try await properties.migrate(PropertyMigrations.all, at: now)
        try await bookings.migrate(BookingMigrations.all, at: now)
        try await payments.migrate(PaymentMigrations.all, at: now)
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

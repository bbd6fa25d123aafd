import BookingService
import Core
import PaymentService
import PropertyService
import Storage
import TestSupport
import Testing

/// How often a use case waits for a database: what it costs where that is far away.
@Suite("Round trips", .enabled(if: PostgresServer.isThere))
struct RoundTripTests {
    private let clock = TestWorld()
    private let databases: [PostgresDatabase]
    private let properties: Properties
    private let bookings: Bookings
    private let host = Caller(id: UserID(stored: "usr_host"), isOperator: false)
    private let guest = Caller(id: UserID(stored: "usr_guest"), isOperator: false)

    init() async throws {
        let server = try PostgresServer.shared()
        databases = [try await server.database(), try await server.database(), try await server.database()]
        for (database, migrations) in zip(
            databases, [PropertyMigrations.all, PaymentMigrations.all, BookingMigrations.all])
        {
            try await database.migrate(migrations, at: clock.now)
        }
        func outbox(_ source: String) -> Outbox { Outbox(source: source) { _ in ["somebody"] } }
        let courier = Courier { _ in }
        properties = Properties(
            database: databases[0], world: clock.world, outbox: outbox("properties"), gazetteer: try Gazetteer(),
            operatorCurrency: .usd, courier: courier)
        let provider = TestProvider(database: databases[1], world: clock.world, baseURL: "http://localhost")
        let payments = Payments(
            database: databases[1], world: clock.world, outbox: outbox("payments"), providers: [provider],
            courier: courier, pollInterval: .seconds(30))
        bookings = Bookings(
            database: databases[2], world: clock.world, outbox: outbox("bookings"), courier: courier,
            properties: properties, payments: payments, policy: BookingPolicy())
    }

    private func place(units: Int = 1) async throws -> Property {
        var draft = PropertyDraft()
        draft.title = "Heron\u{2019}s Rest"
        draft.roomType = RoomType.entireHome.rawValue
        var location = LocationDraft()
        (location.country, location.city, location.latitude, location.longitude) = ("US", "Albany", 42.65, -73.75)
        draft.location = location
        draft.maximumGuests = 4
        draft.unitCount = units
        draft.nightlyPrice = MoneyDraft(amount: 12_500, currency: "USD")
        draft.timeZone = "America/New_York"
        draft.instantBook = true
        draft.status = "listed"
        return try await properties.create(draft, for: host, once: nil)
    }

    private func hold(_ place: Property, in days: Int, key: String) async throws -> Booking {
        let today = place.zone.day(at: clock.now)
        let stay = try #require(Stay(from: today.advanced(by: days), to: today.advanced(by: days + 5)))
        let once = Once(
            key: IdempotencyKey(person: guest.id, path: "/api/v1/bookings", key: key), bodyHash: "\(days)")
        return try await bookings.hold(
            Wish(propertyId: place.id, stay: stay, party: Party(adults: 2)), expecting: nil, for: guest, once: once)
    }

    private func trips(_ work: () async throws -> Void) async throws -> Int {
        let before = databases.reduce(0) { $0 + $1.roundTrips }
        try await work()
        return databases.reduce(0) { $0 + $1.roundTrips } - before
    }

    @Test("A booking of five nights takes at most four, its key, the rules and the caps on holds included")
    func hold() async throws {
        let place = try await place()
        let first = try await trips { _ = try await hold(place, in: 10, key: "a") }
        #expect(first <= 4)
        // Refused by a cap, and asked again: no more than that.
        #expect(
            try await trips { await #expect(throws: Problem.self) { try await hold(place, in: 20, key: "b") } } <= 4)
        #expect(try await trips { _ = try await hold(place, in: 10, key: "a") } <= 6)
    }

    @Test("Which of several units is the fullest is one more question, and each unit without room is another")
    func units() async throws {
        let place = try await place(units: 3)
        #expect(try await trips { _ = try await hold(place, in: 10, key: "a") } <= 5)
    }
}

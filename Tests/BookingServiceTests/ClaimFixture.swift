import Core
import Foundation
import PropertyService
import Storage
import TestSupport

@testable import BookingService

/// Bookings of one property straight into their database, without prices and payments around them.
struct ClaimFixture: Sendable {
    let store: BookingStore
    let database: any Database
    let property = StayFixture().property
    let units: [UnitID]
    /// Noon at the property, in UTC.
    let now = StayFixture().now

    static let today = LocalDay(year: 2027, month: 7, day: 1)!

    init(_ engine: Engine, units count: Int = 1) async throws {
        database = try await engine.database()
        try await database.migrate(BookingMigrations.all, at: Instant(milliseconds: 0))
        let outbox = Outbox(source: "bookings") { _ in ["someone"] }
        store = BookingStore(database: database, outbox: outbox, policy: BookingPolicy(caps: nil))
        let property = property
        units = (1...count).map { UnitID.of(property, $0) }
    }

    /// A stay so many days from today.
    func stay(_ start: Int, _ nights: Int) -> Stay { StayFixture().stay(start, nights) }

    /// - Parameter preparing: the larger of the days before and after, as the rules have it at this moment.
    func record(_ name: String, _ stay: Stay, preparing: Int = 0, state: Course.State = .held, guest: UserID? = nil)
        -> BookingRecord
    {
        StayFixture().record(name, stay, preparing: preparing, state: state, guest: guest)
    }

    /// - Returns: whether it has its nights now.
    @discardableResult
    func begin(_ record: BookingRecord) async throws -> Bool {
        do {
            try await database.write { [store, units, now] tx in
                _ = try store.begin(record, units: units, at: now, in: tx)
            }
            return true
        } catch let problem as Problem where problem.code == .nightsUnavailable {
            return false
        }
    }

    @discardableResult
    func move(
        _ name: String, _ event: Course.Event, by actor: Actor = .guest, at moment: Instant? = nil
    ) async throws -> Bool {
        let move = BookingStore.Move(event: event, actor: actor, units: units)
        return try await database.write { [store, now] tx in
            guard let record = try tx.booking(BookingID(stored: "bkg_\(name)")) else { return false }
            return try store.move(record, move, at: moment ?? now, in: tx).moved
        }
    }

    /// The nights of a unit that nobody can have, by days from today.
    func gone(unit: Int = 1) async throws -> [Int] {
        try await database.read { [units] reader in
            try reader.values(
                "SELECT night FROM claimed_night WHERE unit_id = \(units[unit - 1]) ORDER BY night", as: LocalDay.self)
        }.map { ClaimFixture.today.distance(to: $0) }
    }

    /// Who has nights on which unit, as the claims have it.
    func owners() async throws -> [(id: BookingID, unit: UnitID, stay: Stay)] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT booking_id, unit_id, MIN(night), MAX(night) FROM claimed_night WHERE booking_id IS NOT NULL
                GROUP BY booking_id, unit_id ORDER BY booking_id
                """
            ) { row in
                let last: LocalDay = try row[3]
                guard let stay = Stay(from: try row[2], to: last.advanced(by: 1)) else {
                    throw StorageError.fault("no night")
                }
                return (id: try row[0], unit: try row[1], stay: stay)
            }
        }
    }
}

/// Stays and bookings of one property that are written down nowhere.
struct StayFixture {
    let property = PropertyID(stored: "prop_x")
    let now = TestWorld.noon(ClaimFixture.today)

    /// A stay so many days from today.
    func stay(_ start: Int, _ nights: Int) -> Stay {
        let day = ClaimFixture.today.advanced(by: start)
        guard let stay = Stay(from: day, to: day.advanced(by: nights)) else { fatalError("no night") }
        return stay
    }

    /// - Parameter preparing: the larger of the days before and after, as the rules have it at this moment.
    func record(_ name: String, _ stay: Stay, preparing: Int = 0, state: Course.State = .held, guest: UserID? = nil)
        -> BookingRecord
    {
        let (zone, from, by) = (Zone("UTC")!, TimeOfDay("15:00")!, TimeOfDay("11:00")!)
        let agreed = AgreedTerms(
            title: "Heron’s Rest", zone: zone, checkInFrom: from, checkOutBy: by,
            checkInAt: zone.instant(of: stay.checkIn, at: from), checkOutAt: zone.instant(of: stay.checkOut, at: by),
            cancellation: CancellationTerms(.flexible, bookedAt: now, checkIn: stay.checkIn, from: from, in: zone))
        return BookingRecord(
            id: BookingID(stored: "bkg_\(name)"), code: name, course: Course(state),
            wish: Wish(propertyId: property, stay: stay, party: Party(adults: 1)), unitId: nil,
            guestId: guest ?? UserID(stored: "usr_\(name)"), hostId: UserID(stored: "usr_host"), lines: [],
            total: .zero(.usd), agreed: agreed, extensions: 0, endsAt: now + .seconds(900), version: 0, createdAt: now,
            confirmedAt: nil,
            cancelledAt: nil, cancelledBy: nil, reason: nil, beganAsRequest: state == .requested,
            preparation: preparing)
    }
}

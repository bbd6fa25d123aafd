import Core
import Foundation
import PropertyService
import Storage
import TestSupport

@testable import BookingService

/// Alterations straight in their database, without prices and payments around them.
struct AlterationStoreFixture: Sendable {
    let store: BookingStore
    let database: any Database
    let units: [UnitID]
    let now = TestWorld.noon(AlterationStoreFixture.today)
    /// So many nights are kept before and after each stay.
    let preparation: Int

    static let today = LocalDay(year: 2027, month: 7, day: 1)!
    static let property = PropertyID(stored: "prop_x")

    init(_ engine: Engine, units count: Int = 1, preparing: Int = 0) async throws {
        preparation = preparing
        database = try await engine.database()
        try await database.migrate(BookingMigrations.all, at: Instant(milliseconds: 0))
        store = BookingStore(
            database: database, outbox: Outbox(source: "bookings") { _ in ["someone"] },
            policy: BookingPolicy(caps: nil))
        units = (1...count).map { UnitID.of(AlterationStoreFixture.property, $0) }
    }

    /// So many days from today.
    func stay(_ start: Int, _ nights: Int) throws -> Stay {
        let day = AlterationStoreFixture.today.advanced(by: start)
        guard let stay = Stay(from: day, to: day.advanced(by: nights)) else { throw StorageError.fault("no night") }
        return stay
    }

    func agreed(_ stay: Stay) throws -> AgreedTerms {
        guard let zone = Zone("UTC"), let from = TimeOfDay("15:00"), let by = TimeOfDay("11:00") else {
            throw StorageError.fault("no zone or time")
        }
        return AgreedTerms(
            title: "Heron’s Rest", zone: zone, checkInFrom: from, checkOutBy: by,
            checkInAt: zone.instant(of: stay.checkIn, at: from), checkOutAt: zone.instant(of: stay.checkOut, at: by),
            cancellation: CancellationTerms(.flexible, bookedAt: now, checkIn: stay.checkIn, from: from, in: zone))
    }

    /// A booking at 100 a night, held or, once paid, confirmed.
    func book(_ name: String, _ stay: Stay, paid: Bool = true) async throws {
        let total = Money(Int64(stay.nightCount) * 100, .usd)
        let record = BookingRecord(
            id: BookingID(stored: "bkg_\(name)"), code: name, course: Course(.held),
            wish: Wish(propertyId: AlterationStoreFixture.property, stay: stay, party: Party(adults: 1)), unitId: nil,
            guestId: UserID(stored: "usr_\(name)"), hostId: UserID(stored: "usr_host"),
            lines: [PriceLine(kind: .night, label: "", date: nil, amount: total)], total: total,
            agreed: try agreed(stay),
            extensions: 0, endsAt: now + .seconds(900), version: 0, createdAt: now, confirmedAt: nil, cancelledAt: nil,
            cancelledBy: nil, reason: nil, beganAsRequest: false, preparation: preparation)
        try await database.write { [store, units, now] tx in _ = try store.begin(record, units: units, at: now, in: tx)
        }
        if paid { try await move(name, .paid) }
    }

    func move(_ name: String, _ event: Course.Event) async throws {
        try await database.write { [store, units, now] tx in
            guard let record = try tx.booking(BookingID(stored: "bkg_\(name)")) else { return }
            _ = try store.move(record, .init(event: event, actor: .guest, units: units), at: now, in: tx)
        }
    }

    /// Proposes another stay at 100 a night; its id is the booking's name.
    func propose(_ name: String, _ stay: Stay, as id: String? = nil) async throws {
        let after = Alteration.After(
            stay: stay, party: Party(adults: 1), lines: [], total: Money(Int64(stay.nightCount) * 100, .usd),
            agreed: try agreed(stay))
        let alteration = AlterationID(stored: "alt_\(id ?? name)")
        try await database.write { [store, units, now] tx in
            guard let record = try tx.booking(BookingID(stored: "bkg_\(name)")) else { return }
            let proposal = AlterationRecord(
                id: alteration, bookingId: record.id, number: 0, course: AlterationCourse(.proposed),
                proposedBy: .guest,
                before: record.before, after: after, message: nil, reason: nil, holding: nil,
                endsAt: now + .seconds(3600), createdAt: now, agreedAt: nil, endedAt: nil)
            _ = try store.propose(proposal, units: units, at: now, in: tx)
        }
    }

    /// - Parameter failing: the transaction fails once all is done, so that nothing of it may remain.
    func step(_ name: String, _ event: AlterationCourse.Event, failing: Bool = false) async throws {
        try await database.write { [store, units, now] tx in
            guard let alteration = try tx.alteration(AlterationID(stored: "alt_\(name)")),
                var record = try tx.booking(alteration.bookingId)
            else { return }
            let move = BookingStore.AlterationMove(event: event, actor: .system, units: units)
            let (_, moved) = try store.move(alteration, of: &record, move, at: now, in: tx)
            if moved { try tx.save(record) }
            if failing { throw StorageError.fault("on purpose") }
        }
    }

    /// How many of those who ask at the same moment get what they ask for; any other failure than that nights are gone counts
    /// too, so that it is seen.
    func winners(_ asks: [@Sendable () async throws -> Void]) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for ask in asks {
                group.addTask {
                    do {
                        try await ask()
                        return true
                    } catch { return (error as? Problem)?.code != .nightsUnavailable }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    func state(_ name: String) async throws -> AlterationCourse.State? {
        try await database.read { try $0.alteration(AlterationID(stored: "alt_\(name)"))?.course.state }
    }

    /// Everything that a step may change, as text.
    func everything() async throws -> String {
        try await database.read { reader in
            let claims = try reader.all(
                "SELECT unit_id, night, booking_id FROM claimed_night ORDER BY unit_id, night"
            ) { row in "\(try row[0] as String) \(try row[1] as LocalDay) \(try row[2] as String? ?? "-")" }
            let blocks = try reader.all(
                "SELECT unit_id, night, source FROM night_block ORDER BY unit_id, night, source"
            ) {
                row in "\(try row[0] as String) \(try row[1] as LocalDay) \(try row[2] as String)"
            }
            let bookings = try reader.all(
                "SELECT id, state, unit_id, check_in, check_out, total, version FROM booking ORDER BY id"
            ) { row in
                "\(try row[0] as String) \(try row[1] as String) \(try row[2] as String? ?? "-") \(try row[3] as LocalDay)"
                    + " \(try row[4] as LocalDay) \(try row[5] as Int64) \(try row[6] as Int64)"
            }
            let alterations = try reader.all("SELECT id, state, holding, unit_id FROM alteration ORDER BY id") { row in
                "\(try row[0] as String) \(try row[1] as String) \(try row[2] as String) \(try row[3] as String? ?? "-")"
            }
            let events = try reader.all("SELECT subject, version, kind FROM outbox ORDER BY subject, version") { row in
                "\(try row[0] as String) \(try row[1] as Int64) \(try row[2] as String)"
            }
            return (claims + blocks + bookings + alterations + events).joined(separator: "\n")
        }
    }

    /// The nights of a unit by days from today, with who has them.
    func nights(unit: Int = 1) async throws -> [String] {
        try await database.read { [units] reader in
            try reader.all(
                "SELECT night, booking_id FROM claimed_night WHERE unit_id = \(units[unit - 1]) ORDER BY night"
            ) { row in
                let night: LocalDay = try row[0]
                return "\(AlterationStoreFixture.today.distance(to: night)) \(try row[1] as String? ?? "-")"
            }
        }
    }

    /// The nights that a booking has, and those that are kept to prepare for somebody, by days from today.
    func held(_ name: String, unit: Int = 1) async throws -> (own: [Int], kept: [Int]) {
        try await database.read { [units] reader in
            let owner = BookingID(stored: name)
            let own = try reader.values(
                """
                SELECT night FROM claimed_night WHERE unit_id = \(units[unit - 1]) AND booking_id = \(owner) ORDER BY night
                """, as: LocalDay.self)
            let kept = try reader.values(
                """
                SELECT night FROM night_block WHERE unit_id = \(units[unit - 1])
                    AND source = \(BlockSource.preparation(for: owner)) ORDER BY night
                """, as: LocalDay.self)
            func days(_ nights: [LocalDay]) -> [Int] { nights.map { AlterationStoreFixture.today.distance(to: $0) } }
            return (days(own), days(kept))
        }
    }

    func events(_ kind: String) async throws -> Int {
        try await database.read { try $0.value("SELECT COUNT(*) FROM outbox WHERE kind = \(kind)", as: Int.self) ?? 0 }
    }
}

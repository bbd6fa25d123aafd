import Core
import PropertyService
import Storage
import TestSupport
import Testing

@testable import BookingService

@Suite("Units taken away from under stays to come")
struct UnitMoveTests {
    /// Claims a stay on one unit.
    private func begin(_ record: BookingRecord, unit: Int, _ fixture: ClaimFixture) async throws {
        try await fixture.database.write { [store = fixture.store, units = fixture.units, now = fixture.now] tx in
            _ = try store.begin(record, units: [units[unit - 1]], at: now, in: tx)
        }
    }

    /// Takes away all units behind the first `count`.
    private func keep(_ count: Int, _ fixture: ClaimFixture, at now: Instant? = nil) async throws -> [String] {
        let moment = now ?? fixture.now
        let leaving = Array(fixture.units.dropFirst(count))
        return try await fixture.database.write { [store = fixture.store, units = fixture.units] tx in
            for unit in leaving { try tx.execute("INSERT INTO retired_unit (unit_id) VALUES (\(unit))") }
            return try store.clear(
                leaving, into: Array(units.prefix(count)), from: Zone("UTC")!.day(at: moment), at: moment, in: tx)
        }.map(\.text)
    }

    /// The unit of each booking, by its number, as the claims have it; and that the bookings, the nights kept around them
    /// and the claims agree.
    private func whereabouts(_ fixture: ClaimFixture) async throws -> [String: Int] {
        let owners = try await fixture.owners()
        for owner in owners {
            let found = try await fixture.database.read { try $0.booking(owner.id) }
            let record = try #require(found)
            #expect(record.unitId == owner.unit && record.wish.stay == owner.stay)
            let kept = try await fixture.database.read { reader in
                try reader.all(
                    """
                    SELECT unit_id, night FROM night_block WHERE source = \(BlockSource.preparation(for: owner.id))
                    ORDER BY night
                    """
                ) { row in UnitNight(unit: try row[0], night: try row[1]) }
            }
            #expect(
                kept
                    == owner.stay.surroundings(record.preparation).map { UnitNight(unit: owner.unit, night: $0) })
        }
        let unexplained = try await fixture.database.read { reader in
            try reader.value(
                """
                SELECT (SELECT COUNT(*) FROM claimed_night AS c WHERE c.booking_id IS NULL AND NOT EXISTS (
                    SELECT 1 FROM night_block AS b WHERE b.unit_id = c.unit_id AND b.night = c.night))
                + (SELECT COUNT(*) FROM night_block AS b WHERE NOT EXISTS (
                    SELECT 1 FROM claimed_night AS c WHERE b.unit_id = c.unit_id AND b.night = c.night))
                """, as: Int.self)
        }
        #expect(unexplained == 0)
        return Dictionary(
            uniqueKeysWithValues: owners.map { ($0.id.text, (fixture.units.firstIndex(of: $0.unit) ?? -1) + 1) })
    }

    @Test("The last unit's guest moves to the one that somebody gave up", arguments: Engine.available)
    func moves(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 3)
        for name in ["a", "b", "c"] {
            try await fixture.begin(fixture.record(name, fixture.stay(20, 3), preparing: 2))
        }
        try await fixture.move("a", .cancelled)
        #expect(try await whereabouts(fixture) == ["bkg_b": 2, "bkg_c": 3])
        #expect(try await keep(2, fixture) == ["bkg_c"])
        #expect(try await whereabouts(fixture) == ["bkg_b": 2, "bkg_c": 1])
        #expect(try await fixture.gone(unit: 3) == [])
        let told = try await fixture.database.read { reader in
            try reader.values(
                "SELECT kind FROM outbox WHERE subject = 'bkg_c' ORDER BY version", as: String.self)
        }
        #expect(told.suffix(2) == [NightsMoved.freed, NightsMoved.taken])
        // It goes on as ever.
        #expect(try await fixture.move("c", .cancelled))
        #expect(try await whereabouts(fixture) == ["bkg_b": 2])
        #expect(try await fixture.gone() == [])
    }

    @Test("Where no single unit is free for the stay, others that are to come move too", arguments: Engine.available)
    func rearranges(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 3)
        try await begin(fixture.record("early", fixture.stay(20, 3)), unit: 1, fixture)
        try await begin(fixture.record("late", fixture.stay(23, 3)), unit: 2, fixture)
        try await begin(fixture.record("long", fixture.stay(20, 6)), unit: 3, fixture)
        _ = try await keep(2, fixture)
        let units = try await whereabouts(fixture)
        #expect(units["bkg_early"] == units["bkg_late"] && units["bkg_long"] != units["bkg_late"])
        #expect(units.values.allSatisfy { $0 <= 2 })
    }

    @Test("Fewer than are claimed is refused, and nothing has changed", arguments: Engine.available)
    func refuses(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 3)
        for name in ["a", "b", "c"] { try await fixture.begin(fixture.record(name, fixture.stay(20, 3))) }
        let before = try await whereabouts(fixture)
        for count in [1, 2] {
            let refusal = await #expect(throws: Problem.self) { try await keep(count, fixture) }
            #expect(refusal?.code == .nightsUnavailable && refusal?.errors.first?.field == "unitCount")
        }
        #expect(try await whereabouts(fixture) == before)
        #expect(try await fixture.database.read { try !$0.exists("SELECT 1 FROM retired_unit") })
    }

    @Test("A closed night takes nobody, and one kept to prepare no other guest", arguments: Engine.available)
    func closedNights(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 2)
        try await begin(fixture.record("stays", fixture.stay(20, 2), preparing: 1), unit: 1, fixture)
        try await begin(fixture.record("near", fixture.stay(22, 2)), unit: 2, fixture)
        await #expect(throws: Problem.self) { try await keep(1, fixture) }
        try await fixture.move("stays", .cancelled)
        let night = fixture.stay(23, 1).checkIn
        func host(_ change: @Sendable @escaping (borrowing Transaction, UnitID) throws -> Void) async throws {
            try await fixture.database.write { [unit = fixture.units[0]] tx in try change(tx, unit) }
        }
        try await host { _ = try $0.block($1, night, by: BlockSource.host, besideBookings: false) }
        await #expect(throws: Problem.self) { try await keep(1, fixture) }
        try await host { try $0.unblock($1, night, from: [BlockSource.host]) }
        #expect(try await keep(1, fixture) == ["bkg_near"])
        #expect(try await whereabouts(fixture) == ["bkg_near": 1])
    }

    @Test("Nobody moves in the middle of a stay", arguments: Engine.available)
    func midStay(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 2)
        try await begin(fixture.record("here", fixture.stay(0, 4)), unit: 2, fixture)
        let refusal = await #expect(throws: Problem.self) {
            try await keep(1, fixture, at: fixture.now + .seconds(24 * 3600))
        }
        #expect(refusal?.code == .nightsUnavailable)
        #expect(try await whereabouts(fixture) == ["bkg_here": 2])
        #expect(try await keep(1, fixture) == ["bkg_here"], "at noon, before check-in")
        #expect(try await whereabouts(fixture) == ["bkg_here": 1])
    }

    @Test(
        "A guest who books while a unit is taken away never has a night of somebody else", arguments: Engine.available)
    func race(on engine: Engine) async throws {
        for round in 0..<6 {
            let fixture = try await ClaimFixture(engine, units: 3)
            try await begin(fixture.record("third", fixture.stay(20, 3), preparing: 1), unit: 3, fixture)
            async let moved = keep(2, fixture)
            await withTaskGroup(of: Void.self) { group in
                for guest in 0..<4 {
                    group.addTask {
                        let stay = fixture.stay(20 + (guest + round) % 3, 2)
                        _ = try? await fixture.begin(fixture.record("g\(guest)", stay, preparing: 1))
                    }
                }
            }
            let isGone = (try? await moved) != nil
            let units = try await whereabouts(fixture)
            #expect(units["bkg_third"] != nil && units.count >= 2)
            #expect(!isGone || units.values.allSatisfy { $0 <= 2 }, "a unit that went has a guest")
        }
    }

    @Test("Stays that nothing is fixed between find room on as many units as are asked for at once", arguments: 1...60)
    func enough(_ seed: UInt64) throws {
        var dice = SeededGenerator(seed: seed)
        let property = PropertyID(stored: "prop_x")
        let units = (1...4).map { UnitID.of(property, $0) }
        var nights = UnitNights(units)
        var moving: [BookingRecord] = []
        let fixture = StayFixture()
        for number in 0..<12 {
            let stay = fixture.stay(Int.random(in: 1...30, using: &dice), Int.random(in: 1...6, using: &dice))
            guard let unit = units.first(where: { nights.fits(stay, preparing: 0, on: $0) }) else { continue }
            nights.take(stay, preparing: 0, on: unit)
            var record = fixture.record(String(number), stay)
            record.unitId = unit
            moving.append(record)
        }
        let all = moving.flatMap { Array($0.wish.stay.nights) }
        let most = Dictionary(grouping: all, by: \.number).values.map(\.count).max() ?? 0
        for count in 1...4 {
            let plan = UnitMoves(staying: Array(units.prefix(count)), booked: [], blocks: []).places(for: moving)
            #expect((plan != nil) == (count >= most))
            let places = (plan ?? []).flatMap { move in
                move.record.wish.stay.nights.map { UnitNight(unit: move.unit, night: $0) }
            }
            #expect(Set(places).count == places.count && (plan == nil || places.count == all.count))
        }
    }
}

import Core
import PropertyService
import Storage
import TestSupport
import Testing

@testable import BookingService

@Suite("Requests crowded out")
struct CrowdedOutTests {
    static let units = [UnitID(stored: "unit_x_1"), UnitID(stored: "unit_x_2")]
    static let today = LocalDay(year: 2027, month: 7, day: 1)!

    private func stay(_ start: Int, _ nights: Int) -> Stay {
        let day = CrowdedOutTests.today.advanced(by: start)
        return Stay(from: day, to: day.advanced(by: nights))!
    }

    @Test(
        "A stay fits beside one of nights 10 to 12 that keeps 2 around it where neither reaches into the other",
        arguments: [
            (5, 3, 0, true), (6, 2, 0, true), (6, 3, 0, false), (6, 2, 2, true), (5, 2, 4, false), (4, 2, 4, true),
            (10, 1, 0, false), (13, 1, 0, false), (15, 1, 0, true), (15, 1, 3, false), (16, 1, 3, true),
        ])
    func fits(_ start: Int, nights: Int, preparing: Int, fits: Bool) {
        var one = UnitNights([CrowdedOutTests.units[0]])
        one.take(stay(10, 3), preparing: 2, on: CrowdedOutTests.units[0])
        #expect(one.fits(stay(start, nights), preparing: preparing) == fits)
        var two = UnitNights(CrowdedOutTests.units)
        two.take(stay(10, 3), preparing: 2, on: CrowdedOutTests.units[0])
        #expect(two.fits(stay(start, nights), preparing: preparing), "the other unit is free")
    }

    @Test("Closed nights are nobody's to sleep in, and need no preparing")
    func closed() {
        var one = UnitNights([CrowdedOutTests.units[0]])
        one.add(CrowdedOutTests.today, of: CrowdedOutTests.units[0], isBooked: false)
        #expect(!one.fits(stay(0, 1), preparing: 0))
        #expect(one.fits(stay(1, 1), preparing: 3))
        #expect(!UnitNights([]).fits(stay(1, 1), preparing: 0), "no unit, no room")
    }

    @Test("Accepting one declines those that no longer fit, with a reason, and no others", arguments: Engine.available)
    func declines(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 2)
        for (name, start, nights) in [("a", 20, 3), ("b", 22, 1), ("c", 22, 3), ("d", 30, 2), ("e", 24, 2)] {
            try await fixture.begin(fixture.record(name, fixture.stay(start, nights), state: .requested))
        }
        func states() async throws -> [String] {
            try await fixture.database.read { try $0.values("SELECT state FROM booking ORDER BY id", as: String.self) }
        }
        #expect(try await fixture.move("a", .accepted, by: .host))
        #expect(try await states() == ["held"] + Array(repeating: "requested", count: 4), "the other unit is free")
        #expect(try await fixture.move("c", .accepted, by: .host))
        #expect(try await states() == ["held", "declined", "held", "requested", "requested"])
        let declined = try await fixture.database.read { try $0.booking(BookingID(stored: "bkg_b")) }
        #expect(declined?.reason == "The nights went to another guest." && declined?.cancelledAt == nil)
        let told = try await fixture.database.read { reader in
            try reader.values("SELECT body FROM outbox WHERE subject = 'bkg_b' ORDER BY version", as: String.self)
        }
        #expect(told.count == 2 && told.last?.contains(#""change":"declined""#) == true)
    }

    @Test(
        "Whom their own other request overtook is not told that the nights went to another", arguments: Engine.available
    )
    func ownRequest(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine)
        try await fixture.begin(fixture.record("a", fixture.stay(20, 3), state: .requested))
        let own = UserID(stored: "usr_a")
        try await fixture.begin(fixture.record("b", fixture.stay(21, 3), state: .requested, guest: own))
        try await fixture.begin(fixture.record("c", fixture.stay(21, 3), state: .requested))
        #expect(try await fixture.move("a", .accepted, by: .host))
        func whose(_ id: String) async throws -> Booking.CrowdedOut? {
            try await fixture.database.read { try $0.booking(BookingID(stored: id)) }?.booking.crowdedOut
        }
        #expect(try await whose("bkg_b") == .byOwnRequest)
        #expect(try await whose("bkg_c") == .byAnotherGuest)
    }

    @Test(
        "A request that did not fit before is not declined: its nights may come free again", arguments: Engine.available
    )
    func takenOtherwise(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine)
        try await fixture.begin(fixture.record("asks", fixture.stay(20, 3), state: .requested))
        try await fixture.begin(fixture.record("other", fixture.stay(21, 1), state: .requested))
        try await fixture.begin(fixture.record("far", fixture.stay(20, 1), state: .requested))
        try await fixture.begin(fixture.record("holds", fixture.stay(22, 1)))
        await #expect(throws: Problem.self) { try await fixture.move("asks", .accepted, by: .host) }
        #expect(try await fixture.move("far", .accepted, by: .host))
        let states = try await fixture.database.read { reader in
            try reader.values("SELECT state FROM booking WHERE id IN ('bkg_asks', 'bkg_other')", as: String.self)
        }
        #expect(states == ["requested", "requested"])
    }

    @Test("Two accepted at the same moment: one is held, the other declined", arguments: Engine.available)
    func race(on engine: Engine) async throws {
        for _ in 0..<5 {
            let fixture = try await ClaimFixture(engine)
            let names = (0..<6).map { "r\($0)" }
            for name in names {
                try await fixture.begin(fixture.record(name, fixture.stay(20, 2), preparing: 1, state: .requested))
            }
            let moved = await withTaskGroup(of: Bool.self) { group in
                for name in names {
                    group.addTask { (try? await fixture.move(name, .accepted, by: .host)) ?? false }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(moved == 1)
            let states = try await fixture.database.read {
                try $0.values("SELECT state FROM booking ORDER BY state", as: String.self)
            }
            #expect(states == Array(repeating: "declined", count: 5) + ["held"])
        }
    }
}

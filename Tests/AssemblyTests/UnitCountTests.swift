import BookingService
import Core
import PropertyService
import Storage
import TestSupport
import Testing

@testable import Assembly

@Suite("Units that come and go", .onEachEngine)
struct UnitCountTests {
    /// As the API does it: room first, then the place.
    private func setUnits(of place: Property, to count: Int, in fixture: HouseFixture) async throws {
        try await fixture.house.bookings.changeUnitCount(of: place.id, to: count, for: fixture.host)
        try await change(place, to: count, in: fixture)
    }

    /// Changes the place alone.
    /// - Parameter seen: how many units whoever changes it believes it to have.
    private func change(
        _ place: Property, to count: Int, in fixture: HouseFixture, seeing seen: Int? = nil
    ) async throws {
        var changes = PropertyChanges()
        changes.unitCount = .set(count)
        _ = try await fixture.house.properties.change(
            place.id, changes, for: fixture.host, unlessChanged: { seen == nil || $0.unitCount == seen })
    }

    @Test("A closed night stays closed when a unit is added, and what a unit had closed before it went counts no more")
    func unitsThatCome() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place()
        let today = place.zone.day(at: fixture.clock.now)
        let nights = (10..<13).map { today.advanced(by: $0) }
        func set(open: Bool) async throws {
            try await fixture.house.bookings.changeCalendar(
                of: place.id, nights.map { NightChange(date: $0, open: open) }, for: fixture.host)
        }
        func units(_ count: Int) async throws { try await setUnits(of: place, to: count, in: fixture) }
        func expectClosed() async throws {
            let refusal = await #expect(throws: Problem.self) { try await fixture.hold(place) }
            #expect(refusal?.code == .nightsUnavailable)
            let shown = try await fixture.house.properties.calendar(
                place.id, from: nights[0], to: nights[2].advanced(by: 1), for: fixture.guest)
            #expect(shown.allSatisfy { !$0.available })
            try await expectClean(fixture)
        }
        try await set(open: false)
        try await expectClosed()
        try await units(3)
        try await expectClosed()
        // Its nights before and after are as open as they were.
        _ = try await fixture.hold(place, in: 13)

        // A unit goes with its nights closed, they are opened, it comes back: open.
        try await units(1)
        try await set(open: true)
        try await units(2)
        let first = try await fixture.hold(place)
        let second = try await fixture.hold(place)
        #expect(first.id != second.id)
        try await fixture.hear()
        #expect(try await Audit(fixture.house).once(atRest: false).map(\.description) == [])

        // A night that is closed only where no guest has it is to be had on no unit: it is not on a new one either.
        _ = try await fixture.house.bookings.cancel(second.id, reason: nil, for: fixture.guest, once: nil)
        try await set(open: false)
        try await units(3)
        try await expectClosed()
        // But where all are booked and nothing is closed a new unit is free.
        try await set(open: true)
        _ = try await fixture.hold(place)
        _ = try await fixture.hold(place)
        try await units(4)
        _ = try await fixture.hold(place)
        try await fixture.hear()
        #expect(try await Audit(fixture.house).once(atRest: false).map(\.description) == [])
    }

    @Test("A unit goes when as many as are left are claimed: its guest moves, search and audit with them")
    func unitsThatGo() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place(units: 3)
        func units(_ count: Int) async throws { try await setUnits(of: place, to: count, in: fixture) }
        var bookings: [Booking] = []
        for _ in 0..<3 { bookings.append(try await fixture.hold(place)) }
        try await fixture.pay(bookings[2])
        await #expect(throws: Problem.self) { try await units(2) }
        _ = try await fixture.house.bookings.cancel(bookings[0].id, reason: nil, for: fixture.guest, once: nil)
        try await units(2)
        func expectFull(_ isFull: Bool) async throws {
            try await fixture.hear()
            #expect(try await Audit(fixture.house).once(atRest: false).map(\.description) == [])
            let (from, end) = (bookings[2].stay.checkIn, bookings[2].stay.checkOut)
            let shown = try await fixture.house.properties.calendar(
                place.id, from: from, to: end, for: fixture.guest)
            #expect(shown.allSatisfy { $0.available != isFull })
        }
        try await expectFull(true)
        await #expect(throws: Problem.self) { try await fixture.hold(place) }
        // Who has moved can go, and then another unit can.
        _ = try await fixture.house.bookings.cancel(bookings[2].id, reason: nil, for: fixture.guest, once: nil)
        try await expectFull(false)
        try await units(1)
        try await expectFull(true)
    }

    /// How many guests can have the same nights.
    private func held(_ place: Property, in fixture: HouseFixture, from day: Int) async throws -> Int {
        var count = 0
        while count < 10, (try? await fixture.hold(place, in: day)) != nil { count += 1 }
        return count
    }

    private func expectClean(_ fixture: HouseFixture) async throws {
        try await fixture.hear()
        #expect(try await Audit(fixture.house).once(atRest: false).map(\.description) == [])
    }

    @Test("Units that were retired and never taken off the place come back, with the nights that are closed")
    func neverTakenOff() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place(units: 3)
        // The process ends between the two databases.
        try await fixture.house.bookings.changeUnitCount(of: place.id, to: 1, for: fixture.host)
        let closed = place.zone.day(at: fixture.clock.now).advanced(by: 40)
        try await fixture.house.bookings.changeCalendar(
            of: place.id, [NightChange(date: closed, open: false)], for: fixture.host)
        try await fixture.house.bookings.settleUnits()
        #expect(try await held(place, in: fixture, from: 10) == 1)
        try await expectClean(fixture)
        fixture.clock.advance(.seconds(601))
        try await fixture.house.bookings.settleUnits()
        #expect(try await held(place, in: fixture, from: 20) == 3)
        #expect(try await held(place, in: fixture, from: 40) == 0)
        try await expectClean(fixture)
        // Those that were taken off stay away.
        fixture.clock.advance(.seconds(3600))
        await fixture.workThrough()
        try await setUnits(of: place, to: 2, in: fixture)
        fixture.clock.advance(.seconds(601))
        try await fixture.house.bookings.settleUnits()
        #expect(try await held(place, in: fixture, from: 30) == 2)
        try await expectClean(fixture)
    }

    @Test(
        "Of two who change the number at the same moment one is told, and the place can be booked as it says",
        arguments: [
            false, true,
        ])
    func atTheSameMoment(isFewerFirst: Bool) async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place(units: 3)
        let (fewer, more) = (1, 5)
        try await fixture.house.bookings.changeUnitCount(of: place.id, to: fewer, for: fixture.host)
        try await fixture.house.bookings.changeUnitCount(of: place.id, to: more, for: fixture.host)
        let (first, second) = isFewerFirst ? (fewer, more) : (more, fewer)
        try await change(place, to: first, in: fixture, seeing: 3)
        await #expect(throws: Problem.self) { try await change(place, to: second, in: fixture, seeing: 3) }
        try await fixture.house.bookings.restoreUnits(of: place.id, among: max(second, 3))
        #expect(try await held(place, in: fixture, from: 10) == first)
        try await expectClean(fixture)
    }

    @Test("The audit finds a unit that a place has and nobody can book")
    func lostUnit() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place(units: 2)
        let unit = UnitID.of(place.id, 2)
        try await fixture.house.databases.bookings.write {
            try $0.execute("INSERT INTO retired_unit (unit_id) VALUES (\(unit))")
        }
        #expect(
            try await Audit(fixture.house).once(atRest: false).map(\.description).contains {
                $0.contains("its place has it, and it can't be booked")
            })
    }

    @Test("A calendar of many units is changed in pieces that nobody waits for long")
    func manyUnits() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place(units: 500)
        let today = place.zone.day(at: fixture.clock.now)
        func close(_ count: Int) async throws {
            try await fixture.house.bookings.changeCalendar(
                of: place.id, (0..<count).map { NightChange(date: today.advanced(by: 5 + $0), open: false) },
                for: fixture.host)
        }
        let problem = await #expect(throws: Problem.self) { try await close(41) }
        #expect(problem?.code == .validationFailed && problem?.errors.first?.code == "out_of_range")
        try await close(2)
    }
}

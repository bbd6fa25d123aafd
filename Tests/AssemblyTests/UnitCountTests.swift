import BookingService
import Core
import PropertyService
import TestSupport
import Testing

@testable import Assembly

@Suite("Units that come and go", .onEachEngine)
struct UnitCountTests {
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
        func units(_ count: Int) async throws {
            var changes = PropertyChanges()
            changes.unitCount = .set(count)
            try await fixture.house.bookings.changeUnitCount(of: place.id, to: count, for: fixture.host)
            _ = try await fixture.house.properties.change(place.id, changes, for: fixture.host)
        }
        func expectClosed() async throws {
            let refusal = await #expect(throws: Problem.self) { try await fixture.hold(place) }
            #expect(refusal?.code == .nightsUnavailable)
            let shown = try await fixture.house.properties.calendar(
                place.id, from: nights[0], to: nights[2].advanced(by: 1), for: fixture.guest)
            #expect(shown.allSatisfy { !$0.available })
            try await fixture.hear()
            #expect(try await Audit(fixture.house).once(atRest: false).map(\.description) == [])
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
        func units(_ count: Int) async throws {
            var changes = PropertyChanges()
            changes.unitCount = .set(count)
            try await fixture.house.bookings.changeUnitCount(of: place.id, to: count, for: fixture.host)
            _ = try await fixture.house.properties.change(place.id, changes, for: fixture.host)
        }
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
}

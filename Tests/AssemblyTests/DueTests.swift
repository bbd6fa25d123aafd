import BookingService
import Core
import PropertyService
import Storage
import TestSupport
import Testing

@testable import Assembly

@Suite("What time brings about", .onEachEngine)
struct DueTests {
    @Test("A booking that can't be read stops no other, is named, and moves on once it is mended")
    func spoilt() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place(units: 2)
        let (spoilt, sound) = (try await fixture.hold(place), try await fixture.hold(place, in: 20))
        let bookings = fixture.databases.bookings
        let agreed = try #require(
            try await bookings.read { reader in
                try reader.value("SELECT agreed FROM booking WHERE id = \(spoilt.id)", as: String.self)
            })
        // It has been due for longer, so it comes first.
        try await bookings.write {
            try $0.execute("UPDATE booking SET agreed = '{', due_at = due_at - 1 WHERE id = \(spoilt.id)")
        }
        fixture.clock.advance(.seconds(1000))
        let trouble = await #expect(throws: NotMoved.self) { try await fixture.house.bookings.moveDue() }
        #expect(trouble?.failures.map(\.subject) == [spoilt.id.text])
        #expect("\(try #require(trouble))".contains(spoilt.id.text))
        // It is left alone for a while.
        for _ in 0..<2 { try await fixture.house.workOnce() }
        #expect(try await fixture.house.bookings.anyBooking(sound.id)?.status == .expired)

        try await bookings.write { try $0.execute("UPDATE booking SET agreed = \(agreed) WHERE id = \(spoilt.id)") }
        fixture.clock.advance(.seconds(301))
        for _ in 0..<2 { try await fixture.house.workOnce() }
        #expect(try await fixture.house.bookings.anyBooking(spoilt.id)?.status == .expired)
        #expect(try await bookings.read { try !$0.exists("SELECT 1 FROM claimed_night") })
    }

    @Test("An alteration that can't be read stops no other")
    func spoiltAlteration() async throws {
        let fixture = try await AlterationFixture(units: 2)
        let spoilt = try await fixture.propose(fixture.wish(checkOut: 1))
        let other = try await fixture.all.hold(fixture.place, in: 40)
        try await fixture.all.pay(other)
        let sound = try await fixture.house.bookings.propose(
            AlterationWish(checkIn: nil, checkOut: other.stay.checkOut.advanced(by: 1), party: nil, total: nil),
            for: other.id, expecting: nil, message: nil, for: fixture.all.guest, once: nil)
        let bookings = fixture.all.databases.bookings
        try await bookings.write {
            try $0.execute("UPDATE alteration SET after_terms = '{', due_at = due_at - 1 WHERE id = \(spoilt.id)")
        }
        let end = try #require(sound.expiresAt)
        fixture.all.clock.move(to: end + .seconds(1))
        let trouble = await #expect(throws: NotMoved.self) { try await fixture.house.bookings.moveDue() }
        #expect(trouble?.failures.map(\.subject) == [spoilt.id.text])
        #expect(try await fixture.now(sound.id) != .proposed)
        try await fixture.house.bookings.moveDue()
    }

    @Test("More holds that end together than a batch has end in one round, and so do their events")
    func many() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let count = 230
        let place = try await fixture.place(units: count)
        for _ in 0..<count { _ = try await fixture.hold(place) }
        fixture.clock.advance(.seconds(1000))
        #expect(try await fixture.house.bookings.moveDue() == count)
        try await fixture.house.workOnce()
        let left = try await fixture.databases.bookings.read { reader in
            try reader.value("SELECT COUNT(*) FROM booking WHERE state <> 'expired'", as: Int.self)
        }
        #expect(left == 0)
    }

    @Test("What was accepted can be held longer until check-in, and not beyond; what was booked at once is")
    func extensions() async throws {
        let settings = [
            "ROOST_RATE_LIMITS": "off", "ROOST_ACCEPTED_HOURS": "1", "ROOST_REQUEST_HOURS": "99",
            "ROOST_HOLD_MINUTES": "30",
        ]
        let fixture = try await HouseFixture(settings: settings)
        let place = try await fixture.place(instantBook: false)
        let asked = try await fixture.hold(place, in: 1)
        fixture.clock.move(to: asked.agreed.checkInAt - .seconds(4500))
        let bookings = fixture.house.bookings
        func extend(_ id: BookingID) async throws -> Instant? {
            try await bookings.extend(id, for: fixture.guest, once: nil).holdExpiresAt
        }
        let accepted = try await bookings.accept(asked.id, for: fixture.host, once: nil)
        #expect(accepted.holdExpiresAt == asked.agreed.checkInAt - .seconds(900))
        #expect(try await extend(asked.id) == asked.agreed.checkInAt, "half an hour is not left")
        let refusal = await #expect(throws: Problem.self) { try await extend(asked.id) }
        #expect(refusal?.code == .stateConflict)
        #expect(try await bookings.anyBooking(asked.id)?.holdExpiresAt == asked.agreed.checkInAt)
        // Who books at once has as long to pay as anybody, also beyond check-in.
        let instant = try await fixture.place()
        fixture.clock.move(to: asked.agreed.checkInAt - .seconds(600))
        let late = try await fixture.hold(instant, in: 0)
        #expect(try await extend(late.id) == late.holdExpiresAt.map { $0 + .seconds(1800) })
    }
}

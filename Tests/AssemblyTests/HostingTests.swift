import Assembly
import BookingService
import Core
import PropertyService
import TestSupport
import Testing

@Suite("What hosts see of their bookings", .onEachEngine)
struct HostingTests {
    private func hosted(
        _ part: HostedPart, _ fixture: HouseFixture, at property: PropertyID? = nil, limit: Int = 20
    ) async throws -> [BookingID] {
        var found: [BookingID] = []
        var cursor: String?
        repeat {
            let page = try await fixture.house.bookings.hosted(
                part, at: property, cursor: cursor, limit: limit, for: fixture.host)
            found += page.items.map(\.id)
            cursor = page.nextCursor
        } while cursor != nil
        return found
    }

    @Test("A booking is in one part at a time, by the clock at the place")
    func parts() async throws {
        let fixture = try await HouseFixture()
        let place = try await fixture.place()
        let booking = try await fixture.hold(place)
        #expect(try await hosted(.arriving, fixture) == [booking.id])
        try await fixture.pay(booking)
        for (moment, part) in [
            (booking.agreed.checkInAt - .seconds(1), HostedPart.arriving), (booking.agreed.checkInAt, .inStay),
            (booking.agreed.checkOutAt - .seconds(1), .inStay), (booking.agreed.checkOutAt, .past),
        ] {
            fixture.clock.move(to: moment)
            for other in HostedPart.allCases {
                #expect(try await hosted(other, fixture) == (other == part ? [booking.id] : []), "\(moment) \(other)")
            }
        }
        try await fixture.house.workOnce()
        #expect(try await hosted(.past, fixture) == [booking.id])
        let stranger = try await fixture.house.bookings.hosted(
            .past, at: nil, cursor: nil, limit: 20, for: fixture.guest)
        #expect(stranger.items.isEmpty)
    }

    @Test("Requests are to be answered until they lapse; pages go on where they ended, one place or all")
    func requests() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let (asks, books) = (try await fixture.place(instantBook: false), try await fixture.place())
        let requests = try await [
            fixture.hold(asks, in: 20), fixture.hold(asks, in: 40), fixture.hold(asks, in: 30),
        ]
        let held = try await [fixture.hold(books, in: 30), fixture.hold(books, in: 10), fixture.hold(books, in: 20)]
        #expect(Set(try await hosted(.toAnswer, fixture, limit: 1)) == Set(requests.map(\.id)))
        #expect(try await hosted(.arriving, fixture, limit: 1) == [held[1].id, held[2].id, held[0].id])
        #expect(try await hosted(.arriving, fixture, at: asks.id).isEmpty)
        _ = try await fixture.house.bookings.decline(requests[0].id, reason: nil, for: fixture.host, once: nil)
        #expect(try await hosted(.ended, fixture) == [requests[0].id])
        fixture.clock.advance(.seconds(25 * 3600))
        #expect(try await hosted(.toAnswer, fixture).isEmpty)
        await #expect(throws: Problem.self) {
            try await fixture.house.bookings.hosted(.past, at: nil, cursor: "x", limit: 1, for: fixture.host)
        }
    }

    @Test("Taken nights say who has them")
    func nights() async throws {
        let fixture = try await HouseFixture()
        let place = try await fixture.place()
        let booking = try await fixture.hold(place)
        let closed = booking.stay.checkOut.advanced(by: 1)
        try await fixture.house.bookings.changeCalendar(
            of: place.id, [NightChange(date: closed, open: false)], for: fixture.host)
        let (from, to) = (booking.stay.checkIn.advanced(by: -3), booking.stay.checkOut.advanced(by: 5))
        let nights = try await fixture.house.bookings.takenNights(of: place.id, from: from, to: to, for: fixture.host)
        #expect(nights.map(\.date) == Array(booking.stay.nights) + [closed])
        #expect(nights[0].holder == .booking(booking.id, code: booking.code, status: .held) && nights[0].unit == 1)
        #expect(nights.last?.holder == .closed)
        await #expect(throws: Problem.self) {
            try await fixture.house.bookings.takenNights(of: place.id, from: from, to: to, for: fixture.guest)
        }
    }

    @Test("A month's earnings are what the ledger says was paid less what was given back")
    func earnings() async throws {
        let fixture = try await HouseFixture(settings: [
            "ROOST_SERVICE_FEE_PERCENT": "10", "ROOST_RATE_LIMITS": "off",
        ])
        let place = try await fixture.place()
        let kept = try await fixture.hold(place)
        let given = try await fixture.hold(place, in: 15)
        try await fixture.pay(kept)
        try await fixture.pay(given)
        _ = try await fixture.hold(place, in: 21)  // never paid
        _ = try await fixture.house.bookings.cancel(given.id, reason: nil, for: fixture.host, once: nil)
        try await fixture.house.workOnce()
        let year = kept.stay.checkIn.civil.year
        let rows = try await fixture.house.bookings.earnings(in: year, for: fixture.host)
        let row = try #require(rows.first)
        #expect(rows.count == 1 && row.stays == 2 && row.property == place.id)
        #expect(row.month == LocalDay(year: year, month: kept.stay.checkIn.civil.month, day: 1))
        #expect(row.gross.amount == 82_500 && row.refunds.amount == 41_250)
        #expect(row.serviceFee.amount == 3_750 && row.net.amount == 37_500)
        #expect(try await fixture.house.bookings.earnings(in: year + 1, for: fixture.host).isEmpty)
        #expect(try await fixture.house.bookings.earnings(in: year, for: fixture.guest).isEmpty)
    }
}

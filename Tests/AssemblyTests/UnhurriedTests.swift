import Assembly
import BookingService
import Core
import NotificationService
import Storage
import TestSupport
import Testing

@Suite("What nobody's answer waits for", .onEachEngine)
struct UnhurriedTests {
    @Test("A guest is answered before any letter, and the letters of many are queued with a few transactions")
    func letters() async throws {
        let fixture = try await HouseFixture(settings: ["ROOST_RATE_LIMITS": "off"])
        let place = try await fixture.place()
        try await fixture.house.workOnce()
        let counted = fixture.databases.users as? PostgresDatabase
        let letters = try await fixture.house.mails.deliveries(to: fixture.guest.id).count
        let before = counted?.roundTrips ?? 0
        var bookings: [Booking] = []
        for number in 0..<12 { bookings.append(try await fixture.hold(place, in: 10 + 3 * number)) }
        if let counted { #expect(counted.roundTrips == before, "a hold asks the Users database nothing") }
        #expect(try await fixture.house.mails.deliveries(to: fixture.guest.id).count == letters)

        try await fixture.hear()
        if let counted { #expect(counted.roundTrips - before <= 8) }
        for booking in bookings { #expect(try await fixture.letters(about: booking) == ["held to guest"]) }
    }
}

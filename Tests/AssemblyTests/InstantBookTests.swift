import BookingService
import Core
import PropertyService
import TestSupport
import Testing

@testable import Assembly

@Suite("Instant book for guests with a finished stay", .onEachEngine)
struct InstantBookTests {
    @Test("Others ask first; once a stay is over its guest books at once, before the job has come by and after")
    func finishedStay() async throws {
        let fixture = try await HouseFixture()
        let (open, careful) = (try await fixture.place(), try await fixture.place())
        var changes = PropertyRulesChanges()
        var limits = BookingLimits()
        limits.instantBookNeedsFinishedStay = true
        changes.booking = .set(limits)
        _ = try await fixture.house.properties.changeRules(of: careful.id, changes, for: fixture.host)
        func booksInstantly(_ rule: InstantBook) async throws -> Bool {
            try await fixture.house.bookings.booksInstantly(rule, guest: fixture.guest.id)
        }

        #expect(try await fixture.hold(careful, in: 20).status == .requested)
        let first = try await fixture.hold(open)
        #expect(first.status == .held)
        try await fixture.pay(first)
        #expect(try await !booksInstantly(.guestsWithFinishedStay), "a confirmed stay is not a finished one")
        fixture.clock.move(to: first.agreed.checkOutAt - .seconds(1))
        #expect(try await !booksInstantly(.guestsWithFinishedStay))
        fixture.clock.move(to: first.agreed.checkOutAt)
        #expect(try await booksInstantly(.guestsWithFinishedStay))
        #expect(try await fixture.hold(careful, in: 30).status == .held)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(
            try await fixture.house.bookings.booking(first.id, for: fixture.guest).status == .completed)
        #expect(try await booksInstantly(.guestsWithFinishedStay))
        #expect(try await booksInstantly(.everyone))
        #expect(try await !booksInstantly(.nobody))
        #expect(try await !fixture.house.bookings.booksInstantly(.guestsWithFinishedStay, guest: nil))
        #expect(try await Audit(fixture.house).once(atRest: false).map(\.description) == [])
    }
}

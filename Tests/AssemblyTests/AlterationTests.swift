import Assembly
import BookingService
import Core
import Foundation
import PaymentService
import PropertyService
import Storage
import TestSupport
import Testing

@Suite("Alterations", .onEachEngine)
struct AlterationTests {
    @Test("A longer stay counts once the difference is paid; until then both stays' nights are the guest's")
    func longer() async throws {
        let fixture = try await AlterationFixture()
        let proposed = try await fixture.propose(fixture.wish(checkOut: 2))
        #expect(proposed.status == .proposed && proposed.difference == Money(25_000, .usd))
        #expect(try await fixture.taken() == [0, 1, 2])
        let agreed = try await fixture.house.bookings.acceptAlteration(proposed.id, for: fixture.all.host, once: nil)
        #expect(agreed.status == .agreed)
        #expect(try await fixture.taken() == [0, 1, 2, 3, 4])
        #expect(try await fixture.current().stay == fixture.booking.stay)
        try await fixture.rest()
        #expect(try await fixture.findings() == [])

        try await fixture.pay(on: try await fixture.page(of: agreed))
        let now = try await fixture.current()
        #expect(try await fixture.now(proposed.id) == .applied)
        #expect(now.stay.nightCount == 5 && now.total == Money(62_500, .usd))
        #expect(now.paid == now.total && now.refunded.amount == 0)
        #expect(try Money.sum(now.lines.map(\.amount), in: .usd) == now.total)
        #expect(try await fixture.taken() == [0, 1, 2, 3, 4])
        #expect(try await fixture.findings() == [])
        let letters = try await fixture.all.letters(about: now)
        for kind in ["changeProposed", "changeAgreed", "changeApplied"] {
            #expect(letters.contains("\(kind) to guest"), "\(letters)")
        }
        for kind in ["changeProposedToHost", "changeAgreedForHost", "changeAppliedForHost"] {
            #expect(letters.contains("\(kind) to host"), "\(letters)")
        }
    }

    @Test("A shorter stay counts at once, the nights are free, and the difference goes back")
    func shorter() async throws {
        let fixture = try await AlterationFixture()
        #expect(try await fixture.agree(fixture.wish(checkOut: -1)).status == .applied)
        try await fixture.rest()
        let now = try await fixture.current()
        #expect(now.total == Money(25_000, .usd) && now.paid.amount == 37_500 && now.refunded.amount == 12_500)
        #expect(try await fixture.taken() == [0, 1])
        _ = try await fixture.rival(2, 3)
        try await fixture.rest()
        #expect(try await fixture.findings(atRest: false) == [])
    }

    @Test("Cancelling after a change goes by the new dates, and gives back over both payments, the latest first")
    func cancelledAfter() async throws {
        let fixture = try await AlterationFixture()
        let agreed = try await fixture.agree(fixture.wish(checkIn: 20, checkOut: 21))
        try await fixture.pay(on: try await fixture.page(of: agreed))
        let before = try await fixture.current()
        let days = fixture.booking.agreed.checkInAt.milliseconds - before.agreed.checkInAt.milliseconds
        #expect(days == -20 * 86_400_000)
        // Moderate: all of it until five days before, counted from the new check-in.
        fixture.all.clock.move(to: before.agreed.checkInAt - .hours(24))
        let offer = try await fixture.house.bookings.cancellation(of: before.id, for: fixture.all.guest)
        #expect(offer.percent == 50 && offer.refund == Money(25_000, .usd))
        _ = try await fixture.house.bookings.cancel(before.id, reason: nil, for: fixture.all.guest, once: nil)
        try await fixture.rest()
        let payments = try await fixture.house.payments.payments(of: before.id)
        #expect(payments.map(\.purpose) == [.booking, .alteration])
        #expect(payments.map(\.refunded.amount) == [12_500, 12_500])
        #expect(try await fixture.findings() == [])
    }

    @Test("Cancelling while the difference is not paid ends the change; what is paid all the same goes back in full")
    func cancelledMeanwhile() async throws {
        for paysBefore in [false, true] {
            let fixture = try await AlterationFixture()
            let agreed = try await fixture.agree(fixture.wish(checkOut: 2))
            let page = try await fixture.page(of: agreed)
            if paysBefore {
                // Captured, and nobody has told the bookings yet: the cancellation comes in between.
                let test = try #require(fixture.house.payments.test)
                _ = try await test.act(token: page, outcome: .succeed)
            }
            _ = try await fixture.house.bookings.cancel(
                fixture.booking.id, reason: nil, for: fixture.all.guest, once: nil)
            if !paysBefore { try await fixture.pay(on: page) }
            try await fixture.rest()
            #expect(try await fixture.now(agreed.id) == .ended)
            let now = try await fixture.current()
            #expect(now.status == .cancelled && now.paid.amount == 62_500 && now.refunded.amount == 62_500)
            #expect(try await fixture.taken() == [])
            #expect(try await fixture.findings() == [], "\(paysBefore)")
        }
    }

    @Test("A half refund and late money for the change together give back exactly both")
    func halfAndLate() async throws {
        let fixture = try await AlterationFixture()
        fixture.all.clock.advance(.hours(24 * 8))
        let agreed = try await fixture.agree(fixture.wish(checkOut: 2))
        let page = try await fixture.page(of: agreed)
        let test = try #require(fixture.house.payments.test)
        _ = try await test.act(token: page, outcome: .succeed)
        _ = try await fixture.house.bookings.cancel(fixture.booking.id, reason: nil, for: fixture.all.guest, once: nil)
        try await fixture.rest()
        let now = try await fixture.current()
        #expect(now.paid.amount == 62_500 && now.refunded.amount == 18_750 + 25_000)
        #expect(try await fixture.findings() == [])
    }

    @Test(
        "A change nobody paid in time frees its nights once the provider is closed; late money is honoured where it can be"
    )
    func expired() async throws {
        for (isTaken, isApplied) in [(false, true), (true, false)] {
            let fixture = try await AlterationFixture(settings: ["ROOST_ACCEPTED_HOURS": "1"])
            let agreed = try await fixture.agree(fixture.wish(checkOut: 2))
            let page = try await fixture.page(of: agreed)
            fixture.all.clock.advance(.hours(2))
            try await fixture.rest()
            #expect(try await fixture.now(agreed.id) == .expired)
            #expect(try await fixture.taken() == [0, 1, 2])
            if isTaken { _ = try await fixture.rival(3, 5) }
            try await fixture.pay(on: page)
            let now = try await fixture.current()
            #expect(try await fixture.now(agreed.id) == (isApplied ? .applied : .expired))
            #expect(now.stay.nightCount == (isApplied ? 5 : 3) && now.paid.amount == 62_500)
            #expect(now.refunded.amount == (isApplied ? 0 : 25_000))
            #expect(try await fixture.findings(atRest: false) == [], "\(isTaken)")
        }
    }

    @Test("Late money is given back where the booking was changed meanwhile")
    func overtaken() async throws {
        let fixture = try await AlterationFixture(settings: ["ROOST_ACCEPTED_HOURS": "1"])
        let agreed = try await fixture.agree(fixture.wish(checkOut: 2))
        let page = try await fixture.page(of: agreed)
        fixture.all.clock.advance(.hours(2))
        try await fixture.rest()
        #expect(try await fixture.agree(fixture.wish(checkOut: -1)).status == .applied)
        try await fixture.pay(on: page)
        let now = try await fixture.current()
        #expect(now.stay.nightCount == 2 && now.paid.amount - now.refunded.amount == 25_000)
        #expect(try await fixture.findings() == [])
    }

    @Test("Where a unit is taken, the whole new stay goes to another; the old one is kept until it counts")
    func otherUnit() async throws {
        let fixture = try await AlterationFixture(units: 2)
        // Two nights of the other unit are sold, and those after the booking on its own: only a whole unit will do.
        _ = try await fixture.rival(3, 5)
        let first = try await fixture.propose(fixture.wish(checkOut: 2))
        let agreed = try await fixture.house.bookings.acceptAlteration(first.id, for: fixture.all.host, once: nil)
        let claims = try await fixture.all.databases.bookings.read { reader in
            try reader.all("SELECT unit_id, COUNT(*) FROM claimed_night GROUP BY unit_id ORDER BY unit_id") { row in
                try row[1] as Int
            }
        }
        #expect(claims == [5, 5])
        try await fixture.rest()
        #expect(try await fixture.findings(atRest: false) == [])
        try await fixture.pay(on: try await fixture.page(of: agreed))
        #expect(try await fixture.now(agreed.id) == .applied)
        #expect(try await fixture.findings(atRest: false) == [])
        // And back: what is not paid is given up, and nothing of it stays behind.
        let second = try await fixture.agree(fixture.wish(checkIn: 30, checkOut: 36))
        _ = try await fixture.house.bookings.withdrawAlteration(
            second.id, reason: "No", for: fixture.all.guest, once: nil)
        try await fixture.rest()
        #expect(try await fixture.current().stay.nightCount == 5)
        #expect(try await fixture.findings(atRest: false) == [])
    }

    @Test("Nights that somebody has are refused, and nothing is changed")
    func taken() async throws {
        let fixture = try await AlterationFixture()
        _ = try await fixture.rival(4, 5)
        await #expect { try await fixture.propose(fixture.wish(checkOut: 2)) } throws: {
            ($0 as? Problem)?.code == .nightsUnavailable
        }
        let quote = try await fixture.house.bookings.alterationQuote(
            fixture.wish(checkOut: 2), for: fixture.booking.id, for: fixture.all.guest)
        #expect(!quote.isPossible && quote.reasons.map(\.code) == ["night_taken"])
        let free = try await fixture.house.bookings.alterationQuote(
            fixture.wish(checkOut: 1), for: fixture.booking.id, for: fixture.all.guest)
        #expect(free.isPossible && free.difference == Money(12_500, .usd))
        // Free when it was proposed, taken when it is accepted: it stays proposed.
        let proposed = try await fixture.propose(fixture.wish(checkOut: 1))
        _ = try await fixture.rival(3, 4)
        await #expect {
            try await fixture.house.bookings.acceptAlteration(proposed.id, for: fixture.all.host, once: nil)
        } throws: { ($0 as? Problem)?.code == .nightsUnavailable }
        #expect(try await fixture.now(proposed.id) == .proposed)
        #expect(try await fixture.taken() == [0, 1, 2, 3, 4])
        try await fixture.rest()
        #expect(try await fixture.findings(atRest: false) == [])
    }

    @Test("A host's price is the rules' price and the difference as a line; lower goes back, higher is paid first")
    func price() async throws {
        let fixture = try await AlterationFixture()
        let lower = try await fixture.propose(fixture.wish(total: 30_000), by: fixture.all.host)
        #expect(lower.after.lines.last?.kind == .adjustment && lower.after.lines.last?.amount.amount == -7_500)
        await #expect {
            try await fixture.house.bookings.acceptAlteration(lower.id, for: fixture.all.host, once: nil)
        } throws: {
            ($0 as? Problem)?.code == .forbidden
        }
        _ = try await fixture.house.bookings.acceptAlteration(lower.id, for: fixture.all.guest, once: nil)
        try await fixture.rest()
        #expect(try await fixture.current().refunded.amount == 7_500)
        let higher = try await fixture.propose(fixture.wish(total: 31_000), by: fixture.all.host)
        let agreed = try await fixture.house.bookings.acceptAlteration(higher.id, for: fixture.all.guest, once: nil)
        #expect(agreed.status == .agreed && agreed.difference.amount == 1_000)
        try await fixture.pay(on: try await fixture.page(of: agreed))
        let now = try await fixture.current()
        #expect(now.total.amount == 31_000 && now.paid.amount - now.refunded.amount == 31_000)
        #expect(try Money.sum(now.lines.map(\.amount), in: .usd) == now.total)
        #expect(try await fixture.findings() == [])
    }

    @Test("A proposal nobody answers lapses; one that is open forbids another")
    func lapses() async throws {
        let fixture = try await AlterationFixture(settings: ["ROOST_REQUEST_HOURS": "3"])
        let proposed = try await fixture.propose(fixture.wish(checkOut: 1))
        await #expect { try await fixture.propose(fixture.wish(checkOut: 2), by: fixture.all.host) } throws: {
            ($0 as? Problem)?.code == .stateConflict
        }
        fixture.all.clock.advance(.hours(4))
        await #expect {
            try await fixture.house.bookings.acceptAlteration(proposed.id, for: fixture.all.host, once: nil)
        } throws: { ($0 as? Problem)?.code == .stateConflict }
        try await fixture.rest()
        #expect(try await fixture.now(proposed.id) == .lapsed)
        #expect(try await fixture.findings() == [])
    }

    @Test("The end of a stay ends what was proposed")
    func stayEnds() async throws {
        let fixture = try await AlterationFixture(settings: ["ROOST_REQUEST_HOURS": "1000"])
        fixture.all.clock.move(to: fixture.booking.agreed.checkOutAt - .hours(1))
        let proposed = try await fixture.propose(fixture.wish(checkOut: 1))
        #expect(proposed.expiresAt == fixture.booking.agreed.checkOutAt)
        fixture.all.clock.advance(.hours(2))
        try await fixture.rest()
        #expect(try await fixture.current().status == .completed)
        #expect([.ended, .lapsed].contains(try await fixture.now(proposed.id)))
        #expect(try await fixture.findings() == [])
    }

    @Test("During the stay only its end can be another, and nights slept stay slept")
    func during() async throws {
        let fixture = try await AlterationFixture()
        fixture.all.clock.move(to: fixture.booking.agreed.checkInAt + .hours(24))
        await #expect { try await fixture.propose(fixture.wish(checkIn: 1)) } throws: {
            ($0 as? Problem)?.errors.first?.code == "stay_has_begun"
        }
        let shorter = try await fixture.agree(fixture.wish(checkOut: -1))
        #expect(shorter.status == .applied)
        try await fixture.rest()
        #expect(try await fixture.taken() == [0, 1])
        #expect(try await fixture.findings() == [])
    }

    @Test("Of a hold and a change for the same nights, at the same moment, one has them")
    func race() async throws {
        for seed in 0..<12 {
            let fixture = try await AlterationFixture()
            let proposed = try await fixture.propose(fixture.wish(checkOut: 2))
            async let accepted: Bool = {
                do {
                    if seed.isMultiple(of: 2) { await Task.yield() }
                    _ = try await fixture.house.bookings.acceptAlteration(proposed.id, for: fixture.all.host, once: nil)
                    return true
                } catch let problem as Problem where problem.code == .nightsUnavailable { return false }
            }()
            async let held: Bool = {
                do {
                    if !seed.isMultiple(of: 2) { await Task.yield() }
                    _ = try await fixture.rival(4, 6)
                    return true
                } catch let problem as Problem where problem.code == .nightsUnavailable { return false }
            }()
            let outcome = try await (accepted, held)
            #expect(outcome.0 != outcome.1)
            try await fixture.rest()
            #expect(try await fixture.findings(atRest: false) == [])
        }
    }

    @Test("Another key, another answer: asking again under the same one changes nothing")
    func idempotent() async throws {
        let fixture = try await AlterationFixture()
        let once = Once(
            key: IdempotencyKey(person: fixture.all.guest.id, path: "/x", key: "k"), bodyHash: "h")
        let wish = fixture.wish(checkOut: 1)
        let first = try await fixture.house.bookings.propose(
            wish, for: fixture.booking.id, expecting: nil, message: "Please", for: fixture.all.guest, once: once)
        let again = try await fixture.house.bookings.propose(
            wish, for: fixture.booking.id, expecting: nil, message: "Please", for: fixture.all.guest, once: once)
        #expect(first == again)
        #expect(try await fixture.house.bookings.alterations(of: fixture.booking.id, for: fixture.all.host).count == 1)
    }
}

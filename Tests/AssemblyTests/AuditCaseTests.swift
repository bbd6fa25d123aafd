import BookingService
import Core
import PaymentService
import Storage
import TestSupport
import Testing

@testable import Assembly

@Suite("What the audit says of money that a case tells of", .onEachEngine)
struct AuditCaseTests {
    private static let refuses: SQL = "UPDATE test_session SET is_paid = 0"
    private static let takes: SQL = "UPDATE test_session SET is_paid = 1"

    /// A stay that was paid and cancelled, whose refund the provider refused.
    private func refused() async throws -> (HouseFixture, Booking) {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.pay(booking)
        try await fixture.databases.payments.write { try $0.execute(AuditCaseTests.refuses) }
        _ = try await fixture.house.bookings.cancel(booking.id, reason: nil, for: fixture.host, once: nil)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        return (fixture, booking)
    }

    private func found(_ fixture: HouseFixture, atRest: Bool = true) async throws -> [String] {
        try await Audit(fixture.house).once(atRest: atRest).map(\.description)
    }

    private func openCase(_ fixture: HouseFixture) async throws -> MoneyCase {
        try #require(try await fixture.house.payments.cases(isOpen: true, cursor: nil, limit: 9).items.first)
    }

    @Test("A case excuses exactly its sum, and nothing without it", arguments: [false, true])
    func exactly(resolved: Bool) async throws {
        let (fixture, booking) = try await refused()
        let found = try await openCase(fixture)
        #expect(found.kind == .refundFailed && found.bookingId == booking.id && found.amount == booking.total)
        if resolved {
            _ = try await fixture.house.resolveCase(found.id.text, note: "Sent by bank.", tryAgain: false)
        }
        #expect(try await self.found(fixture) == [])
        let payments = fixture.databases.payments
        try await payments.write { try $0.execute("UPDATE refund SET amount = amount - 1") }
        let short = try await self.found(fixture)
        #expect(short.contains { $0.contains("keeps 1 after its cancellation, 0 was agreed") }, "\(short)")
        try await payments.write { try $0.execute("UPDATE refund SET amount = amount + 1") }
        #expect(try await self.found(fixture) == [])
        try await payments.write { try $0.execute("DELETE FROM review_case") }
        let untold = try await self.found(fixture)
        #expect(untold.contains { $0.contains("and no case says so") }, "\(untold)")
        #expect(untold.contains { $0.contains("keeps 37500 after its cancellation") }, "\(untold)")
    }

    @Test("Tried again with success nothing is left to excuse")
    func triedAgain() async throws {
        let (fixture, _) = try await refused()
        try await fixture.databases.payments.write { try $0.execute(AuditCaseTests.takes) }
        let found = try await openCase(fixture)
        _ = try await fixture.house.resolveCase(found.id.text, note: "Once more.", tryAgain: true)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(try await self.found(fixture) == [])
        // The second refund is lost from the books: the first one's case no longer speaks for it.
        let lost = try await fixture.databases.payments.write { tx in
            try tx.execute("DELETE FROM ledger_entry WHERE kind = 'refund'")
                + tx.execute("UPDATE payment SET refunded = 0, claimed = 0")
                + tx.execute("UPDATE refund SET state = 'failed' WHERE cause LIKE 'case:%'")
        }
        #expect(lost == 4)
        let said = try await self.found(fixture)
        #expect(said.contains { $0.contains("keeps 37500 after its cancellation") }, "\(said)")
    }

    @Test("Tried again in vain it is the new case that speaks")
    func inVain() async throws {
        let (fixture, _) = try await refused()
        let first = try await openCase(fixture)
        _ = try await fixture.house.resolveCase(first.id.text, note: "Once more.", tryAgain: true)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        let second = try await openCase(fixture)
        #expect(second.id != first.id)
        #expect(try await found(fixture) == [])
    }

    @Test("What an operator wanted to give besides and could not is no broken promise, tried again or not")
    func goodwill() async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.pay(booking)
        let caller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)
        let payment = try #require(try await fixture.house.payments.payments(of: booking.id).first)
        try await fixture.databases.payments.write { try $0.execute(AuditCaseTests.refuses) }
        _ = try await fixture.house.payments.refund(
            payment.id, amount: Money(500, .usd), reason: "Cold water", by: caller, once: nil)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(try await found(fixture) == [])
        try await fixture.databases.payments.write { try $0.execute(AuditCaseTests.takes) }
        _ = try await fixture.house.resolveCase(
            try await openCase(fixture).id.text, note: "Once more.", tryAgain: true)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(try await fixture.house.payments.payment(payment.id)?.refunded == Money(500, .usd))
        #expect(try await found(fixture) == [])
    }

    @Test("A refund that waits for a dispute is under way, however long; one that waits for nothing is stale")
    func waits() async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.pay(booking)
        let payment = try #require(try await fixture.house.payments.payments(of: booking.id).first)
        try await fixture.databases.payments.write { tx in
            try tx.execute(
                """
                INSERT INTO dispute (
                    provider, reference, payment_id, booking_id, amount, currency, state, reason, opened_at)
                VALUES ('test', 'dp_1', \(payment.id), \(booking.id), 37500, 'USD', 'open', 'fraudulent', 0)
                """)
        }
        _ = try await fixture.house.bookings.cancel(booking.id, reason: nil, for: fixture.host, once: nil)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(try await fixture.house.payments.payment(payment.id)?.refunded == Money(0, .usd))
        #expect(try await found(fixture, atRest: false) == [])
        #expect(try await found(fixture) == ["not at rest: 1 refunds wait for their provider"])
        fixture.clock.advance(PaymentsAudit.longestRefund + .hours(1))
        #expect(try await found(fixture, atRest: false) == [])
        try await fixture.databases.payments.write { try $0.execute("DELETE FROM dispute") }
        let stale = try await found(fixture, atRest: false)
        #expect(stale.count == 1 && stale[0].contains("has waited for its provider"), "\(stale)")
    }

    @Test("Sums of refunds that are not those of the refunds are found")
    func miscounted() async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.pay(booking)
        _ = try await fixture.house.bookings.cancel(booking.id, reason: nil, for: fixture.host, once: nil)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(try await found(fixture) == [])
        try await fixture.databases.payments.write { try $0.execute("UPDATE refund SET amount = amount - 1") }
        let said = try await found(fixture)
        #expect(said.contains { $0.contains("its refunds do not sum to what it says went back") }, "\(said)")
    }
}

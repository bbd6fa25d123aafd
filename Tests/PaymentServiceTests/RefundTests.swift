import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Giving money back", .onEachEngine)
struct RefundTests {
    private func paid(_ till: Till) async throws -> PaymentID {
        let payment = try await till.start().payment
        try await till.pay(payment.id)
        return payment.id
    }

    @Test("A part, another part, and never more than was taken")
    func parts() async throws {
        let till = try await Till()
        let id = try await paid(till)
        try await till.payments.apply(Till.refund(4_000, version: 1))
        #expect(try await till.status(id) == .partiallyRefunded)
        #expect(try await till.payments.payment(id)?.refunded == Till.euros(4_000))
        try await till.payments.apply(Till.refund(4_000, version: 1))
        #expect(try await till.payments.payment(id)?.refunded == Till.euros(4_000), "the same event refunds once")
        try await till.payments.apply(Till.refund(50_000, version: 2))
        #expect(try await till.status(id) == .refunded)
        try await till.payments.apply(Till.refund(nil, version: 3))
        #expect(try await till.balance() == Balance(paid: 10_000, refunded: 10_000, currency: Till.euros(0).currency))
        #expect(
            try await till.kindsTold() == [PayablePaid.kind, PaymentRefunded.kind, PaymentRefunded.kind])
        try await till.expectRest("refunded")
    }

    @Test("Nothing, less than nothing, or another currency gives nothing back")
    func nothing() async throws {
        let till = try await Till()
        let id = try await paid(till)
        try await till.payments.apply(Till.refund(0, version: 1))
        try await till.payments.apply(Till.refund(-5, version: 2))
        let dollars = PayableRefund(bookingId: Till.booking, amount: Money(5, .usd), reason: "cancelled")
        try await till.payments.apply(Till.event(PayableRefund.kind, dollars, version: 3))
        let unknown = BookingID(stored: "bkg_unknown")
        try await till.payments.apply(Till.refund(nil, version: 1, about: unknown))
        #expect(try await till.status(id) == .captured)
        try await till.expectRest("nothing went back")
    }

    @Test("A refund that is only accepted is followed to its end")
    func slow() async throws {
        let till = try await Till(refundsAreSlow: true)
        let id = try await paid(till)
        try await till.payments.apply(Till.refund(nil, version: 1))
        #expect(try await till.status(id) == .captured)
        #expect(try await till.payments.audit().inFlight.refunds == 1)
        try await till.comeToRest()
        #expect(try await till.status(id) == .refunded)
        try await till.expectRest("followed")
    }

    @Test("A refund that the provider refuses is left for a person, and its money is free for another")
    func refused() async throws {
        let till = try await Till()
        let id = try await paid(till)
        try await till.database.write { try $0.execute("UPDATE test_session SET is_paid = 0") }
        try await till.payments.apply(Till.refund(4_000, version: 1))
        #expect(try await till.status(id) == .captured)
        let cases = try await till.payments.cases(isOpen: true, cursor: nil, limit: 10).items
        #expect(cases.map(\.kind) == [.refundFailed] && cases.first?.amount == Till.euros(4_000))
        #expect(try await till.payments.audit().failedRefunds.isEmpty, "somebody was told")
        try await till.database.write { try $0.execute("UPDATE test_session SET is_paid = 1") }
        try await till.payments.apply(Till.refund(nil, version: 2))
        #expect(try await till.status(id) == .refunded)
    }

    @Test("Over several payments the latest goes back first")
    func latestFirst() async throws {
        let till = try await Till()
        let first = try await paid(till)
        till.clock.advance(.seconds(1))
        let second = try await till.payments.start(with: "test", once: nil) { till.owedMore() }.payment.id
        try await till.pay(second)
        #expect(try await till.balance() == Balance(paid: 12_500, refunded: 0, currency: Till.euros(0).currency))
        try await till.payments.apply(Till.refund(4_500, version: 1))
        #expect(try await till.payments.payment(second)?.refunded == Till.euros(2_500))
        #expect(try await till.payments.payment(first)?.refunded == Till.euros(2_000))
        try await till.expectRest("latest first")
    }

    @Test("However many refunds race, no more goes back than was taken")
    func race() async throws {
        let till = try await Till()
        let id = try await paid(till)
        await withTaskGroup(of: Void.self) { group in
            for number in 1...12 {
                group.addTask {
                    // Each of its own source, as the order of events of one source is not at stake here.
                    let event = try? Till.refund(3_000, version: 1)
                    guard let event else { return }
                    try? await till.payments.apply(
                        Event(
                            source: "source\(number)", subject: event.subject, version: 1, kind: event.kind,
                            body: event.body))
                }
                group.addTask { try? await till.payments.work() }
            }
        }
        try await till.comeToRest()
        #expect(try await till.payments.payment(id)?.refunded == Till.euros(10_000))
        try await till.expectRest("race")
    }
}

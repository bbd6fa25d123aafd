import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Learning of a payment", .onEachEngine)
struct SettleTests {
    @Test("A payment that succeeded is captured, booked and told once, however often it is settled")
    func captured() async throws {
        let till = try await Till(plain: true)
        let payment = try await till.start().payment
        let token = String(try #require(payment.checkoutUrl?.split(separator: "/").last))
        #expect(try await till.payments.actAsTestPayer(token: token, outcome: .succeed) == Till.booking)
        try await till.payments.settle(payment.id)
        _ = try await till.payments.actAsTestPayer(token: token, outcome: .succeed)
        let found = try #require(try await till.payments.payment(payment.id))
        #expect(found.status == .captured && found.checkoutUrl == nil)
        #expect(try await till.balance() == Balance(paid: 10_000, refunded: 0, currency: Till.euros(0).currency))
        let told = try await till.told()
        #expect(told.map(\.kind) == [PayablePaid.kind])
        #expect(
            try told[0].decoded(as: PayablePaid.self)
                == PayablePaid(
                    bookingId: Till.booking, payable: PayableID(of: Till.booking), amount: Till.euros(10_000),
                    late: false))
        try await till.expectRest("paid")
    }

    @Test("A declined payment fails, and a new one may be started; an abandoned one stays pending")
    func declined() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        try await till.act(.abandon, on: first.id)
        try await till.payments.settle(first.id)
        #expect(try await till.status(first.id) == .pending)
        try await till.act(.decline, on: first.id)
        try await till.payments.settle(first.id)
        #expect(try await till.status(first.id) == .failed)
        let second = try await till.start()
        #expect(second.isNew && second.payment.id != first.id)
        #expect(try await till.kindsTold().isEmpty)
    }

    @Test("The poller learns what nobody told, one interval later and not before")
    func polled() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        try await till.act(.succeed, on: payment.id)
        till.clock.advance(.seconds(29))
        try await till.payments.work()
        #expect(try await till.status(payment.id) == .pending)
        till.clock.advance(.seconds(1))
        try await till.payments.work()
        #expect(try await till.status(payment.id) == .captured)
    }

    @Test("Another amount or currency than agreed goes back in full and never counts")
    func otherAmount() async throws {
        let dollars = Money(10_000, .usd)
        for taken in [Till.euros(9_999), Till.euros(10_001), dollars] {
            let till = try await Till(takes: { _ in taken })
            let payment = try await till.start().payment
            try await till.pay(payment.id)
            let found = try #require(try await till.payments.payment(payment.id))
            #expect(found.status == .refunded && found.amount == taken && found.refunded == taken)
            #expect(try await till.payableState() == .open)
            let told = try await till.told()
            #expect(told.map(\.kind) == [PaymentRefunded.kind])
            #expect(try told[0].decoded(as: PaymentRefunded.self).reason == "otherAmount")
            try await till.expectSoundBooks("the money is booked in and out")
            #expect(try await till.start().isNew)
        }
    }

    @Test("What a settle brought about is handed on before it returns, and so is what a start found, and the poller")
    func handedOn() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        #expect(till.errands.all.isEmpty, "nothing to tell yet")
        try await till.payments.settle(first.id)
        #expect(till.errands.all == [Till.booking.text])
        try await till.act(.succeed, on: first.id)
        await expect(.stateConflict) { try await till.start(with: "other") }
        #expect(till.errands.all.count == 2)
        let polled = try await Till()
        let payment = try await polled.start().payment
        try await polled.act(.succeed, on: payment.id)
        polled.clock.advance(Till.poll)
        try await polled.payments.work()
        #expect(polled.errands.all == [Till.booking.text])
        // An event is not heard inside the courier's own round: it would hand on what it is just handing on.
        try await polled.payments.apply(Till.refund(nil, version: 1))
        #expect(polled.errands.all.count == 1)
    }

    @Test("An unknown payment and an unknown page are not there")
    func unknown() async throws {
        let till = try await Till(plain: true)
        await expect(.notFound) { try await till.payments.settle(PaymentID(stored: "pay_none")) }
        await expect(.notFound) { try await till.payments.actAsTestPayer(token: "none", outcome: .succeed) }
        #expect(try await till.payments.test?.checkout(token: "none") == nil)
        #expect(try await till.payments.payment(PaymentID(stored: "pay_none")) == nil)
        #expect(try await till.payments.balances(of: [Till.booking]).isEmpty)
    }

    @Test("Two pages paid: the first counts, the second goes back in full")
    func paidTwice() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        let second = try await till.start(with: "other").payment
        try await till.pay(second.id)
        try await till.pay(first.id)
        #expect(try await till.status(second.id) == .captured)
        #expect(try await till.status(first.id) == .refunded)
        #expect(try await till.balance() == Balance(paid: 20_000, refunded: 10_000, currency: Till.euros(0).currency))
        #expect(try await till.kindsTold() == [PayablePaid.kind, PaymentRefunded.kind])
        try await till.expectRest("paid twice")
    }

    @Test("The loser is closed before the winner counts")
    func loserFirst() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        let second = try await till.start(with: "other").payment
        try await till.act(.succeed, on: first.id)
        // The money of the first is learnt of, and the other provider does not answer when asked to close.
        let made = till.faults.made
        till.faults.decide { $0 == made + 2 ? .before : nil }
        try await till.payments.settle(first.id)
        #expect(try await till.status(first.id) == .captured)
        #expect(try await till.status(second.id) == .pending)
        #expect(try await till.kindsTold().isEmpty)
        await expect(.stateConflict) { try await till.start() }
        try await till.comeToRest()
        #expect(try await till.status(second.id) == .cancelled)
        #expect(try await till.kindsTold() == [PayablePaid.kind])
        try await till.expectRest("one counts")
    }
}

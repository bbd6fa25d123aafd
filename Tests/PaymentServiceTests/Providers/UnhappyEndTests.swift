import Core
import Outside
import Storage
import Synchronization
import TestSupport
import Testing

@testable import PaymentService

@Suite("The unhappy ends, with Stripe and PayPal", .onEachEngine)
struct UnhappyEndTests {
    @Test("A payer who wins the race against the closing has paid", arguments: ["stripe", "paypal"])
    func payerWins(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: provider)
        counter.pay(payment)
        if provider == "paypal" { try await counter.payments.settle(payment.id) }
        try await counter.payments.apply(Till.closing())
        #expect(try await counter.status(payment.id) == .captured)
        #expect(try await counter.kindsTold() == [PayablePaid.kind])
    }

    @Test("An order that is being closed is never captured, though the payer approves it")
    func neverCaptured() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "paypal")
        counter.paypal.approve(payment.id)
        try await counter.payments.apply(Till.closing())
        #expect(try await counter.kindsTold() == [PayableClosed.kind])
        try await counter.payments.settle(payment.id)
        try await counter.comeToRest()
        #expect(try await counter.status(payment.id) == .cancelled)
        #expect(counter.paypal.books.orders.allSatisfy { $0.captures.isEmpty })
    }

    @Test("A capture under way is waited for: its answer was lost, and the hold runs out")
    func underWay() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "paypal")
        counter.paypal.approve(payment.id)
        counter.paypal.plan.decide { _, _, path in path.hasSuffix("/capture") ? .resetBefore : nil }
        try await counter.payments.settle(payment.id)
        counter.paypal.plan.decide { _, _, _ in nil }
        try await counter.payments.apply(Till.closing())
        #expect(try await counter.kindsTold().isEmpty, "nobody is told that it is closed")
        try await counter.comeToRest()
        #expect(try await counter.kindsTold() == [PayableClosed.kind])
        try await counter.expectRest("waited for")
    }

    @Test("A capture that waited too long for a new token is not sent, and then the order can be closed")
    func tooLate() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "paypal")
        counter.paypal.approve(payment.id)
        let session = try #require(
            try await counter.store.read { try $0.value("SELECT session FROM payment", as: String.self) })
        let captures = Mutex(0)
        let (clock, inner) = (counter.clock, counter.paypal.outside)
        let slow = Outside { request async throws(OutsideFailure) in
            // The first capture is refused its token, and the next token takes longer than a capture may wait.
            if request.url.hasSuffix("/oauth2/token"), captures.withLock({ $0 > 0 }) {
                clock.advance(PayPalProvider.captureStart + .seconds(1))
            }
            if request.url.hasSuffix("/capture"),
                captures.withLock({
                    $0 += 1; return $0 == 1
                })
            {
                return OutsideAnswer(status: 401)
            }
            return try await inner.exchange(request)
        }
        let provider = PayPalProvider(
            PayPalSettings(
                clientId: Secret("client"), clientSecret: Secret("secret"), webhookId: nil,
                base: try #require(APIBase(FakePayPal.base))),
            database: counter.store, world: clock.world, baseURL: "https://stay.example.com", outside: slow)
        let reference = SessionReference(paymentId: payment.id, session: session)
        guard case .unknown = await provider.collect(reference, key: "collect") else {
            Issue.record("it was captured")
            return
        }
        #expect(captures.withLock { $0 } == 1 && counter.paypal.books.orders[0].captures.isEmpty)
        // For as long as the last try might be under way nobody may call it closed.
        let left = PayPalProvider.captureTime - PayPalProvider.captureStart
        #expect(left > OutsideRequest.writeTimeout)
        #expect(await provider.close(reference, key: "close") == .open)
        clock.advance(left)
        #expect(await provider.close(reference, key: "close") == .closed)
    }

    @Test("Another amount or currency than agreed goes back in full", arguments: [(9_000, "eur"), (10_000, "usd")])
    func otherSum(_ taken: Int64, _ currency: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        counter.stripe.pay(payment.id, taking: taken, in: currency)
        try await counter.payments.settle(payment.id)
        try await counter.comeToRest()
        #expect(try await counter.status(payment.id) == .refunded)
        #expect(try await !counter.kindsTold().contains(PayablePaid.kind))
        try await counter.expectRest("went back")
    }

    @Test("A card refused, or 3-D Secure left, does not end the page: the payer may try again")
    func triesAgain() async throws {
        for status in ["requires_payment_method", "requires_action"] {
            let counter = try await Counter()
            let payment = try await counter.start(with: "stripe")
            counter.stripe.tryInVain(payment.id, status)
            try await counter.payments.settle(payment.id)
            #expect(try await counter.status(payment.id) == .pending)
            counter.stripe.pay(payment.id)
            try await counter.payments.settle(payment.id)
            #expect(try await counter.status(payment.id) == .captured)
        }
    }

    @Test("A method that takes days holds the closing up, and ends well or not", arguments: [true, false])
    func delayed(_ well: Bool) async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        counter.stripe.payLater(payment.id)
        try await counter.payments.settle(payment.id)
        #expect(try await counter.status(payment.id) == .pending)
        try await counter.payments.apply(Till.closing())
        counter.clock.advance(.hours(50))
        try await counter.payments.work()
        #expect(try await counter.kindsTold().isEmpty, "the nights stay held meanwhile")
        counter.stripe.finish(payment.id, well: well)
        try await counter.comeToRest()
        #expect(try await counter.kindsTold() == [well ? PayablePaid.kind : PayableClosed.kind])
        #expect(try await counter.status(payment.id) == (well ? .captured : .failed))
    }

    @Test("A capture that is pending or declined inside a completed order is not a payment")
    func captureDecides() async throws {
        for (status, expected) in [("PENDING", PaymentStatus.pending), ("DECLINED", .failed)] {
            let counter = try await Counter()
            let payment = try await counter.start(with: "paypal")
            counter.paypal.change { $0.captureStatus = status }
            counter.paypal.approve(payment.id)
            try await counter.payments.settle(payment.id)
            #expect(try await counter.status(payment.id) == expected)
            counter.paypal.finish(payment.id, "COMPLETED")
            try await counter.comeToRest()
            #expect(try await counter.status(payment.id) == .captured, "it was late, and is found")
        }
    }

    @Test("A payer whose card PayPal refuses chooses another, and the capture has a new key")
    func instrumentDeclined() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "paypal")
        counter.paypal.approve(payment.id)
        counter.paypal.change { $0.captureIssue = "INSTRUMENT_DECLINED" }
        try await counter.payments.settle(payment.id)
        #expect(try await counter.status(payment.id) == .pending)
        try await counter.payments.settle(payment.id)
        #expect(try await counter.status(payment.id) == .captured)
    }

    @Test("An order that lapsed is closed; a token withdrawn early is renewed once")
    func lapsed() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "paypal")
        counter.paypal.withdrawToken()
        counter.paypal.forget(payment.id)
        try await counter.payments.settle(payment.id)
        #expect(try await counter.status(payment.id) == .cancelled)
        #expect(counter.paypal.books.tokens == 2)
    }

    @Test(
        "A payment made while Roost was down for six hours is found without anyone's help",
        arguments: ["stripe", "paypal"])
    func wasDown(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: provider)
        counter.pay(payment)
        counter.clock.advance(.hours(6))
        try await counter.payments.work()
        #expect(try await counter.status(payment.id) == .captured)
    }

    @Test("A refund that fails days later is out of the books again, and a case; an operator tries it again")
    func refundFails() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        try await counter.payments.apply(Till.refund(4_000, version: 1))
        #expect(try await counter.status(payment.id) == .partiallyRefunded)
        let refund = try #require(counter.stripe.books.refunds.first)
        counter.stripe.failRefund(refund.id)
        counter.clock.advance(.hours(70))
        try await counter.payments.receive(
            counter.stripeEvent(
                "evt_9", "refund.failed", ["id": .text(refund.id), "object": "refund", "metadata": refund.metadata]),
            from: "stripe")
        try await counter.payments.workOnEvents()
        #expect(try await counter.status(payment.id) == .captured)
        let found = try #require(try await counter.openCases().first)
        #expect(found.kind == .refundFailed && found.amount == Till.euros(4_000))
        let operatorCaller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)
        let resolved = try await counter.payments.resolve(
            found.id, note: "The guest has a new card.", tryAgain: true, by: operatorCaller, once: nil)
        #expect(resolved.resolution?.by == "usr_operator")
        #expect(try await counter.status(payment.id) == .partiallyRefunded)
        await expect(.stateConflict) {
            try await counter.payments.resolve(found.id, note: "again", tryAgain: false, by: operatorCaller, once: nil)
        }
        try await counter.expectRest("tried again")
    }

    @Test(
        "A dispute is a case and a loss in the books until it is won; nothing is refunded meanwhile",
        arguments: ["won", "lost"])
    func dispute(_ end: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        let reference = counter.stripe.dispute(payment.id)
        func tell(_ id: String, _ type: String) async throws {
            try await counter.payments.receive(
                counter.stripeEvent(id, type, ["id": .text(reference), "object": "dispute"]), from: "stripe")
            try await counter.payments.workOnEvents()
        }
        try await tell("evt_1", "charge.dispute.created")
        #expect(try await counter.openCases().map(\.kind) == [.disputeOpened])
        let operatorCaller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)
        await expect(.stateConflict) {
            try await counter.payments.refund(payment.id, amount: nil, reason: nil, by: operatorCaller, once: nil)
        }
        func lost() async throws -> Int64? {
            try await counter.store.read { reader in
                try reader.value(
                    "SELECT CAST(SUM(amount) AS BIGINT) FROM ledger_entry WHERE account = 'chargebacks:stripe'")
            }
        }
        #expect(try await lost() == -10_000)
        counter.stripe.decide(reference, end)
        // In the wrong order, and doubled: what Stripe says when asked counts.
        try await tell("evt_3", "charge.dispute.closed")
        try await tell("evt_2", "charge.dispute.updated")
        try await tell("evt_4", "charge.dispute.closed")
        #expect(try await lost() == (end == "won" ? 0 : -10_000))
        #expect(try await counter.openCases().map(\.kind) == (end == "won" ? [] : [.disputeLost]))
        #expect(try await counter.payments.audit().unbalancedGroups.isEmpty)
    }

    @Test("Money given back at the provider by hand is in the books, and an operator is told")
    func byHand() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        let refund = counter.stripe.refundByHand(payment.id, 2_500)
        let intent = try #require(counter.stripe.books.refunds.first?.intent)
        for id in ["evt_1", "evt_2"] {
            try await counter.payments.receive(
                counter.stripeEvent(
                    id, "refund.created",
                    [
                        "id": .text(refund), "object": "refund", "amount": 2500, "currency": "eur",
                        "payment_intent": .text(intent),
                    ]), from: "stripe")
        }
        try await counter.payments.workOnEvents()
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(2_500))
        #expect(try await counter.openCases().map(\.kind) == [.unknownRefund])
        try await counter.expectRest("by hand")
    }

    @Test("An operator gives back a part, and never more than is left; nobody else may")
    func byOperator() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        let caller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)
        let partly = try await counter.payments.refund(
            payment.id, amount: Till.euros(3_000), reason: "Cold water", by: caller, once: Till.once("r"))
        #expect(partly.status == .partiallyRefunded && partly.refunded == Till.euros(3_000))
        _ = try await counter.payments.refund(
            payment.id, amount: Till.euros(3_000), reason: "Cold water", by: caller, once: Till.once("r"))
        await expect(.stateConflict) {
            try await counter.payments.refund(payment.id, amount: Till.euros(7_001), reason: nil, by: caller, once: nil)
        }
        await expect(.validationFailed) {
            try await counter.payments.refund(payment.id, amount: Money(1, .usd), reason: nil, by: caller, once: nil)
        }
        let guest = Caller(id: UserID(stored: "usr_guest"), isOperator: false)
        await expect(.forbidden) {
            try await counter.payments.refund(payment.id, amount: nil, reason: nil, by: guest, once: nil)
        }
        let whole = try await counter.payments.refund(payment.id, amount: nil, reason: nil, by: caller, once: nil)
        #expect(whole.status == .refunded)
        try await counter.expectRest("by the operator")
    }

    @Test("What a bank gave back after a dispute does not go back again", arguments: ["stripe", "paypal"])
    func lostIsGone(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: provider)
        if provider == "stripe" {
            counter.stripe.decide(counter.stripe.dispute(payment.id), "lost")
        } else {
            counter.paypal.decide(try #require(counter.paypal.dispute(payment.id)), "RESOLVED_BUYER_FAVOUR")
        }
        try await counter.comeToRest()
        let refunds = { (log: [String]) in log.count { $0.hasPrefix("POST") && $0.contains("refund") } }
        // Booking wants all of it back: a person must know that the payer has it already. Nobody is asked for it.
        try await counter.payments.apply(Till.refund(nil, version: 1))
        #expect(refunds(counter.stripe.plan.log) + refunds(counter.paypal.plan.log) == 0)
        #expect(Set(try await counter.openCases().map(\.kind)) == [.disputeLost, .refundFailed])
        let operatorCaller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)
        await expect(.stateConflict) {
            try await counter.payments.refund(payment.id, amount: nil, reason: nil, by: operatorCaller, once: nil)
        }
        let failed = try #require(try await counter.openCases().first { $0.kind == .refundFailed })
        await expect(.stateConflict) {
            try await counter.payments.resolve(failed.id, note: "again", tryAgain: true, by: operatorCaller, once: nil)
        }
        try await counter.expectRest("gone once")
    }

    @Test("PayPal tells of money taken back that no dispute tells of yet: it is asked about again until one does")
    func reversalAlone() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        counter.paypal.dispute(payment.id)
        let told = counter.paypal.books.events
        counter.paypal.change { $0.events = [] }
        let reversal = try #require(told.last)
        #expect(reversal.type == "PAYMENT.CAPTURE.REVERSED")
        try await counter.payments.receive(
            counter.paypalEvent("WH-1", reversal.type, "refund", reversal.resource), from: "paypal")
        try await counter.payments.workOnEvents()
        #expect(try await counter.openCases() == [])
        counter.paypal.change { $0.events = told }
        counter.clock.advance(.hours(1))
        try await counter.payments.workOnEvents()
        #expect(try await counter.openCases().map(\.kind) == [.disputeOpened])
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(0))
        try await counter.expectRest("told at last")
    }

    @Test("A webhook about a dispute that can't be read is a case")
    func oddDispute() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        counter.paypal.dispute(payment.id)
        var resource = try #require(counter.paypal.books.events.first?.resource)
        resource["dispute_amount"] = ["currency_code": "EUR", "value": "a hundred"]
        try await counter.payments.receive(
            counter.paypalEvent("WH-1", "CUSTOMER.DISPUTE.CREATED", "dispute", resource), from: "paypal")
        try await counter.payments.workOnEvents()
        let found = try await counter.openCases()
        #expect(found.map(\.kind) == [.badAnswer] && found.first?.subject == "paypal event WH-1")
        #expect(found.first?.detail.contains("a hundred") == true)
    }

    @Test("After a dispute that was lost in part an operator gives back all that is left, and no more")
    func lostInPart() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        let dispute = try #require(counter.paypal.dispute(payment.id))
        counter.paypal.decide(dispute, "RESOLVED_BUYER_FAVOUR", refunding: "40.00")
        try await counter.comeToRest()
        let operatorCaller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)
        await expect(.stateConflict) {
            try await counter.payments.refund(
                payment.id, amount: Till.euros(6_001), reason: nil, by: operatorCaller, once: nil)
        }
        // A loss in another currency can't be weighed: nothing goes back until a person has looked.
        try await counter.store.write { try $0.execute("UPDATE dispute SET currency = 'USD'") }
        await expect(.stateConflict) {
            try await counter.payments.refund(
                payment.id, amount: Till.euros(1), reason: nil, by: operatorCaller, once: nil)
        }
        try await counter.store.write { try $0.execute("UPDATE dispute SET currency = 'EUR'") }
        let given = try await counter.payments.refund(
            payment.id, amount: nil, reason: nil, by: operatorCaller, once: nil)
        #expect(given.refunded == Till.euros(6_000))
        #expect(counter.paypal.books.orders.flatMap(\.refunds).map(\.value) == ["60.00"])
        #expect(try await counter.openCases().map(\.kind) == [.disputeLost])
        try await counter.expectRest("lost in part")
    }

    @Test("PayPal tells of the money before it tells of the dispute that took it: it is gone once")
    func reversalFirst() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        counter.paypal.dispute(payment.id)
        let told = counter.paypal.books.events
        #expect(told.map(\.type) == ["CUSTOMER.DISPUTE.CREATED", "PAYMENT.CAPTURE.REVERSED"])
        for (number, event) in told.reversed().enumerated() {
            let kind = number == 0 ? "refund" : "dispute"
            try await counter.payments.receive(
                counter.paypalEvent("WH-\(number)", event.type, kind, event.resource), from: "paypal")
            try await counter.payments.workOnEvents()
            #expect(try await counter.openCases().map(\.kind) == [.disputeOpened])
        }
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(0))
        try await counter.expectRest("reversed")
    }
}

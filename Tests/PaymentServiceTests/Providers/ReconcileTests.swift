import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Books against the providers' own lists", .onEachEngine)
struct ReconcileTests {
    private static let caller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)

    @Test("Where both agree nothing is found; fees are entered once", arguments: ["stripe", "paypal"])
    func agree(_ provider: String) async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: provider)
        try await counter.payments.apply(Till.refund(4_000, version: 1))
        counter.later()
        #expect(try await counter.payments.providerDifferences() == [])
        #expect(try await counter.account("fees:\(provider)") == 0, "an audit enters nothing")
        for _ in 0..<3 {
            try await counter.payments.reconcileDue()
            counter.later(.hours(24))
        }
        // Stripe keeps a fiftieth and 25; PayPal 1.00.
        #expect(try await counter.account("fees:\(provider)") == (provider == "stripe" ? -225 : -100))
        #expect(try await counter.openKinds() == [])
        #expect(try await counter.payments.providerDifferences() == [])
        try await counter.expectRest("agree")
    }

    @Test("Once a day for each provider; after trouble again in an hour")
    func daily() async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: "stripe")
        func lists() -> Int { counter.stripe.plan.log.count { $0 == "GET /v1/balance_transactions" } }
        counter.later()
        counter.stripe.plan.decide { _, _, path in path == "/v1/balance_transactions" ? .refused : nil }
        try await counter.payments.reconcileDue()
        let silent = try await counter.payments.providerDifferences()
        #expect(silent.count == 1 && silent[0].hasPrefix("stripe: its lists can't be read"), "\(silent)")
        counter.stripe.plan.decide { _, _, _ in nil }
        let before = lists()
        counter.later(.minutes(50))
        try await counter.payments.reconcileDue()
        #expect(lists() == before)
        counter.later(.minutes(15))
        try await counter.payments.reconcileDue()
        #expect(lists() == before + 1)
        counter.later(.hours(23))
        try await counter.payments.reconcileDue()
        #expect(lists() == before + 1)
        counter.later(.hours(1.5))
        try await counter.payments.reconcileDue()
        #expect(lists() == before + 2)
        #expect(try await counter.openKinds() == [])
    }

    @Test("When it is due on many nodes at the same moment, one compares, and what it finds counts once")
    func onManyNodes() async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: "stripe")
        // Paid, and nobody told us of it: the comparison finds it.
        let silent = try await counter.start(with: "stripe", for: BookingID(stored: "bkg_other"))
        counter.pay(silent)
        counter.later()
        func lists() -> Int { counter.stripe.plan.log.count { $0 == "GET /v1/balance_transactions" } }
        for day in 1...3 {
            try await withThrowingTaskGroup(of: Void.self) { nodes in
                for _ in 0..<4 { nodes.addTask { try await counter.payments.reconcileDue() } }
                try await nodes.waitForAll()
            }
            #expect(lists() == day, "day \(day)")
            counter.later(.hours(24))
        }
        #expect(try await counter.status(silent.id) == .captured)
        #expect(try await counter.account("fees:stripe") == -450, "each fee once")
        #expect(try await counter.openKinds() == [])
        try await counter.expectRest("many nodes")
    }

    @Test("What is not answered is asked about every hour, from the first look on, and after two days every day")
    func everyHour() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        counter.pay(payment)
        counter.later()
        func lists() -> Int { counter.stripe.plan.log.count { $0 == "GET /v1/balance_transactions" } }
        // Its list is there, the session can't be read.
        counter.stripe.plan.decide { _, _, path in path.hasPrefix("/v1/checkout/sessions/") ? .trouble : nil }
        try await counter.payments.reconcileDue()
        for hour in 1...48 {
            counter.later(.minutes(50))
            try await counter.payments.reconcileDue()
            #expect(lists() == hour, "\(hour)")
            counter.later(.minutes(10))
            try await counter.payments.reconcileDue()
            #expect(lists() == hour + 1, "\(hour)")
        }
        counter.later(.hours(23))
        try await counter.payments.reconcileDue()
        #expect(lists() == 49)
        counter.stripe.plan.decide { _, _, _ in nil }
        counter.later(.hours(1))
        try await counter.payments.reconcileDue()
        #expect(lists() == 50)
        #expect(try await counter.status(payment.id) == .captured)
        #expect(try await counter.openKinds() == [])
        // All is answered: who is not answered from now on is asked every hour again.
        let next = try await counter.start(with: "stripe", for: BookingID(stored: "bkg_other"))
        counter.pay(next)
        counter.stripe.plan.decide { _, _, path in path.hasPrefix("/v1/checkout/sessions/") ? .trouble : nil }
        counter.later(.hours(24))
        try await counter.payments.reconcileDue()
        counter.later(.hours(1))
        try await counter.payments.reconcileDue()
        #expect(lists() == 52)
    }

    @Test("A question that was not answered is asked about again in an hour, though no list shows it")
    func everyHourQuestion() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        let question = counter.stripe.dispute(payment.id, status: "warning_needs_response")
        try await counter.payments.receive(
            counter.stripeEvent("evt_1", "charge.dispute.created", ["id": .text(question), "object": "dispute"]),
            from: "stripe")
        try await counter.payments.workOnEvents()
        counter.stripe.decide(question, "warning_closed")
        counter.stripe.plan.decide { _, _, path in path.hasPrefix("/v1/disputes/") ? .trouble : nil }
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.disputeOpened])
        counter.stripe.plan.decide { _, _, _ in nil }
        counter.later(.hours(1))
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [])
    }

    @Test("Money nobody told us of is found and counts", arguments: ["stripe", "paypal"])
    func lost(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: provider)
        counter.pay(payment)
        if provider == "paypal" {
            // Captured, and the answer was lost.
            counter.paypal.plan.decide { _, _, path in path.hasSuffix("/capture") ? .resetAfter : nil }
            try await counter.payments.settle(payment.id)
            counter.paypal.plan.decide { _, _, _ in nil }
            let capture = try #require(counter.paypal.books.orders.first?.captures.first)
            let told = FakePayPal.Told(
                at: counter.clock.now, type: "PAYMENT.CAPTURE.COMPLETED",
                resource: [
                    "id": .text(capture.id), "custom_id": .text(payment.id.text),
                    "amount": ["currency_code": "EUR", "value": .text(capture.value)],
                ])
            counter.paypal.change { $0.events.append(told) }
        }
        counter.later()
        let found = try await counter.payments.providerDifferences()
        #expect(found.count == 1 && found[0].contains("that no payment here knows"), "\(found)")
        try await counter.payments.reconcileDue()
        #expect(try await counter.status(payment.id) == .captured)
        #expect(try await counter.kindsTold() == [PayablePaid.kind])
        #expect(try await counter.openKinds() == [])
        #expect(try await counter.payments.providerDifferences() == [])
    }

    @Test("Money of nobody here is a case; resolved it is not found again")
    func stranger() async throws {
        let counter = try await Counter()
        counter.stripe.strangerPays(700)
        counter.later()
        #expect(try await counter.payments.providerDifferences().count == 1)
        try await counter.payments.reconcileDue()
        let found = try #require(try await counter.openCases().first)
        #expect(found.kind == .unknownCharge && found.amount == Till.euros(700) && found.paymentId == nil)
        _ = try await counter.payments.resolve(
            found.id, note: "Sold a painting.", tryAgain: false, by: ReconcileTests.caller, once: nil)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [])
        #expect(try await counter.payments.providerDifferences() == [])
    }

    @Test("More movements than a page holds are all seen", arguments: [1, 230])
    func pages(_ count: Int) async throws {
        let counter = try await Counter()
        for number in 1...count { counter.stripe.strangerPays(Int64(number) + 100) }
        counter.later()
        #expect(try await counter.payments.providerDifferences().count == count)
    }

    @Test("PayPal's list of events is asked about in halves where a page is full")
    func halves() async throws {
        let counter = try await Counter()
        for number in 1...700 {
            counter.clock.advance(.seconds(20))
            let told = FakePayPal.Told(
                at: counter.clock.now, type: "PAYMENT.CAPTURE.COMPLETED",
                resource: ["id": .text("CAP\(number)"), "amount": ["currency_code": "EUR", "value": "7.00"]])
            counter.paypal.change { $0.events.append(told) }
        }
        counter.later()
        #expect(try await counter.payments.providerDifferences().count == 700)
        #expect(counter.paypal.plan.breaches == [])
    }

    /// Something that is not as it should be at the provider, and the case it becomes.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: MoneyCase.Kind
        let amount: Int64
        let plant: @Sendable (inout FakeStripe.Books) -> Void
    }

    /// Changes the sum of what moved the balance, in the movement and in its source.
    private static func changed(_ type: String, _ member: String, to units: Int64)
        -> @Sendable (inout FakeStripe.Books)
        -> Void
    {
        { books in
            for index in books.moves.indices where books.moves[index]["type"]?.text == type {
                if member == "fee" {
                    books.moves[index]["fee"] = .integer(units)
                } else {
                    var source = books.moves[index]["source"] ?? [:]
                    source[member] = .integer(units)
                    books.moves[index]["source"] = source
                }
            }
        }
    }

    private static func gone(_ type: String) -> @Sendable (inout FakeStripe.Books) -> Void {
        { $0.moves.removeAll { $0["type"]?.text == type } }
    }

    static let faults = [
        Fault(
            testDescription: "another sum taken", kind: .chargeDiffers, amount: 10_001,
            plant: changed("charge", "amount_captured", to: 10_001)),
        Fault(testDescription: "a charge gone", kind: .missingCharge, amount: 10_000, plant: gone("charge")),
        Fault(
            testDescription: "another sum given back", kind: .refundDiffers, amount: 3_999,
            plant: changed("refund", "amount", to: 3_999)),
        Fault(testDescription: "a refund gone", kind: .missingRefund, amount: 4_000, plant: gone("refund")),
        Fault(testDescription: "another fee", kind: .feeDiffers, amount: 226, plant: changed("charge", "fee", to: 226)),
    ]

    @Test("Every difference to the minor unit is a case, once", arguments: faults)
    func differs(_ fault: Fault) async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: "stripe")
        try await counter.payments.apply(Till.refund(4_000, version: 1))
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [])
        counter.stripe.change(fault.plant)
        #expect(try await counter.payments.providerDifferences().count == 1)
        for _ in 0..<2 {
            counter.later(.hours(25))
            try await counter.payments.reconcileDue()
        }
        let found = try await counter.openCases()
        #expect(found.map(\.kind) == [fault.kind])
        #expect(found.first?.amount == Till.euros(fault.amount))
        #expect(found.first?.detail.isEmpty == false)
    }

    @Test("A refund made by hand at the provider comes into the books", arguments: ["stripe", "paypal"])
    func byHand(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: provider)
        if provider == "stripe" {
            _ = counter.stripe.refundByHand(payment.id, 2_500)
        } else {
            counter.paypal.change { books in
                let capture = books.orders[0].captures[0].id
                books.orders[0].refunds.append(
                    FakePayPal.Refund(
                        id: "BYHAND", capture: capture, status: "COMPLETED", value: "25.00", currency: "EUR"))
            }
        }
        counter.later()
        for _ in 0..<2 {
            try await counter.payments.reconcileDue()
            counter.later(.hours(25))
        }
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(2_500))
        #expect(try await counter.openKinds() == [.unknownRefund])
        #expect(try await counter.payments.providerDifferences() == [])
        try await counter.expectRest("by hand")
    }

    @Test("A refund by hand of a payment of long ago is found in PayPal's events")
    func byHandLate() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        counter.later()
        try await counter.payments.reconcileDue()
        counter.later(.hours(60 * 24))
        counter.paypal.refundByHand(payment.id, 2_500)
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(2_500))
        #expect(try await counter.openKinds() == [.unknownRefund])
    }

    @Test("A refund that came back unnoticed is out of the books, and a case")
    func cameBack() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        try await counter.payments.apply(Till.refund(nil, version: 1))
        counter.stripe.failRefund(try #require(counter.stripe.books.refunds.first?.id))
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.status(payment.id) == .captured)
        #expect(try await counter.openKinds() == [.refundFailed])
        #expect(try await counter.payments.providerDifferences() == [])
    }

    @Test("A refund that PayPal's list has as failed alone is one difference")
    func failedAlone() async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: "paypal")
        try await counter.payments.apply(Till.refund(nil, version: 1))
        counter.paypal.failRefund(try #require(counter.paypal.books.orders.first?.refunds.first?.id))
        counter.later()
        let found = try await counter.payments.providerDifferences()
        #expect(found.count == 1 && found[0].contains("came back at paypal"), "\(found)")
    }

    @Test("A refund that the books gave up and the provider made after all is a case")
    func madeAfterAll() async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: "stripe")
        try await counter.payments.apply(Till.refund(nil, version: 1))
        let made = try #require(counter.stripe.books.refunds.first?.id)
        counter.stripe.change { $0.refunds[0].status = "failed" }
        try await counter.payments.receive(
            counter.stripeEvent(
                "evt_1", "refund.failed",
                ["id": .text(made), "object": "refund", "metadata": counter.stripe.books.refunds[0].metadata]),
            from: "stripe")
        try await counter.payments.workOnEvents()
        #expect(try await counter.openKinds() == [.refundFailed])
        counter.stripe.change { $0.refunds[0].status = "succeeded" }
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(Set(try await counter.openKinds()) == [.refundFailed, .refundDiffers])
    }

    @Test("What could not be asked about is a case until it can: then it is entered, and the case resolves itself")
    func healed() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        counter.pay(payment)
        counter.later()
        // Its list is there, the session can't be read.
        counter.stripe.plan.decide { _, _, path in path.hasPrefix("/v1/checkout/sessions/") ? .trouble : nil }
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.unknownCharge])
        counter.stripe.plan.decide { _, _, _ in nil }
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.status(payment.id) == .captured)
        #expect(try await counter.openKinds() == [])
        #expect(
            try await counter.payments.cases(isOpen: false, cursor: nil, limit: 9).items.map(\.resolution?.by) == [
                "system"
            ])
    }

    @Test("A difference that went by itself and comes back is a case again; one that a person resolved is not")
    func comesBack() async throws {
        let counter = try await Counter()
        _ = try await counter.paid(with: "stripe")
        func take(_ units: Int64) {
            counter.stripe.change(ReconcileTests.changed("charge", "amount_captured", to: units))
        }
        take(10_001)
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.chargeDiffers])
        take(10_000)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [])
        #expect(try await counter.payments.providerDifferences() == [])
        take(10_002)
        #expect(try await counter.payments.providerDifferences().count == 1)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        let found = try #require(try await counter.openCases().first)
        #expect(found.kind == .chargeDiffers && found.amount == Till.euros(10_002))
        #expect(found.detail.contains("100.02"), "\(found.detail)")
        #expect(try await counter.payments.providerDifferences().count == 1)
        _ = try await counter.payments.resolve(
            found.id, note: "Stripe was asked.", tryAgain: false, by: ReconcileTests.caller, once: nil)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [])
        #expect(try await counter.payments.providerDifferences() == [])
    }

    @Test("A refund by hand that does not fit beside one of ours is entered once that has failed", arguments: [1, 240])
    func byHandInTheWay(_ hours: Double) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        // Nobody could ask for ours; meanwhile somebody gave the same money back by hand.
        counter.stripe.plan.decide { _, method, path in method == "POST" && path == "/v1/refunds" ? .resetBefore : nil }
        try await counter.payments.apply(Till.refund(nil, version: 1))
        _ = counter.stripe.refundByHand(payment.id, 10_000)
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(0))
        // Ours may wait for longer than a look goes back.
        counter.later(.hours(hours))
        try await counter.payments.reconcileDue()
        counter.stripe.plan.decide { _, _, _ in nil }
        try await counter.comeToRest()
        #expect(try await counter.payments.payment(payment.id)?.refunded == Till.euros(10_000))
        #expect(Set(try await counter.openKinds()) == [.unknownRefund, .refundFailed])
        try await counter.expectRest("in the way")
    }

    @Test("A refund by hand that we hear of days later is not missed in the list of these days")
    func byHandHeardLate() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        counter.later()
        try await counter.payments.reconcileDue()
        let refund = counter.stripe.refundByHand(payment.id, 2_500)
        let intent = try #require(counter.stripe.books.refunds.first?.intent)
        counter.later(.hours(8 * 24))
        let told: JSON = [
            "id": .text(refund), "object": "refund", "amount": 2500, "currency": "eur", "payment_intent": .text(intent),
        ]
        // The list can't be read before the event is heard, and begins later afterwards.
        try await counter.payments.receive(counter.stripeEvent("evt_1", "refund.created", told), from: "stripe")
        try await counter.payments.workOnEvents()
        try await counter.store.write { tx in
            try tx.execute("UPDATE provider_check SET checked_until = \(counter.clock.now - .hours(24))")
        }
        counter.later(.hours(1))
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.unknownRefund])
    }
}

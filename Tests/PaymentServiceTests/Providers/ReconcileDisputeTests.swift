import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Disputes in the books against the providers' own lists", .onEachEngine)
struct ReconcileDisputeTests {
    @Test("A dispute nobody told us of is entered, and its end too", arguments: ["won", "lost"])
    func dispute(_ end: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "stripe")
        let reference = counter.stripe.dispute(payment.id)
        counter.later()
        let found = try await counter.payments.providerDifferences()
        #expect(found.count == 1 && found[0].contains(reference), "\(found)")
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:stripe") == -10_000)
        #expect(try await counter.openKinds() == [.disputeOpened])
        counter.stripe.decide(reference, end)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:stripe") == (end == "won" ? 0 : -10_000))
        #expect(try await counter.openKinds() == (end == "won" ? [] : [.disputeLost]))
        #expect(try await counter.payments.providerDifferences() == [])
        let booked = end == "won" ? 10_001 : 9_999
        try await counter.store.write { try $0.execute("UPDATE dispute SET amount = \(booked)") }
        #expect(try await counter.payments.providerDifferences().count == (end == "won" ? 2 : 1))
    }

    @Test("A question that became a dispute unheard is found by the audit", arguments: ["stripe", "paypal"])
    func escalatedUnheard(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: provider)
        var reference = ""
        if provider == "stripe" {
            reference = counter.stripe.dispute(payment.id, status: "warning_needs_response")
            try await counter.payments.receive(
                counter.stripeEvent(
                    "evt_1", "charge.dispute.created", ["id": .text(reference), "object": "dispute"]), from: "stripe")
            try await counter.payments.workOnEvents()
            counter.stripe.decide(reference, "needs_response")
        } else {
            reference = try #require(counter.paypal.dispute(payment.id, stage: "INQUIRY"))
            counter.later()
            try await counter.payments.reconcileDue()
            counter.paypal.decide(reference, nil)
        }
        #expect(try await counter.openKinds() == [.disputeOpened])
        #expect(try await counter.payments.providerDifferences() == [], "it may still be on its way to us")
        counter.later()
        let found = try await counter.payments.providerDifferences()
        #expect(found.count == 1 && found[0].contains("a question that took nothing"), "\(found)")
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.payments.providerDifferences() == [])
        #expect(try await counter.account("chargebacks:\(provider)") == -10_000)
    }

    @Test("A dispute that the books won and the provider never gave back is a case", arguments: ["stripe", "paypal"])
    func wonInTheBooksOnly(_ provider: String) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: provider)
        let reference =
            provider == "stripe"
            ? counter.stripe.dispute(payment.id) : try #require(counter.paypal.dispute(payment.id))
        counter.later()
        try await counter.payments.reconcileDue()
        if provider == "stripe" {
            counter.stripe.decide(reference, "won")
            try await counter.payments.receive(
                counter.stripeEvent(
                    "evt_1", "charge.dispute.closed", ["id": .text(reference), "object": "dispute"]), from: "stripe")
        } else {
            counter.paypal.decide(reference, "RESOLVED_SELLER_FAVOUR")
            let told = try #require(counter.paypal.books.events.last)
            try await counter.payments.receive(
                counter.paypalEvent("WH-1", told.type, "dispute", told.resource), from: "paypal")
        }
        try await counter.payments.workOnEvents()
        #expect(try await counter.account("chargebacks:\(provider)") == 0)
        #expect(try await counter.payments.providerDifferences() == [], "what gave it back is too young for the list")
        counter.later()
        #expect(try await counter.payments.providerDifferences() == [])
        counter.stripe.change { $0.moves.removeAll { $0["reporting_category"]?.text == "dispute_reversal" } }
        counter.paypal.change { $0.events.removeAll { $0.type == "CUSTOMER.DISPUTE.RESOLVED" } }
        let found = try await counter.payments.providerDifferences()
        #expect(found.count == 1 && found[0].contains("never gave it back"), "\(found)")
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.disputeDiffers])
    }

    /// How a dispute at PayPal ends, and what of 100.00 is gone then.
    static let ends: [(outcome: String, refunded: String?, gone: Int64)] = [
        ("RESOLVED_SELLER_FAVOUR", nil, 0), ("CANCELED_BY_BUYER", nil, 0), ("RESOLVED_BUYER_FAVOUR", nil, 10_000),
        ("ACCEPTED", "40.00", 4_000), ("DENIED", nil, 0),
    ]

    @Test("A dispute at PayPal whose events were lost is found in its list of events, and its end too", arguments: ends)
    func paypalDispute(_ end: (outcome: String, refunded: String?, gone: Int64)) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        // Long after the payment itself was compared.
        counter.later(.hours(20 * 24))
        try await counter.payments.reconcileDue()
        counter.later(.hours(20 * 24))
        let reference = try #require(counter.paypal.dispute(payment.id))
        counter.later()
        let found = try await counter.payments.providerDifferences()
        #expect(found.count == 1 && found[0].contains(reference), "\(found)")
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:paypal") == -10_000)
        #expect(try await counter.openKinds() == [.disputeOpened], "what the bank took is no refund besides")
        counter.paypal.decide(reference, end.outcome, refunding: end.refunded)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:paypal") == -end.gone)
        #expect(try await counter.openKinds() == (end.gone == 0 ? [] : [.disputeLost]))
        #expect(try await counter.payments.providerDifferences() == [])
        try await counter.expectRest("found")
    }

    /// What of a dispute at PayPal is no decision yet: an end that we don't know, or one that does not say how.
    static let noEnds: [String?] = ["RESOLVED_BY_LOT", "", nil]

    @Test("A dispute at PayPal whose end is not understood stays open until PayPal says one that is", arguments: noEnds)
    func paypalNoEnd(_ outcome: String?) async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        let reference = try #require(counter.paypal.dispute(payment.id))
        var resolved = try #require(counter.paypal.books.disputes.first)
        resolved.outcome = outcome
        var told = FakePayPal.shape(resolved)
        told["status"] = "RESOLVED"
        let event = FakePayPal.Told(at: counter.clock.now, type: "CUSTOMER.DISPUTE.UPDATED", resource: told)
        counter.paypal.change { $0.events.append(event) }
        try await counter.payments.receive(
            counter.paypalEvent("WH-1", event.type, "dispute", told), from: "paypal")
        try await counter.payments.workOnEvents()
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:paypal") == -10_000)
        #expect(try await counter.openKinds() == [.disputeOpened])
        counter.paypal.decide(reference, "RESOLVED_BUYER_FAVOUR")
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:paypal") == -10_000)
        #expect(try await counter.openKinds() == [.disputeLost])
        try await counter.expectRest("lost in the end")
    }

    @Test("What a dispute took is no refund besides, though PayPal tells of it as of the capture itself")
    func reversedCapture() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        counter.later()
        try await counter.payments.reconcileDue()
        counter.later(.hours(40 * 24))
        _ = try #require(counter.paypal.dispute(payment.id))
        counter.paypal.change { books in
            let capture = books.orders[0].captures[0]
            for index in books.events.indices where books.events[index].type == "PAYMENT.CAPTURE.REVERSED" {
                books.events[index].resource = [
                    "id": .text(capture.id), "status": "REVERSED",
                    "amount": ["currency_code": "EUR", "value": .text(capture.value)],
                ]
            }
        }
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.disputeOpened])
        #expect(try await counter.account("chargebacks:paypal") == -10_000)
        #expect(try await counter.payments.providerDifferences() == [])
    }

    @Test("A reversal beside a question that took nothing is money gone: a case")
    func reversalBesideInquiry() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        _ = try #require(counter.paypal.dispute(payment.id))
        counter.paypal.change { books in
            let stage: (inout FakePayPal.Told) -> Void = { $0.resource["dispute_life_cycle_stage"] = "INQUIRY" }
            for index in books.events.indices where books.events[index].type == "CUSTOMER.DISPUTE.CREATED" {
                stage(&books.events[index])
            }
        }
        counter.later()
        try await counter.payments.reconcileDue()
        #expect(Set(try await counter.openKinds()) == [.disputeOpened, .unknownRefund])
    }

    @Test("An event of PayPal's list that can't be read is a case, and takes no other with it")
    func oddEvents() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        let reference = try #require(counter.paypal.dispute(payment.id))
        var nameless = FakePayPal.shape(try #require(counter.paypal.books.disputes.first))
        nameless["dispute_id"] = "PP-D-NAMELESS"
        nameless["disputed_transactions"] = []
        let odd: [(type: String, resource: JSON)] = [
            ("CUSTOMER.DISPUTE.CREATED", ["dispute_id": 7]), ("CUSTOMER.DISPUTE.UPDATED", nameless),
            ("PAYMENT.CAPTURE.REFUNDED", ["id": "R1", "amount": "25.00"]), ("PAYMENT.CAPTURE.REFUNDED", ["id": "R2"]),
        ]
        let now = counter.clock.now
        counter.paypal.change { books in
            books.events += odd.map { FakePayPal.Told(at: now, type: $0.type, resource: $0.resource) }
        }
        counter.later()
        try await counter.payments.reconcileDue()
        let found = try await counter.openCases()
        #expect(
            Set(found.map { "\($0.kind) \($0.subject)" }) == [
                "disputeOpened paypal \(reference)", "badAnswer paypal event WH-2", "badAnswer paypal event WH-3",
                "badAnswer paypal event WH-4", "badAnswer paypal PAYMENT.CAPTURE.REFUNDED R2",
            ])
        #expect(found.contains { $0.detail.contains("names no seller_transaction_id") })
        #expect(try await counter.account("chargebacks:paypal") == -10_000)
    }

    @Test("A question at PayPal is a case without loss, until it becomes a dispute")
    func paypalInquiry() async throws {
        let counter = try await Counter()
        let payment = try await counter.paid(with: "paypal")
        let reference = try #require(counter.paypal.dispute(payment.id, stage: "INQUIRY"))
        counter.later()
        #expect(try await counter.payments.providerDifferences().count == 1)
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [.disputeOpened])
        #expect(try await counter.account("chargebacks:paypal") == 0)
        counter.paypal.decide(reference, nil)
        counter.later(.hours(25))
        try await counter.payments.reconcileDue()
        #expect(try await counter.account("chargebacks:paypal") == -10_000)
        try await counter.expectRest("a dispute by now")
    }

    @Test("Disputes of strangers at an account that we share are nothing of ours")
    func strangersDispute() async throws {
        let counter = try await Counter()
        let dispute = FakePayPal.Dispute(
            id: "PP-D-1", capture: "THEIRS", value: "7.00", currency: "EUR", stage: "CHARGEBACK")
        let now = counter.clock.now
        counter.paypal.change {
            $0.events.append(.init(at: now, type: "CUSTOMER.DISPUTE.CREATED", resource: FakePayPal.shape(dispute)))
        }
        counter.later()
        #expect(try await counter.payments.providerDifferences() == [])
        try await counter.payments.reconcileDue()
        #expect(try await counter.openKinds() == [])
    }
}

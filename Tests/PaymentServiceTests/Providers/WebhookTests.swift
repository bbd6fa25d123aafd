import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Webhooks of payment providers", .onEachEngine)
struct WebhookTests {
    @Test("A signed event is stored, then asked about: what Stripe says when asked counts, and doubled is once")
    func genuine() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        counter.stripe.pay(payment.id)
        for _ in 0..<3 {
            try await counter.payments.receive(counter.sessionEvent("evt_1", of: payment.id), from: "stripe")
        }
        #expect(try await counter.status(payment.id) == .pending, "nothing is asked before the answer")
        #expect(try await counter.storedEvents() == 1)
        try await counter.payments.workOnEvents()
        #expect(try await counter.status(payment.id) == .captured)
        #expect(try await counter.kindsTold() == [PayablePaid.kind])
        let tallies = counter.payments.webhookTallies.map { "\($0.outcome) \($0.count)" }
        #expect(tallies == ["repeated 2", "stored 1"])
        try await counter.expectRest("told")
    }

    @Test("An event that lies changes nothing: the provider is asked")
    func liar() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        try await counter.payments.receive(counter.sessionEvent("evt_1", of: payment.id), from: "stripe")
        try await counter.payments.workOnEvents()
        #expect(try await counter.status(payment.id) == .pending)
    }

    @Test("Forged, stale, unsigned, altered and of the other mode: refused, counted, and nothing is stored")
    func refused() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        let good = counter.sessionEvent("evt_1", of: payment.id)
        let deliveries = [
            counter.stripeEvent("evt_2", "x", ["id": "1", "object": "x"], secret: "whsec_other"),
            counter.stripeEvent("evt_3", "x", ["id": "1", "object": "x"], at: counter.clock.now - .seconds(301)),
            counter.stripeEvent("evt_4", "x", ["id": "1", "object": "x"], at: counter.clock.now + .seconds(302)),
            counter.sessionEvent("evt_5", of: payment.id, live: true),
            WebhookDelivery(body: good.body) { _ in nil },
            WebhookDelivery(body: good.body + [32], header: good.header),
            WebhookDelivery(body: good.body) { _ in "t=abc,v1=00" },
            WebhookDelivery(body: good.body) { _ in "v1=" + String(repeating: "0", count: 64) },
        ]
        for delivery in deliveries {
            await expect(.malformedRequest) { try await counter.payments.receive(delivery, from: "stripe") }
        }
        #expect(try await counter.storedEvents() == 0)
        let tallies = counter.payments.webhookTallies.map { "\($0.outcome) \($0.count)" }
        #expect(tallies == ["forged 5", "otherMode 1", "stale 2"])
        try await counter.payments.receive(good, from: "stripe")
    }

    @Test("While a secret is rolled both are good, and every v1 is looked at")
    func rolled() async throws {
        let counter = try await Counter(secrets: ["whsec_new", "whsec_old"])
        let wrong = "v1=" + String(repeating: "a", count: 64) + ","
        for (number, secret) in ["whsec_new", "whsec_old"].enumerated() {
            let delivery = counter.stripeEvent(
                "evt_\(number)", "customer.created", ["id": "cus_1", "object": "customer"], secret: secret, more: wrong)
            try await counter.payments.receive(delivery, from: "stripe")
        }
        try await counter.payments.workOnEvents()
        #expect(try await counter.storedEvents() == 2, "an unknown type is taken and ignored")
        let waiting = try await counter.store.read {
            try $0.exists("SELECT 1 FROM provider_event WHERE due_at IS NOT NULL")
        }
        #expect(!waiting)
    }

    @Test("Nobody is asked about what is not here, and a provider without its webhook has no address")
    func unknown() async throws {
        let counter = try await Counter(secrets: [])
        await expect(.notFound) {
            try await counter.payments.receive(
                counter.sessionEvent("evt_1", of: PaymentID(stored: "pay_x")), from: "stripe")
        }
        await expect(.notFound) {
            try await counter.payments.receive(
                counter.sessionEvent("evt_1", of: PaymentID(stored: "pay_x")), from: "test")
        }
        let other = try await Counter()
        try await other.payments.receive(other.sessionEvent("evt_1", of: PaymentID(stored: "pay_x")), from: "stripe")
        try await other.payments.workOnEvents()
        #expect(other.stripe.plan.made == 0)
    }

    @Test("PayPal says whether it is PayPal's, over the raw bytes; an approval is captured from it")
    func paypal() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "paypal")
        counter.paypal.approve(payment.id)
        let order: JSON = ["id": "ORDER1", "purchase_units": [["custom_id": .text(payment.id.text)]]]
        let forged = counter.paypalEvent("WH-0", "CHECKOUT.ORDER.APPROVED", "checkout-order", order, isGenuine: false)
        await expect(.malformedRequest) { try await counter.payments.receive(forged, from: "paypal") }
        let bare = counter.paypalEvent(
            "WH-0", "CHECKOUT.ORDER.APPROVED", "checkout-order", order, headers: ["cert-url"])
        await expect(.malformedRequest) { try await counter.payments.receive(bare, from: "paypal") }
        let genuine = counter.paypalEvent("WH-1", "CHECKOUT.ORDER.APPROVED", "checkout-order", order)
        counter.paypal.plan.decide { _, _, path in path.hasSuffix("verify-webhook-signature") ? .resetBefore : nil }
        await expect(.providerUnavailable) { try await counter.payments.receive(genuine, from: "paypal") }
        #expect(try await counter.storedEvents() == 0)
        counter.paypal.plan.decide { _, _, _ in nil }
        counter.clock.advance(.minutes(5))
        try await counter.payments.receive(genuine, from: "paypal")
        try await counter.payments.workOnEvents()
        #expect(try await counter.status(payment.id) == .captured)
        try await counter.expectRest("captured from the webhook")
    }
}

import Core
import Outside
import Storage
import Synchronization
import TestSupport
import Testing

@testable import PaymentService

@Suite("Webhooks of payment providers", .onEachEngine)
struct WebhookTests {
    @Test("However many webhooks strangers forge, and though PayPal limits their verifying, orders wait for none")
    func flood() async throws {
        let counter = try await Counter()
        // Time stands still: whoever had to wait for a place is seen by its wait.
        let waits = Mutex<[Duration]>([])
        let world = World(
            now: counter.clock.world.now, random: counter.clock.world.random,
            sleep: { wait in waits.withLock { $0.append(wait) } })
        let provider = PayPalProvider(
            PayPalSettings(
                clientId: Secret("client"), clientSecret: Secret("secret"), webhookId: FakePayPal.webhookId,
                base: try #require(APIBase(FakePayPal.base))),
            database: counter.store, world: world, baseURL: "https://stay.example.com",
            outside: counter.paypal.outside)
        func forged(_ number: Int) async -> WebhookVerdict {
            await provider.verify(
                counter.paypalEvent(
                    "WH-\(number)", "PAYMENT.CAPTURE.COMPLETED", "capture", ["id": "C"], isGenuine: false))
        }
        var unverified = 0
        for number in 0..<300 { if case .unverified = await forged(number) { unverified += 1 } }
        // Five seconds' worth are asked about; the rest is told at once to come again.
        #expect((250..<300).contains(unverified))
        #expect(waits.withLock { $0.allSatisfy { $0 <= .seconds(5) } })

        waits.withLock { $0 = [] }
        let request = SessionRequest(
            paymentId: PaymentID(stored: "pay_1"), bookingId: Till.booking, amount: Till.euros(100), description: "Stay"
        )
        guard case .opened = await provider.open(request, key: "open") else {
            Issue.record("no order was made")
            return
        }
        #expect(waits.withLock { $0.isEmpty }, "an order waits for none of them")

        // PayPal asks to be left alone with webhooks: that goes for webhooks.
        counter.clock.advance(.seconds(60))
        counter.paypal.plan.decide { _, _, path in path.hasSuffix("verify-webhook-signature") ? .trouble : nil }
        for number in 0..<20 {
            guard case .unverified = await forged(number) else {
                Issue.record("it was verified")
                return
            }
        }
        #expect(provider.restsUntil == nil)
        #expect(await provider.probe())
    }

    @Test("A guest who comes back again and again has the provider asked every few seconds, at whichever node")
    func returns() async throws {
        let counter = try await Counter()
        let payment = try await counter.start(with: "stripe")
        func asked() -> Int { counter.stripe.plan.log.count { $0.hasPrefix("GET /v1/checkout/sessions/") } }
        let before = asked()
        for _ in 0..<50 { try await counter.payments.comeBack(payment.id) }
        #expect(asked() == before + 1)
        counter.stripe.pay(payment.id)
        try await counter.payments.comeBack(payment.id)
        #expect(try await counter.status(payment.id) == .pending)
        counter.clock.advance(.seconds(3))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try? await counter.payments.comeBack(payment.id) } }
        }
        #expect(try await counter.status(payment.id) == .captured)
        #expect(asked() == before + 2)
        let unknown = await #expect(throws: Problem.self) {
            try await counter.payments.comeBack(PaymentID(stored: "pay_nobody"))
        }
        #expect(unknown?.code == .notFound)
    }

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

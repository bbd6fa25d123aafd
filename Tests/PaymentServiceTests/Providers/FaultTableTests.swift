import Core
import PaymentService
import Storage
import TestSupport
import Testing

/// A step that asks a provider something, with the calls it makes.
struct ProviderStep: Sendable, CustomTestStringConvertible {
    let name: String
    let provider: String
    let method: String
    /// What the address of the call begins and ends with.
    let path: (begins: String, ends: String)
    /// Walks up to the step and through it.
    let walk: @Sendable (Counter) async throws -> Void
    let state: PaymentStatus

    var testDescription: String { "\(provider) \(name)" }

    func matches(_ method: String, _ path: String) -> Bool {
        method == self.method && path.hasPrefix(self.path.begins) && path.hasSuffix(self.path.ends)
    }

    static let all = stripe + paypal

    private static func pay(_ provider: String) -> @Sendable (Counter) async throws -> Void {
        { counter in
            let payment = try await counter.stubborn { try await counter.start(with: provider) }
            counter.pay(payment)
            try await counter.payments.settle(payment.id)
        }
    }

    private static func close(_ provider: String) -> @Sendable (Counter) async throws -> Void {
        { counter in
            _ = try await counter.stubborn { try await counter.start(with: provider) }
            try await counter.payments.apply(Till.closing())
        }
    }

    private static func refund(_ provider: String) -> @Sendable (Counter) async throws -> Void {
        { counter in
            try await pay(provider)(counter)
            try await counter.payments.apply(Till.refund(nil, version: 1))
        }
    }

    private static func slowRefund(_ provider: String) -> @Sendable (Counter) async throws -> Void {
        { counter in
            counter.stripe.change { $0.refundStatus = "pending" }
            counter.paypal.change { $0.refundStatus = "PENDING" }
            try await refund(provider)(counter)
            counter.clock.advance(.minutes(15))
            try await counter.payments.work()
            counter.finishRefunds()
        }
    }

    /// Paid, and later compared with the provider's lists.
    private static func compare(_ provider: String) -> @Sendable (Counter) async throws -> Void {
        { counter in
            try await pay(provider)(counter)
            counter.clock.advance(.minutes(15))
            try await counter.payments.reconcileDue()
        }
    }

    private static let stripe = [
        ProviderStep(
            name: "opens a session", provider: "stripe", method: "POST", path: ("/v1/checkout/sessions", "sessions"),
            walk: pay("stripe"), state: .captured),
        ProviderStep(
            name: "reads a session", provider: "stripe", method: "GET", path: ("/v1/checkout/sessions/", ""),
            walk: pay("stripe"), state: .captured),
        ProviderStep(
            name: "reads an intent", provider: "stripe", method: "GET", path: ("/v1/payment_intents/", ""),
            walk: { counter in
                counter.stripe.change { $0.expands = false }
                try await pay("stripe")(counter)
            }, state: .captured),
        ProviderStep(
            name: "expires a session", provider: "stripe", method: "POST", path: ("/v1/checkout/sessions/", "/expire"),
            walk: close("stripe"), state: .cancelled),
        ProviderStep(
            name: "refunds", provider: "stripe", method: "POST", path: ("/v1/refunds", ""), walk: refund("stripe"),
            state: .refunded),
        ProviderStep(
            name: "reads a refund", provider: "stripe", method: "GET", path: ("/v1/refunds/", ""),
            walk: slowRefund("stripe"), state: .refunded),
        ProviderStep(
            name: "reads a dispute", provider: "stripe", method: "GET", path: ("/v1/disputes/", ""),
            walk: { counter in
                try await pay("stripe")(counter)
                guard let payment = try await counter.payments.payments(of: Till.booking).last else { return }
                let reference = counter.stripe.dispute(payment.id)
                try await counter.payments.receive(
                    counter.stripeEvent(
                        "evt_1", "charge.dispute.created", ["id": .text(reference), "object": "dispute"]),
                    from: "stripe")
                try await counter.payments.workOnEvents()
            }, state: .captured),
        ProviderStep(
            name: "lists its balance", provider: "stripe", method: "GET", path: ("/v1/balance_transactions", ""),
            walk: compare("stripe"), state: .captured),
    ]

    private static let paypal = [
        ProviderStep(
            name: "asks for a token", provider: "paypal", method: "POST", path: ("/v1/oauth2/token", ""),
            walk: pay("paypal"), state: .captured),
        ProviderStep(
            name: "makes an order", provider: "paypal", method: "POST", path: ("/v2/checkout/orders", "orders"),
            walk: pay("paypal"), state: .captured),
        ProviderStep(
            name: "reads an order", provider: "paypal", method: "GET", path: ("/v2/checkout/orders/", ""),
            walk: pay("paypal"), state: .captured),
        ProviderStep(
            name: "captures an order", provider: "paypal", method: "POST", path: ("/v2/checkout/orders/", "/capture"),
            walk: pay("paypal"), state: .captured),
        ProviderStep(
            name: "closes an order", provider: "paypal", method: "GET", path: ("/v2/checkout/orders/", ""),
            walk: close("paypal"), state: .cancelled),
        ProviderStep(
            name: "refunds", provider: "paypal", method: "POST", path: ("/v2/payments/captures/", "/refund"),
            walk: refund("paypal"), state: .refunded),
        ProviderStep(
            name: "reads a refund", provider: "paypal", method: "GET", path: ("/v2/payments/refunds/", ""),
            walk: slowRefund("paypal"), state: .refunded),
        ProviderStep(
            name: "verifies a webhook", provider: "paypal", method: "POST",
            path: ("/v1/notifications/", "verify-webhook-signature"),
            walk: { counter in
                let payment = try await counter.stubborn { try await counter.start(with: "paypal") }
                counter.pay(payment)
                let event = counter.paypalEvent(
                    "WH-1", "CHECKOUT.ORDER.APPROVED", "checkout-order",
                    ["id": "ORDER1", "purchase_units": [["custom_id": .text(payment.id.text)]]])
                // Refused for now, it is sent again.
                try await counter.stubborn { try await counter.payments.receive(event, from: "paypal") }
                try await counter.payments.workOnEvents()
            }, state: .captured),
        ProviderStep(
            name: "lists its events", provider: "paypal", method: "GET",
            path: ("/v1/notifications/webhooks-events", ""), walk: compare("paypal"), state: .captured),
        ProviderStep(
            name: "finds a dispute", provider: "paypal", method: "GET",
            path: ("/v1/notifications/webhooks-events", ""),
            walk: { counter in
                try await pay("paypal")(counter)
                guard let payment = try await counter.payments.payments(of: Till.booking).last else { return }
                counter.paypal.dispute(payment.id)
                counter.clock.advance(.minutes(15))
                try await counter.payments.reconcileDue()
            }, state: .captured),
    ]
}

@Suite("Fault by step: whatever goes wrong between us and a provider", .onEachEngine)
struct FaultTableTests {
    @Test("It is made good, and nothing is taken or given twice", arguments: NetFault.allCases, ProviderStep.all)
    func cell(_ fault: NetFault, _ step: ProviderStep) async throws {
        // Once is healed by trying again at once; five times only by whoever comes later.
        for times in [1, 5] where !Engine.isSpared(times, oneIn: 5) {
            let counter = try await Counter()
            let hits = Hits()
            let decide: @Sendable (Int, String, String) -> NetFault? = { _, method, path in
                step.matches(method, path) && hits.next() <= times ? fault : nil
            }
            (step.provider == "stripe" ? counter.stripe.plan : counter.paypal.plan).decide(decide)
            do {
                try await step.walk(counter)
            } catch let problem as Problem {
                // What could not be done now was said, and goes on by itself.
                #expect(problem.code == .providerUnavailable, "\(problem)")
            }
            try await counter.comeToRest()
            // A payer who found no page has come back by now.
            if try await counter.payments.payments(of: Till.booking).last?.status != step.state {
                try await step.again(counter)
                try await counter.comeToRest()
            }
            #expect(hits.count >= 1, "the step was never reached")
            let seen = try await counter.payments.payments(of: Till.booking).map(\.status)
            #expect(seen.last == step.state, "\(fault) \(times) times: \(seen)")
            try await counter.expectRest("\(fault) \(times) times")
            if fault == .nonsense, step.name != "expires a session" {
                #expect(
                    try await counter.openCases().contains { $0.kind == .badAnswer }, "nobody was told of the nonsense")
            }
        }
    }

    @Test("Every step may be run twice", arguments: ProviderStep.all)
    func twice(_ step: ProviderStep) async throws {
        let counter = try await Counter()
        try await step.walk(counter)
        try await counter.comeToRest()
        let told = try await counter.kindsTold()
        for payment in try await counter.payments.payments(of: Till.booking) {
            try await counter.payments.settle(payment.id)
            try await counter.payments.settle(payment.id)
        }
        try await counter.comeToRest()
        #expect(try await counter.kindsTold() == told)
        try await counter.expectRest("twice")
    }

    @Test("Every transaction fails once, before and after it took effect", arguments: ProviderStep.all)
    func databases(_ step: ProviderStep) async throws {
        let calm = try await Counter()
        try await step.walk(calm)
        let steps = calm.faults.made
        for number in 0..<(steps + 3) where !Engine.isSpared(number, oneIn: 5) {
            for side in FaultSide.allCases {
                let counter = try await Counter()
                counter.faults.decide { $0 == number ? side : nil }
                try? await step.walk(counter)
                try await counter.comeToRest()
                if try await counter.payments.payments(of: Till.booking).last?.status != step.state {
                    try await step.again(counter)
                    try await counter.comeToRest()
                }
                let seen = try await counter.payments.payments(of: Till.booking).map(\.status)
                #expect(seen.last == step.state, "transaction \(number) fails \(side): \(seen)")
                try await counter.expectRest("transaction \(number) fails \(side)")
            }
        }
    }
}

extension ProviderStep {
    /// What those outside do who did not get where they wanted: the guest begins anew, Booking says it again.
    fileprivate func again(_ counter: Counter) async throws {
        let last = try await counter.payments.payments(of: Till.booking).last
        switch (state, last?.status) {
        case (.cancelled, _): try await counter.payments.apply(Till.closing(version: 2))
        case (.refunded, .captured?): try await counter.payments.apply(Till.refund(nil, version: 2))
        case (_, .pending?):
            if let last { counter.pay(last) }
            if let last { try await counter.payments.settle(last.id) }
            if state == .refunded { try await counter.payments.apply(Till.refund(nil, version: 2)) }
        default: try await walk(counter)
        }
    }
}

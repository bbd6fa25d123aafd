import Core
import Dispatch
import Outside
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("An outage of a provider, and its end", .onEachEngine)
struct OutageTests {
    @Test("500 payments left pending are final within 15 minutes of its end, within the rate limits")
    func fiveHundred() async throws {
        let counter = try await Counter()
        var payments: [Payment] = []
        for number in 1...500 {
            let payment = try await counter.start(
                with: number.isMultiple(of: 2) ? "stripe" : "paypal", for: BookingID(stored: "bkg_\(number)"))
            counter.pay(payment)
            payments.append(payment)
        }
        for plan in [counter.stripe.plan, counter.paypal.plan] { plan.decide { _, _, _ in .silence } }
        let outageEnd = counter.clock.now + .hours(1)
        while counter.clock.now < outageEnd {
            counter.clock.advance(.seconds(30))
            try await counter.payments.work()
        }
        for plan in [counter.stripe.plan, counter.paypal.plan] { plan.decide { _, _, _ in nil } }
        let end = counter.clock.now
        func captured() async throws -> Int { try await counter.payments.audit().captured.count }
        #expect(try await captured() == 0)
        while try await captured() < 500, counter.clock.now < end + .minutes(15) {
            counter.clock.advance(.seconds(1))
            await counter.payments.probeProviders()
            try await counter.payments.work()
        }
        #expect(try await captured() == 500)
        #expect(counter.clock.now.since(end) < .minutes(15))

        for (plan, limit) in [
            (counter.stripe.plan, StripeSettings.standardPerSecond),
            (counter.paypal.plan, PayPalSettings.standardPerSecond),
        ] {
            let moments = plan.moments.filter { $0 >= end }.sorted()
            // In any second, with what may come at once after a quiet time; less than Stripe takes in its sandbox.
            let busiest =
                moments.indices.map { first in
                    moments[first...].prefix { $0.since(moments[first]) < .seconds(1) }.count
                }.max() ?? 0
            #expect(busiest >= 1 && busiest <= limit * 5 / 4 + 1, "\(busiest) in one second")
            #expect(busiest <= 25)
        }
        try await counter.expectRest("after the outage")
    }

    @Test("Who waits for one provider holds up nobody at the other")
    func apart() async throws {
        let counter = try await Counter()
        let slow = try await counter.start(with: "stripe", for: BookingID(stored: "bkg_slow"))
        let quick = try await counter.start(with: "paypal", for: BookingID(stored: "bkg_quick"))
        for payment in [slow, quick] { counter.pay(payment) }
        counter.clock.advance(Till.poll)
        counter.stripe.plan.decide { _, _, _ in .silence }
        let asked = counter.stripe.plan.made
        try await counter.payments.work(with: "paypal")
        #expect(counter.stripe.plan.made == asked, "Stripe is not waited for")
        #expect(try await counter.status(quick.id) == .captured)
        #expect(try await counter.status(slow.id) == .pending)
    }

    @Test("While one is away that is known before anything is held, and the other one is offered")
    func known() async throws {
        let counter = try await Counter()
        #expect(counter.payments.refusal(of: Till.euros(10_000)) == nil)
        counter.stripe.plan.decide { _, _, _ in .refused }
        // Nobody pays meanwhile: it is found by asking something harmless.
        for _ in 0..<6 {
            await counter.payments.probeProviders()
            counter.clock.advance(.seconds(1))
        }
        let refusal = try #require(counter.payments.refusal(of: Till.euros(10_000), with: "stripe"))
        #expect(refusal.code == .providerUnavailable && refusal.detail.contains("Choose paypal instead"))
        #expect(counter.payments.refusal(of: Till.euros(10_000)) == nil, "the other one can")
        #expect(counter.payments.refusal(of: Till.euros(10_000), with: "paypal") == nil)
        counter.paypal.plan.decide { _, _, _ in .refused }
        for _ in 0..<8 {
            counter.clock.advance(Till.poll)
            await counter.payments.probeProviders()
        }
        #expect(counter.payments.refusal(of: Till.euros(10_000))?.code == .providerUnavailable)
        for plan in [counter.stripe.plan, counter.paypal.plan] { plan.decide { _, _, _ in nil } }
        for _ in 0..<4 {
            counter.clock.advance(Breaker.longestRest)
            await counter.payments.probeProviders()
        }
        for provider in ["stripe", "paypal"] {
            #expect(counter.payments.refusal(of: Till.euros(10_000), with: provider) == nil)
        }
    }

    @Test("A provider asked within a transaction would be seen by every test here")
    func withinTransaction() async throws {
        let counter = try await Counter()
        let outside = counter.stripe.outside
        let database = FlakyDatabase(inner: counter.store, faults: counter.faults)
        let url = FakeStripe.base + "/v1/events?limit=1"
        _ = try await outside.exchange(OutsideRequest(.get, url))
        #expect(counter.stripe.plan.breaches == [])
        // The one way there is: a body is synchronous, so it would have to wait for another task.
        try await database.write { _ in
            let done = DispatchSemaphore(value: 0)
            Task {
                _ = try? await outside.exchange(OutsideRequest(.get, url))
                done.signal()
            }
            done.wait()
        }
        #expect(counter.stripe.plan.breaches == ["/v1/events: asked within a transaction"])
    }
}

import Core
import Foundation
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Random runs against Stripe and PayPal", .onEachEngine)
struct ProviderRandomTests {
    static let lastSeed = ProcessInfo.processInfo.environment["ROOST_PROVE"] == nil ? 60 : 4000
    /// So many runs follow each other in one case: thousands at the same time would all be kept in memory.
    static let chunk = 20
    static let bookings = ["bkg_a", "bkg_b"].map { BookingID(stored: $0) }

    @Test(
        "Every captured sum counts or goes back, none twice, by the providers' own books",
        arguments: Array(stride(from: 1, through: lastSeed, by: chunk)))
    func runs(from first: Int) async throws {
        for seed in first..<(first + ProviderRandomTests.chunk) { try await run(seed: seed) }
    }

    private func run(seed: Int) async throws {
        guard !Engine.isSpared(seed, oneIn: 6) else { return }
        var dice = RandomRunTests.Dice(state: UInt64(seed))
        let counter = try await Counter(seed: UInt64(seed))
        let trouble = seed.isMultiple(of: 4) ? 0 : 12  // percent of the calls that go wrong
        let decide: @Sendable (Int, String, String) -> NetFault? = { call, _, path in
            var chance = RandomRunTests.Dice(state: UInt64(seed) &* 7_000_003 &+ UInt64(call))
            guard chance.next() % 100 < trouble else { return nil }
            return NetFault.allCases.randomElement(using: &chance)
        }
        counter.stripe.plan.decide(decide)
        counter.paypal.plan.decide(decide)
        counter.faults.decide { step in
            var chance = RandomRunTests.Dice(state: UInt64(seed) &* 1_000_003 &+ UInt64(step))
            guard chance.next() % 100 < trouble / 2 else { return nil }
            return chance.next() % 2 == 0 ? .before : .after
        }
        var undelivered: [Event] = []
        var versions: [BookingID: Int64] = [:]
        for _ in 0..<30 {
            let booking = ProviderRandomTests.bookings.randomElement(using: &dice) ?? Till.booking
            let known = (try? await counter.payments.payments(of: booking)) ?? []
            switch Int.random(in: 0..<25, using: &dice) {
            case 0..<6:
                _ = try? await counter.start(with: Bool.random(using: &dice) ? "stripe" : "paypal", for: booking)
            case 6..<11:
                guard let payment = known.randomElement(using: &dice) else { continue }
                counter.pay(payment)
                if Bool.random(using: &dice) { try? await counter.payments.settle(payment.id) }
            case 11: if let payment = known.randomElement(using: &dice) { counter.stripe.payLater(payment.id) }
            case 12:
                guard let payment = known.randomElement(using: &dice) else { continue }
                counter.stripe.finish(payment.id, well: Bool.random(using: &dice))
                counter.paypal.finish(payment.id, "COMPLETED")
            case 13: counter.paypal.change { $0.captureIssue = "INSTRUMENT_DECLINED" }
            case 14:
                versions[booking, default: 0] += 1
                undelivered.append(try Till.closing(version: versions[booking] ?? 1, about: booking))
            case 15..<17:
                versions[booking, default: 0] += 1
                let amount = Bool.random(using: &dice) ? nil : Int64.random(in: 1...12_000, using: &dice)
                undelivered.append(try Till.refund(amount, version: versions[booking] ?? 1, about: booking))
            case 17..<20: counter.clock.advance(.seconds(Int.random(in: 1...9000, using: &dice)))
            case 20..<23:
                // Told late, twice and in any order: few names, so that they repeat.
                guard let payment = known.randomElement(using: &dice) else { continue }
                let name = "\(payment.id)-\(Int.random(in: 1...3, using: &dice))"
                try? await counter.payments.receive(counter.sessionEvent(name, of: payment.id), from: "stripe")
                if Bool.random(using: &dice) { try? await counter.payments.workOnEvents() }
            default: try? await counter.payments.work()
            }
            while let event = undelivered.first, Int.random(in: 0..<3, using: &dice) > 0 {
                guard (try? await counter.payments.apply(event)) != nil else { break }
                undelivered.removeFirst()
            }
        }
        counter.faults.decide { _ in nil }
        for payment in ProviderRandomTests.bookings {
            for known in try await counter.payments.payments(of: payment) {
                counter.stripe.finish(known.id, well: true)
            }
        }
        for event in undelivered { try await counter.payments.apply(event) }
        try await counter.comeToRest()
        try await counter.expectRest("seed \(seed)")
    }
}

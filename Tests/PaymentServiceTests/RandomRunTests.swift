import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Random runs", .onEachEngine)
struct RandomRunTests {
    static let bookings = ["bkg_a", "bkg_b"].map { BookingID(stored: $0) }
    static let moves = 25

    @Test("Whatever the guests, Booking, the clock and the faults do, the books stay sound", arguments: 1...300)
    func run(seed: Int) async throws {
        guard !Engine.isSpared(seed, oneIn: 15) else { return }
        var dice = SeededGenerator(seed: UInt64(seed))
        let till = try await Till(seed: UInt64(seed), refundsAreSlow: seed.isMultiple(of: 3))
        let trouble = seed.isMultiple(of: 4) ? 0 : 15  // percent of the calls and transactions that fail
        till.faults.decide { step in
            var chance = SeededGenerator(seed: UInt64(seed) &* 1_000_003 &+ UInt64(step))
            guard chance.next() % 100 < trouble else { return nil }
            return chance.next() % 2 == 0 ? .before : .after
        }
        var undelivered: [Event] = []
        var heard: [Event] = []
        var versions: [BookingID: Int64] = [:]
        for move in 0..<RandomRunTests.moves {
            let booking = RandomRunTests.bookings.randomElement(using: &dice) ?? Till.booking
            let known = try await till.payments.payments(of: booking)
            switch Int.random(in: 0..<20, using: &dice) {
            case 0..<6:
                let provider = Bool.random(using: &dice) ? "test" : "other"
                let once = Bool.random(using: &dice) ? Till.once("\(booking)\(move / 4)\(provider)") : nil
                _ = try? await till.payments.start(with: provider, once: once) { till.owed(by: booking) }
            case 6..<11:
                guard let payment = known.randomElement(using: &dice) else { continue }
                try await till.act(TestOutcome.allCases.randomElement(using: &dice) ?? .abandon, on: payment.id)
                if Bool.random(using: &dice) { try? await till.payments.settle(payment.id) }
            case 11:
                versions[booking, default: 0] += 1
                undelivered.append(try Till.closing(version: versions[booking] ?? 1, about: booking))
            case 12..<14:
                versions[booking, default: 0] += 1
                let amount = Bool.random(using: &dice) ? nil : Int64.random(in: 1...12_000, using: &dice)
                undelivered.append(try Till.refund(amount, version: versions[booking] ?? 1, about: booking))
            case 14..<17:
                till.clock.advance(.seconds(Int.random(in: 1...900, using: &dice)))
            case 17:
                if let event = heard.randomElement(using: &dice) { try? await till.payments.apply(event) }
            default:
                try? await till.payments.work()
            }
            while let event = undelivered.first, Int.random(in: 0..<3, using: &dice) > 0 {
                guard (try? await till.payments.apply(event)) != nil else { break }
                heard.append(undelivered.removeFirst())
            }
            try await till.expectSoundBooks("seed \(seed), move \(move)")
        }
        till.faults.decide { _ in nil }
        for event in undelivered { try await till.payments.apply(event) }
        try await till.comeToRest()
        try await till.expectRest("seed \(seed) at rest")
    }
}

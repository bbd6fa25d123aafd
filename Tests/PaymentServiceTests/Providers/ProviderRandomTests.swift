import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import PaymentService

@Suite("Random runs against Stripe and PayPal", .onEachEngine)
struct ProviderRandomTests {
    /// 60 in `make test`, 6000 in `make prove`; `ROOST_RUNS=6001-9000 swift test …` for others.
    static let seeds: ClosedRange<Int> = {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["ROOST_RUNS"]?.split(separator: "-").compactMap { Int($0) } ?? []
        if wanted.count == 2, wanted[0] <= wanted[1] { return wanted[0]...wanted[1] }
        return 1...(environment["ROOST_PROVE"] == nil ? 60 : 6000)
    }()
    /// So many runs follow each other in one case: thousands at the same time would all be kept in memory.
    static let chunk = 20

    @Test(
        "Every captured sum counts or goes back, none twice, by the providers' own books",
        arguments: Array(stride(from: seeds.lowerBound, through: seeds.upperBound, by: chunk)))
    func runs(from first: Int) async throws {
        for seed in first..<min(first + ProviderRandomTests.chunk, ProviderRandomTests.seeds.upperBound + 1) {
            // On PostgreSQL, where a run costs several times as much, also in `make prove` only a part.
            guard Engine.current != .postgresql || seed.isMultiple(of: 6) else { continue }
            var run = try await RandomCourse(seed: seed)
            for _ in 0..<RandomCourse.moves { try await run.move() }
            try await run.end()
            try await run.counter.expectRest("seed \(seed)")
            let open = try await run.counter.openCases().filter { MoneyCase.Kind.differences.contains($0.kind) }
            // What banks and people at the provider did is for a person; that books and lists differ must not be.
            #expect(open.map(\.detail) == [], "seed \(seed)")
        }
    }
}

/// One random course of two bookings: payers, operators, people at the providers' own pages, banks, the clock and faults.
private struct RandomCourse {
    static let moves = 36
    static let bookings = ["bkg_a", "bkg_b"].map { BookingID(stored: $0) }
    private static let caller = Caller(id: UserID(stored: "usr_operator"), isOperator: true)

    let counter: Counter
    private let seed: Int
    private var dice: SeededGenerator
    private var undelivered: [Event] = []
    private var versions: [BookingID: Int64] = [:]

    init(seed: Int) async throws {
        self.seed = seed
        dice = SeededGenerator(seed: UInt64(seed))
        counter = try await Counter(seed: UInt64(seed))
        let trouble = seed.isMultiple(of: 4) ? 0 : 12  // percent of the calls that go wrong
        let decide: @Sendable (Int, String, String) -> NetFault? = { call, _, path in
            var chance = SeededGenerator(seed: UInt64(seed) &* 7_000_003 &+ UInt64(call))
            guard chance.next() % 100 < trouble else { return nil }
            return NetFault.allCases.randomElement(using: &chance)
        }
        counter.stripe.plan.decide(decide)
        counter.paypal.plan.decide(decide)
        counter.faults.decide { step in
            var chance = SeededGenerator(seed: UInt64(seed) &* 1_000_003 &+ UInt64(step))
            guard chance.next() % 100 < trouble / 2 else { return nil }
            return chance.next() % 2 == 0 ? .before : .after
        }
    }

    mutating func move() async throws {
        let booking = RandomCourse.bookings.randomElement(using: &dice) ?? Till.booking
        let known = (try? await counter.payments.payments(of: booking)) ?? []
        let payment = known.randomElement(using: &dice)
        switch Int.random(in: 0..<32, using: &dice) {
        case 0..<6: _ = try? await counter.start(with: toss() ? "stripe" : "paypal", for: booking)
        case 6..<10: await pay(payment)
        case 10..<12: meddle(with: payment)
        case 12: tell({ try Till.closing(version: $0, about: $1) }, booking)
        case 13..<15:
            let amount = toss() ? nil : Int64.random(in: 1...12_000, using: &dice)
            tell({ try Till.refund(amount, version: $0, about: $1) }, booking)
        case 15..<18: counter.clock.advance(.seconds(Int.random(in: 1...9000, using: &dice)))
        case 18..<21: await hear(of: payment)
        case 21..<23: dispute(payment)
        case 23..<25: decide()
        case 25..<27: await operate(on: payment)
        case 27: failRefund()
        case 28:
            counter.clock.advance(.hours(25))
            try? await counter.payments.reconcileDue()
        default: try? await counter.payments.work()
        }
        while let event = undelivered.first, Int.random(in: 0..<3, using: &dice) > 0 {
            guard (try? await counter.payments.apply(event)) != nil else { break }
            undelivered.removeFirst()
        }
    }

    /// Everybody comes to an end; nothing fails any more.
    mutating func end() async throws {
        counter.faults.decide { _ in nil }
        counter.stripe.plan.decide { _, _, _ in nil }
        counter.paypal.plan.decide { _, _, _ in nil }
        for booking in RandomCourse.bookings {
            for known in try await counter.payments.payments(of: booking) {
                counter.stripe.finish(known.id, well: true)
            }
        }
        for _ in 0..<8 { decide() }
        for event in undelivered { try await counter.payments.apply(event) }
        try await counter.comeToRest()
    }

    private mutating func toss() -> Bool { Bool.random(using: &dice) }

    private mutating func tell(_ event: (Int64, BookingID) throws -> Event, _ booking: BookingID) {
        versions[booking, default: 0] += 1
        if let event = try? event(versions[booking] ?? 1, booking) { undelivered.append(event) }
    }

    private mutating func pay(_ payment: Payment?) async {
        guard let payment else { return }
        if Int.random(in: 0..<5, using: &dice) == 0 {
            counter.stripe.payLater(payment.id)
        } else {
            counter.pay(payment)
        }
        if toss() { try? await counter.payments.settle(payment.id) }
    }

    /// What happens at the provider without us: delayed methods end, cards are refused, somebody gives money back by hand.
    private mutating func meddle(with payment: Payment?) {
        guard let payment else { return }
        switch Int.random(in: 0..<6, using: &dice) {
        case 0:
            let isSlow = toss()
            counter.stripe.change { $0.refundStatus = isSlow ? "pending" : "succeeded" }
            counter.paypal.change { $0.refundStatus = isSlow ? "PENDING" : "COMPLETED" }
        case 1: counter.stripe.finish(payment.id, well: toss())
        case 2:
            counter.paypal.change { $0.captureIssue = "INSTRUMENT_DECLINED" }
        case 3: counter.stripe.tryInVain(payment.id)
        default:
            let amount = Int64.random(in: 1...6000, using: &dice)
            if payment.provider == "stripe" {
                _ = counter.stripe.refundByHand(payment.id, amount)
            } else {
                counter.paypal.refundByHand(payment.id, amount)
            }
        }
    }

    private mutating func dispute(_ payment: Payment?) {
        guard let payment else { return }
        if payment.provider == "stripe" {
            _ = counter.stripe.dispute(payment.id, status: toss() ? "needs_response" : "warning_needs_response")
        } else {
            counter.paypal.dispute(payment.id, stage: toss() ? "CHARGEBACK" : "INQUIRY")
        }
    }

    /// A bank decides, or a question becomes a dispute and is decided later.
    private mutating func decide() {
        let ends = ["won", "lost", "warning_closed"]
        for dispute in counter.stripe.books.disputes where !ends.contains(dispute.status) {
            guard dispute.isTaken || toss() else {
                counter.stripe.decide(dispute.id, toss() ? "needs_response" : "warning_closed")
                continue
            }
            counter.stripe.decide(dispute.id, toss() ? "won" : "lost")
        }
        for dispute in counter.paypal.books.disputes where dispute.outcome == nil {
            if dispute.stage == "INQUIRY", toss() {
                counter.paypal.decide(dispute.id, nil)
            } else {
                let outcomes = ["RESOLVED_BUYER_FAVOUR", "ACCEPTED", "RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER"]
                let disputed = PayPalMoney.money(dispute.value, dispute.currency)
                let isInPart = toss()
                let part = disputed.flatMap { isInPart ? Int64.random(in: 1...$0.amount, using: &dice) : nil }
                counter.paypal.decide(
                    dispute.id, outcomes.randomElement(using: &dice),
                    refunding: part.flatMap { part in disputed.map { Money(part, $0.currency).decimalText } })
            }
        }
    }

    /// An operator gives something back, or resolves a case.
    private mutating func operate(on payment: Payment?) async {
        if toss(), let found = try? await counter.openCases().randomElement(using: &dice) {
            let again = found.kind == .refundFailed && toss()
            _ = try? await counter.payments.resolve(
                found.id, note: "Looked at.", tryAgain: again, by: RandomCourse.caller, once: nil)
        } else if let payment {
            let amount = toss() ? nil : Money(Int64.random(in: 1...6000, using: &dice), payment.amount.currency)
            let once = toss() ? Till.once("\(seed)-\(Int.random(in: 0..<4, using: &dice))") : nil
            _ = try? await counter.payments.refund(
                payment.id, amount: amount, reason: "Cold water", by: RandomCourse.caller, once: once)
        }
    }

    /// A bank sends back what was given back.
    private mutating func failRefund() {
        if let refund = counter.stripe.books.refunds.filter({ $0.status != "failed" }).randomElement(using: &dice) {
            counter.stripe.failRefund(refund.id)
        }
        // At PayPal a refund that is completed stays so.
        let done = counter.paypal.books.orders.flatMap(\.refunds).filter { $0.status == "PENDING" }
        if let refund = done.randomElement(using: &dice) { counter.paypal.failRefund(refund.id) }
    }

    /// Webhooks come late, twice, in any order or never: few names, so that they repeat.
    private mutating func hear(of payment: Payment?) async {
        let name = "\(Int.random(in: 1...3, using: &dice))"
        switch Int.random(in: 0..<4, using: &dice) {
        case 0, 1:
            guard let payment else { return }
            try? await counter.payments.receive(
                counter.sessionEvent("\(payment.id)-\(name)", of: payment.id), from: "stripe")
        case 2:
            let books = counter.stripe.books
            let objects: [JSON] =
                books.disputes.map { ["id": .text($0.id), "object": "dispute"] }
                + books.refunds.map { refund in
                    [
                        "id": .text(refund.id), "object": "refund", "metadata": refund.metadata,
                        "amount": .integer(refund.amount), "currency": .text(refund.currency),
                        "payment_intent": .text(refund.intent),
                    ]
                }
            guard let object = objects.randomElement(using: &dice) else { return }
            let event = counter.stripeEvent("\(object["id"]?.text ?? "")-\(name)", "told", object)
            try? await counter.payments.receive(event, from: "stripe")
        default:
            guard let (number, told) = counter.paypal.books.events.enumerated().randomElement(using: &dice) else {
                return
            }
            let kind = told.type.hasPrefix("PAYMENT.CAPTURE.RE") ? "refund" : "dispute"
            let event = counter.paypalEvent("WH-\(number)-\(name)", told.type, kind, told.resource)
            try? await counter.payments.receive(event, from: "paypal")
        }
        if toss() { try? await counter.payments.workOnEvents() }
    }
}

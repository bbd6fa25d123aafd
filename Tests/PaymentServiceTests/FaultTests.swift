import Core
import PaymentService
import Storage
import TestSupport
import Testing

/// A way through the service, and what must have come of it, whatever failed on the way.
struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    let walk: @Sendable (Till) async throws -> Void
    let states: [PaymentStatus]
    let paid: Int64
    let refunded: Int64

    var testDescription: String { name }

    static let all = [
        Story(
            name: "switched, paid, paid again on the closed page, partly refunded",
            walk: { till in
                let first = try await till.stubborn { try await till.start(once: Till.once("1")) }.payment
                let second = try await till.stubborn {
                    try await till.start(with: "other", once: Till.once("2"))
                }.payment
                try await till.act(.succeed, on: second.id)
                try? await till.payments.settle(second.id)
                try await till.act(.succeed, on: first.id)
                try? await till.payments.settle(first.id)
                till.clock.advance(.minutes(15))
                try? await till.payments.work()
                try await till.stubborn { try await till.payments.apply(Till.refund(3_000, version: 1)) }
            }, states: [.refunded, .partiallyRefunded], paid: 20_000, refunded: 13_000),
        Story(
            name: "declined, begun again, closed, paid late, sent back",
            walk: { till in
                let first = try await till.stubborn { try await till.start() }.payment
                try await till.act(.decline, on: first.id)
                try await till.stubborn { try await till.payments.settle(first.id) }
                try await till.stubborn { try await till.settled(first.id) }
                let second = try await till.stubborn { try await till.start() }.payment
                try await till.stubborn { try await till.payments.apply(Till.closing(version: 1)) }
                try await till.stubborn { try await till.settled(second.id) }
                try await till.act(.succeed, on: second.id)
                try await till.stubborn { try await till.payments.settle(second.id) }
                try await till.comeToRest()
                try await till.stubborn { try await till.payments.apply(Till.refund(nil, version: 2)) }
            }, states: [.failed, .refunded], paid: 10_000, refunded: 10_000),
        Story(
            name: "paid while it is being closed",
            walk: { till in
                let payment = try await till.stubborn { try await till.start() }.payment
                try await till.act(.succeed, on: payment.id)
                try await till.stubborn { try await till.payments.apply(Till.closing(version: 1)) }
            }, states: [.captured], paid: 10_000, refunded: 0),
    ]
}

extension Till {
    /// As a client or an outbox does: asks again, a minute later, until it works.
    @discardableResult
    fileprivate func stubborn<T>(_ work: () async throws -> T) async throws -> T {
        for _ in 0..<5 {
            do { return try await work() } catch { clock.advance(.seconds(61)) }
        }
        return try await work()
    }

    /// The poller comes round until a payment is no longer pending.
    fileprivate func settled(_ id: PaymentID) async throws {
        for _ in 0..<5 where try await status(id) == .pending {
            clock.advance(.minutes(15))
            try await payments.work()
        }
        guard try await status(id) != .pending else { throw StorageError.unavailable("still pending") }
    }
}

@Suite("Failing at every step", .onEachEngine)
struct FaultTests {
    @Test("Every call and every transaction fails once, before and after its effect", arguments: Story.all)
    func sweep(_ story: Story) async throws {
        let calm = try await Till()
        try await story.walk(calm)
        try await check(calm, story, "nothing fails")
        let steps = calm.faults.made
        #expect(steps > 5)
        // A failure lengthens the way a little.
        for step in 0..<(steps + 6) where !Engine.isSpared(step, oneIn: 5) {
            for side in FaultSide.allCases {
                let till = try await Till()
                till.faults.decide { $0 == step ? side : nil }
                try await story.walk(till)
                try await check(till, story, "step \(step) fails \(side) its effect")
            }
        }
    }

    @Test("Two failures in a row do no harm either", arguments: Story.all)
    func sweepTwice(_ story: Story) async throws {
        for step in 0..<25 where !Engine.isSpared(step, oneIn: 5) {
            for side in FaultSide.allCases {
                let till = try await Till()
                till.faults.decide { $0 == step || $0 == step + 1 ? side : nil }
                try await story.walk(till)
                try await check(till, story, "steps \(step) and the next fail \(side) their effect")
            }
        }
    }

    private func check(_ till: Till, _ story: Story, _ comment: Comment) async throws {
        try await till.comeToRest()
        try await till.expectRest(comment)
        // Which of two payments counts may change with what fails; that one does, and the other goes back, may not.
        let states = try await till.payments.payments(of: Till.booking).map(\.status.rawValue)
        #expect(states.sorted() == story.states.map(\.rawValue).sorted(), comment)
        #expect(
            try await till.balance()
                == Balance(paid: story.paid, refunded: story.refunded, currency: Till.euros(0).currency), comment)
    }

    @Test("Every step may be run twice", arguments: Story.all)
    func twice(_ story: Story) async throws {
        let till = try await Till()
        try await story.walk(till)
        try await till.comeToRest()
        let told = try await till.kindsTold()
        for payment in try await till.payments.payments(of: Till.booking) {
            try await till.payments.settle(payment.id)
            try await till.payments.settle(payment.id)
        }
        // One version is seen already whichever the story used.
        for version in 1...2 as ClosedRange<Int64> {
            try? await till.payments.apply(Till.closing(version: version - 1))
        }
        try await till.payments.work()
        #expect(try await till.kindsTold() == told)
        try await check(till, story, "twice")
    }
}

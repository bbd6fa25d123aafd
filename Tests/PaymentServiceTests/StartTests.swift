import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Starting a payment", .onEachEngine)
struct StartTests {
    @Test("A payment is pending and has an address where the guest pays")
    func starts() async throws {
        let till = try await Till(plain: true)
        let started = try await till.start()
        #expect(started.isNew)
        #expect(started.payment.status == .pending)
        #expect(started.payment.amount == Till.euros(10_000))
        let url = try #require(started.payment.checkoutUrl)
        #expect(url.hasPrefix("http://localhost:8080/test-checkout/"))
        let token = String(try #require(url.split(separator: "/").last))
        let checkout = try await till.payments.test?.checkout(token: token)
        #expect(checkout?.paymentId == started.payment.id)
        #expect(checkout?.state == .open)
        #expect(checkout?.description == "Three nights in July")
        #expect(till.payments.providerNames == ["test", "other"])
    }

    @Test("Starting again while one is pending with the same provider gives the same payment")
    func again() async throws {
        let till = try await Till()
        let first = try await till.start()
        let second = try await till.start()
        #expect(second == StartedPayment(payment: first.payment, isNew: false))
        #expect(try await till.payments.payments(of: Till.booking).count == 1)
    }

    @Test("The same key gives the first answer again, word for word, and another body under it is refused")
    func idempotent() async throws {
        let till = try await Till()
        let first = try await till.start(once: Till.once("k"))
        let second = try await till.start(once: Till.once("k"))
        #expect(first == second && second.isNew)
        await expect(.idempotencyKeyReused) { try await till.start(once: Till.once("k", body: "other")) }
        #expect(try await till.payments.payments(of: Till.booking).count == 1)
    }

    @Test("A crash in the middle of a start is taken over after the lease, with the first answer")
    func takenOver() async throws {
        let till = try await Till()
        // The record and the payment are written, the provider opens its page, and the process dies.
        till.faults.decide { $0 >= 3 ? .before : nil }
        await #expect(throws: StorageError.self) { try await till.start(once: Till.once("k")) }
        till.faults.decide { _ in nil }
        await expect(.idempotencyKeyInUse) { try await till.start(once: Till.once("k")) }
        till.clock.advance(.seconds(61))
        let taken = try await till.start(once: Till.once("k"))
        #expect(taken.isNew)
        #expect(try await till.payments.payments(of: Till.booking).count == 1)
    }

    @Test("A provider that does not answer is 503 without a record, and the next try goes on with the same payment")
    func unavailable() async throws {
        let till = try await Till()
        till.faults.decide { $0 == 2 ? .after : nil }
        await expect(.providerUnavailable) { try await till.start(once: Till.once("k")) }
        let second = try await till.start(once: Till.once("k"))
        #expect(second.isNew)
        #expect(try await till.payments.payments(of: Till.booking) == [second.payment])
        try await till.comeToRest()
        try await till.expectRest("one session, though it was opened twice")
    }

    @Test("The other provider's page is closed before the new one is opened")
    func switched() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        let second = try await till.start(with: "other")
        #expect(second.isNew && second.payment.provider == "other")
        #expect(try await till.status(first.id) == .cancelled)
        #expect(try await till.payments.payments(of: Till.booking).map(\.status) == [.cancelled, .pending])
    }

    @Test("Where the payer has won on the other provider's page, there is nothing more to start")
    func switchedTooLate() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        try await till.act(.succeed, on: first.id)
        await expect(.stateConflict) { try await till.start(with: "other") }
        #expect(try await till.status(first.id) == .captured)
        #expect(try await till.kindsTold() == [PayablePaid.kind])
    }

    @Test("While the other provider has not said that its page is closed, no second one is opened")
    func otherDoesNotAnswer() async throws {
        let till = try await Till()
        let first = try await till.start().payment
        let made = till.faults.made
        till.faults.decide { $0 == made + 1 ? .after : nil }
        await expect(.providerUnavailable) { try await till.start(with: "other") }
        #expect(try await till.payments.payments(of: Till.booking).count == 1)
        #expect(try await till.payments.payment(first.id)?.checkoutUrl == nil)
        let second = try await till.start(with: "other")
        #expect(second.isNew)
    }

    @Test("What is refused: an unknown provider, another amount, a paid one, a closed one, nothing to pay")
    func refused() async throws {
        let till = try await Till()
        await expect(.validationFailed) { try await till.start(with: "cash") }
        await expect(.stateConflict) { try await till.payments.start(with: "test", once: nil) { till.owed(0) } }
        let payment = try await till.start().payment
        await expect(.stateConflict) { try await till.payments.start(with: "test", once: nil) { till.owed(9_999) } }
        try await till.pay(payment.id)
        await expect(.stateConflict) { try await till.start() }
        let closed = try await Till()
        try await closed.payments.apply(Till.closing())
        await expect(.holdExpired) { try await closed.start() }
    }

    @Test("What a dead process had in hand is taken up at once")
    func takesOver() async throws {
        let till = try await Till()
        let id = try await till.start().payment.id
        // As it was after the payment was stored and before the provider was asked.
        try await till.database.write { [clock = till.clock] tx in
            try tx.execute(
                """
                UPDATE payment SET
                    state = 'opening', session = NULL, checkout_url = NULL, ask_at = \(clock.now + .seconds(60))
                """)
        }
        try await till.payments.work()
        #expect(try await till.payments.payment(id)?.checkoutUrl == nil)
        try await till.payments.endLeases()
        try await till.payments.work()
        #expect(try await till.payments.payment(id)?.checkoutUrl != nil)
    }

    @Test("However many start at the same moment, there is one payment and one page")
    func race() async throws {
        let till = try await Till()
        let started = try await withThrowingTaskGroup(of: StartedPayment.self) { group in
            for _ in 0..<16 { group.addTask { try await till.start() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(started.map(\.payment.id)).count == 1)
        #expect(started.count(where: \.isNew) == 1)
        #expect(Set(started.map(\.payment.checkoutUrl)).count == 1)
    }
}

/// Expects a `Problem` with a code.
func expect<T>(
    _ code: Problem.Code, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> T
) async {
    do {
        _ = try await work()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let problem as Problem {
        #expect(problem.code == code, sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}

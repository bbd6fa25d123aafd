import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Closing payables, and money that comes late", .onEachEngine)
struct ClosingTests {
    @Test("One that nobody began to pay is closed at once, and says so once")
    func nothingBegun() async throws {
        let till = try await Till()
        try await till.payments.apply(Till.closing())
        try await till.payments.apply(Till.closing())
        try await till.payments.apply(Till.closing(version: 2))
        #expect(try await till.kindsTold() == [PayableClosed.kind])
        #expect(try await till.payableState() == .closed)
    }

    @Test("The page is closed first, and only then the payable")
    func closed() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        try await till.payments.apply(Till.closing())
        #expect(try await till.status(payment.id) == .cancelled)
        #expect(try await till.kindsTold() == [PayableClosed.kind])
        try await till.comeToRest()
        try await till.expectRest("closed")
    }

    @Test("A provider that does not answer keeps the payable closing until it does")
    func closing() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        let made = till.faults.made
        till.faults.decide { $0 > made ? .before : nil }
        try await till.payments.apply(Till.closing())
        #expect(try await till.payableState() == .closing)
        #expect(try await till.status(payment.id) == .pending)
        #expect(try await till.kindsTold().isEmpty)
        await expect(.holdExpired) {
            till.faults.decide { _ in nil }
            return try await till.start()
        }
        try await till.comeToRest()
        #expect(try await till.payableState() == .closed)
        #expect(try await till.kindsTold() == [PayableClosed.kind])
    }

    @Test("A payer who wins the race against the closing has paid, and not late")
    func payerWins() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        try await till.act(.succeed, on: payment.id)
        try await till.payments.apply(Till.closing())
        #expect(try await till.payableState() == .paid)
        let told = try await till.told()
        #expect(told.map(\.kind) == [PayablePaid.kind])
        #expect(try told[0].decoded(as: PayablePaid.self).late == false)
    }

    @Test("A start that died before the provider was asked is closed all the same")
    func openingIsClosed() async throws {
        let till = try await Till()
        till.faults.decide { $0 == 1 ? .after : nil }
        await expect(.providerUnavailable) { try await till.start() }
        try await till.payments.apply(Till.closing())
        #expect(try await till.payments.payments(of: Till.booking).map(\.status) == [.cancelled])
        #expect(try await till.kindsTold() == [PayableClosed.kind])
    }

    @Test("Late money is booked and told as late; Booking may send it back, or keep it")
    func late() async throws {
        for keepsIt in [true, false] {
            let till = try await Till()
            let payment = try await till.start().payment
            try await till.payments.apply(Till.closing())
            try await till.pay(payment.id)
            #expect(try await till.status(payment.id) == .captured)
            #expect(try await till.payableState() == .paid)
            let told = try await till.told()
            #expect(told.map(\.kind) == [PayableClosed.kind, PayablePaid.kind])
            #expect(try told[1].decoded(as: PayablePaid.self).late)
            if !keepsIt {
                try await till.payments.apply(Till.refund(nil))
                #expect(try await till.status(payment.id) == .refunded)
            }
            try await till.comeToRest()
            try await till.expectRest("late")
        }
    }

    @Test("Late money that nobody told us of is found by asking, also after a decline")
    func lateAndUnheard() async throws {
        for outcome in [TestOutcome.decline, .abandon] {
            let till = try await Till()
            let payment = try await till.start().payment
            try await till.act(outcome, on: payment.id)
            try await till.payments.settle(payment.id)
            try await till.payments.apply(Till.closing())
            till.clock.advance(.hours(20))
            try await till.payments.work()
            try await till.act(.succeed, on: payment.id)
            try await till.comeToRest()
            #expect(try await till.status(payment.id) == .captured)
            try await till.expectRest("found")
        }
    }

    @Test("An ended payment is not asked about for ever")
    func watchEnds() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        try await till.payments.apply(Till.closing())
        for _ in 0..<2_000 {
            till.clock.advance(.minutes(3))
            try await till.payments.work()
        }
        let askAt = try await till.database.read { reader in
            try reader.value("SELECT ask_at FROM payment WHERE id = \(payment.id)", as: Int64?.self)
        }
        #expect(askAt == .some(.none))
        // Closing, the questions at doubling intervals, and the last one at the end of the watch.
        #expect(till.faults.made <= 60, "asked more and more seldom")
    }

    @Test("Money that came just before the end of the watch is found at its end")
    func lastQuestion() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        try await till.payments.apply(Till.closing())
        for halfHour in 0..<150 {
            till.clock.advance(.minutes(30))
            if halfHour == 142 { try await till.act(.succeed, on: payment.id) }  // half an hour before
            try await till.payments.work()
        }
        #expect(try await till.status(payment.id) == .captured)
    }

    @Test("A provider that is away when the watch ends is asked until it answers")
    func lastQuestionUnanswered() async throws {
        let till = try await Till()
        let payment = try await till.start().payment
        try await till.payments.apply(Till.closing())
        for halfHour in 0..<200 {
            till.clock.advance(.minutes(30))
            if halfHour == 140 {
                try await till.act(.succeed, on: payment.id)
                till.faults.providersAreAway = true  // from the 70th hour on, for 20 hours
            }
            if halfHour == 180 { till.faults.providersAreAway = false }
            try await till.payments.work()
        }
        #expect(try await till.status(payment.id) == .captured)
    }

    @Test("However closing and paying race, it ends as closed or as paid, and the money is where it says")
    func race() async throws {
        for seed in 1...40 {
            let till = try await Till(seed: UInt64(seed))
            let payment = try await till.start().payment
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await till.payments.apply(Till.closing()) }
                group.addTask { try? await till.pay(payment.id) }
                group.addTask { try? await till.payments.settle(payment.id) }
                group.addTask { _ = try? await till.start(with: "other") }
            }
            try await till.comeToRest()
            try await till.expectRest("seed \(seed)")
            #expect(try await till.payableState() == .paid)
        }
    }
}

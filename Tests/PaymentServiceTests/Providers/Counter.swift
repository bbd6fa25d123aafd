import Core
import Foundation
import Outside
import Storage
import TestSupport
import Testing

@testable import PaymentService

/// A Payment Service with Stripe and PayPal, each a fake behind a line that may fail.
struct Counter: Sendable {
    let clock: TestWorld
    let store: any Database
    let faults = Faults()
    let stripe: FakeStripe
    let paypal: FakePayPal
    let payments: Payments

    static let hookSecret = "whsec_four_herons"

    init(seed: UInt64 = 1, secrets: [String] = [Counter.hookSecret]) async throws {
        let clock = TestWorld(seed: seed)
        self.clock = clock
        store = try await Engine.database()
        try await store.migrate(PaymentMigrations.all, at: clock.now)
        stripe = FakeStripe(clock: { clock.now })
        paypal = FakePayPal(clock: { clock.now })
        let database = FlakyDatabase(inner: store, faults: faults)
        let stripeBase = try #require(APIBase(FakeStripe.base))
        let paypalBase = try #require(APIBase(FakePayPal.base))
        let providers: [any PaymentProvider] = [
            StripeProvider(
                StripeSettings(
                    secretKey: Secret("sk_test_heron"), webhookSecrets: secrets.map { Secret($0) }, base: stripeBase),
                database: database, world: clock.world, baseURL: "https://stay.example.com", outside: stripe.outside),
            PayPalProvider(
                PayPalSettings(
                    clientId: Secret("client"), clientSecret: Secret("secret"), webhookId: FakePayPal.webhookId,
                    base: paypalBase),
                database: database, world: clock.world, baseURL: "https://stay.example.com", outside: paypal.outside),
        ]
        payments = Payments(
            database: database, world: clock.world,
            outbox: Outbox(source: "payments", receivers: { _ in ["bookings"] }), providers: providers,
            courier: Courier { _ in }, pollInterval: Till.poll)
    }

    func start(
        with provider: String, _ amount: Money = Till.euros(10_000), for booking: BookingID = Till.booking
    ) async throws -> Payment {
        let owed = Owed(of: booking, amount: amount, description: "Three nights in July")
        return try await payments.start(with: provider, once: nil) { owed }.payment
    }

    /// As a guest does who presses the button again, a minute later, until it works.
    func stubborn<T>(_ work: () async throws -> T) async throws -> T {
        for _ in 0..<8 {
            do { return try await work() } catch { clock.advance(.seconds(61)) }
        }
        return try await work()
    }

    /// Takes the payer's money at whichever provider it is; nobody is told.
    func pay(_ payment: Payment) {
        if payment.provider == "stripe" { stripe.pay(payment.id) } else { paypal.approve(payment.id) }
    }

    func paid(with provider: String) async throws -> Payment {
        let payment = try await start(with: provider)
        pay(payment)
        try await payments.settle(payment.id)
        return try #require(try await payments.payment(payment.id))
    }

    func status(_ id: PaymentID) async throws -> PaymentStatus? { try await payments.payment(id)?.status }
    func kindsTold() async throws -> [String] {
        try await store.read { reader in
            try reader.values("SELECT kind FROM outbox WHERE subject = \(Till.booking) ORDER BY version")
        }
    }

    func openCases() async throws -> [MoneyCase] {
        try await payments.cases(isOpen: true, cursor: nil, limit: 100).items
    }

    /// Refunds that were only accepted come to their end.
    func finishRefunds() {
        stripe.change { books in
            for index in books.refunds.indices where books.refunds[index].status == "pending" {
                books.refunds[index].status = "succeeded"
            }
        }
        paypal.change { books in
            for index in books.orders.indices {
                for at in books.orders[index].refunds.indices where books.orders[index].refunds[at].status == "PENDING"
                {
                    books.orders[index].refunds[at].status = "COMPLETED"
                }
            }
        }
    }

    /// Nothing fails any more, and time goes by until all is done.
    func comeToRest() async throws {
        faults.decide { _ in nil }
        stripe.plan.decide { _, _, _ in nil }
        paypal.plan.decide { _, _, _ in nil }
        for _ in 0..<12 {
            finishRefunds()
            clock.advance(.hours(9))
            try await payments.workOnEvents()
            try await payments.work()
            try await payments.reconcileDue()
        }
    }

    /// What disputes have taken of each payment for good or for now, by our books.
    private func chargebacks() async throws -> [String: Int64] {
        let sums = try await store.read { reader in
            try reader.all(
                """
                SELECT payment_id, CAST(-SUM(amount) AS BIGINT) FROM ledger_entry
                WHERE account LIKE 'chargebacks:%' GROUP BY payment_id
                """
            ) { row in (try row[0] as String, try row[1] as Int64) }
        }
        return Dictionary(uniqueKeysWithValues: sums)
    }

    /// What the fakes' own books say: every captured sum counts or has gone back, once; and what was asked of them was
    /// always within their contracts.
    func expectRest(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(stripe.plan.breaches == [], comment, sourceLocation: sourceLocation)
        #expect(paypal.plan.breaches == [], comment, sourceLocation: sourceLocation)
        let audit = try await payments.audit()
        #expect(audit.unbalancedGroups.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.misbookedPayments.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.overRefunded.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.miscountedPayments.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.failedRefunds.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.staleRefunds.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(
            audit.inFlight.moving == 0 && audit.inFlight.closing == 0 && audit.inFlight.refunds == 0, comment,
            sourceLocation: sourceLocation)
        let known = Dictionary(uniqueKeysWithValues: audit.captured.map { ($0.id.text, $0) })
        var seen: Set<String> = []
        let withheld = try await chargebacks()
        func check(_ payment: String, taken: Int64, back: Int64, lost: Int64) {
            #expect(
                seen.insert(payment).inserted, "\(payment) was taken twice. \(comment)", sourceLocation: sourceLocation)
            let booked = known[payment]
            #expect(booked?.captured.amount == taken, "\(payment). \(comment)", sourceLocation: sourceLocation)
            #expect(booked?.refunded == back, "\(payment). \(comment)", sourceLocation: sourceLocation)
            #expect(back + lost <= taken, "\(payment) went back twice. \(comment)", sourceLocation: sourceLocation)
            #expect(withheld[payment, default: 0] == lost, "\(payment). \(comment)", sourceLocation: sourceLocation)
            if let booked, !booked.counts {
                let missing = taken - back - lost
                #expect(
                    missing <= booked.withCase, "\(payment) counts for nothing. \(comment)",
                    sourceLocation: sourceLocation)
            }
        }
        let books = stripe.books
        for session in books.sessions where session.paymentStatus == "paid" {
            let intent = session.intent ?? ""
            let back = books.refunds.filter { $0.intent == intent && $0.status != "failed" }.reduce(0) {
                $0 + $1.amount
            }
            let lost = books.disputes.filter { $0.intent == intent && $0.isTaken && $0.status != "won" }.reduce(0) {
                $0 + $1.amount
            }
            check(session.reference, taken: books.intents[intent]?.received ?? 0, back: back, lost: lost)
        }
        for order in paypal.books.orders {
            let taken = order.captures.filter { $0.status == "COMPLETED" }
            #expect(taken.count <= 1, comment, sourceLocation: sourceLocation)
            guard let capture = taken.first else { continue }
            func units(_ value: String) -> Int64 { PayPalMoney.money(value, order.currency)?.amount ?? -1 }
            let back = order.refunds.filter { $0.status != "FAILED" }.reduce(0) { $0 + units($1.value) }
            let lost = paypal.books.disputes.filter { $0.capture == capture.id && $0.isTaken }.reduce(0) {
                $0 + units($1.refunded ?? $1.value)
            }
            check(order.customId, taken: units(capture.value), back: back, lost: lost)
        }
        #expect(
            seen == Set(known.keys), "the books know of money that nobody took. \(comment)",
            sourceLocation: sourceLocation)
        #expect(try await payments.providerDifferences() == [], comment, sourceLocation: sourceLocation)
    }
}

/// What a comparison with the providers' lists left behind.
extension Counter {
    /// After the time in which a movement may still be on its way.
    func later(_ time: Duration = .minutes(15)) { clock.advance(time) }

    func openKinds() async throws -> [MoneyCase.Kind] { try await openCases().map(\.kind) }

    /// What stands on an account of the ledger, in minor units.
    func account(_ name: String) async throws -> Int64 {
        try await store.read { reader in
            try reader.value(
                "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_entry WHERE account = \(name)") ?? 0
        }
    }
}

import Core
import PaymentService
import Storage
import TestSupport
import Testing

@Suite("Several sums owed for one booking", .onEachEngine)
struct PayableTests {
    @Test("Each is paid on its own, and both count")
    func bothCount() async throws {
        let till = try await Till()
        let stay = try await till.start().payment
        let more = try await till.payments.start(with: "other", once: nil) { till.owedMore() }.payment
        #expect(try await till.status(stay.id) == .pending, "another sum's page stays open")
        #expect(more.purpose == .alteration && stay.purpose == .booking)
        try await till.pay(more.id)
        try await till.pay(stay.id)
        #expect(try await till.balance() == Balance(paid: 12_500, refunded: 0, currency: Till.euros(0).currency))
        let paid = try await till.told().map { try $0.decoded(as: PayablePaid.self).payableId }
        #expect(paid == [Till.difference, PayableID(of: Till.booking)])
        #expect(try await till.told().map(\.version) == [1, 2])
        try await till.expectRest("both paid")
    }

    @Test("Closing one leaves the other open")
    func closesOne() async throws {
        let till = try await Till()
        let stay = try await till.start().payment
        let more = try await till.payments.start(with: "test", once: nil) { till.owedMore() }.payment
        let closing = PayableClosing(bookingId: Till.booking, payable: Till.difference, for: .alteration)
        try await till.payments.apply(Till.event(PayableClosing.kind, closing, version: 1))
        #expect(try await till.status(more.id) == .cancelled)
        #expect(try await till.status(stay.id) == .pending)
        #expect(try await till.told().map { try $0.decoded(as: PayableClosed.self).payableId } == [Till.difference])
        await expect(.holdExpired) { try await till.payments.start(with: "test", once: nil) { till.owedMore() } }
        try await till.pay(stay.id)
        try await till.expectSoundBooks("one closed, one paid")
    }

    @Test("A refund of one takes nothing of the other")
    func refundsOne() async throws {
        let till = try await Till()
        let stay = try await till.start().payment
        try await till.pay(stay.id)
        let more = try await till.payments.start(with: "test", once: nil) { till.owedMore() }.payment
        try await till.pay(more.id)
        let back = PayableRefund(bookingId: Till.booking, payable: Till.difference, amount: nil, reason: "too late")
        try await till.payments.apply(Till.event(PayableRefund.kind, back, version: 1))
        #expect(try await till.status(more.id) == .refunded)
        #expect(try await till.status(stay.id) == .captured)
    }

    @Test("Events written before payables had names are about the booking's own")
    func oldEvents() async throws {
        let till = try await Till()
        let stay = try await till.start().payment
        let old = Event(
            source: "bookings", subject: Till.booking.text, version: 1, kind: PayableClosing.kind,
            body: #"{"bookingId":"\#(Till.booking)"}"#)
        try await till.payments.apply(old)
        #expect(try await till.status(stay.id) == .cancelled)
    }

    @Test("What was owed before payables had names is carried over")
    func migration() async throws {
        let database = try await Engine.database()
        let now = TestWorld(seed: 1).now
        let before = PaymentMigrations.all.prefix { $0.name != "payment-0003-payables-of-their-own" }
        try await database.migrate(Array(before), at: now)
        try await database.write { tx in
            try tx.connection.run(
                script: """
                    INSERT INTO payable (booking_id, state, amount, currency, winner, version, created_at)
                        VALUES ('bkg_july', 'paid', 10000, 'EUR', 'pay_one', 3, 5), ('bkg_may', 'closed', NULL, NULL, NULL, 1, 6);
                    INSERT INTO payment (id, booking_id, number, provider, state, amount, currency, description, provider_key,
                        captured, captured_currency, claimed, refunded, created_at, tries)
                        VALUES ('pay_one', 'bkg_july', 1, 'test', 'captured', 10000, 'EUR', '', 'pay_one', 10000, 'EUR', 0, 0, 5, 0);
                    """)
        }
        try await database.migrate(PaymentMigrations.all, at: now)
        let payables = try await database.read { reader in
            try reader.all("SELECT id, booking_id, purpose, state, amount, winner FROM payable ORDER BY id") { row in
                [
                    try row[0] as String, try row[1] as String, try row[2] as String, try row[3] as String,
                    "\((try row[4] as Int64?) ?? 0)", (try row[5] as String?) ?? "none",
                ]
            }
        }
        #expect(
            payables == [
                ["due_july", "bkg_july", "booking", "paid", "10000", "pay_one"],
                ["due_may", "bkg_may", "booking", "closed", "0", "none"],
            ])
        #expect(PayableID(of: BookingID(stored: "bkg_july")).text == "due_july")
        let (payable, version) = try await database.read { reader in
            (
                try reader.value("SELECT payable_id FROM payment", as: String.self),
                try reader.value("SELECT version FROM booking_version WHERE booking_id = 'bkg_july'", as: Int.self)
            )
        }
        #expect(payable == "due_july")
        #expect(version == 3, "receivers have seen three events")
    }
}

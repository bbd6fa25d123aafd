import Assembly
import BookingService
import Core
import NotificationService
import PropertyService
import Storage
import TestSupport
import Testing

@Suite("Letters from events", .onEachEngine)
struct LetterEventTests {
    @Test("Registering, holding, paying and cancelling make the letters of the contract, each once")
    func course() async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.house.workOnce()
        #expect(try await fixture.letters(about: booking) == ["held to guest"])
        try await fixture.pay(booking)
        #expect(
            Set(try await fixture.letters(about: booking)) == [
                "held to guest", "confirmed to guest", "bookingReceived to host",
            ])
        _ = try await fixture.house.bookings.cancel(booking.id, reason: "Ill", for: fixture.guest, once: nil)
        for _ in 0..<4 { try await fixture.house.workOnce() }
        let letters = try await fixture.letters(about: booking)
        #expect(
            letters.sorted() == [
                "bookingReceived to host", "cancelled to guest", "cancelledForHost to host", "confirmed to guest",
                "held to guest", "refunded to guest",
            ])
        #expect(try await Audit(fixture.house).once(atRest: false).isEmpty)
    }

    @Test("A request makes letters for both, its acceptance one that says until when to pay")
    func request() async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place(instantBook: false))
        _ = try await fixture.house.bookings.accept(booking.id, for: fixture.host, once: nil)
        try await fixture.house.workOnce()
        #expect(
            try await fixture.letters(about: booking).sorted() == [
                "accepted to guest", "requestReceived to host", "requested to guest",
            ])
    }

    @Test("A guest who gets no mails is told to the host, and nobody else's news is")
    func unreachable() async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.house.workOnce()
        func suppress(_ address: String) async throws {
            try await fixture.databases.users.write { tx in
                try tx.execute(
                    """
                    INSERT INTO suppressed_address (address, reason, detail, provider, mail_id, suppressed_at)
                    VALUES (\(address), 'bounce', 'gone', 'sendgrid', NULL, 0)
                    """)
            }
        }
        try await suppress("anna@example.com")
        try await fixture.pay(booking)
        try await later(fixture)
        let mails = try await fixture.house.mails.deliveries(about: booking.id.text)
        #expect(mails.filter { $0.kind == .guestUnreachable }.map(\.recipient) == [fixture.host.id])
        #expect(mails.first { $0.kind == .confirmed }?.state == .suppressed)
        #expect(mails.first { $0.kind == .held }?.state == .sent)

        // The host's own address coming back is not the guest's news.
        try await suppress("hana@example.com")
        _ = try await fixture.house.bookings.cancel(booking.id, reason: nil, for: fixture.guest, once: nil)
        try await later(fixture)
        let after = try await fixture.house.mails.deliveries(about: booking.id.text)
        #expect(after.count { $0.kind == .guestUnreachable } == 1)
    }

    /// The node that committed has its head start behind it, and all work is done.
    private func later(_ fixture: HouseFixture) async throws {
        for _ in 0..<4 {
            fixture.clock.advance(.seconds(3))
            try await fixture.house.workOnce()
        }
    }

    @Test("An event nobody knows is a fault that stays in the outbox, not a letter")
    func unknown() async throws {
        let fixture = try await HouseFixture()
        try await fixture.databases.users.write { tx in
            try tx.execute(
                """
                INSERT INTO outbox (receiver, subject, version, kind, body, created_at, due_at, tries, last_error)
                VALUES ('mails', 'usr_x', 1, 'person.vanished', '{}', 0, 0, 0, NULL)
                """)
        }
        try? await fixture.house.workOnce()
        let left = try await fixture.databases.users.read {
            try $0.values("SELECT last_error FROM outbox WHERE kind = 'person.vanished'", as: String.self)
        }
        #expect(left.count == 1 && left[0].contains("person.vanished"))
    }
}

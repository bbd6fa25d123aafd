import Core
import Crypto
import Foundation
import Storage
import TestSupport
import Testing

@testable import NotificationService

@Suite("What became of mails", .onEachEngine)
struct EventTests {
    private static let signing = P256.Signing.PrivateKey()

    private func fixture() async throws -> (MailFixture, MailWebhooks) {
        let text = Self.signing.publicKey.derRepresentation.base64EncodedString()
        let key = try #require(MailWebhooks.SendGridKey(text))
        let webhooks = MailWebhooks(sendgrid: key, mailgun: Secret("signing-key"))
        return (try await MailFixture(webhooks: webhooks), webhooks)
    }

    private func sendgrid(_ body: String, at now: Instant) throws -> MailPost {
        let timestamp = String(now.milliseconds / 1000)
        let signature = try Self.signing.signature(for: Data((timestamp + body).utf8))
        return MailPost(
            provider: "sendgrid", signature: signature.derRepresentation.base64EncodedString(), timestamp: timestamp,
            body: Array(body.utf8))
    }

    private func event(_ kind: String, _ mail: MailDelivery, id: String, _ more: String = "") -> String {
        #"{"event":"\#(kind)","sg_event_id":"\#(id)","roost_message":"\#(mail.id)","email":"Ada@example.com","#
            + #""timestamp":1814443200\#(more)}"#
    }

    private func sentMail(_ fixture: MailFixture, _ kind: LetterKind = .confirmed) async throws -> MailDelivery {
        try await fixture.mails.queue(
            [Letter(kind, to: MailFixture.guest, about: .christmas())], for: MailFixture.event())
        try await fixture.mails.sendDue()
        return try #require(try await fixture.deliveries().first)
    }

    @Test("In whatever order events come, the fate is the same")
    func anyOrder() async throws {
        let kinds = ["processed", "deferred", "delivered", "spamreport"]
        for turn in 0..<24 {
            var rest = kinds
            var order: [String] = []
            var code = turn
            for size in [4, 3, 2, 1] {
                order.append(rest.remove(at: code % size))
                code /= size
            }
            let (fixture, _) = try await fixture()
            let mail = try await sentMail(fixture)
            for (index, kind) in order.enumerated() {
                let body = "[\(event(kind, mail, id: "e\(kind)"))]"
                try await fixture.mails.receive(try sendgrid(body, at: fixture.clock.now))
                if index.isMultiple(of: 2) { try await fixture.mails.applyEvents() }
            }
            try await fixture.mails.applyEvents()
            #expect(try await fixture.deliveries().map(\.outcome) == [.complained], "\(order)")
        }
    }

    @Test("The same event in two posts is applied once; the host is told once")
    func once() async throws {
        let (fixture, _) = try await fixture()
        let mail = try await sentMail(fixture)
        let bounce = event("bounce", mail, id: "b1", #","reason":"550 gone""#)
        try await fixture.mails.receive(try sendgrid("[\(bounce)]", at: fixture.clock.now))
        try await fixture.mails.receive(try sendgrid("[\(bounce), \(bounce)]", at: fixture.clock.now))
        #expect(try await fixture.mails.applyEvents() == 2)
        #expect(try await fixture.mails.applyEvents() == 0)
        let told = try await fixture.database.read {
            try $0.all("SELECT kind, subject FROM outbox") { "\(try $0[0] as String) \(try $0[1] as String)" }
        }
        #expect(told == ["mail.undeliverable bkg_1"])
        let events = try await fixture.database.read { try $0.value("SELECT COUNT(*) FROM mail_event", as: Int.self) }
        #expect(events == 1)
    }

    /// Posts of one event each, none of which is about a mail of ours.
    private func post(_ count: Int, to fixture: MailFixture) async throws {
        for number in 1...count {
            let body = #"[{"event":"delivered","sg_event_id":"n\#(number)","timestamp":1814443200}]"#
            try await fixture.mails.receive(try sendgrid(body, at: fixture.clock.now))
        }
    }

    @Test("However many posts wait, one call applies them")
    func many() async throws {
        let (fixture, _) = try await fixture()
        let count = 2 * MailStore.webhookBatch + 3
        try await post(count, to: fixture)
        #expect(try await fixture.mails.applyEvents() == count)
        #expect(try await fixture.mails.applyEvents() == 0)
        let events = try await fixture.database.read { try $0.value("SELECT COUNT(*) FROM mail_event", as: Int.self) }
        #expect(events == count)
    }

    @Test("Nodes share the posts that wait; what one died with another applies after its lease")
    func shared() async throws {
        let (fixture, _) = try await fixture()
        let (store, batch) = (fixture.mails.store, MailStore.webhookBatch)
        try await post(batch + 5, to: fixture)
        let taken = try await store.takeWebhooks(at: fixture.clock.now)
        #expect(taken.count == batch)
        // The node has taken them and dies.
        #expect(try await fixture.mails.applyEvents() == 5)
        fixture.clock.advance(MailStore.webhookLease - .milliseconds(1))
        #expect(try await fixture.mails.applyEvents() == 0)
        #expect(try await fixture.mails.audit().inFlight == batch)
        fixture.clock.advance(.milliseconds(1))
        #expect(try await fixture.mails.applyEvents() == batch)
        // It was not dead, only late.
        for id in taken { try await store.applyWebhook(id, at: fixture.clock.now) }
        let events = try await fixture.database.read { try $0.value("SELECT COUNT(*) FROM mail_event", as: Int.self) }
        #expect(events == batch + 5)
    }

    @Test("What an earlier process had taken is applied at once where it is known to be dead")
    func takenOver() async throws {
        let (fixture, _) = try await fixture()
        try await post(3, to: fixture)
        #expect(try await fixture.mails.store.takeWebhooks(at: fixture.clock.now).count == 3)
        #expect(try await fixture.mails.applyEvents() == 0)
        try await fixture.mails.endLeases()
        #expect(try await fixture.mails.applyEvents() == 3)
    }

    @Test("Many rounds at once take each post once")
    func raced() async throws {
        let (fixture, _) = try await fixture()
        try await post(70, to: fixture)
        let counts = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { (try? await fixture.mails.applyEvents()) ?? 0 } }
            return await group.reduce(into: 0) { $0 += $1 }
        }
        #expect(counts == 70)
        #expect(try await fixture.mails.audit().inFlight == 0)
    }

    @Test("A letter about a hold that comes back tells the host nothing")
    func holdsAreNobodysNews() async throws {
        let (fixture, _) = try await fixture()
        let mail = try await sentMail(fixture, .held)
        try await fixture.mails.receive(try sendgrid("[\(event("bounce", mail, id: "b"))]", at: fixture.clock.now))
        try await fixture.mails.applyEvents()
        #expect(try await fixture.database.read { try !$0.exists("SELECT 1 FROM outbox") })
        let caller = Caller(id: UserID(stored: "usr_o"), isOperator: true)
        let suppressed = try await fixture.mails.suppressedAddresses(limit: 10, cursor: nil, for: caller).items
        #expect(suppressed.map(\.address) == ["ada@example.com"])
    }

    @Test("Word of a mail whose fate was unknown makes it sent, and it is not sent again")
    func word() async throws {
        let (fixture, _) = try await fixture()
        fixture.provider.fail([MailFailure.unknown("cut")])
        let mail = try await sentMail(fixture)
        #expect(mail.state == .queued)
        #expect(mail.dueAt >= fixture.clock.now + .seconds(30))
        try await fixture.mails.receive(try sendgrid("[\(event("processed", mail, id: "p"))]", at: fixture.clock.now))
        try await fixture.mails.applyEvents()
        fixture.clock.advance(.seconds(700))
        #expect(try await fixture.mails.sendDue() == 0)
        #expect(try await fixture.deliveries().map(\.state) == [.sent])
        #expect(fixture.provider.asked == 1)
    }

    @Test("Word of the first copy says nothing of a mail that an operator sent again")
    func resent() async throws {
        let (fixture, _) = try await fixture()
        let mail = try await sentMail(fixture)
        let caller = Caller(id: UserID(stored: "usr_o"), isOperator: true)
        let again = try await fixture.mails.resend(mail.id, for: caller, once: nil)
        #expect(again.state == .queued && again.resends == 1)
        try await fixture.mails.receive(try sendgrid("[\(event("delivered", mail, id: "d"))]", at: fixture.clock.now))
        try await fixture.mails.applyEvents()
        #expect(try await fixture.deliveries().map(\.state) == [.queued])
        try await fixture.mails.sendDue()
        #expect(fixture.provider.taken.map(\.messageID.key) == [mail.id.text, "\(mail.id).1"])
        let problem = await #expect(throws: Problem.self) {
            _ = try await fixture.mails.timeline(of: mail.id, for: Caller(id: MailFixture.guest, isOperator: false))
        }
        #expect(problem?.code == .forbidden)
    }

    @Test("What is no signature of now is refused, and keeps nothing")
    func refusals() async throws {
        let (fixture, webhooks) = try await fixture()
        let now = fixture.clock.now
        let good = try sendgrid("[]", at: now)
        let late = try sendgrid("[]", at: now - .seconds(601))
        let posts = [
            MailPost(provider: "sendgrid", signature: nil, timestamp: good.timestamp, body: good.body),
            MailPost(provider: "sendgrid", signature: good.signature, timestamp: nil, body: good.body),
            MailPost(
                provider: "sendgrid", signature: good.signature, timestamp: good.timestamp, body: Array("[] ".utf8)),
            MailPost(provider: "mailgun", signature: nil, timestamp: nil, body: Array("[]".utf8)),
            late, try sendgrid("[]", at: now + .seconds(601)), try sendgrid("{}", at: now),
        ]
        for post in posts {
            let problem = await #expect(throws: Problem.self) { try await fixture.mails.receive(post) }
            #expect(problem?.code == .malformedRequest)
        }
        #expect(try await fixture.database.read { try !$0.exists("SELECT 1 FROM mail_webhook") })
        #expect(webhooks.tally.all.map { "\($0.key.outcome) \($0.count)" } == ["forged 1", "forged 3", "stale 2"])
        try await fixture.mails.receive(good)
        let problem = await #expect(throws: Problem.self) {
            try await fixture.mails.receive(MailPost(provider: "stripe", signature: nil, timestamp: nil, body: []))
        }
        #expect(problem?.code == .notFound)
    }

    @Test(
        "Mailgun's kinds are ours",
        arguments: [
            (#"{"event":"delivered"}"#, MailEvent.Kind.delivered, nil as SuppressedAddress.Reason?),
            (#"{"event":"failed","severity":"temporary"}"#, .deferred, nil),
            (#"{"event":"failed","severity":"permanent"}"#, .bounced, .bounce),
            (#"{"event":"complained"}"#, .complained, .complaint), (#"{"event":"unsubscribed"}"#, .unsubscribed, nil),
        ])
    func mailgun(_ data: String, _ kind: MailEvent.Kind, _ reason: SuppressedAddress.Reason?) throws {
        let events = try #require(MailEventReading.events(in: #"{"event-data":\#(data)}"#, of: "mailgun"))
        #expect(events.map(\.kind) == [kind])
        #expect(events.map(\.suppression) == [reason])
        #expect(MailEventReading.events(in: #"{"event-data":{"event":"new"}}"#, of: "mailgun") == [])
    }

    @Test(
        "Only ours is read as a message id",
        arguments: [
            ("mail_0123456789", 0), ("mail_0123456789.2", 2), ("<mail_0123456789.12@example.com>", 12),
            ("mail_0123456789@example.com", 0), ("mail_0123456789.0", nil), ("mail_0123456789.x", nil),
            ("other_1@example.com", nil), ("mail_1.2.3", nil), ("", nil), ("<>", nil),
        ] as [(String, Int?)])
    func messageIDs(_ text: String, _ resends: Int?) {
        #expect(MessageID.parse(text)?.resends == resends)
    }
}

import Core
import Foundation
import Outside
import Synchronization
import TestSupport
import Testing

@testable import NotificationService

@Suite("Mail providers", .onEachEngine)
struct ProviderTests {
    /// What a failure means for the mail.
    enum Meaning: Equatable {
        case sent, passes, unknown, final
    }

    private func meaning(_ name: String, _ outcome: Result<OutsideAnswer, OutsideFailure>) async throws -> Meaning {
        let world = TestWorld().world
        let outside = Outside(exchange: { _ async throws(OutsideFailure) in try outcome.get() })
        let line = ProviderLine(to: name, outside: outside, world: world, patience: .once)
        let base = try #require(APIBase("http://127.0.0.1:1"))
        let provider: any MailProvider =
            name == "sendgrid"
            ? SendGrid(key: Secret("k"), base: base, line: line, world: world)
            : Mailgun(key: Secret("k"), domain: "mg.example.com", base: base, line: line, world: world)
        let fixture = try await MailFixture()
        let mail = try await fixture.sent(Letter(.held, to: MailFixture.guest, about: .christmas()))
        do {
            try await provider.send(mail)
            return .sent
        } catch MailFailure.mayPass { return .passes } catch MailFailure.unknown { return .unknown } catch MailFailure
            .final
        { return .final }
    }

    @Test(
        "Each answer means one thing for a mail", arguments: ["sendgrid", "mailgun"],
        [
            (200, Meaning.sent), (202, .sent), (302, .passes), (400, .final), (401, .passes), (403, .passes),
            (404, .passes), (413, .final), (429, .passes), (500, .passes), (502, .unknown), (503, .passes),
            (504, .unknown),
        ])
    func answers(_ provider: String, _ answer: (status: Int, meaning: Meaning)) async throws {
        for body in ["", "{}", "no JSON", #"{"errors":7,"message":[]}"#] {
            let outcome = OutsideAnswer(status: answer.status, body: Array(body.utf8))
            #expect(try await meaning(provider, .success(outcome)) == answer.meaning)
        }
    }

    @Test("No answer may mean that it was sent, no connection never does", arguments: ["sendgrid", "mailgun"])
    func failures(_ provider: String) async throws {
        #expect(try await meaning(provider, .failure(.unknown("cut"))) == .unknown)
        #expect(try await meaning(provider, .failure(.notSent("refused"))) == .passes)
        #expect(try await meaning(provider, .failure(.resting(until: TestWorld().now))) == .passes)
    }

    @Test(
        "Replies of an SMTP server",
        arguments: [
            ("250 2.0.0 OK", nil), ("451 4.3.0 Later", "passes"), ("421 Busy", "passes"),
            ("550 5.1.1 No such mailbox", "gone"), ("550-5.1.10 Null MX", "gone"), ("550 No", "final"),
            ("550 5.1.8 Your name", "final"), ("552 5.2.2 Full", "final"), ("535 5.7.8 Wrong", "passes"),
            ("530 5.7.0 Sign in first", "passes"), ("", nil), ("hello", nil),
        ] as [(String, String?)])
    func replies(_ line: String, _ meaning: String?) {
        let found: String? =
            switch SMTPReply(line)?.failure {
            case nil: nil
            case .mayPass: "passes"
            case .final: "final"
            case .noSuchMailbox: "gone"
            case .unknown: "unknown"
            }
        #expect(found == meaning)
    }

    @Test("What the first can't take goes to the second; what it may have taken does not")
    func fallback() async throws {
        let first = ScriptedProvider(takesUnreachable: false)
        let second = ScriptedProvider(takesUnreachable: false)
        let fixture = try await MailFixture(providers: [first, second])
        func queue(_ version: Int64) async throws {
            fixture.clock.advance(.seconds(1))
            try await fixture.mails.queue(
                [Letter(.held, to: MailFixture.guest, about: .christmas())], for: MailFixture.event(version))
            try await fixture.mails.sendDue()
        }
        first.fail([MailFailure.mayPass("away")])
        try await queue(1)
        #expect((first.taken.count, second.taken.count) == (0, 1))
        first.fail([MailFailure.unknown("cut")])
        try await queue(2)
        #expect((first.taken.count, second.taken.count) == (0, 1))
        first.fail([MailFailure.final("no")])
        try await queue(3)
        #expect((first.taken.count, second.taken.count) == (0, 1))
        #expect(try await fixture.deliveries().map(\.state) == [.sent, .queued, .failed])
        #expect(try await fixture.deliveries().map(\.tries) == [2, 1, 1])

        first.fail([MailFailure.mayPass("away", after: .seconds(90))])
        second.fail([MailFailure.mayPass("limit", after: .seconds(60))])
        try await queue(4)
        let waiting = try #require(try await fixture.deliveries().last)
        #expect(waiting.dueAt == fixture.clock.now + .seconds(60), "as soon as one of them may take it")
    }

    @Test("A server's address is read, and nothing that could break a line")
    func servers() {
        let full = SMTPServer("smtp://roost%40example.com:p%40ss%20w%2Ford@mail.example.com:2525")
        #expect(full?.user == "roost@example.com" && full?.password?.value == "p@ss w/ord" && full?.port == 2525)
        #expect(full?.shown == "smtp://mail.example.com:2525")
        #expect(SMTPServer("smtps://mail.example.com")?.port == 465)
        #expect(SMTPServer("smtp://mail.example.com/")?.port == 587)
        for wrong in [
            "", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://user@host", "smtp://:p@host",
            "smtp://a:b%0d%0aMAIL@host", "smtp://host:70000", "smtp://host/x", "smtp://host?tls=off",
        ] { #expect(SMTPServer(wrong) == nil, "\(wrong)") }
    }
}

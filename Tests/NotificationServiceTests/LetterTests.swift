import Core
import Foundation
import TestSupport
import Testing

@testable import NotificationService

@Suite("Letters", .onEachEngine)
struct LetterTests {
    private static let aboutBookings = LetterKind.allCases.filter { $0 != .registered }

    @Test(
        "Every letter about a booking names place, code, dates, total and zone, in text and in HTML",
        arguments: aboutBookings)
    func namesTheBooking(_ kind: LetterKind) async throws {
        let fixture = try await MailFixture(takesUnreachable: true)
        let reader = kind.isForHost ? MailFixture.host : MailFixture.guest
        let mail = try ParsedMail(try await fixture.sent(Letter(kind, to: reader, about: .christmas())).message)
        for type in ["text/plain", "text/html"] {
            let body = try #require(mail.leaf(type)?.text)
            let place = type == "text/html" ? "Loft &amp; Garden" : "Loft & Garden"
            for fact in [
                place, "H7K2-9QXM", "Thursday 24 December 2026", "Sunday 27 December 2026", "15:00", "11:00",
                "412.30 USD", "3 nights", "2 guests", "Eastern Time (America/New York)", "https://roost.example/",
            ] { #expect(body.contains(fact), "\(kind) \(type): \(fact)") }
            if type == "text/html" { #expect(!body.contains("<changed>")) }
        }
        #expect(try mail.decoded("Subject").contains("Loft & Garden"))
    }

    @Test(
        "What is to be done until when is told in the time of the place, with its zone",
        arguments: [LetterKind.requested, .requestReceived, .accepted, .held])
    func tellsTheDeadline(_ kind: LetterKind) throws {
        let content = try LetterWriter(baseURL: "https://roost.example").content(
            of: Letter(kind, to: MailFixture.guest, about: .christmas()))
        let text = TextLetter.render(content, greeting: nil)
        #expect(text.contains("Sunday 20 December 2026, 14:05"))
        #expect(text.contains("14:05 Eastern Standard Time (UTC-5)"))
        #expect(text.hasPrefix("Hello,\n"))
    }

    @Test(
        "What goes back is told, or why nothing does",
        arguments: [
            (20615, "206.15 USD goes back to you"), (0, "Under the cancellation policy of this booking, no money"),
            (nil, "Nothing had been paid"),
        ] as [(Int64?, String)])
    func tellsTheRefund(_ refund: Int64?, _ expected: String) throws {
        var facts = StayFacts.christmas()
        facts.refund = refund.map { Money($0, .usd) }
        let content = try LetterWriter(baseURL: "").content(of: Letter(.cancelled, to: MailFixture.guest, about: facts))
        #expect(TextLetter.render(content, greeting: "Ada").contains(expected))
    }

    @Test(
        "Amounts have their currency's decimals",
        arguments: [("JPY", "41230 JPY"), ("KWD", "41.230 KWD"), ("EUR", "412.30 EUR")])
    func currencies(_ code: String, _ expected: String) throws {
        let old = StayFacts.christmas()
        let facts = StayFacts(
            bookingId: old.bookingId, code: old.code, place: old.place, stay: old.stay, guests: 1,
            total: Money(41230, try #require(Currency(code: code))), zone: old.zone, checkInFrom: old.checkInFrom,
            checkOutBy: old.checkOutBy)
        let content = try LetterWriter(baseURL: "").content(of: Letter(.refunded, to: MailFixture.guest, about: facts))
        #expect(content.facts.contains(.init("Total", expected)))
        #expect(content.facts.contains(.init("Stay", "3 nights, 1 guest")))
    }

    @Test("Who cancelled is told to each in their own words")
    func whoCancelled() throws {
        let writer = LetterWriter(baseURL: "")
        func first(_ kind: LetterKind, by party: StayFacts.Party?) throws -> String {
            var facts = StayFacts.christmas()
            facts.cancelledBy = party
            return try writer.content(of: Letter(kind, to: MailFixture.guest, about: facts)).paragraphs[0]
        }
        #expect(try first(.cancelled, by: .guest).hasPrefix("You have cancelled."))
        #expect(try first(.cancelled, by: .host).hasPrefix("We are sorry: the host has cancelled."))
        #expect(try first(.cancelledForHost, by: .guest).hasPrefix("Ada Lovelace has cancelled."))
        #expect(try first(.cancelledForHost, by: .host).hasPrefix("You have cancelled."))
        #expect(try first(.cancelled, by: .operator).hasPrefix("The operator of this site has cancelled."))
        #expect(try first(.cancelled, by: nil).hasPrefix("The booking was cancelled."))
    }

    @Test("The hour that comes twice is told apart")
    func daylightSaving() throws {
        let zone = try #require(Zone("America/New_York"))
        // 2026-11-01T05:30Z: half an hour before the clocks go back.
        let first = Instant(milliseconds: 1_793_511_000_000)
        let second = first + .seconds(3600)
        #expect(Wording.moment(first, in: zone).hasPrefix("Sunday 1 November 2026, 01:30"))
        #expect(Wording.moment(second, in: zone).hasPrefix("Sunday 1 November 2026, 01:30"))
        #expect(Wording.moment(first, in: zone) != Wording.moment(second, in: zone))
    }

    @Test(
        "A zone is told by the name people have for it, else by its place and distance",
        arguments: [
            ("America/New_York", "Eastern Daylight Time (UTC-4)", "Eastern Time (America/New York)"),
            ("Europe/Vienna", "Central European Summer Time (UTC+2)", "Central European Time (Europe/Vienna)"),
            ("Asia/Kolkata", "India Standard Time (UTC+5:30)", "India Standard Time (Asia/Kolkata)"),
            ("Europe/Istanbul", "Europe/Istanbul time (UTC+3)", "Türkiye Time (Europe/Istanbul)"),
            ("America/St_Johns", "Newfoundland Daylight Time (UTC-2:30)", "Newfoundland Time (America/St Johns)"),
            ("UTC", "UTC", "UTC"),
        ])
    func zones(_ name: String, _ clock: String, _ common: String) throws {
        let zone = try #require(Zone(name))
        #expect(Wording.moment(TestWorld().now, in: zone).hasSuffix(clock))
        #expect(!Wording.moment(TestWorld().now, in: zone).contains("GMT"))
        #expect(Wording.name(of: zone) == common)
    }

    @Test("The welcome names no booking")
    func welcome() async throws {
        let fixture = try await MailFixture()
        let letter = Letter.registered(MailFixture.guest)
        #expect(letter.subject == MailFixture.guest.text)
        let mail = try ParsedMail(try await fixture.sent(letter).message)
        #expect(mail.leaf("text/plain")?.text.hasPrefix("Hello Ada Lovelace,\n") == true)
        #expect(mail.leaf("text/plain")?.text.contains("Booking") == false)
        #expect(mail.leaf("text/html")?.text.contains("<table") == false)
        #expect(mail.leaf("text/calendar") == nil)
    }

    @Test("A letter comes back from the database as it went in", arguments: LetterKind.allCases)
    func roundTrip(_ kind: LetterKind) throws {
        let letter =
            kind == .registered
            ? .registered(MailFixture.guest) : Letter(kind, to: MailFixture.host, about: .christmas())
        #expect(try JSONDecoder().decode(Letter.self, from: JSONEncoder().encode(letter)) == letter)
    }

    @Test("A price of a year of nights is told by its total")
    func manyLines() throws {
        var facts = StayFacts.christmas()
        facts.lines = (0..<365).map { .init("Night \($0)", Money(100, .usd)) }
        let content = try LetterWriter(baseURL: "").content(of: Letter(.held, to: MailFixture.guest, about: facts))
        #expect(content.price.isEmpty)
    }
}

import Core
import Foundation
import TestSupport
import Testing

@testable import NotificationService

@Suite("Letters", .onEachEngine)
struct LetterTests {
    private static func writer(_ language: Language = .english) throws -> LetterWriter {
        LetterWriter(baseURL: "https://roost.example", language, try Wordbook.shipped.get())
    }

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
            // Only where lines are broken for the reader is there something to keep together.
            let gap = type == "text/html" ? "\u{00A0}" : " "
            for fact in [
                place, "H7K2-9QXM", "Thursday, December\(gap)24, 2026", "Sunday, December\(gap)27, 2026", "15:00",
                "11:00",
                "$412.30 USD", "3 nights", "2 guests", "Eastern Time (America/New York)", "https://roost.example/",
            ] { #expect(body.contains(fact), "\(kind) \(type): \(fact)") }
            if type == "text/html" { #expect(!body.contains("<changed>")) }
        }
        #expect(try mail.decoded("Subject").contains("Loft & Garden"))
    }

    @Test(
        "What is to be done until when is told in the time of the place, with its zone",
        arguments: [LetterKind.requested, .requestReceived, .accepted, .held])
    func tellsTheDeadline(_ kind: LetterKind) throws {
        let writer = try Self.writer()
        let content = try writer.content(of: Letter(kind, to: MailFixture.guest, about: .christmas()))
        let text = TextLetter.render(content, greeting: writer.greeting(nil))
        #expect(text.contains("Sunday, December 20, 2026, 14:05"))
        #expect(text.contains("14:05 Eastern Standard Time (UTC-5)"))
        #expect(text.hasPrefix("Hello,\n"))
    }

    @Test(
        "What goes back is told, or why nothing does",
        arguments: [
            (20615, "$206.15 USD goes back to you"), (0, "Under the cancellation policy of this booking, no money"),
            (nil, "Nothing had been paid"),
        ] as [(Int64?, String)])
    func tellsTheRefund(_ refund: Int64?, _ expected: String) throws {
        var facts = StayFacts.christmas()
        facts.refund = refund.map { Money($0, .usd) }
        let content = try Self.writer().content(of: Letter(.cancelled, to: MailFixture.guest, about: facts))
        #expect(TextLetter.render(content, greeting: "Hello Ada,").contains(expected))
    }

    @Test(
        "Amounts have their currency's decimals",
        arguments: [("JPY", "¥41,230 JPY"), ("KWD", "KWD 41.230"), ("EUR", "€412.30 EUR")])
    func currencies(_ code: String, _ expected: String) throws {
        let old = StayFacts.christmas()
        let facts = StayFacts(
            bookingId: old.bookingId, code: old.code, place: old.place, stay: old.stay, guests: 1,
            total: Money(41230, try #require(Currency(code: code))), zone: old.zone, checkInFrom: old.checkInFrom,
            checkOutBy: old.checkOutBy)
        let content = try Self.writer().content(of: Letter(.refunded, to: MailFixture.guest, about: facts))
        #expect(content.facts.first { $0.label == "Total" }?.value.replacing("\u{A0}", with: " ") == expected)
        #expect(content.facts.contains(.init("Stay", "3 nights, 1 guest")))
    }

    @Test("Who cancelled is told to each in their own words")
    func whoCancelled() throws {
        let writer = try Self.writer()
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

    @Test(
        "Whose request was crowded out hears why in their language; a host's own words stay theirs",
        arguments: [
            (Language.english, false, "The nights went to another guest."),
            (.german, false, "Die Nächte gingen an einen anderen Gast."),
            (.arabic, false, "ذهبت الليالي إلى ضيف آخر."),
            (.english, true, "Your other request for these dates was accepted."),
            (.german, true, "Ihre andere Anfrage für diese Tage wurde angenommen."),
            (.arabic, true, "قُبل طلبك الآخر لهذه التواريخ."),
        ])
    func crowdedOut(_ language: Language, byOwn: Bool, _ expected: String) throws {
        var facts = StayFacts.christmas()
        facts.reason = "The nights went to another guest."
        facts.isOvertakenByOwn = byOwn ? true : nil
        func text() throws -> String {
            let content = try Self.writer(language).content(
                of: Letter(.declined, to: MailFixture.guest, about: facts))
            return TextLetter.render(content, greeting: "")
        }
        facts.cancelledBy = .system
        #expect(try text().contains(expected))
        #expect(try text().contains("The nights went") == (language == .english && !byOwn))
        (facts.cancelledBy, facts.reason) = (.host, "The roof leaks.")
        #expect(try text().contains("The roof leaks.") && !text().contains(expected))
    }

    @Test("The hour that comes twice is told apart")
    func daylightSaving() throws {
        let zone = try #require(Zone("America/New_York"))
        let formats = try Wordbook.shipped.get().formats(.english)
        // 2026-11-01T05:30Z: half an hour before the clocks go back.
        let first = Instant(milliseconds: 1_793_511_000_000)
        let second = first + .seconds(3600)
        #expect(formats.longMoment(first, in: zone).hasPrefix("Sunday, November\u{00A0}1, 2026, 01:30"))
        #expect(formats.longMoment(second, in: zone).hasPrefix("Sunday, November\u{00A0}1, 2026, 01:30"))
        #expect(formats.longMoment(first, in: zone) != formats.longMoment(second, in: zone))
    }

    @Test(
        "A zone is told by the name people have for it, else by its place and distance",
        arguments: [
            ("America/New_York", "Eastern Daylight Time\u{00A0}(UTC\u{2212}4)", "Eastern Time (America/New York)"),
            ("Europe/Vienna", "Central European Summer Time\u{00A0}(UTC+2)", "Central European Time (Europe/Vienna)"),
            ("Asia/Kolkata", "India Standard Time\u{00A0}(UTC+5:30)", "India Standard Time (Asia/Kolkata)"),
            ("Europe/Istanbul", "Europe/Istanbul time\u{00A0}(UTC+3)", "Türkiye Time (Europe/Istanbul)"),
            (
                "America/St_Johns", "Newfoundland Daylight Time\u{00A0}(UTC\u{2212}2:30)",
                "Newfoundland Time (America/St Johns)"
            ),
            ("UTC", "UTC", "UTC"),
        ])
    func zones(_ name: String, _ clock: String, _ common: String) throws {
        let zone = try #require(Zone(name))
        let formats = try Wordbook.shipped.get().formats(.english)
        #expect(formats.longMoment(TestWorld().now, in: zone).hasSuffix(clock))
        #expect(!formats.longMoment(TestWorld().now, in: zone).contains("GMT"))
        #expect(formats.zone(zone) == common)
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
        let content = try Self.writer().content(of: Letter(.held, to: MailFixture.guest, about: facts))
        #expect(content.price.isEmpty)
    }

    @Test(
        "Every letter is whole in every language: its own words, the facts, its direction, its addresses, its header",
        arguments: [Language.german, .arabic], LetterKind.allCases)
    func languages(_ language: Language, _ kind: LetterKind) async throws {
        let fixture = try await MailFixture(takesUnreachable: true, language: language)
        let reader = kind.isForHost ? MailFixture.host : MailFixture.guest
        let letter = kind == .registered ? .registered(reader) : Letter(kind, to: reader, about: .christmas())
        let mail = try ParsedMail(try await fixture.sent(letter).message)
        let english = try Self.writer().content(of: letter)
        let text = try #require(mail.leaf("text/plain")?.text)
        let html = try #require(mail.leaf("text/html")?.text)
        for sentence in english.paragraphs + [english.subject, english.action?.label ?? "Hello"] {
            #expect(!text.contains(sentence), "\(kind): \(sentence)")
        }
        for body in [text, html] {
            #expect(!body.contains("{") || body.contains("@media"), "a place for a value is left")
        }
        #expect(!text.contains("{") && !text.contains("letter."))
        #expect(html.contains("<html lang=\"\(language.code)\" dir=\"\(language.direction)\">"))
        #expect(text.contains("https://roost.example/\(language.code)/"))
        let subject = try mail.decoded("Subject")
        #expect(subject != english.subject && !subject.isEmpty)
        guard kind != .registered else { return }
        for fact in ["H7K2-9QXM", "2026", "15:00", "11:00", "Loft & Garden", "America/New York"] {
            #expect(text.contains(fact), "\(fact)")
        }
        #expect(text.contains(language == .german ? "Donnerstag, 24. Dezember 2026" : "ديسمبر"))
        #expect(text.contains(language == .german ? "412,30" : "412.30"))
    }

    @Test("An hour is told with the zone's name in the language, and its distance")
    func zonesInLanguages() throws {
        let words = try Wordbook.shipped.get()
        let vienna = try #require(Zone("Europe/Vienna"))
        #expect(
            words.formats(.german).longMoment(TestWorld().now, in: vienna).hasSuffix(
                "Mitteleuropäische Sommerzeit\u{00A0}(UTC+2)"))
        #expect(words.formats(.german).zone(vienna) == "Mitteleuropäische Zeit (Europe/Vienna)")
        let arabic = words.formats(.arabic).longMoment(TestWorld().now, in: vienna)
        // Within a sentence a value is isolated, and what has no letters of its own would run from left to right.
        #expect(arabic.contains("UTC+2") && arabic.hasPrefix("\u{200F}"))
        let istanbul = try #require(Zone("Europe/Istanbul"))
        #expect(words.formats(.german).longMoment(TestWorld().now, in: istanbul).contains("Europe/Istanbul"))
    }

    @Test("Nights at one price are one line, and fees have their names in the language")
    func priceLines() throws {
        var facts = StayFacts.christmas()
        facts.lines = [
            .init("2026-12-24", Money(10_000, .usd), kind: "night"),
            .init("2026-12-25", Money(10_000, .usd), kind: "night"),
            .init("2026-12-26", Money(17_500, .usd), kind: "night"),
            .init("Cleaning", Money(3_730, .usd), kind: "cleaningFee"),
        ]
        let letter = Letter(.held, to: MailFixture.guest, about: facts)
        let english = try Self.writer().content(of: letter).price
        #expect(english.map(\.label) == ["2 nights at $100.00", "1 night at $175.00", "Cleaning", "Total"])
        #expect(english.map(\.value) == ["$200.00", "$175.00", "$37.30", "$412.30 USD"])
        #expect(try Self.writer(.german).content(of: letter).price.map(\.label).last == "Gesamt")
    }
}

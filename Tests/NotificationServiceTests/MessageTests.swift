import Core
import Foundation
import TestSupport
import Testing

@testable import NotificationService

@Suite("Messages", .onEachEngine)
struct MessageTests {
    static let hostile: [String] = [
        "Loft\r\nBcc: eve@example.com\r\n\r\n<b>body</b>", "Loft\nSubject: other", "a\u{0}b\u{1B}[31mred\u{7F}",
        "<script>alert('x')</script>", "\"><img src=x onerror=alert(1)>",
        "evil \u{202E}txet\u{2066} here\u{2028}next\u{85}line",
        "🏡🏴󠁧󠁢󠁳󠁣󠁴󠁿👨‍👩‍👧‍👦 Zürich; a,b\\c", "=?UTF-8?B?QmNjOiBldmU=?=", String(repeating: "x", count: 10_000),
        String(repeating: "ü 🏡", count: 2_500), "e" + String(repeating: "\u{301}", count: 10_000), "--=_roost_mixed_",
        ".",
        "", "   ", "BEGIN:VEVENT\nUID:other", "שלום עולם", "& &amp; &lt;",
    ]

    @Test("A hostile title stays a title: in headers, text, HTML and the calendar", arguments: hostile.indices)
    func hostileTitles(_ index: Int) async throws {
        let fixture = try await MailFixture()
        var facts = StayFacts.christmas(place: Self.hostile[index])
        facts.area = Self.hostile[index]
        facts.reason = Self.hostile[index]
        facts.guestName = Self.hostile[index]
        facts.lines = [.init(Self.hostile[index], Money(41230, .usd))]
        fixture.addresses.set(MailAddress(name: Self.hostile[index], address: "ada@example.com"), of: MailFixture.guest)
        for kind in [LetterKind.confirmed, .cancelled, .bookingReceived] {
            let mail = try ParsedMail(try await fixture.sent(Letter(kind, to: MailFixture.guest, about: facts)).message)
            #expect(
                mail.headers.map(\.name) == [
                    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                ])
            #expect(mail.header("To")?.hasSuffix("ada@example.com>") == true || mail.header("To") == "ada@example.com")
            let subject = try mail.decoded("Subject")
            #expect(subject.unicodeScalars.count < 130)
            let text = try #require(mail.leaf("text/plain")?.text)
            let html = try #require(mail.leaf("text/html")?.text)
            for body in [subject, text, html] {
                #expect(!body.unicodeScalars.contains { isForbidden($0) })
            }
            for tag in ["<script", "<img", "<b>"] { #expect(!html.contains(tag)) }
            #expect(!text.contains("\nBcc:") && !text.contains("\nUID:") && !text.contains("\nSubject:"))
            #expect(text.utf8.count < 50_000)
            if kind == .confirmed { try checkCalendar(try #require(mail.leaf("text/calendar"))) }
        }
    }

    private func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private func checkCalendar(_ part: ParsedMail) throws {
        let lines = try ParsedMail.lines([UInt8](part.body)[...])
        #expect(lines.allSatisfy { $0.count <= 75 })
        #expect(lines.allSatisfy { String(bytes: $0, encoding: .utf8) != nil }, "no character is cut in two")
        #expect(part.text.hasSuffix("END:VCALENDAR\r\n"))
        // By octets: a space and a combining accent are one character.
        let names = lines.filter { $0.first != 32 }.map { line in
            String(decoding: line.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }, as: UTF8.self)
        }
        #expect(
            names == [
                "BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "BEGIN", "UID", "SEQUENCE", "DTSTAMP", "DTSTART",
                "DTEND",
                "SUMMARY",
                "LOCATION", "DESCRIPTION", "URL", "STATUS", "END", "END",
            ])
    }

    @Test("The confirmed guest's mail has text, HTML and the stay as a calendar file")
    func confirmed() async throws {
        let fixture = try await MailFixture()
        let outgoing = try await fixture.sent(Letter(.confirmed, to: MailFixture.guest, about: .christmas()))
        let mail = try ParsedMail(outgoing.message)
        #expect(mail.type == "multipart/mixed")
        #expect(mail.parts.map(\.type) == ["multipart/alternative", "text/calendar"])
        #expect(mail.parts[0].parts.map(\.type) == ["text/plain", "text/html"])
        #expect(mail.header("From") == "Roost <no-reply@roost.example>")
        #expect(mail.header("To") == "Ada Lovelace <ada@example.com>")
        #expect(mail.header("Message-ID") == "<\(outgoing.id)@roost.example>")
        #expect(mail.header("Date") == "Thu, 01 Jul 2027 12:00:00 +0000")
        #expect(mail.header("MIME-Version") == "1.0")
        #expect(mail.parts[1].header("Content-Disposition") == "attachment; filename=\"stay.ics\"")
        let calendar = mail.parts[1].text
        for line in [
            "UID:bkg_1", "DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "DTSTAMP:20270701T120000Z",
            "SUMMARY:Stay at Loft & Garden", "LOCATION:Loft & Garden\\, Albany\\, US", "METHOD:PUBLISH",
        ] { #expect(calendar.contains("\r\n\(line)\r\n"), "\(line)") }
        try checkCalendar(mail.parts[1])
    }

    @Test("Only the guest whose stay is confirmed or changed gets a calendar file")
    func othersHaveNone() async throws {
        let fixture = try await MailFixture(takesUnreachable: true)
        for kind in LetterKind.allCases where !kind.bringsCalendar && kind != .registered {
            let mail = try ParsedMail(
                try await fixture.sent(Letter(kind, to: MailFixture.host, about: .christmas())).message)
            #expect(mail.type == "multipart/alternative")
            #expect(try mail.decoded("To") == "Zoë “Zo” O’Neill <host@hosts.invalid>")
        }
    }

    @Test(
        "Names that need it are quoted or encoded",
        arguments: [
            ("Ada", "Ada <a@b.c>"), ("Lovelace, Ada", "\"Lovelace, Ada\" <a@b.c>"),
            (#"A "B" \C"#, #""A \"B\" \\C" <a@b.c>"#),
            ("a@b.c", "\"a@b.c\" <a@b.c>"), ("Zoë", "=?UTF-8?B?Wm/Dqw==?= <a@b.c>"), ("", "a@b.c"),
            ("x\r\nBcc: y", "\"x Bcc: y\" <a@b.c>"),
        ])
    func mailboxes(_ name: String, _ expected: String) throws {
        #expect(MailHeader.mailbox(try #require(MailAddress(name: name, address: "a@b.c"))) == expected)
    }

    @Test(
        "Addresses are plain or refused",
        arguments: [
            ("Roost <no-reply@localhost>", "Roost", "no-reply@localhost"), ("a@b.c", nil, "a@b.c"),
            ("\"Roost, Inc.\" <a@b.c>", "Roost, Inc.", "a@b.c"), ("<a@b.c>", nil, "a@b.c"), ("Roost", nil, nil),
            ("a@b@c", nil, nil), ("a b@c", nil, nil), ("a@b.c\r\nX: y", nil, nil), ("", nil, nil), ("@", nil, nil),
            ("Roost <a@b.c", nil, nil),
        ] as [(String, String?, String?)])
    func addresses(_ text: String, _ name: String?, _ address: String?) {
        let read = MailAddress(text)
        #expect(read?.address == address)
        #expect(read?.name == name)
    }

    @Test(
        "Text survives quoted-printable",
        arguments: [
            "", "\n", "plain\n", "= a=b\n", "ends in space \nand tab\t\nx", String(repeating: "y", count: 76) + "\n",
            String(repeating: "z", count: 77), String(repeating: "é", count: 500),
            String(repeating: "a b ", count: 100) + "\n",
            String(repeating: "w", count: 75) + " \nend",
        ])
    func quotedPrintable(_ text: String) throws {
        let message =
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + QuotedPrintable.encode(text) + "\r\n"
        #expect(try ParsedMail(message).text == text + "\n")
    }
}

import Core
import Foundation
import Testing

@testable import Web

@Suite("What the pages say, in each language")
struct CatalogueTests {
    static let others = Language.allCases.filter { $0 != .english }

    private func catalogue(_ language: Language) throws -> [String: Catalogue.Entry] {
        try Catalogue(Wordbook.shippedBytes(of: language), fallback: nil).entries
    }

    /// The places for values in a sentence.
    private func places(_ text: String) -> Set<String> {
        Set(text.matches(of: #/\{(\w+)\}/#).map { String($0.1) })
    }

    @Test("No language lacks a sentence, or has one too many", arguments: others)
    func keys(_ language: Language) throws {
        let (english, other) = (try catalogue(.english), try catalogue(language))
        #expect(Set(english.keys).subtracting(other.keys).sorted() == [])
        #expect(Set(other.keys).subtracting(english.keys).sorted() == [])
    }

    @Test(
        "Every language has its plural forms, and every sentence the same places for values",
        arguments: Language.allCases)
    func entries(_ language: Language) throws {
        let (english, other) = (try catalogue(.english), try catalogue(language))
        for (key, entry) in other {
            switch (entry, english[key]) {
            case (.text(let text), .text(let original)):
                #expect(places(text) == places(original), "\(key)")
                #expect(!text.isEmpty, "\(key)")
            case (.plural(let forms), .plural(let original)):
                #expect(Set(forms.keys) == Set(Plural.needed(in: language)), "\(key)")
                let wanted = places(original[.other] ?? "")
                for (form, text) in forms {
                    // One, two and none may be said in words.
                    let isSpelt = language == .arabic && [.zero, .one, .two].contains(form)
                    let own = places(text)
                    #expect(own == wanted || (isSpelt && own.union(["count"]) == wanted), "\(key) \(form)")
                }
            default: Issue.record("\(key) is a sentence in one language and plural forms in another")
            }
        }
    }

    @Test("Templates and pages name only sentences that are there")
    func named() throws {
        let english = try catalogue(.english)
        for (name, bytes) in try Resources.files(in: "templates", ending: ".mustache") {
            for match in String(decoding: bytes, as: UTF8.self).matches(of: #/\{\{[#^&]?\s*t\.([A-Za-z0-9_.\-]+)/#) {
                #expect(english[String(match.1)] != nil, "\(name): \(match.1)")
            }
        }
        let pages = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/Web/Pages")
        for file in try FileManager.default.subpathsOfDirectory(atPath: pages.path) where file.hasSuffix(".swift") {
            let text = try String(contentsOf: pages.appending(path: file), encoding: .utf8)
            for match in text.matches(of: #/texts(?:\.count)?\(\s*"([A-Za-z0-9_.\-]+)"/#) {
                #expect(english[String(match.1)] != nil, "\(file): \(match.1)")
            }
        }
    }

    @Test("Three braces only around what a part of the program wrote as HTML")
    func unescaped() throws {
        for (name, bytes) in try Resources.files(in: "templates", ending: ".mustache") {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: #/\{\{\{\s*([^}]*)\}\}\}/#) {
                #expect(match.1.hasSuffix("HTML"), "\(name): \(match.1)")
            }
            #expect(!text.contains("{{&"), "\(name)")
        }
    }

    @Test(
        "Plural forms as CLDR has them",
        arguments: [
            (0, Plural.other, Plural.zero), (1, .one, .one), (2, .other, .two), (3, .other, .few), (10, .other, .few),
            (11, .other, .many), (99, .other, .many), (100, .other, .other), (102, .other, .other), (103, .other, .few),
            (111, .other, .many), (200, .other, .other),
        ])
    func plurals(_ count: Int, _ english: Plural, _ arabic: Plural) {
        #expect(Plural(count, in: .english) == english && Plural(count, in: .german) == english)
        #expect(Plural(count, in: .arabic) == arabic)
    }

    @Test("Money, days and weeks as each language writes them")
    func formats() throws {
        let pages = try Pages()
        let day = try #require(LocalDay("2026-12-24"))
        func plain(_ text: String) -> String {
            text.replacing(#/[\u{00A0}\u{202F}]/#, with: " ").replacing(#/[\u{200E}\u{200F}\u{061C}]/#, with: "")
        }
        let (english, german, arabic) = (pages.formats(.english), pages.formats(.german), pages.formats(.arabic))
        #expect(english.money(Money(48_400, .usd)) == "$484.00" && english.shortMoney(Money(48_400, .usd)) == "$484")
        #expect(plain(german.money(Money(123_456, .usd))) == "1.234,56 $")
        #expect(arabic.money(Money(48_450, .usd)).contains("484"))
        let yen = try #require(Currency(code: "JPY"))
        let dinar = try #require(Currency(code: "KWD"))
        #expect(english.money(Money(500, yen)) == "¥500" && plain(english.money(Money(1234, dinar))) == "KWD 1.234")
        #expect(english.longDay(day) == "Thursday, December\u{00A0}24, 2026")
        #expect(german.longDay(day) == "Donnerstag, 24.\u{00A0}Dezember 2026")
        #expect(arabic.longDay(day).contains("24") && arabic.longDay(day).contains("2026"))
        #expect(english.weekdays.first == .sunday && german.weekdays.first == .monday)
        #expect(german.weekday(.monday).full == "Montag" && english.weekday(.sunday).short == "Sun")
    }

    /// What is not seen, by name: an amount in Arabic is the number and the currency, each isolated.
    private func spelled(_ text: String) -> String {
        let names: [Unicode.Scalar: String] = [
            "\u{00A0}": "~", "\u{200F}": "[rlm]", "\u{200E}": "[lrm]", "\u{2066}": "[lri]", "\u{2068}": "[fsi]",
            "\u{2069}": "[pdi]",
        ]
        return text.unicodeScalars.map { names[$0] ?? String($0) }.joined()
    }

    @Test(
        "Amounts above and below zero, with the decimals of their currency, as each language writes them",
        arguments: [
            (Language.english, "USD", Int64(14_400), "$144.00"), (.english, "USD", -123_456, "-$1,234.56"),
            (.english, "JPY", 144, "¥144"), (.english, "JPY", -1234, "-¥1,234"),
            (.english, "KWD", 144_000, "KWD~144.000"), (.english, "KWD", -1_234_567, "-KWD~1,234.567"),
            (.german, "USD", 14_400, "144,00~$"), (.german, "USD", -123_456, "-1.234,56~$"),
            (.german, "JPY", 144, "144~¥"), (.german, "JPY", -1234, "-1.234~¥"),
            (.german, "KWD", 144_000, "144,000~KWD"), (.german, "KWD", -1_234_567, "-1.234,567~KWD"),
            (.arabic, "USD", 14_400, "[rlm][lri]144.00[pdi]~[fsi]US$[pdi]"),
            (.arabic, "USD", -123_456, "[rlm][lri]-1,234.56[pdi]~[fsi]US$[pdi]"),
            (.arabic, "EUR", -14_400, "[rlm][lri]-144.00[pdi]~[fsi]€[pdi]"),
            (.arabic, "JPY", 144, "[rlm][lri]144[pdi]~[fsi]JP¥[pdi]"),
            (.arabic, "JPY", -1234, "[rlm][lri]-1,234[pdi]~[fsi]JP¥[pdi]"),
            (.arabic, "KWD", 144_000, "[rlm][lri]144.000[pdi]~[fsi]د.ك.[pdi]"),
            (.arabic, "KWD", -1_234_567, "[rlm][lri]-1,234.567[pdi]~[fsi]د.ك.[pdi]"),
        ])
    func amounts(_ language: Language, _ code: String, _ amount: Int64, _ expected: String) throws {
        let formats = try Wordbook.shipped.get().formats(language)
        let money = Money(amount, try #require(Currency(code: code)))
        #expect(spelled(formats.money(money)) == expected)
        #expect(spelled(formats.money(money)) == expected, "written again")
    }

    @Test(
        "No line ends between a day and its month, nor before the letters UTC",
        arguments: [
            (Language.english, "Thu, Dec\u{00A0}24, 2026", "Dec\u{00A0}24, 2026, 09:05\u{00A0}UTC"),
            (.german, "Do. 24.\u{00A0}Dez. 2026", "24.\u{00A0}Dez. 2026, 09:05\u{00A0}UTC"),
            (.arabic, "خميس، 24\u{00A0}ديسمبر، 2026", "24\u{00A0}ديسمبر، 2026، 09:05\u{00A0}UTC"),
        ])
    func unbroken(_ language: Language, _ day: String, _ stamp: String) throws {
        let formats = try Wordbook.shipped.get().formats(language)
        let date = try #require(LocalDay("2026-12-24"))
        // Isolates and marks of direction are not what this is about.
        func plain(_ text: String) -> String { text.replacing(#/[\u{200E}\u{200F}\u{2066}-\u{2069}]/#, with: "") }
        #expect(plain(formats.dayWithYear(date)) == day)
        let instant = Instant(milliseconds: Int64(date.number) * 86_400_000 + (9 * 60 + 5) * 60_000)
        #expect(plain(formats.stamp(instant)) == stamp)
        #expect(formats.month(date).contains(" 2026"))
    }

    @Test("The nights of a season are told from its first to its last")
    func nights() throws {
        let formats = try Wordbook.shipped.get().formats(.english)
        let (first, after) = (try #require(LocalDay("2026-12-31")), try #require(LocalDay("2027-01-03")))
        func told(_ from: LocalDay, _ to: LocalDay) throws -> String {
            formats.nights(try #require(Stay(from: from, to: to))).replacing("\u{00A0}", with: " ")
        }
        #expect(try told(first, after) == "Thu, Dec 31, 2026 – Sat, Jan 2, 2027")
        #expect(try told(after, after.advanced(by: 2)) == "Sun, Jan 3 – Mon, Jan 4, 2027")
        #expect(try told(first, first.advanced(by: 1)) == "Thu, Dec 31, 2026")
    }

    @Test(
        "A moment names the time that its clock shows, on a page as in a letter",
        arguments: [
            (Language.english, "America/New_York", "Eastern Standard Time\u{00A0}(UTC\u{2212}5)"),
            (.english, "Asia/Kolkata", "India Standard Time\u{00A0}(UTC+5:30)"),
            (.english, "Europe/Istanbul", "Europe/Istanbul time\u{00A0}(UTC+3)"), (.english, "UTC", "UTC"),
            (.german, "Europe/Vienna", "Mitteleuropäische Normalzeit\u{00A0}(UTC+1)"),
            (.german, "Europe/Istanbul", "Zeit von Europe/Istanbul\u{00A0}(UTC+3)"),
        ])
    func moments(_ language: Language, _ name: String, _ expected: String) throws {
        let formats = try Wordbook.shipped.get().formats(language)
        let (zone, winter) = (try #require(Zone(name)), Instant(milliseconds: 1_797_000_000_000))
        #expect(formats.zoneName(zone, at: winter) == expected)
        let texts = [
            formats.moment(winter, in: zone), formats.longMoment(winter, in: zone), formats.clock(winter, in: zone),
        ]
        for text in texts {
            #expect(text.hasSuffix(expected) && !text.contains("GMT"), "\(text)")
            #expect(text.dropLast(expected.count).last?.isWhitespace == true, "\(text)")
        }
    }
}

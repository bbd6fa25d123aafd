import Core
import PropertyService
import Testing

@testable import Web

@Suite("Where the lines of a price come from, in words")
struct PriceOriginTests {
    private static let basis = Money(123_450, .usd)
    private static let each = Money(350, .usd)
    private static let percent = Percent(thousandths: 8875)
    private static let season = PriceOrigin.season(
        name: "Regatta", Stay(from: LocalDay("2027-07-10")!, to: LocalDay("2027-07-12")!)!, isOfWeekend: true)

    /// Every origin there is, with what stands on the line and behind it.
    private static let rows: [(PriceOrigin, label: String, text: String)] = [
        (.base, "Preis einer Nacht", "Ihr Preis für eine Nacht"),
        (.weekend, "Preis einer Nacht", "Ihr Preis für Nächte am Wochenende"),
        (season, "Preis einer Nacht", "Regatta, Sa. 10. Juli – So. 11. Juli 2027, Nächte am Wochenende"),
        (.date, "Preis einer Nacht", "der Preis, den Sie für dieses Datum gesetzt haben"),
        (
            .lengthOfStay(nights: 7, percent, of: basis), "8,875 % Rabatt ab 7 Nächten",
            "8,875 % der Nächte, 1.234,50 $, abgerundet"
        ),
        (
            .earlyBird(days: 60, Percent(thousandths: 5000), of: basis), "5 % Rabatt bei Buchung 60 Tage im Voraus",
            "5 % der Nächte, 1.234,50 $, abgerundet"
        ),
        (
            .lastMinute(percent, of: basis), "8,875 % Rabatt kurz vor der Anreise",
            "8,875 % der Nächte, 1.234,50 $, abgerundet"
        ),
        (.cleaning, "Reinigung", "einmal je Aufenthalt"),
        (.extraGuests(2, nights: 3, each: each), "Weitere Gäste", "2 Gäste × 3 Nächte × 3,50 $"),
        (
            .serviceFee(percent, of: basis), "Servicegebühr (8,875 %)",
            "8,875 % von Nächten, Rabatten und Gebühren, 1.234,50 $, kaufmännisch gerundet"
        ),
        (
            .tax(name: "Sales tax", .percent(percent, of: basis), isIncluded: false), "Sales tax (8,875 %)",
            "8,875 % von 1.234,50 $, kaufmännisch gerundet"
        ),
        (
            .tax(name: "VAT", .percent(percent, of: basis), isIncluded: true), "VAT (8,875 %)",
            "8,875 %, enthalten in 1.234,50 $, kaufmännisch gerundet"
        ),
        (.tax(name: "City tax", .nights(1, each: each), isIncluded: false), "City tax", "1 Nacht × 3,50 $"),
        (
            .tax(name: "City tax", .persons(4, nights: 7, each: each), isIncluded: false), "City tax",
            "4 Personen × 7 Nächte × 3,50 $"
        ),
    ]

    private func words(_ language: Language) throws -> PriceOriginWords {
        let pages = try Pages()
        return PriceOriginWords(pages.texts(language), pages.formats(language))
    }

    @Test("In German, word for word")
    func german() throws {
        let words = try words(.german)
        func plain(_ text: String) -> String { text.replacing(#/[\u{00A0}\u{202F}]/#, with: " ") }
        for row in Self.rows {
            #expect(plain(words.label(row.0)) == row.label)
            #expect(plain(words.text(row.0)) == row.text)
        }
    }

    @Test("In every language each in words of its own", arguments: Language.allCases)
    func all(_ language: Language) throws {
        let (words, english) = (try words(language), try words(.english))
        for (origin, _, _) in Self.rows {
            for (text, other) in [
                (words.label(origin), english.label(origin)), (words.text(origin), english.text(origin)),
            ] {
                #expect(!text.contains("host.") && !text.contains("{") && !text.isEmpty, "\(origin)")
                // Names are the host's own; a tax by the night has nothing else on its line.
                let isName = ["City tax", "Sales tax", "VAT", "Regatta"].contains { other.hasPrefix($0) }
                #expect(language == .english || isName || text != other, "\(origin)")
            }
        }
    }
}

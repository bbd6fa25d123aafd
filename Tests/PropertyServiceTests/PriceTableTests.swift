import Core
import Testing

@testable import PropertyService

/// What stays cost, rule by rule. 5 July 2027 is a Monday.
@Suite("Prices, as a bookkeeper reads them")
struct PriceTableTests {
    @Test("Each line and the total", arguments: nights + discounts + fees + taxes + currencies)
    func table(_ row: RuleCase) throws {
        let evaluation = try row.evaluation()
        let lines = evaluation.lines.map { line in
            let sum = line.included.map { "0 (\($0.decimalText))" } ?? line.amount.decimalText
            return "\(line.date?.description ?? line.label) \(sum)"
        }
        #expect(lines == row.lines)
        #expect(evaluation.total?.decimalText == row.total)
        #expect(evaluation.lines.reduce(0) { $0 + $1.amount.amount } == evaluation.total?.amount)
        #expect(evaluation.isPossible, "\(evaluation.reasons)")
        #expect(evaluation.trace.map(\.line) == Array(evaluation.lines.indices))
        #expect(evaluation.trace.allSatisfy { !$0.words.isEmpty && !$0.source.isEmpty })
    }

    /// Reckoned once more in whole minor units, one rounding a line.
    @Test("In every currency of ISO 4217 lines are whole minor units and sum to the total", arguments: Currency.codes)
    func everyCurrency(code: String) throws {
        let row = RuleCase(
            name: code, currency: code, price: "99.99", nights: 7, party: Party(adults: 3), serviceFee: "7.333",
            rules: {
                $0.lengthOfStay([(7, "12.5")])
                $0.cleaning("40.00")
                $0.extraGuests("15.00", above: 2)
                $0.tax("Sales tax", percent: "8.875")
                $0.tax("VAT", percent: "7", of: .nights, included: true)
            })
        let evaluation = try row.evaluation()
        let currency = try #require(Currency(code: code))
        let maker = RuleMaker(currency: currency)
        func minor(_ text: String) -> Int64 { maker.money(text).amount }
        func halfUp(_ amount: Int64, _ count: Int64, of all: Int64) -> Int64 { (2 * amount * count + all) / (2 * all) }
        let nights = 7 * minor("99.99")
        let (discount, cleaning, extra) = (nights / 8, minor("40.00"), 7 * minor("15.00"))
        let basis = nights - discount + cleaning + extra
        let (service, tax) = (halfUp(basis, 7333, of: 100_000), halfUp(basis, 8875, of: 100_000))
        let nightly = [Int64](repeating: minor("99.99"), count: 7)
        #expect(evaluation.lines.map(\.amount.amount) == nightly + [-discount, cleaning, extra, service, tax, 0])
        #expect(evaluation.lines.last?.included?.amount == halfUp(nights - discount, 7, of: 107))
        #expect(evaluation.total == Money(basis + service + tax, currency))
        let decimals = evaluation.total?.decimalText.split(separator: ".").dropFirst().first?.count ?? 0
        #expect(decimals == currency.exponent)
    }

    private static let nights: [RuleCase] = [
        RuleCase(
            name: "No rule: the listing's price", lines: ["2027-07-05 100.00", "2027-07-06 100.00"], total: "200.00"),
        RuleCase(
            name: "The weekend is Friday's and Saturday's night", from: "2027-07-08", nights: 4,
            rules: { $0.weekend("150.00") },
            lines: ["2027-07-08 100.00", "2027-07-09 150.00", "2027-07-10 150.00", "2027-07-11 100.00"],
            total: "500.00"),
        RuleCase(
            name: "…or which nights the host says", from: "2027-07-07", nights: 4,
            rules: { $0.weekend("120.00", on: [.thursday, .friday]) },
            lines: ["2027-07-07 100.00", "2027-07-08 120.00", "2027-07-09 120.00", "2027-07-10 100.00"],
            total: "440.00"),
        RuleCase(
            name: "A season wins over the weekend, and a stay may span its beginning and end", from: "2027-07-09",
            nights: 4,
            rules: {
                $0.weekend("150.00")
                $0.season("Regatta", "2027-07-10", "2027-07-12", "180.00")
            },
            lines: ["2027-07-09 150.00", "2027-07-10 180.00", "2027-07-11 180.00", "2027-07-12 100.00"],
            total: "610.00"),
        RuleCase(
            name: "A season may have a weekend price of its own", from: "2027-07-09", nights: 3,
            rules: {
                $0.weekend("150.00")
                $0.season("Regatta", "2027-07-09", "2027-07-13", "180.00", weekend: "220.00")
            },
            lines: ["2027-07-09 220.00", "2027-07-10 220.00", "2027-07-11 180.00"], total: "620.00"),
        RuleCase(
            name: "The price of a date wins over everything", from: "2027-07-09", nights: 3,
            dates: ["2027-07-10": "99.00"],
            rules: {
                $0.weekend("150.00")
                $0.season("Regatta", "2027-07-09", "2027-07-13", "180.00", weekend: "220.00")
            },
            lines: ["2027-07-09 220.00", "2027-07-10 99.00", "2027-07-11 180.00"], total: "499.00"),
        RuleCase(
            name: "Of two seasons the higher rank", from: "2027-07-09", nights: 4,
            rules: {
                $0.season("Summer", "2027-07-01", "2027-09-01", "130.00")
                $0.season("Festival", "2027-07-10", "2027-07-12", rank: 1, "300.00")
            },
            lines: ["2027-07-09 130.00", "2027-07-10 300.00", "2027-07-11 300.00", "2027-07-12 130.00"],
            total: "860.00"),
        RuleCase(
            name: "What a higher season leaves out, the lower one says", from: "2027-07-09", nights: 4,
            rules: {
                $0.season("Festival", "2027-07-10", "2027-07-12", rank: 1) { $0.minimumNights = 2 }
                $0.season("Summer", "2027-07-01", "2027-09-01", "130.00")
            },
            lines: ["2027-07-09 130.00", "2027-07-10 130.00", "2027-07-11 130.00", "2027-07-12 130.00"],
            total: "520.00"),
        RuleCase(
            name: "The leap day is a night as any other", from: "2028-02-28", nights: 3, now: "2028-02-01 12:00",
            rules: { $0.season("Leap", "2028-02-29", "2028-03-01", "290.00") },
            lines: ["2028-02-28 100.00", "2028-02-29 290.00", "2028-03-01 100.00"], total: "490.00"),
        RuleCase(
            name: "A season over the end of the year", from: "2027-12-30", nights: 4,
            rules: { $0.season("New Year", "2027-12-31", "2028-01-02", "400.00") },
            lines: ["2027-12-30 100.00", "2027-12-31 400.00", "2028-01-01 400.00", "2028-01-02 100.00"],
            total: "1000.00"),
        RuleCase(
            name: "The night of 25 hours is one night, of its own weekday", from: "2027-11-06",
            rules: { $0.weekend("150.00") }, lines: ["2027-11-06 150.00", "2027-11-07 100.00"], total: "250.00"),
        RuleCase(
            name: "…and so is the night of 23", from: "2028-03-11", now: "2028-03-01 12:00",
            rules: { $0.weekend("150.00") }, lines: ["2028-03-11 150.00", "2028-03-12 100.00"], total: "250.00"),
    ]

    /// So many nights from a day on, at 100.00 each.
    private static func plain(_ from: String, _ count: Int, _ price: String = "100.00") -> [String] {
        guard let from = LocalDay(from) else { return [] }
        return (0..<count).map { "\(from.advanced(by: $0)) \(price)" }
    }

    private static let discounts: [RuleCase] = [
        RuleCase(
            name: "Six nights are below seven", nights: 6, rules: { $0.lengthOfStay([(7, "10"), (28, "25")]) },
            lines: plain("2027-07-05", 6), total: "600.00"),
        RuleCase(
            name: "From seven nights on", nights: 7, rules: { $0.lengthOfStay([(7, "10"), (28, "25")]) },
            lines: plain("2027-07-05", 7) + ["10 % off for 7 nights or more -70.00"], total: "630.00"),
        RuleCase(
            name: "Of several lengths the longest that is reached, alone", nights: 28,
            rules: { $0.lengthOfStay([(28, "25"), (7, "10")]) },
            lines: plain("2027-07-05", 28) + ["25 % off for 28 nights or more -700.00"], total: "2100.00"),
        RuleCase(
            name: "Early birds: each discount is of the nights' full prices", from: "2027-09-06", nights: 7,
            rules: {
                $0.lengthOfStay([(7, "10")])
                $0.earlyBird([(60, "5"), (90, "8")])
            },
            lines: plain("2027-09-06", 7) + [
                "10 % off for 7 nights or more -70.00", "5 % off for booking 60 days ahead -35.00",
            ], total: "595.00"),
        RuleCase(
            name: "At the last minute, three days ahead", from: "2027-07-04",
            rules: { $0.lastMinute([(7, "5"), (3, "15")]) },
            lines: plain("2027-07-04", 2) + ["15 % off at the last minute -30.00"], total: "170.00"),
        RuleCase(
            name: "…four days ahead", from: "2027-07-05", rules: { $0.lastMinute([(7, "5"), (3, "15")]) },
            lines: plain("2027-07-05", 2) + ["5 % off at the last minute -10.00"], total: "190.00"),
        RuleCase(
            name: "…eight days ahead is no last minute", from: "2027-07-09",
            rules: { $0.lastMinute([(7, "5"), (3, "15")]) }, lines: plain("2027-07-09", 2), total: "200.00"),
        RuleCase(
            name: "A discount is rounded down: 10 % of 69.93 is 6.99", price: "9.99", nights: 7,
            rules: { $0.lengthOfStay([(7, "10")]) },
            lines: plain("2027-07-05", 7, "9.99") + ["10 % off for 7 nights or more -6.99"], total: "62.94"),
    ]

    private static let fees: [RuleCase] = [
        RuleCase(
            name: "Cleaning once a stay, a guest above two each night", party: Party(adults: 3),
            rules: {
                $0.cleaning("40.00")
                $0.extraGuests("20.00", above: 2)
            },
            lines: plain("2027-07-05", 2) + ["Cleaning fee 40.00", "1 extra guest for 2 nights 40.00"], total: "280.00"),
        RuleCase(
            name: "Children count as guests", party: Party(adults: 2, children: 2),
            rules: { $0.extraGuests("20.00", above: 2) },
            lines: plain("2027-07-05", 2) + ["2 extra guests for 2 nights 80.00"], total: "280.00"),
        RuleCase(
            name: "…unless the host says they don't", party: Party(adults: 2, children: 2),
            rules: {
                $0.extraGuests("20.00", above: 2)
                $0.rules.party.countsChildren = false
            },
            lines: plain("2027-07-05", 2), total: "200.00"),
        RuleCase(
            name: "Infants and pets don't count", party: Party(adults: 2, infants: 1, pets: 2),
            rules: { $0.extraGuests("20.00", above: 2) }, lines: plain("2027-07-05", 2), total: "200.00"),
        RuleCase(
            name: "…unless the host says infants do", party: Party(adults: 2, infants: 1),
            rules: {
                $0.extraGuests("20.00", above: 2)
                $0.rules.party.countsInfants = true
            },
            lines: plain("2027-07-05", 2) + ["1 extra guest for 2 nights 40.00"], total: "240.00"),
        RuleCase(
            name: "The operator's fee is of nights less discounts and of fees", nights: 7, serviceFee: "12.5",
            rules: {
                $0.lengthOfStay([(7, "10")])
                $0.cleaning("40.00")
            },
            lines: plain("2027-07-05", 7) + [
                "10 % off for 7 nights or more -70.00", "Cleaning fee 40.00", "Service fee (12.5 %) 83.75",
            ], total: "753.75"),
        RuleCase(
            name: "…rounded half up: 12.5 % of 100.04 is 12.505", price: "100.04", nights: 1, serviceFee: "12.5",
            lines: ["2027-07-05 100.04", "Service fee (12.5 %) 12.51"], total: "112.55"),
    ]

    private static let taxes: [RuleCase] = [
        RuleCase(
            name: "A percentage is of nights and the host's fees", serviceFee: "10",
            rules: {
                $0.cleaning("40.00")
                $0.tax("Sales tax", percent: "8.875")
            },
            lines: plain("2027-07-05", 2) + [
                "Cleaning fee 40.00", "Service fee (10 %) 24.00", "Sales tax (8.875 %) 21.30",
            ], total: "285.30"),
        RuleCase(
            name: "…or of what the host names", serviceFee: "10",
            rules: {
                $0.cleaning("40.00")
                $0.tax("Sales tax", percent: "8.875", of: [.nights, .cleaningFee, .serviceFee])
            },
            lines: plain("2027-07-05", 2) + [
                "Cleaning fee 40.00", "Service fee (10 %) 24.00", "Sales tax (8.875 %) 23.43",
            ], total: "287.43"),
        RuleCase(
            name: "By the night, for seven nights at the most", nights: 10,
            rules: { $0.tax("City tax", perNight: "3.50", nights: 7) },
            lines: plain("2027-07-05", 10) + ["City tax 24.50"], total: "1024.50"),
        RuleCase(
            name: "By the person, without those under 16", party: Party(adults: 2, children: 2, childAges: [9, 16]),
            rules: { $0.tax("City tax", perPerson: "3.50", exemptUnder: 16) },
            lines: plain("2027-07-05", 2) + ["City tax 21.00"], total: "221.00"),
        RuleCase(
            name: "…children of unknown age pay", party: Party(adults: 2, children: 2),
            rules: { $0.tax("City tax", perPerson: "3.50", exemptUnder: 16) },
            lines: plain("2027-07-05", 2) + ["City tax 28.00"], total: "228.00"),
        RuleCase(
            name: "…but not where nobody under 18 does, and infants never do then",
            party: Party(adults: 2, children: 2, infants: 1),
            rules: { $0.tax("City tax", perPerson: "3.50", exemptUnder: 18) },
            lines: plain("2027-07-05", 2) + ["City tax 14.00"], total: "214.00"),
        RuleCase(
            name: "…infants pay where nobody is left out", party: Party(adults: 2, infants: 1),
            rules: { $0.tax("City tax", perPerson: "3.50") },
            lines: plain("2027-07-05", 2) + ["City tax 21.00"], total: "221.00"),
        RuleCase(
            name: "Long stays are left out", nights: 30,
            rules: { $0.tax("Lodging tax", percent: "6", exemptFrom: 30) },
            lines: plain("2027-07-05", 30), total: "3000.00"),
        RuleCase(
            name: "…one night less is not", nights: 29,
            rules: { $0.tax("Lodging tax", percent: "6", exemptFrom: 30) },
            lines: plain("2027-07-05", 29) + ["Lodging tax (6 %) 174.00"], total: "3074.00"),
        RuleCase(
            name: "A percentage of the first three nights, less their discount", nights: 7,
            rules: {
                $0.lengthOfStay([(7, "10")])
                $0.tax("Lodging tax", percent: "10", nights: 3)
            },
            lines: plain("2027-07-05", 7) + ["10 % off for 7 nights or more -70.00", "Lodging tax (10 %) 27.00"],
            total: "657.00"),
        RuleCase(
            name: "Taxes that the price contains: 230.00 is 200.00 and 10 % and 5 %", price: "115.00",
            rules: {
                $0.tax("VAT", percent: "10", of: .nights, included: true)
                $0.tax("Levy", percent: "5", of: .nights, included: true)
            },
            lines: plain("2027-07-05", 2, "115.00") + [
                "VAT (10 %, included) 0 (20.00)", "Levy (5 %, included) 0 (10.00)",
            ], total: "230.00"),
    ]

    private static let currencies: [RuleCase] = [
        RuleCase(
            name: "JPY has no decimals: 10 % of 6,993 yen off is 699", currency: "JPY", price: "999", nights: 7,
            rules: { $0.lengthOfStay([(7, "10")]) },
            lines: plain("2027-07-05", 7, "999") + ["10 % off for 7 nights or more -699"], total: "6294"),
        RuleCase(
            name: "JPY: the lodging tax of Tokyo", currency: "JPY", price: "20000", nights: 1,
            rules: { $0.tax("Accommodation tax", perPerson: "200") },
            lines: ["2027-07-05 20000", "Accommodation tax 400"], total: "20400"),
        RuleCase(
            name: "KWD has three decimals: 12.5 % of 233.345 off is 29.168", currency: "KWD", price: "33.335",
            nights: 7,
            rules: { $0.lengthOfStay([(7, "12.5")]) },
            lines: plain("2027-07-05", 7, "33.335") + ["12.5 % off for 7 nights or more -29.168"], total: "204.177"),
        RuleCase(
            name: "KWD: 15 % of 33.335 is 5.000", currency: "KWD", price: "33.335", nights: 1,
            rules: { $0.tax("VAT", percent: "15") }, lines: ["2027-07-05 33.335", "VAT (15 %) 5.000"], total: "38.335"),
        RuleCase(
            name: "ISK contains 11 %: 4,754 of 47,970", currency: "ISK", price: "15990", nights: 3,
            rules: { $0.tax("VSK", percent: "11", included: true) },
            lines: plain("2027-07-05", 3, "15990") + ["VSK (11 %, included) 0 (4754)"], total: "47970"),
    ]
}

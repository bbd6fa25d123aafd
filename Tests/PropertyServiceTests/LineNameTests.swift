import Core
import Testing

@testable import PropertyService

@Suite("What a line is for can be read back from its label")
struct LineNameTests {
    private static let percent = Percent(thousandths: 8875)
    private static let fee = Money(350, .usd)
    private static let taxes = [
        Tax(name: "VAT (state)", charge: .percent(percent, of: [.nights])),
        Tax(name: "VAT", charge: .percent(.init(thousandths: 7000), of: [.nights]), isIncluded: true),
        Tax(name: "City", charge: .perNight(fee)),
        Tax(name: "Spa", charge: .perPersonAndNight(fee), isIncluded: true),
    ]

    @Test(
        "Whatever a rule writes",
        arguments: [
            (.lengthOfStay(.init(1, percent), of: 9), .lengthOfStay(nights: 1, percent)),
            (.lengthOfStay(.init(28, .hundred), of: 9), .lengthOfStay(nights: 28, .hundred)),
            (.earlyBird(.init(1, percent), of: 9), .earlyBird(days: 1, percent)),
            (.earlyBird(.init(1_000, percent), of: 9), .earlyBird(days: 1_000, percent)),
            (.lastMinute(.init(3, percent), of: 9), .lastMinute(percent)),
            (.taxPercent(0, of: 9), .tax(name: "VAT (state)", percent: percent, isIncluded: false)),
            (.taxPercent(1, of: 9), .tax(name: "VAT", percent: .init(thousandths: 7000), isIncluded: true)),
            (.taxPerNight(2, nights: 1), .tax(name: "City", percent: nil, isIncluded: false)),
            (.taxPerPerson(3, persons: 1, nights: 1), .tax(name: "Spa", percent: nil, isIncluded: true)),
            (.cleaning, nil), (.extraGuests(1, nights: 2, each: 3), nil), (.serviceFee(percent, of: 9), nil),
            (.base, nil),
        ] as [(PriceRule, LineName?)])
    func rules(rule: PriceRule, name: LineName?) {
        var rules = PropertyRules.none
        rules.taxes = Self.taxes
        let kind: PriceLine.Kind =
            switch rule {
            case .base, .weekend, .season, .date: .night
            case .lengthOfStay, .earlyBird, .lastMinute: .discount
            case .cleaning: .cleaningFee
            case .extraGuests: .extraGuestFee
            case .serviceFee: .serviceFee
            case .taxPercent, .taxPerNight, .taxPerPerson: .tax
            }
        #expect(LineName(PriceLine(kind: kind, label: rule.label(rules), date: nil, amount: Self.fee)) == name)
    }

    @Test("What nobody of us wrote has no name, or is one as a whole")
    func others() {
        func name(_ kind: PriceLine.Kind, _ label: String) -> LineName? {
            LineName(PriceLine(kind: kind, label: label, date: nil, amount: Self.fee))
        }
        #expect(name(.discount, "A gift") == nil)
        #expect(name(.discount, "101 % off at the last minute") == nil)
        #expect(name(.tax, "") == nil)
        #expect(name(.tax, "Two\nlines") == .tax(name: "Two\nlines", percent: nil, isIncluded: false))
    }
}

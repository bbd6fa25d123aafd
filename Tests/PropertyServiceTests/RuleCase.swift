import Core
import Testing

@testable import PropertyService

/// A stay and what the rules make of it, as a row of a table that a bookkeeper can read.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let name: String
    var currency = "USD"
    /// The listing's price of a night, as written in its currency.
    var price = "100.00"
    var from = "2027-07-05"
    var nights = 2
    var party = Party(adults: 2)
    /// The day and the clock at the property; its zone is New York.
    var now = "2027-07-01 12:00"
    var serviceFee = "0"
    var minimumNights = 1
    var maximumNights = 365
    /// Prices set for single nights, and minimums.
    var dates: [String: String] = [:]
    var minimums: [String: Int] = [:]
    var rules: @Sendable (inout RuleMaker) -> Void = { _ in }
    /// Each line as `label amount`, nights by their date.
    var lines: [String] = []
    var total = ""
    /// Codes of refusals with the suggestion behind them.
    var refused: [String] = []

    var testDescription: String { name }

    func evaluation() throws -> Evaluation {
        let currency = try #require(Currency(code: currency))
        var maker = RuleMaker(currency: currency)
        rules(&maker)
        let rules = StayRules(
            isListed: true, nightlyPrice: maker.money(price), minimumNights: minimumNights,
            maximumNights: maximumNights, maximumGuests: 6, openUntil: nil,
            sheet: RuleSheet(maker.rules, serviceFee: try #require(Percent(serviceFee))))
        let from = try #require(LocalDay(from))
        let stay = try #require(Stay(from: from, to: from.advanced(by: nights)))
        return try Evaluator.evaluate(
            rules, StayCalendar(rules: try nightRules(maker), units: [.none]), stay: stay, party: party,
            at: try RuleCase.moment(now))
    }

    private func nightRules(_ maker: RuleMaker) throws -> NightRules {
        let days = try Set(dates.keys).union(minimums.keys).sorted().map { try #require(LocalDay($0)) }
        return NightRules(
            runs: days.map { day in
                NightRules.Run(
                    nights: day..<day.advanced(by: 1),
                    rule: NightRule(
                        price: dates["\(day)"].map { maker.money($0).amount }, minimumNights: minimums["\(day)"]))
            })
    }

    static func moment(_ text: String, in zone: String = "America/New_York") throws -> LocalMoment {
        let parts = text.split(separator: " ")
        let zone = try #require(Zone(zone))
        let (day, time) = (try #require(LocalDay(parts[0])), try #require(TimeOfDay(String(parts[1]))))
        return LocalMoment(zone.instant(of: day, at: time), in: zone)
    }
}

/// Makes rules in the words of a table.
struct RuleMaker {
    let currency: Currency
    var rules = PropertyRules.none

    init(currency: Currency) { self.currency = currency }

    /// `12.50` in minor units: in a currency without decimals `1250` is what it says.
    func money(_ text: String) -> Money {
        let parts = text.split(separator: ".")
        let decimals = parts.count > 1 ? String(parts[1]) : ""
        let filled = decimals + String(repeating: "0", count: max(0, currency.exponent - decimals.count))
        return Money(Int64(parts[0] + filled) ?? -1, currency)
    }

    mutating func weekend(_ price: String, on days: [Weekday] = [.friday, .saturday]) {
        rules.weekend = Weekend(days: WeekdaySet(days), price: money(price))
    }

    mutating func season(
        _ name: String, _ from: String, _ to: String, rank: Int = 0, _ price: String? = nil, weekend: String? = nil,
        _ limits: (inout StayLimits) -> Void = { _ in }
    ) {
        guard let from = LocalDay(from), let to = LocalDay(to), let nights = Stay(from: from, to: to) else { return }
        var stays = StayLimits()
        limits(&stays)
        rules.seasons.append(
            Season(
                name: name, nights: nights, rank: rank, price: price.map(money), weekendPrice: weekend.map(money),
                stays: stays))
    }

    mutating func lengthOfStay(_ steps: [(Int, String)]) { rules.discounts.lengthOfStay = RuleMaker.steps(steps) }
    mutating func earlyBird(_ steps: [(Int, String)]) { rules.discounts.earlyBird = RuleMaker.steps(steps) }
    mutating func lastMinute(_ steps: [(Int, String)]) { rules.discounts.lastMinute = RuleMaker.steps(steps) }

    private static func steps(_ steps: [(Int, String)]) -> [Discounts.Step] {
        steps.map { Discounts.Step($0.0, Percent($0.1) ?? .zero) }
    }

    mutating func cleaning(_ amount: String) { rules.fees.cleaning = money(amount) }

    mutating func extraGuests(_ amount: String, above included: Int) {
        rules.fees.extraGuest = Fees.ExtraGuest(money(amount), includedGuests: included)
    }

    mutating func tax(
        _ name: String, percent: String, of parts: TaxedParts = [.nights, .cleaningFee, .extraGuestFee],
        nights: Int? = nil, exemptFrom: Int? = nil, included: Bool = false
    ) {
        rules.taxes.append(
            Tax(
                name: name, charge: .percent(Percent(percent) ?? .zero, of: parts), mostNights: nights,
                exemptFromNights: exemptFrom, isIncluded: included))
    }

    mutating func tax(_ name: String, perNight amount: String, nights: Int? = nil, included: Bool = false) {
        rules.taxes.append(Tax(name: name, charge: .perNight(money(amount)), mostNights: nights, isIncluded: included))
    }

    mutating func tax(_ name: String, perPerson amount: String, nights: Int? = nil, exemptUnder age: Int? = nil) {
        rules.taxes.append(
            Tax(name: name, charge: .perPersonAndNight(money(amount)), mostNights: nights, exemptUnderAge: age))
    }
}

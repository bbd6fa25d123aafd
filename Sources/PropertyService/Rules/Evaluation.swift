package import Core

/// What the rules say about a stay. Words are made only where somebody reads them: a search asks about thousands.
package struct Evaluation: Sendable, Equatable {
    package let stay: Stay
    let rules: StayRules
    let nights: NightRules
    /// Every rule that stands against it; empty where it is possible.
    package let refusals: [Refusal]
    /// Nothing where the property has no price.
    package let price: Price?

    package var isPossible: Bool { refusals.isEmpty }
    package var reasons: [Reason] { refusals.map { $0.reason(for: stay, rules, nights) } }
    package var total: Money? { price?.total }

    package var lines: [PriceLine] {
        guard let price else { return [] }
        let currency = price.total.currency
        return price.parts.map { part in
            PriceLine(
                kind: part.kind, label: part.night?.words ?? part.rule.label(rules.sheet.rules), date: part.night,
                amount: Money(part.amount, currency), included: part.included.map { Money($0, currency) })
        }
    }

    /// The rule behind each line, in their order.
    package var trace: [Quote.Step] {
        guard let price else { return [] }
        return price.parts.enumerated().map { index, part in
            Quote.Step(
                line: index, rule: part.rule.code, source: part.rule.source,
                origin: part.rule.origin(rules.sheet.rules, price.total.currency))
        }
    }

    /// A price by its parts, which sum to it exactly.
    package struct Price: Sendable, Equatable {
        package let parts: [Part]
        package let total: Money

        init(parts: [Part], _ total: Int64, _ currency: Currency) {
            self.parts = parts
            self.total = Money(total, currency)
        }
    }

    /// What becomes a line.
    package struct Part: Sendable, Equatable {
        package let kind: PriceLine.Kind
        package let night: LocalDay?
        package let amount: Int64
        let rule: PriceRule
        /// A tax that the other parts contain already.
        let included: Int64?

        init(kind: PriceLine.Kind, night: LocalDay?, amount: Int64, rule: PriceRule, included: Int64? = nil) {
            self.kind = kind
            self.night = night
            self.amount = amount
            self.rule = rule
            self.included = included
        }
    }
}

extension LocalDay {
    /// `Friday 24 December 2027`.
    var words: String {
        let (year, month, day) = civil
        return "\(Weekday.allCases[weekdayIndex].name) \(day) \(LocalDay.months[month - 1]) \(year)"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
}

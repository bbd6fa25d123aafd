package import Core

/// What the rules say about a stay. Words are made only where somebody reads them: a search asks about thousands.
package struct Evaluation: Sendable, Equatable {
    package let stay: Stay
    /// Every rule that stands against it; empty where it is possible.
    package let refusals: [Refusal]
    /// Nothing where the property has no price.
    package let price: Price?

    package var isPossible: Bool { refusals.isEmpty }
    package var reasons: [Reason] { refusals.map { $0.reason(for: stay) } }
    package var lines: [PriceLine] { price?.lines ?? [] }
    package var total: Money? { price?.total }

    /// A price by its parts, which sum to it exactly.
    package struct Price: Sendable, Equatable {
        package let parts: [Part]
        package let total: Money

        /// - Throws: `MoneyError.overflow` where the sum does not fit.
        init(parts: [Part], currency: Currency) throws(MoneyError) {
            var sum: Int64 = 0
            for part in parts {
                let (next, overflow) = sum.addingReportingOverflow(part.amount)
                guard !overflow else { throw .overflow }
                sum = next
            }
            self.parts = parts
            total = Money(sum, currency)
        }

        package var lines: [PriceLine] {
            parts.map { part in
                PriceLine(
                    kind: part.kind, label: part.label, date: part.night, amount: Money(part.amount, total.currency))
            }
        }
    }

    /// What becomes a line.
    package struct Part: Sendable, Equatable {
        package let kind: PriceLine.Kind
        package let night: LocalDay?
        package let amount: Int64

        var label: String {
            guard let night else { return kind.rawValue }
            let (year, month, day) = night.civil
            return "\(Part.weekdays[night.weekday] ?? "") \(day) \(Part.months[month - 1]) \(year)"
        }

        private static let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        private static let weekdays = Dictionary(
            uniqueKeysWithValues: Weekday.allCases.map {
                ($0, $0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst())
            })
    }
}

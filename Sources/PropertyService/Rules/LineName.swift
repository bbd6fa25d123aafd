import Core

/// What a line of a price is for, read back from its label: a booking keeps its lines as they were agreed, in words. What
/// `PriceRule.label` writes for discounts and taxes is read here and nowhere else (`LineNameTests`).
package enum LineName: Sendable, Equatable {
    case lengthOfStay(nights: Int, Percent)
    case earlyBird(days: Int, Percent)
    case lastMinute(Percent)
    /// - `percent`: nothing for a tax by the night or the person.
    case tax(name: String, percent: Percent?, isIncluded: Bool)

    /// - Returns: nothing for other lines, and for a discount in words of another kind.
    package init?(_ line: PriceLine) {
        switch line.kind {
        case .discount: self.init(discount: line.label)
        case .tax where !line.label.isEmpty: self.init(tax: line.label)
        case .tax, .night, .cleaningFee, .extraGuestFee, .serviceFee, .adjustment: return nil
        }
    }

    private init?(discount label: String) {
        let words =
            #/(\d+(?:\.\d+)?) % off (?:for (\d+) nights? or more|for booking (\d+) days? ahead|at the last minute)/#
        guard let parts = label.wholeMatch(of: words), let percent = Percent(String(parts.1)) else { return nil }
        if let nights = parts.2.flatMap({ Int($0) }) {
            self = .lengthOfStay(nights: nights, percent)
        } else if let days = parts.3.flatMap({ Int($0) }) {
            self = .earlyBird(days: days, percent)
        } else {
            self = .lastMinute(percent)
        }
    }

    /// The name is the host's and may have any words; only what stands behind it is ours.
    private init(tax label: String) {
        let words = #/(.+?)(?: \((\d+(?:\.\d+)?) %(, included)?\)| \((included)\))?/#
        guard let parts = label.wholeMatch(of: words) else {
            self = .tax(name: label, percent: nil, isIncluded: false)
            return
        }
        self = .tax(
            name: String(parts.1), percent: parts.2.flatMap { Percent(String($0)) },
            isIncluded: parts.3 != nil || parts.4 != nil)
    }
}

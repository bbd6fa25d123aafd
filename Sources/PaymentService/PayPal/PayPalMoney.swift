import Core

/// Sums as PayPal writes them: decimal text with exactly the currency's decimals as PayPal counts them.
enum PayPalMoney {
    /// - Returns: nothing where PayPal can't say it.
    static func text(_ money: Money) -> String? {
        guard money.amount >= 0, currencies.contains(money.currency.code) else { return nil }
        guard wholeOnly.contains(money.currency.code) else { return money.decimalText }
        let unit = money.currency.minorUnitsPerMajor
        return money.amount % unit == 0 ? "\(money.amount / unit)" : nil
    }

    /// Reads digits exactly, never through a fraction of the machine.
    /// - Returns: nothing for what is no sum of that currency, or more than anybody has.
    static func money(_ text: String, _ code: String) -> Money? {
        guard let currency = Currency(code: code) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.count <= 15,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let major = Int64(whole)
        else { return nil }
        var digits = parts.count == 2 ? String(parts[1]) : ""
        // More decimals than the currency has are allowed only as zeros.
        guard digits.dropFirst(currency.exponent).allSatisfy({ $0 == "0" }) else { return nil }
        digits = String(digits.prefix(currency.exponent))
        digits += String(repeating: "0", count: currency.exponent - digits.count)
        guard let minor = digits.isEmpty ? 0 : Int64(digits) else { return nil }
        let (units, overflow) = major.multipliedReportingOverflow(by: currency.minorUnitsPerMajor)
        guard !overflow, units.magnitude <= ToldSum.largest else { return nil }
        return Money(units + minor, currency)
    }

    static func objection(to money: Money) -> ChargeObjection? {
        guard currencies.contains(money.currency.code) else { return .currency(money.currency) }
        guard money.amount > 0 else { return .belowMinimum(Money(1, money.currency)) }
        let unit = money.currency.minorUnitsPerMajor
        if wholeOnly.contains(money.currency.code), money.amount % unit != 0 {
            return .notDivisible(by: unit, money.currency)
        }
        // Ten digits before the point are more than any of its accounts may take.
        return money.amount / unit >= 10_000_000 ? .aboveMaximum(Money(9_999_999 * unit, money.currency)) : nil
    }

    private static let currencies: Set<String> = [
        "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK", "NZD",
        "PHP", "PLN", "SEK", "SGD", "CHF", "THB", "TWD", "USD",
    ]

    /// Without decimals at PayPal, whatever ISO says.
    private static let wholeOnly: Set<String> = ["HUF", "JPY", "TWD"]
}

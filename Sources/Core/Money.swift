/// An amount in the minor unit of a currency. Never a fraction, never a `Double`.
public struct Money: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Minor units: 12550 is 125.50 in USD and 12,550 in JPY.
    public let amount: Int64
    public let currency: Currency

    public init(_ amount: Int64, _ currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    public static func zero(_ currency: Currency) -> Money { Money(0, currency) }

    /// The largest amount a price may have, in minor units: a stay of 365 nights at it still fits an `Int64`.
    public static let largestPrice: Int64 = 1_000_000_000_000

    /// - Throws: `MoneyError` where the currencies differ or the sum does not fit.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .differentCurrencies }
        let (sum, overflow) = amount.addingReportingOverflow(other.amount)
        guard !overflow else { throw .overflow }
        return Money(sum, currency)
    }

    /// - Throws: `MoneyError` where the currencies differ or the difference does not fit.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .differentCurrencies }
        let (difference, overflow) = amount.subtractingReportingOverflow(other.amount)
        guard !overflow else { throw .overflow }
        return Money(difference, currency)
    }

    /// `percent` of a hundred of this amount, rounded down to the minor unit.
    /// - Parameter percent: 0 to 100.
    public func percent(_ percent: Int) -> Money {
        // Split so that no product overflows; both parts round down together because the remainder is below 100.
        let whole = amount / 100 * Int64(percent)
        let rest = amount % 100 * Int64(percent) / 100
        return Money(whole + rest, currency)
    }

    /// Sums what is there; zero of `currency` for nothing.
    /// - Throws: `MoneyError` where a currency differs or the sum does not fit.
    public static func sum(_ amounts: some Sequence<Money>, in currency: Currency) throws(MoneyError) -> Money {
        var total = Money.zero(currency)
        for amount in amounts { total = try total.adding(amount) }
        return total
    }

    /// The amount in major units with exactly the currency's decimals and the code: `125.50 USD`, `500 JPY`.
    public var description: String { "\(decimalText) \(currency.code)" }

    /// The amount in major units with exactly the currency's decimals, a full stop, no grouping: `125.50`.
    public var decimalText: String {
        guard currency.exponent > 0 else { return String(amount) }
        let unit = UInt64(currency.minorUnitsPerMajor)
        let magnitude = amount.magnitude
        let fraction = String(magnitude % unit)
        let zeros = String(repeating: "0", count: currency.exponent - fraction.count)
        return "\(amount < 0 ? "-" : "")\(magnitude / unit).\(zeros)\(fraction)"
    }
}

/// Why a sum of money could not be made.
public enum MoneyError: Error, Sendable {
    case overflow
    case differentCurrencies
}

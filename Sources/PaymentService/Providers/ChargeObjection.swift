public import Core

/// Why a provider can't take a sum, whatever its state: known before anything is held.
public enum ChargeObjection: Sendable, Equatable {
    case currency(Currency)
    /// Less than it takes.
    case belowMinimum(Money)
    /// More than it takes.
    case aboveMaximum(Money)
    /// It takes this currency only in whole steps of so many minor units.
    case notDivisible(by: Int64, Currency)

    public var code: String {
        switch self {
        case .currency: "currency_not_supported"
        case .belowMinimum: "below_minimum"
        case .aboveMaximum: "above_maximum"
        case .notDivisible: "not_divisible"
        }
    }

    /// The end of a sentence that begins with the provider's name.
    public var words: String {
        switch self {
        case .currency(let currency): "can't take \(currency)"
        case .belowMinimum(let least): "takes no less than \(least)"
        case .aboveMaximum(let most): "takes no more than \(most)"
        case .notDivisible(let step, let currency): "takes \(currency) only in steps of \(Money(step, currency))"
        }
    }
}

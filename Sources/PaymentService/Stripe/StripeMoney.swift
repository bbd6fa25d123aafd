import Core

/// Sums as Stripe writes them: whole numbers in the smallest unit as Stripe defines it, which is not always ISO's
/// (docs.stripe.com/currencies).
enum StripeMoney {
    /// - Returns: nothing where it can't be said in Stripe's units.
    static func units(_ money: Money) -> Int64? {
        switch scale(of: money.currency) {
        case .same: return money.amount
        case .times(let factor):
            let (units, overflow) = money.amount.multipliedReportingOverflow(by: factor)
            return overflow ? nil : units
        case .divided(let divisor): return money.amount % divisor == 0 ? money.amount / divisor : nil
        }
    }

    /// - Parameter code: as Stripe writes it, in lower case.
    /// - Returns: nothing for a currency that nobody knows, a sum that has no minor units of ours, or one that nobody has.
    static func money(_ units: Int64, _ code: String) -> Money? {
        guard let currency = Currency(code: code.uppercased()), units.magnitude <= ToldSum.largest else { return nil }
        switch scale(of: currency) {
        case .same: return Money(units, currency)
        case .times(let factor): return units % factor == 0 ? Money(units / factor, currency) : nil
        case .divided(let divisor):
            let (amount, overflow) = units.multipliedReportingOverflow(by: divisor)
            return overflow ? nil : Money(amount, currency)
        }
    }

    static func objection(to money: Money) -> ChargeObjection? {
        let currency = money.currency
        guard currencies.contains(currency.code) else { return .currency(currency) }
        if let least = minimums[currency.code], money.amount < least { return .belowMinimum(Money(least, currency)) }
        guard let units = units(money) else {
            if case .divided(let divisor) = scale(of: currency) { return .notDivisible(by: divisor, currency) }
            return .aboveMaximum(largest(currency))
        }
        // Three decimals are written, and the last must be 0.
        if currency.exponent == 3, units % 10 != 0 { return .notDivisible(by: 10, currency) }
        return units > largestUnits ? .aboveMaximum(largest(currency)) : nil
    }

    /// Eight digits.
    private static let largestUnits: Int64 = 99_999_999

    private static func largest(_ currency: Currency) -> Money {
        money(largestUnits, currency.code) ?? Money(largestUnits, currency)
    }

    private enum Scale {
        case same
        case times(Int64)
        case divided(Int64)
    }

    /// Where Stripe's units differ from ISO's minor units.
    private static func scale(of currency: Currency) -> Scale {
        switch currency.code {
        // No decimals in ISO, two on Stripe's wire, always "00".
        case "ISK", "UGX": .times(100)
        // Two decimals in ISO (fifths, in life), none on Stripe's wire.
        case "MGA": .divided(100)
        default: .same
        }
    }

    /// The smallest charges, in ISO's minor units.
    private static let minimums: [String: Int64] = [
        "USD": 50, "EUR": 50, "CHF": 50, "CAD": 50, "AUD": 50, "GBP": 30, "JPY": 50, "SEK": 300, "NOK": 300,
        "DKK": 250, "PLN": 200, "CZK": 1500, "HUF": 17_500,
    ]

    /// What Stripe can present to a payer.
    private static let currencies: Set<String> = {
        let codes = """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP \
            CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS \
            INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR \
            MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK \
            SGD SHP SLE SOS SRD STN SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF \
            YER ZAR ZMW
            """
        return Set(codes.split(separator: " ").map(String.init))
    }()
}

/// A currency of ISO 4217, known by its code; a value that exists is in the table.
public struct Currency: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The three-letter code, upper case.
    public let code: String
    /// How many decimals the minor unit has: 2 for USD, 0 for JPY, 3 for KWD.
    public let exponent: Int

    /// Nothing for a code that ISO 4217 does not list.
    public init?(code: String) {
        guard let exponent = Currency.exponents[code] else { return nil }
        self.code = code
        self.exponent = exponent
    }

    public init(from decoder: any Decoder) throws {
        let code = try decoder.singleValueContainer().decode(String.self)
        guard let currency = Currency(code: code) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no currency of ISO 4217: \(code)"))
        }
        self = currency
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }

    public var description: String { code }

    /// How many minor units make one major unit: 100 for USD, 1 for JPY.
    public var minorUnitsPerMajor: Int64 { [1, 10, 100, 1000, 10000][exponent] }

    public static let usd = Currency(known: "USD")

    private init(known code: String) {
        self.code = code
        self.exponent = Currency.exponents[code] ?? 2
    }

    /// Every code there is.
    package static let codes = exponents.keys.sorted()

    /// Exponents by code, from ISO 4217 list one (active codes; funds and metals left out).
    private static let exponents: [String: Int] = {
        let zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
        let three = "BHD IQD JOD KWD LYD OMR TND"
        let two = """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
            COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
            INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
            MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS \
            SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
            """
        var table: [String: Int] = [:]
        for (codes, exponent) in [(zero, 0), (three, 3), (two, 2)] {
            for code in codes.split(separator: " ") { table[String(code)] = exponent }
        }
        return table
    }()
}

/// A share of a hundred, exact to a thousandth of a percent: 8.875 % is a real tax.
public struct Percent: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// 8.875 % is 8875.
    public let thousandths: Int

    public static let zero = Percent(thousandths: 0)
    public static let hundred = Percent(thousandths: 100_000)

    public init(thousandths: Int) { self.thousandths = thousandths }

    /// Nothing unless the text is a number from 0 to 100 with at most three decimals, as `8.875`.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...3).contains(parts[0].count),
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) })
        else { return nil }
        var decimals = parts.count == 2 ? Array(parts[1]) : []
        while decimals.count > 3, decimals.last == UInt8(ascii: "0") { decimals.removeLast() }
        guard decimals.count <= 3 else { return nil }
        decimals += [UInt8](repeating: UInt8(ascii: "0"), count: 3 - decimals.count)
        let value = (Array(parts[0]) + decimals).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard value <= Percent.hundred.thousandths else { return nil }
        thousandths = value
    }

    public static func < (one: Percent, other: Percent) -> Bool { one.thousandths < other.thousandths }

    /// The number without trailing zeros: `8.875`, `10`.
    public var description: String {
        guard thousandths % 1000 != 0 else { return String(thousandths / 1000) }
        var decimals = String(1000 + thousandths % 1000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(thousandths / 1000).\(decimals)"
    }

    public init(from decoder: any Decoder) throws {
        thousandths = try decoder.singleValueContainer().decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(thousandths)
    }
}

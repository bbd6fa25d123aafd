public import Core

/// Some days of the week.
public struct WeekdaySet: Sendable, Hashable, Codable {
    /// Bit n is the day n of `Weekday.allCases`, Monday first.
    private var bits: UInt8

    public static let none = WeekdaySet([])
    public static let all = WeekdaySet(Weekday.allCases)

    public init(_ days: some Sequence<Weekday>) {
        bits = days.reduce(0) { $0 | 1 << UInt8($1.index) }
    }

    public var isEmpty: Bool { bits == 0 }
    /// Monday first.
    public var days: [Weekday] { Weekday.allCases.filter(contains) }

    public func contains(_ day: Weekday) -> Bool { contains(index: day.index) }

    /// - Parameter index: as of `LocalDay.weekdayIndex`.
    @inline(__always)
    package func contains(index: Int) -> Bool { bits & (1 << UInt8(index)) != 0 }

    public init(from decoder: any Decoder) throws {
        bits = try decoder.singleValueContainer().decode(UInt8.self) & 0x7F
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bits)
    }
}

extension Weekday {
    /// 0 for Monday to 6 for Sunday.
    package var index: Int {
        switch self {
        case .monday: 0
        case .tuesday: 1
        case .wednesday: 2
        case .thursday: 3
        case .friday: 4
        case .saturday: 5
        case .sunday: 6
        }
    }

    /// `Monday`.
    package var name: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension LocalDay {
    /// 0 for a Monday to 6 for a Sunday, without a look at a table: a calendar asks it a thousand times.
    @inline(__always)
    package var weekdayIndex: Int {
        let rest = (Int(number) + 3) % 7  // 1970-01-01 was a Thursday
        return rest < 0 ? rest + 7 : rest
    }
}

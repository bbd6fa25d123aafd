/// A moment in UTC, to the millisecond.
public struct Instant: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (one: Instant, other: Instant) -> Bool { one.milliseconds < other.milliseconds }

    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(milliseconds: instant.milliseconds + duration.wholeMilliseconds)
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(milliseconds: instant.milliseconds - duration.wholeMilliseconds)
    }

    /// How long from `earlier` to this moment; negative where it lies after it.
    public func since(_ earlier: Instant) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }

    /// RFC 3339 in UTC: `2026-12-24T15:00:00Z`, with milliseconds only where there are some.
    public var description: String {
        let seconds = Int64((Double(milliseconds) / 1000).rounded(.down))
        let rest = milliseconds - seconds * 1000
        let days = Int64((Double(seconds) / 86_400).rounded(.down))
        let second = Int(seconds - days * 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let fraction = rest == 0 ? "" : "." + String(String(1000 + rest).dropFirst())
        return "\(LocalDay(number: Int32(days)))T\(clock)\(fraction)Z"
    }

    /// The civil day in UTC.
    public var utcDay: LocalDay {
        LocalDay(number: Int32((Double(milliseconds) / 86_400_000).rounded(.down)))
    }

    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Duration {
    /// Rounded towards zero.
    public var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    public static func minutes(_ minutes: Double) -> Duration { .milliseconds(Int64(minutes * 60_000)) }
    public static func hours(_ hours: Double) -> Duration { .milliseconds(Int64(hours * 3_600_000)) }
}

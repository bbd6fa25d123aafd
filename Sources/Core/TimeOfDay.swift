import Foundation

/// A clock time at the property, to the minute: `15:00`.
public struct TimeOfDay: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Minutes since midnight on the clock, 0 to 1439.
    public let minutes: Int

    /// Nothing unless the text is `HH:MM`.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
            parts.allSatisfy({ $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }),
            let hour = Int(String(decoding: parts[0], as: UTF8.self)),
            let minute = Int(String(decoding: parts[1], as: UTF8.self)), hour < 24, minute < 60
        else { return nil }
        minutes = hour * 60 + minute
    }

    public init(hour: Int) { minutes = min(max(hour, 0), 23) * 60 }

    public static func < (one: TimeOfDay, other: TimeOfDay) -> Bool { one.minutes < other.minutes }

    public var description: String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = TimeOfDay(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no time: \(text)"))
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// An IANA time zone, known by its name. The zone enters only where hours matter; a night is never moved by it.
public struct Zone: Sendable, Hashable, Codable, CustomStringConvertible {
    public let name: String
    private let timeZone: TimeZone

    /// Nothing for a name that the time zone database lacks.
    public init?(_ name: String) {
        // `TimeZone(identifier:)` also takes abbreviations and offsets; a property's zone must know daylight saving.
        guard name == "UTC" || name.contains("/"), let timeZone = Zone.table.zone(name) else { return nil }
        self.name = name
        self.timeZone = timeZone
    }

    public static func == (one: Zone, other: Zone) -> Bool { one.name == other.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
    public var description: String { name }

    /// The civil day it is at `instant` in this zone.
    public func day(at instant: Instant) -> LocalDay {
        local(at: instant).day
    }

    /// The civil day and the clock at `instant` in this zone.
    public func local(at instant: Instant) -> (day: LocalDay, time: TimeOfDay) {
        let seconds = (Double(instant.milliseconds) / 1000).rounded(.down)
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))
        let shifted = Int64(seconds) + Int64(offset)
        let days = (Double(shifted) / 86_400).rounded(.down)
        let minute = (shifted - Int64(days) * 86_400) / 60
        return (LocalDay(number: Int32(days)), TimeOfDay(hour: 0, plus: Int(minute)))
    }

    /// The moment the clock shows `time` on `day`.
    ///
    /// A time that daylight saving skips is taken as the same distance after the hour before the gap; of a time that
    /// comes twice the first is meant.
    public func instant(of day: LocalDay, at time: TimeOfDay) -> Instant {
        let wall = Int64(day.number) * 86_400 + Int64(time.minutes) * 60
        // The offset before and after any change of that day; the larger offset is the earlier moment.
        func offset(at utc: Int64) -> Int64 {
            Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc))))
        }
        let before = offset(at: wall - 86_400)
        let after = offset(at: wall + 86_400)
        let candidates = [wall - before, wall - after].sorted()
        let exact = candidates.first { $0 + offset(at: $0) == wall }
        return Instant(milliseconds: (exact ?? wall - before) * 1000)
    }

    /// The distance from UTC at `instant`: `UTC−5`, `UTC+5:30`, `UTC`. With the minus sign, U+2212: at a hyphen a line may
    /// end.
    public func offset(at instant: Instant) -> String {
        let minutes = timeZone.secondsFromGMT(for: Zone.date(instant)) / 60
        guard minutes != 0 else { return "UTC" }
        let (hour, minute) = (abs(minutes) / 60, abs(minutes) % 60)
        return "UTC\(minutes < 0 ? "\u{2212}" : "+")\(hour)\(minute == 0 ? "" : ":\(minute < 10 ? "0" : "")\(minute)")"
    }

    /// What people call the time at `instant`: `Eastern Daylight Time`; nothing where it has no name.
    /// - Parameter locale: `en_US`, `de_DE`.
    public func clockName(at instant: Instant, in locale: String = "en_US") -> String? {
        let isSummer = timeZone.isDaylightSavingTime(for: Zone.date(instant))
        return named(isSummer ? .daylightSaving : .standard, in: locale)
    }

    /// What people call the zone all year round: `Eastern Time`; nothing where it has no name.
    public func commonName(in locale: String = "en_US") -> String? { named(.generic, in: locale) }

    private func named(_ style: TimeZone.NameStyle, in locale: String) -> String? {
        guard name != "UTC", let text = timeZone.localizedName(for: style, locale: Locale(identifier: locale)) else {
            return nil
        }
        // A zone without names is called by its distance: GMT+3.
        return text.contains(where: \.isNumber) || text.hasPrefix("GMT") ? nil : text
    }

    private static func date(_ instant: Instant) -> Date {
        Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
    }

    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let zone = Zone(name) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no zone: \(name)"))
        }
        self = zone
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    private static let table = ZoneTable()
}

extension TimeOfDay {
    fileprivate init(hour: Int, plus minutes: Int) { self.minutes = hour * 60 + minutes }
}

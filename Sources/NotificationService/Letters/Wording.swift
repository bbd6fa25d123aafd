import Core
import Foundation

/// Days, moments and counts in words.
enum Wording {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `Thursday 24 December 2026`.
    static func day(_ day: LocalDay) -> String {
        let (year, month, number) = day.civil
        return "\(day.weekday.rawValue.capitalized) \(number) \(months[month - 1]) \(year)"
    }

    /// `Thursday 24 December 2026, 15:05 Eastern Standard Time (UTC-5)`: the distance tells apart the hour that comes
    /// twice. A clock without a name is called by its zone: `15:05 Europe/Istanbul time (UTC+3)`.
    static func moment(_ instant: Instant, in zone: Zone) -> String {
        let (day, time) = zone.local(at: instant)
        guard zone.name != "UTC" else { return "\(Wording.day(day)), \(time) UTC" }
        let clock = zone.clockName(at: instant) ?? "\(spelled(zone)) time"
        return "\(Wording.day(day)), \(time) \(clock) (\(zone.offset(at: instant)))"
    }

    /// `Eastern Time (America/New York)`.
    static func name(of zone: Zone) -> String {
        zone.commonName.map { "\($0) (\(spelled(zone)))" } ?? spelled(zone)
    }

    private static func spelled(_ zone: Zone) -> String { zone.name.replacing("_", with: " ") }

    /// `1 night`, `3 nights`.
    static func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
}

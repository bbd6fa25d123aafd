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

    /// `Thursday 24 December 2026, 15:05 EST (America/New_York)`: the abbreviation tells apart the hour that comes twice.
    static func moment(_ instant: Instant, in zone: Zone) -> String {
        let (day, time) = zone.local(at: instant)
        let abbreviation = zone.abbreviation(at: instant)
        let mark = abbreviation == zone.name ? "" : " \(abbreviation)"
        return "\(Wording.day(day)), \(time)\(mark) (\(zone.name))"
    }

    /// `1 night`, `3 nights`.
    static func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
}

import Core
import Testing

@Suite("Civil days")
struct LocalDayTests {
    @Test("Every day of 800 years comes back from its number and its text")
    func roundTrip() throws {
        var day = try #require(LocalDay(year: 1700, month: 1, day: 1))
        let end = try #require(LocalDay(year: 2500, month: 1, day: 1))
        var previous: (year: Int, month: Int, day: Int)?
        while day < end {
            let civil = day.civil
            #expect(LocalDay(year: civil.year, month: civil.month, day: civil.day) == day)
            if let previous { #expect(previous != civil) }
            previous = civil
            if day.number % 97 == 0 { #expect(LocalDay(day.description) == day) }
            day = day.advanced(by: 1)
        }
    }

    @Test(
        "Only days that exist, written as YYYY-MM-DD",
        arguments: [
            ("2026-12-24", true), ("2024-02-29", true), ("2026-02-29", false), ("1900-02-29", false),
            ("2000-02-29", true), ("2026-13-01", false), ("2026-00-10", false), ("2026-04-31", false),
            ("2026-4-01", false), ("20261224", false), ("2026-12-24T", false), (" 2026-12-24", false),
            ("２０２６-12-24", false), ("", false), ("0000-01-01", false), ("+026-01-01", false),
        ])
    func text(_ text: String, exists: Bool) {
        #expect((LocalDay(text) != nil) == exists)
    }

    @Test(
        "Weekdays are those of the calendar",
        arguments: [("1970-01-01", Weekday.thursday), ("2026-11-22", .sunday), ("1969-12-29", .monday)])
    func weekdays(_ text: String, weekday: Weekday) throws {
        #expect(try #require(LocalDay(text)).weekday == weekday)
    }
}

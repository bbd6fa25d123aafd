import Core

/// A host's rules made ready to be asked. A class, so that a search hands thousands of them around as one reference.
package final class RuleSheet: Sendable, Equatable {
    package let rules: PropertyRules
    /// The operator's, of all places alike.
    package let serviceFee: Percent
    let seasons: SeasonTable

    package static let none = RuleSheet(.none)

    package init(_ rules: PropertyRules, serviceFee: Percent = .zero) {
        self.rules = rules
        self.serviceFee = serviceFee
        seasons = SeasonTable(rules.seasons)
    }

    package static func == (one: RuleSheet, other: RuleSheet) -> Bool {
        one === other || (one.rules == other.rules && one.serviceFee == other.serviceFee)
    }
}

// What holds on a day, the first that says something: the season's highest rank, then the property's weekday, then the
// listing. What a host set for one night stands before them all and is asked by the evaluator.
extension StayRules {
    /// For arrivals on a day.
    @inline(__always)
    func minimumNights(arriving day: LocalDay, _ nights: NightRules) -> Int {
        if let own = nights.rule(on: day).minimumNights { return own }
        if let segment = sheet.seasons.segment(of: day), segment.minimum[day.weekdayIndex] > 0 {
            return Int(segment.minimum[day.weekdayIndex])
        }
        return sheet.rules.stays.minimumNightsByArrival[index: day.weekdayIndex] ?? minimumNights
    }

    /// For arrivals on a day; never more than any stay may have.
    @inline(__always)
    func maximumNights(arriving day: LocalDay) -> Int {
        if let segment = sheet.seasons.segment(of: day), segment.maximum[day.weekdayIndex] > 0 {
            return min(Int(segment.maximum[day.weekdayIndex]), Stay.longest)
        }
        return min(sheet.rules.stays.maximumNightsByArrival[index: day.weekdayIndex] ?? maximumNights, Stay.longest)
    }

    /// The days of the week on which a stay may begin, as of a day; nothing: all.
    @inline(__always)
    func arrivalDays(on day: LocalDay) -> WeekdaySet? {
        sheet.seasons.segment(of: day)?.arrivalDays ?? sheet.rules.stays.arrivalDays
    }

    /// The days of the week on which a stay may end, as of its last night.
    @inline(__always)
    func departureDays(afterNight night: LocalDay) -> WeekdaySet? {
        sheet.seasons.segment(of: night)?.departureDays ?? sheet.rules.stays.departureDays
    }

    @inline(__always)
    func mayArrive(on day: LocalDay) -> Bool {
        arrivalDays(on: day)?.contains(index: day.weekdayIndex) ?? true
    }

    @inline(__always)
    func mayLeave(on day: LocalDay) -> Bool {
        departureDays(afterNight: day.advanced(by: -1))?.contains(index: day.weekdayIndex) ?? true
    }

    /// The first day a stay may begin on at a moment.
    func firstArrival(at moment: LocalMoment) -> LocalDay {
        let isLate = cutOff.map { moment.time >= $0 } ?? false
        return moment.day.advanced(by: sheet.rules.booking.noticeDays + (isLate ? 1 : 0))
    }

    /// From when on today counts as tomorrow: as the host says, and where no notice is asked for from check-in on at the
    /// latest, if requests are answered first.
    var cutOff: TimeOfDay? {
        let limits = sheet.rules.booking
        guard limits.noticeDays == 0, let answersUntil else { return limits.cutOff }
        return limits.cutOff.map { min($0, answersUntil) } ?? answersUntil
    }

    /// The last day a stay may begin on at a moment.
    func lastArrival(at moment: LocalMoment) -> LocalDay {
        let farthest = moment.day.advanced(by: Stay.farthest)
        guard let months = sheet.rules.booking.windowMonths else { return farthest }
        return min(farthest, moment.day.advanced(byMonths: months))
    }
}

extension LocalDay {
    /// The same day so many months later, or the last day of that month where it has no such day.
    func advanced(byMonths count: Int) -> LocalDay {
        let (year, month, day) = civil
        let months = year * 12 + month - 1 + count
        for day in stride(from: day, through: 28, by: -1) {
            if let found = LocalDay(year: months / 12, month: months % 12 + 1, day: day) { return found }
        }
        return LocalDay(year: months / 12, month: months % 12 + 1, day: min(day, 28)) ?? self
    }
}

package import Core

/// What a calendar says of a day.
package struct NightAnswer: Sendable, Equatable {
    /// Whether the night can be slept: a unit is free, it is not too soon, and not beyond what can be booked.
    package let isAvailable: Bool
    /// Minor units; nothing where the property has no price.
    package let price: Int64?
    /// For arrivals on this day.
    package let minimumNights: Int
    package let maximumNights: Int
    /// Of all stays that begin on this day and are possible, the first and the last day of leaving; nothing where there
    /// is none.
    package let departures: ClosedRange<LocalDay>?
    /// Whether some stay that is possible ends on this day.
    package let canLeave: Bool
}

extension Evaluator {
    /// The nights that must be known to answer about `days`: stays that end on the first of them, and those that begin on
    /// the last.
    package static func nights(toAnswer days: Range<LocalDay>) -> Range<LocalDay> {
        days.lowerBound.advanced(by: -Stay.longest)..<days.upperBound.advanced(by: Stay.longest)
    }

    /// What the rules say of each day, for a party that the place takes. Each answer is the one that asking about every
    /// stay would give, without asking: from a day on, stays are possible up to where the longest free run, the longest
    /// stay or the end of what is open stops them.
    /// - Parameter calendar: must know `nights(toAnswer:)`, and who has the nights.
    package static func answers(
        _ days: Range<LocalDay>, _ rules: StayRules, _ calendar: StayCalendar, at moment: LocalMoment
    ) -> [NightAnswer] {
        guard !days.isEmpty else { return [] }
        let firstArrival = rules.firstArrival(at: moment)
        let lastArrival = rules.lastArrival(at: moment)
        // Days are counted from the earliest arrival that can end on a day asked for.
        let first = min(days.lowerBound, max(days.lowerBound.advanced(by: -Stay.longest), firstArrival))
        let end = days.upperBound.advanced(by: Stay.longest + 1)
        let count = first.distance(to: end)
        let openCount = rules.openUntil.map { min(max(first.distance(to: $0), 0), count) } ?? count
        let isBookable = rules.isListed && rules.nightlyPrice != nil && rules.maximumGuests >= 1
        let runEnd = freeRuns(calendar.units ?? [.none], from: first, count: count)
        let departures = DepartureDays(rules, from: first, count: count)

        var answers: [NightAnswer] = []
        answers.reserveCapacity(days.count)
        // By day: how many more ranges of departures begin than end there.
        var edges = [Int32](repeating: 0, count: count + 1)
        var leaving: Int32 = 0
        // How far those stays reach that may begin: a night after the last arrival is theirs only.
        var reach = first
        let offset = first.distance(to: days.lowerBound)
        for place in 0..<(offset + days.count) {
            let day = first.advanced(by: place)
            let minimum = rules.minimumNights(arriving: day, calendar.rules)
            let maximum = rules.maximumNights(arriving: day)
            var possible: ClosedRange<LocalDay>?
            if isBookable, day >= firstArrival, day <= lastArrival, rules.mayArrive(on: day) {
                let (low, high) = (place + minimum, min(place + maximum, Int(runEnd[place]), openCount))
                if low <= high, let range = departures.within(low, high) {
                    let latest = first.advanced(by: range.upperBound)
                    possible = first.advanced(by: range.lowerBound)...latest
                    reach = max(reach, latest)
                    edges[range.lowerBound] += 1
                    edges[range.upperBound + 1] -= 1
                }
            }
            leaving += edges[place]
            guard place >= offset else { continue }
            let isFree = runEnd[place] > place
            answers.append(
                NightAnswer(
                    isAvailable: isFree && day >= firstArrival && (day <= lastArrival || day < reach)
                        && place < openCount,
                    price: rules.nightlyPrice.map { Pricing.nightPrice(rules, calendar.rules, day, base: $0.amount).0 },
                    minimumNights: minimum, maximumNights: maximum, departures: possible,
                    canLeave: leaving > 0 && departures.isAllowed(place)))
        }
        return answers
    }

    /// For each night, where the free nights that begin with it end on the unit where they are most; itself where no
    /// unit is free.
    private static func freeRuns(_ units: [TakenNights], from first: LocalDay, count: Int) -> [Int32] {
        var ends = [Int32](0..<Int32(count))
        for unit in units {
            var end = Int32(count)
            var place = count - 1
            while place >= 0 {
                if unit.contains(first.advanced(by: place)) { end = Int32(place) }
                if end > ends[place] { ends[place] = end }
                place -= 1
            }
        }
        return ends
    }
}

/// On which days stays may end, and the nearest such day from any other.
private struct DepartureDays {
    /// Nothing where every day is one.
    private let next: [Int32]?
    private let previous: [Int32]

    init(_ rules: StayRules, from first: LocalDay, count: Int) {
        let isFree = rules.sheet.rules.stays.departureDays == nil && rules.sheet.seasons.segments.isEmpty
        guard !isFree else {
            next = nil
            previous = []
            return
        }
        var previous = [Int32](repeating: -1, count: count)
        var next = [Int32](repeating: Int32.max, count: count)
        var last: Int32 = -1
        for place in 0..<count {
            if rules.mayLeave(on: first.advanced(by: place)) { last = Int32(place) }
            previous[place] = last
        }
        last = Int32.max
        for place in stride(from: count - 1, through: 0, by: -1) {
            if previous[place] == Int32(place) { last = Int32(place) }
            next[place] = last
        }
        self.next = next
        self.previous = previous
    }

    func isAllowed(_ place: Int) -> Bool { next.map { $0[place] == Int32(place) } ?? true }

    /// The first and the last of the days from `low` to `high`.
    func within(_ low: Int, _ high: Int) -> ClosedRange<Int>? {
        guard let next else { return low...high }
        let (from, to) = (Int(next[low]), Int(previous[high]))
        return from <= to ? from...to : nil
    }
}

package import Core

/// Other stays of the same length, near the one that is not possible.
package enum Alternatives {
    /// How many days a stay is moved at the most, either way: further off it is another trip.
    package static let reach = 14
    /// How many are offered.
    package static let most = 3

    /// The nights that must be known to look for alternatives.
    package static func nights(around stay: Stay) -> Range<LocalDay> {
        stay.checkIn.advanced(by: -reach)..<stay.checkOut.advanced(by: reach)
    }

    /// The nearest that are possible, the earlier of two equally near. One whose price can't be told is none.
    /// - Parameter calendar: must know `nights(around:)`.
    package static func nearest(
        to stay: Stay, _ rules: StayRules, _ calendar: StayCalendar, party: Party, at moment: LocalMoment
    ) -> [Evaluation] {
        var found: [Evaluation] = []
        for distance in 1...reach {
            for shift in [-distance, distance] where found.count < most {
                let (from, to) = (stay.checkIn.advanced(by: shift), stay.checkOut.advanced(by: shift))
                guard let other = Stay(from: from, to: to),
                    let evaluation = try? Evaluator.evaluate(rules, calendar, stay: other, party: party, at: moment)
                else { continue }
                if evaluation.isPossible { found.append(evaluation) }
            }
        }
        return found
    }
}

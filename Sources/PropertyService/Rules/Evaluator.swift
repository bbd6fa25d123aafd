package import Core

/// Whether a stay is possible and what it costs: the one place that decides it. Pure, and in integers only.
package enum Evaluator {
    /// Asks every rule about a stay.
    /// - Parameter moment: now at the property.
    /// - Throws: `MoneyError` where the price does not fit: never a wrong sum.
    package static func evaluate(
        _ rules: StayRules, _ calendar: StayCalendar, stay: Stay, party: Party, at moment: LocalMoment
    ) throws(MoneyError) -> Evaluation {
        var refusals: [Refusal] = []
        if !rules.isListed { refusals.append(.notListed) }
        if rules.nightlyPrice == nil { refusals.append(.noPrice) }
        window(rules, stay, moment, &refusals)
        length(rules, calendar.rules, stay, &refusals)
        if party.guests > rules.maximumGuests { refusals.append(.tooManyGuests(most: rules.maximumGuests)) }
        if let units = calendar.units { nights(units, stay, &refusals) }
        return Evaluation(stay: stay, refusals: refusals, price: try price(rules, calendar.rules, stay))
    }

    /// What a calendar shows of a night: the same rules, asked about this night alone.
    package static func night(
        _ night: LocalDay, _ rules: StayRules, _ calendar: StayCalendar, at moment: LocalMoment
    ) -> (isAvailable: Bool, price: Money?, minimumNights: Int) {
        var refusals: [Refusal] = []
        if let stay = Stay(from: night, to: night.advanced(by: 1)) {
            window(rules, stay, moment, &refusals)
            if let units = calendar.units { nights(units, stay, &refusals) }
        }
        let rule = calendar.rules.rule(on: night)
        let price = rules.nightlyPrice.map { Money(rule.price ?? $0.amount, $0.currency) }
        return (refusals.isEmpty, price, rule.minimumNights ?? rules.minimumNights)
    }

    // MARK: Whether

    private static func window(
        _ rules: StayRules, _ stay: Stay, _ moment: LocalMoment, _ refusals: inout [Refusal]
    ) {
        if stay.checkIn < moment.day { refusals.append(.inThePast(today: moment.day)) }
        let last = moment.day.advanced(by: Stay.farthest)
        if let openUntil = rules.openUntil, stay.checkOut > openUntil, openUntil <= last || stay.checkIn <= last {
            refusals.append(.notOpen(until: openUntil))
        } else if stay.checkIn > last {
            refusals.append(.beyondBookingWindow(last: last))
        }
    }

    private static func length(
        _ rules: StayRules, _ nights: NightRules, _ stay: Stay, _ refusals: inout [Refusal]
    ) {
        let minimum = nights.rule(on: stay.checkIn).minimumNights ?? rules.minimumNights
        if stay.nightCount < minimum { refusals.append(.belowMinimumNights(minimum)) }
        let maximum = min(rules.maximumNights, Stay.longest)
        if stay.nightCount > maximum { refusals.append(.aboveMaximumNights(maximum)) }
    }

    private static func nights(_ units: [TakenNights], _ stay: Stay, _ refusals: inout [Refusal]) {
        guard !units.contains(where: { $0.isFree(stay.nights) }) else { return }
        let taken = stay.nights.filter { night in units.allSatisfy { $0.contains(night) } }
        refusals.append(
            taken.isEmpty ? .noUnitForWholeStay(longest(units, stay)) : .nightsTaken(taken, longest(units, stay)))
    }

    /// The longest part of a stay that some unit has free, the earliest of several.
    private static func longest(_ units: [TakenNights], _ stay: Stay) -> Stay? {
        var best: Stay?
        for unit in units {
            var start: LocalDay?
            for night in stay.checkIn...stay.checkOut {
                if night < stay.checkOut, !unit.contains(night) {
                    start = start ?? night
                } else if let begin = start {
                    start = nil
                    if let part = Stay(from: begin, to: night), part.nightCount > best?.nightCount ?? 0 { best = part }
                }
            }
        }
        return best
    }

    // MARK: What it costs

    private static func price(
        _ rules: StayRules, _ nights: NightRules, _ stay: Stay
    ) throws(MoneyError) -> Evaluation.Price? {
        guard let base = rules.nightlyPrice else { return nil }
        var parts: [Evaluation.Part] = []
        parts.reserveCapacity(stay.nightCount)
        for night in stay.nights {
            let amount = nights.rule(on: night).price ?? base.amount
            parts.append(Evaluation.Part(kind: .night, night: night, amount: amount))
        }
        return try Evaluation.Price(parts: parts, currency: base.currency)
    }
}

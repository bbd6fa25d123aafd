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
        guests(rules, party, &refusals)
        if let units = calendar.units { nights(units, stay, &refusals) }
        return Evaluation(
            stay: stay, rules: rules, nights: calendar.rules, refusals: refusals,
            price: try Pricing.price(rules, calendar.rules, stay, party, at: moment))
    }

    // MARK: When

    private static func window(
        _ rules: StayRules, _ stay: Stay, _ moment: LocalMoment, _ refusals: inout [Refusal]
    ) {
        if stay.checkIn < moment.day {
            refusals.append(.inThePast(today: moment.day))
        } else {
            let first = rules.firstArrival(at: moment)
            if stay.checkIn < first { refusals.append(.tooShortNotice(first: first)) }
        }
        let last = rules.lastArrival(at: moment)
        if let openUntil = rules.openUntil, stay.checkOut > openUntil, openUntil <= last || stay.checkIn <= last {
            refusals.append(.notOpen(until: openUntil))
        } else if stay.checkIn > last {
            refusals.append(.beyondBookingWindow(last: last))
        }
    }

    private static func length(
        _ rules: StayRules, _ nights: NightRules, _ stay: Stay, _ refusals: inout [Refusal]
    ) {
        let minimum = rules.minimumNights(arriving: stay.checkIn, nights)
        if stay.nightCount < minimum { refusals.append(.belowMinimumNights(minimum)) }
        let maximum = rules.maximumNights(arriving: stay.checkIn)
        if stay.nightCount > maximum { refusals.append(.aboveMaximumNights(maximum)) }
        if !rules.mayArrive(on: stay.checkIn) { refusals.append(.noArrival) }
        if !rules.mayLeave(on: stay.checkOut) { refusals.append(.noDeparture) }
    }

    // MARK: Who

    private static func guests(_ rules: StayRules, _ party: Party, _ refusals: inout [Refusal]) {
        guests(rules.sheet.rules.party, maximum: rules.maximumGuests, party, &refusals)
    }

    /// Whether a place takes a party on some day.
    static func takes(_ party: Party, _ limits: PartyLimits, maximum: Int) -> Bool {
        var refusals: [Refusal] = []
        guests(limits, maximum: maximum, party, &refusals)
        return refusals.isEmpty
    }

    private static func guests(
        _ limits: PartyLimits, maximum: Int, _ party: Party, _ refusals: inout [Refusal]
    ) {
        if limits.counted(party) > maximum { refusals.append(.tooManyGuests(most: maximum)) }
        if let most = limits.maximumChildren, party.children > most { refusals.append(.tooManyChildren(most: most)) }
        if let most = limits.maximumInfants, party.infants > most { refusals.append(.tooManyInfants(most: most)) }
        if let most = limits.maximumPets, party.pets > most { refusals.append(.tooManyPets(most: most)) }
    }

    // MARK: Whether it is free

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
}

public import Core
import Storage

extension Properties {
    /// On what terms a booked stay can become another: the rules that stand against it and the price, by the rules as
    /// they are now, whatever the status of the place. Whether its nights are free is decided by the claims.
    /// - Returns: nothing where there is no such property.
    /// - Throws: `Problem` `validation_failed` for a price that is too large to be kept.
    public func terms(for change: StayChange, at property: PropertyID, now: Instant) async throws -> Terms? {
        let stay = change.stay
        let isTooLong = stay.nightCount > Stay.longest
        let found = try await database.read {
            reader -> (property: Property, sheet: RuleSheet, calendar: StayCalendar)? in
            guard let found = try PropertyStore.property(property, in: reader) else { return nil }
            // Nobody reads the nights of a stay that is refused for its length anyway: no unbounded read.
            let nights = isTooLong ? stay.checkIn..<stay.checkIn.advanced(by: 1) : stay.nights
            return (
                found, try RuleStore.sheet(of: property, sheets, in: reader),
                try NightStore.calendar(of: property, nights, unitCount: nil, gap: 0, in: reader)
            )
        }
        guard let found else { return nil }
        let rules = StayRules(found.property, found.sheet)
        let facts = found.property.facts(found.sheet.rules)
        guard !isTooLong else {
            let refusal = Refusal.aboveMaximumNights(Stay.longest)
            return Terms(
                facts: facts, party: change.party,
                reasons: [refusal.reason(for: stay, rules, found.calendar.rules)], lines: [], total: nil)
        }
        let moment = LocalMoment(now, in: found.property.zone)
        let evaluation: Evaluation
        do {
            evaluation = try Evaluator.evaluate(rules, found.calendar, stay: stay, party: change.party, at: moment)
        } catch MoneyError.overflow {
            throw Problem.priceTooLarge
        }
        return Terms(
            facts: facts, party: change.party,
            reasons: evaluation.refusals.compactMap { refusal in
                refusal.standing(against: change, rules, at: moment)?.reason(for: stay, rules, found.calendar.rules)
            },
            lines: evaluation.lines, total: evaluation.total)
    }
}

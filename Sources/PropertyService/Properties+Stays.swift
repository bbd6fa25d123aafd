public import Core
import Storage

extension Properties {
    /// The nights from `from` up to, not including, `to`.
    /// - Throws: `Problem` `not_found`, as for the property; `validation_failed` for days out of order or too many.
    public func calendar(
        _ id: PropertyID, from: LocalDay, to: LocalDay, for caller: Caller?,
        orWhere mayRead: @Sendable () async throws -> Bool = { false }
    ) async throws -> [CalendarDay] {
        let now = world.now()
        let isValid = from < to && from.distance(to: to) <= Properties.mostCalendarNights
        let found = try await database.read { reader in
            try Properties.propertyWithNights(id, isValid ? from..<to : nil, in: reader)
        }
        let property = try await visible(found?.property, to: caller, orWhere: mayRead)
        guard isValid, let calendar = found?.calendar else {
            throw Problem.invalid(
                "to", "out_of_range", "to is after from, and at most \(Properties.mostCalendarNights) nights after it")
        }
        let rules = StayRules(property)
        let moment = LocalMoment(now, in: property.zone)
        return (from..<to).map { date in
            let night = Evaluator.night(date, rules, calendar, at: moment)
            return CalendarDay(
                date: date, available: night.isAvailable, price: night.price, minimumNights: night.minimumNights)
        }
    }

    /// How many nights a calendar shows at once: as far ahead as a stay can begin.
    public static let mostCalendarNights = Stay.farthest

    /// Whether a stay is possible and what it costs; every reason why not, and the nearest stays that are.
    /// - Throws: `Problem` `not_found`, as for the property; `validation_failed` for no night, far too many, or nobody.
    public func quote(
        _ id: PropertyID, checkIn: LocalDay, checkOut: LocalDay, party: Party, for caller: Caller?,
        orWhere mayRead: @Sendable () async throws -> Bool = { false }
    ) async throws -> Quote {
        let now = world.now()
        var check = Check()
        let stay = check.stay(from: checkIn, to: checkOut)
        check.require(party.adults >= 1, "guests", "out_of_range", "guests is at least 1")
        let found = try await database.read { reader in
            try Properties.propertyWithNights(id, stay.map(Alternatives.nights(around:)), in: reader)
        }
        let property = try await visible(found?.property, to: caller, orWhere: mayRead)
        try check.end()
        guard let stay, let calendar = found?.calendar else { throw Problem.notFound("property") }
        return try quote(stay, party, property, calendar, LocalMoment(now, in: property.zone))
    }

    private func quote(
        _ stay: Stay, _ party: Party, _ property: Property, _ calendar: StayCalendar, _ moment: LocalMoment
    ) throws(MoneyError) -> Quote {
        let rules = StayRules(property)
        let evaluation = try Evaluator.evaluate(rules, calendar, stay: stay, party: party, at: moment)
        let others =
            evaluation.isPossible
            ? [] : try Alternatives.nearest(to: stay, rules, calendar, party: party, at: moment)
        let alternatives = others.compactMap { other in
            other.total.map {
                Quote.Alternative(checkIn: other.stay.checkIn, checkOut: other.stay.checkOut, total: $0)
            }
        }
        return Quote(
            propertyId: property.id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: party,
            nights: stay.nightCount, available: evaluation.isPossible,
            reasons: evaluation.refusals.map { refusal in
                let reason = refusal.reason(for: stay)
                guard refusal.isAboutNights, let nearest = alternatives.first else { return reason }
                return Reason(
                    code: reason.code, message: reason.message,
                    suggestion: "The nearest free stay as long is \(nearest.checkIn) to \(nearest.checkOut).",
                    field: reason.field)
            },
            alternatives: alternatives, lines: evaluation.lines,
            total: evaluation.total ?? .zero(operatorCurrency))
    }

    /// What is needed to hold a stay: the rules asked without a look at who has the nights, which the claims decide.
    /// - Returns: nothing where there is no such listed property.
    public func terms(for property: PropertyID, stay: Stay, party: Party, now: Instant) async throws -> Terms? {
        let found = try await database.read { reader -> (property: Property, calendar: StayCalendar)? in
            guard let found = try PropertyStore.property(property, in: reader), found.status == .listed else {
                return nil
            }
            // Nobody reads the nights of a stay that is refused for its length anyway: no unbounded read.
            let nights = stay.nightCount > Stay.farthest ? stay.checkIn..<stay.checkIn.advanced(by: 1) : stay.nights
            return (found, try NightStore.calendar(of: property, nights, unitCount: nil, in: reader))
        }
        guard let found else { return nil }
        guard stay.nightCount <= Stay.farthest else {
            let refusal = Refusal.aboveMaximumNights(min(found.property.maximumNights, Stay.longest))
            return Terms(
                facts: found.property.facts, party: party, reasons: [refusal.reason(for: stay)], lines: [], total: nil)
        }
        let evaluation = try Evaluator.evaluate(
            StayRules(found.property), found.calendar, stay: stay, party: party,
            at: LocalMoment(now, in: found.property.zone))
        return Terms(
            facts: found.property.facts, party: party, reasons: evaluation.reasons, lines: evaluation.lines,
            total: evaluation.total)
    }

    /// One look: the property and, where its nights are asked for, its calendar.
    private static func propertyWithNights(
        _ id: PropertyID, _ nights: Range<LocalDay>?, in reader: borrowing Reader
    ) throws -> (property: Property, calendar: StayCalendar?)? {
        guard let property = try PropertyStore.property(id, in: reader) else { return nil }
        let calendar = try nights.map {
            try NightStore.calendar(of: id, $0, unitCount: property.unitCount, in: reader)
        }
        return (property, calendar)
    }
}

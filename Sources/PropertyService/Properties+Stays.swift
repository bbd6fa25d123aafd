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
            try propertyWithNights(id, isValid ? Evaluator.nights(toAnswer: from..<to) : nil, in: reader)
        }
        let property = try await visible(found?.property, to: caller, orWhere: mayRead)
        guard isValid, let calendar = found?.calendar else {
            throw Problem.invalid(
                "to", "out_of_range", "to is after from, and at most \(Properties.mostCalendarNights) nights after it")
        }
        let answers = Evaluator.answers(
            from..<to, StayRules(property, found?.sheet ?? sheets.none), calendar,
            at: LocalMoment(now, in: property.zone))
        let currency = property.nightlyPrice?.currency
        return zip(from..<to, answers).map { date, night in
            CalendarDay(
                date: date, available: night.isAvailable,
                price: night.price.flatMap { price in currency.map { Money(price, $0) } },
                minimumNights: night.minimumNights, maximumNights: night.maximumNights, departures: night.departures,
                canLeave: night.canLeave)
        }
    }

    /// The longest stay that may begin on each of these days, by the rules as they are: a minimum above it would let none begin.
    /// No permission is asked: callers are services.
    public func longestStays(at id: PropertyID, beginning days: [LocalDay]) async throws -> [LocalDay: Int] {
        try await database.read { reader in
            guard let (property, sheet, _) = try propertyWithNights(id, nil, in: reader) else { return [:] }
            let rules = StayRules(property, sheet)
            return Dictionary(
                days.map { ($0, min(rules.maximumNights(arriving: $0), Stay.longest)) }, uniquingKeysWith: { $1 })
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
            try propertyWithNights(id, stay.map(Alternatives.nights(around:)), in: reader)
        }
        let property = try await visible(found?.property, to: caller, orWhere: mayRead)
        try check.end()
        guard let stay, let calendar = found?.calendar else { throw Problem.notFound("property") }
        do {
            return try quote(
                stay, party, property, StayRules(property, found?.sheet ?? sheets.none), calendar,
                now, traced: caller.map { $0.id == property.hostId || $0.isOperator } ?? false)
        } catch MoneyError.overflow {
            throw Problem.priceTooLarge
        }
    }

    private func quote(
        _ stay: Stay, _ party: Party, _ property: Property, _ rules: StayRules, _ calendar: StayCalendar,
        _ now: Instant, traced: Bool
    ) throws(MoneyError) -> Quote {
        let moment = LocalMoment(now, in: property.zone)
        let evaluation = try Evaluator.evaluate(rules, calendar, stay: stay, party: party, at: moment)
        let others =
            evaluation.isPossible
            ? [] : Alternatives.nearest(to: stay, rules, calendar, party: party, at: moment)
        let alternatives = others.compactMap { other in
            other.total.map {
                Quote.Alternative(checkIn: other.stay.checkIn, checkOut: other.stay.checkOut, total: $0)
            }
        }
        return Quote(
            propertyId: property.id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: party,
            nights: stay.nightCount, available: evaluation.isPossible,
            reasons: zip(evaluation.refusals, evaluation.reasons).map { refusal, reason in
                guard refusal.isAboutNights, let nearest = alternatives.first else { return reason }
                var facts = reason.facts
                facts.suggestion = Stay(from: nearest.checkIn, to: nearest.checkOut).map { .nearest($0) }
                return Reason(
                    code: reason.code, message: reason.message,
                    suggestion: "The nearest free stay as long is \(nearest.checkIn) to \(nearest.checkOut).",
                    field: reason.field, facts: facts)
            },
            alternatives: alternatives, lines: evaluation.lines,
            total: evaluation.total ?? .zero(operatorCurrency), trace: traced ? evaluation.trace : nil,
            instantBook: property.instantBook(rules.sheet.rules),
            cancellation: CancellationTerms(
                property.cancellationPolicy, rules.sheet.rules.cancellation, bookedAt: now, checkIn: stay.checkIn,
                from: property.checkInFrom, in: property.zone))
    }

    /// What is needed to hold a stay: the rules asked without a look at who has the nights, which the claims decide.
    /// - Returns: nothing where there is no such listed property.
    /// - Throws: `Problem` `validation_failed` for a price that is too large to be kept.
    public func terms(for property: PropertyID, stay: Stay, party: Party, now: Instant) async throws -> Terms? {
        let found = try await database.read {
            reader -> (property: Property, sheet: RuleSheet, calendar: StayCalendar)? in
            // Three questions that need nothing of each other travel together.
            let soonFound = try PropertyStore.soon(property, in: reader)
            let soonSheet = try RuleStore.soonSheet(of: property, sheets, in: reader)
            // Nobody reads the nights of a stay that is refused for its length anyway: no unbounded read.
            let nights = stay.nightCount > Stay.farthest ? stay.checkIn..<stay.checkIn.advanced(by: 1) : stay.nights
            let calendar = try NightStore.calendar(of: property, nights, unitCount: nil, gap: 0, in: reader)
            guard let found = try soonFound.all().first, found.status == .listed else { return nil }
            return (found, try soonSheet.all().first ?? sheets.none, calendar)
        }
        guard let found else { return nil }
        let rules = StayRules(found.property, found.sheet)
        let facts = found.property.facts(found.sheet.rules)
        guard stay.nightCount <= Stay.farthest else {
            let refusal = Refusal.aboveMaximumNights(rules.maximumNights(arriving: stay.checkIn))
            return Terms(
                facts: facts, party: party, reasons: [refusal.reason(for: stay, rules, found.calendar.rules)],
                lines: [],
                total: nil)
        }
        let evaluation: Evaluation
        do {
            evaluation = try Evaluator.evaluate(
                rules, found.calendar, stay: stay, party: party, at: LocalMoment(now, in: found.property.zone))
        } catch MoneyError.overflow {
            throw Problem.priceTooLarge
        }
        return Terms(
            facts: facts, party: party, reasons: evaluation.reasons, lines: evaluation.lines,
            total: evaluation.total)
    }

    /// One look: the property and, where its nights are asked for, its calendar.
    private func propertyWithNights(
        _ id: PropertyID, _ nights: Range<LocalDay>?, in reader: borrowing Reader
    ) throws -> (property: Property, sheet: RuleSheet, calendar: StayCalendar?)? {
        guard let property = try PropertyStore.property(id, in: reader) else { return nil }
        let sheet = try RuleStore.sheet(of: id, sheets, in: reader)
        let calendar = try nights.map {
            try NightStore.calendar(
                of: id, $0, unitCount: property.unitCount, gap: sheet.rules.preparation.gap, in: reader)
        }
        return (property, sheet, calendar)
    }
}

extension Problem {
    /// Prices, persons and nights that are each allowed can come to more than an amount can be.
    static let priceTooLarge = Problem.invalid(
        "checkOut", "price_too_large", "The price of this stay is too large to be told. Ask for fewer nights or guests."
    )
}

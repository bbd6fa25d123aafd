import Core
import PropertyService
package import Storage

/// Search, calendar, quote, the terms of a hold and those of a change must say the same of every stay in any world of
/// rules, and the calendar's answers for a day must be those that asking about every stay gives. A slow model of the rules
/// decides.
package struct Agreement: Sendable {
    /// Where somebody said something else than the model, each in words that name the world.
    package private(set) var disagreements: [String] = []
    /// Worlds whose rules contradict each other: they can't be set, and nothing is asked there.
    package private(set) var refusedWorlds = 0
    /// How many answers were compared.
    package private(set) var answers = 0

    /// So many worlds share a database: a new one for each would cost more than its world.
    package static let worldsInTown = 250
    private static let zones = ["UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia"]
    private static let currencies = ["USD", "JPY", "KWD", "ISK"].compactMap { Currency(code: $0) }
    private static let serviceFees = [0, 12_500, 7_333]

    /// Asks in the worlds of one town: those with the numbers from `town * worldsInTown` on, the same ones each time.
    /// - Parameters:
    ///   - database: empty.
    ///   - minimumOff: by how much the model is wrong about every minimum, to see that this is noticed.
    package init(town number: Int, on database: any Database, minimumOff: Int = 0) async throws {
        let town = try await RuleTown(
            on: database, serviceFee: Agreement.serviceFees[number % Agreement.serviceFees.count])
        for place in 0..<Agreement.worldsInTown {
            let world = number * Agreement.worldsInTown + place
            var dice = RuleWorld(
                SeededGenerator(seed: UInt64(world)), Agreement.currencies[world % Agreement.currencies.count])
            guard var model = try await model(world, town, &dice) else {
                refusedWorlds += 1
                continue
            }
            model.minimumOff = minimumOff
            for _ in 0..<2 { try await compareStay(model, "World \(world)", town, &dice) }
            try await compareDays(model, "World \(world)", town, &dice)
        }
    }

    private mutating func expect(_ agrees: Bool, _ what: String, _ said: @autoclosure () -> String) {
        answers += 1
        if !agrees { disagreements.append("\(said()): \(what)") }
    }

    // MARK: A world

    /// One place with its rules, bookings and calendar, in a town of its own; nothing where its rules contradict.
    private mutating func model(_ number: Int, _ town: RuleTown, _ dice: inout RuleWorld) async throws -> RuleModel? {
        guard let start = LocalDay(year: 2027, month: 7, day: 1), let zone = Zone(Agreement.zones[dice.number(0...4)])
        else { throw StorageError.fault("no such day or zone") }
        // Two years of days, so that years end and a leap day comes.
        let today = start.advanced(by: dice.number(0...800))
        let noon = Instant(milliseconds: Int64(today.number) * 86_400_000 + 43_200_000)
        town.move(to: noon + .seconds(Double(dice.number(-700...700) * 60)))
        let least = dice.happens(3) ? dice.number(2...3) : 1
        let (most, units, guests) = (dice.number(4...8), dice.number(1...2), dice.number(1...4))
        let end = dice.happens(5) ? today.advanced(by: dice.number(5...25)) : nil
        let price = dice.money(9999)
        let property = try await town.place { draft in
            (draft.minimumNights, draft.maximumNights, draft.unitCount, draft.maximumGuests) = (
                least, most, units, guests
            )
            (draft.openUntil, draft.timeZone, draft.instantBook) = (end, zone.name, dice.happens(2))
            draft.nightlyPrice = MoneyDraft(amount: price.amount, currency: price.currency.code)
            draft.location?.city = "Town \(number)"
        }
        let (here, time) = zone.local(at: town.now)
        var model = RuleModel(
            property: property, rules: dice.rules(around: here), serviceFee: town.serviceFee, today: here, time: time)
        do {
            _ = try await town.properties.changeRules(of: property.id, .all(model.rules), for: town.host)
        } catch let problem as Problem {
            expect(
                problem.errors.allSatisfy { $0.code == "contradiction" && !$0.field.isEmpty }, "\(problem)",
                "World \(number)")
            return nil
        }
        try await fill(&model, town, &dice)
        return model
    }

    private func fill(_ model: inout RuleModel, _ town: RuleTown, _ dice: inout RuleWorld) async throws {
        let id = model.property.id
        for unit in 1...model.property.unitCount {
            for number in 0..<dice.number(0...3) {
                let start = model.today.advanced(by: dice.number(-4...25))
                let nights = (0..<dice.number(1...4)).map { start.advanced(by: $0) }
                // As the rules were when it was booked, which may be others than now.
                let gap = dice.happens(3) ? dice.number(1...3) : 0
                let end = start.advanced(by: nights.count)
                let prepared = Array(start.advanced(by: -gap)..<start) + Array(end..<end.advanced(by: gap))
                model.book(nights, keeping: prepared, on: unit)
                let moved = NightsMoved(
                    bookingId: BookingID(stored: "bkg_\(id.text)_\(unit)_\(number)"), propertyId: id,
                    unitId: .of(id, unit), nights: nights, prepared: prepared)
                try await town.apply(NightsMoved.taken, moved.bookingId.text, moved)
            }
        }
        var nights: [NightPrice] = []
        var words: [Int: [Int64: UInt64]] = [:]
        for offset in -2..<25 {
            let night = model.today.advanced(by: offset)
            if dice.happens(6) { model.prices[night] = dice.money(9999).amount }
            if dice.happens(12) { model.minimums[night] = dice.number(1...4) }
            nights.append(
                NightPrice(
                    date: night, price: model.prices[night].map { .set($0) } ?? .keep,
                    minimumNights: model.minimums[night].map { .set($0) } ?? .keep))
            for unit in 1...model.property.unitCount where dice.happens(15) {
                model.close(night, on: unit)
                words[unit, default: [:]][NightWord.number(of: night), default: 0] |= NightWord.bit(of: night)
            }
        }
        let blocked = words.flatMap { unit, words in
            words.map { BlockedWord(unitId: .of(id, unit), word: $0, bits: Int64(bitPattern: $1)) }
        }
        try await town.apply(
            CalendarChanged.kind, id.text, CalendarChanged(propertyId: id, blocked: blocked, nights: nights))
    }

    // MARK: One stay

    private mutating func compareStay(
        _ model: RuleModel, _ name: String, _ town: RuleTown, _ dice: inout RuleWorld
    ) async throws {
        let stay = try Agreement.stay(from: model.today, &dice)
        let isOfAdults = dice.happens(2)
        let party = isOfAdults ? Party(adults: dice.number(1...4)) : dice.party()
        let id = model.property.id
        let (expected, total) = (model.reasons(stay, party), model.total(stay, party))
        let said = "\(name), \(stay), \(party)"
        let quote = try await town.properties.quote(
            id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: party, for: town.host)
        expect(
            Set(quote.reasons.map(\.code)) == expected && quote.reasons.count == expected.count,
            "the quote has \(quote.reasons.map(\.code)), the model \(expected)", said)
        expect(
            quote.available == expected.isEmpty && quote.total.amount == total,
            "the quote is \(quote.total), the model's \(total)", said)
        let lines = model.lines(stay, party)
        expect(
            quote.lines.map(\.kind) == lines.map(\.kind) && quote.lines.map(\.amount.amount) == lines.map(\.amount),
            "lines", said)
        expect(quote.lines.reduce(0) { $0 + $1.amount.amount } == quote.total.amount, "the sum of the lines", said)
        expect(quote.trace?.count == lines.count, "the trace", said)
        let nearest = expected.isEmpty ? [] : model.nearest(to: stay, party)
        expect(
            quote.alternatives.map(\.checkIn) == nearest,
            "the quote offers \(quote.alternatives.map(\.checkIn)), the model \(nearest)", said)
        expect(
            quote.alternatives.allSatisfy { other in
                Stay(from: other.checkIn, to: other.checkOut).map { model.total($0, party) } == other.total.amount
            }, "the total of an alternative", said)
        compareSuggestions(of: quote.reasons, model, stay, party, said) { model.reasons($0, $1) }
        try await compareTerms(model, quote, stay, party, said, town, &dice)
        let page = try await town.find { query in
            query.location = model.property.location.city
            (query.checkIn, query.checkOut) = (stay.checkIn, stay.checkOut)
            if isOfAdults { query.guests = party.adults } else { query.party = party }
        }
        expect(
            page.items.map(\.total?.amount) == (expected.isEmpty ? [total] : [])
                && page.totalCount == page.items.count,
            "search finds \(page.items.map(\.total)), the model has \(expected)", said)
        let anyDay = try await town.find { query in
            (query.location, query.party) = (model.property.location.city, party)
        }
        expect(
            (anyDay.totalCount == 1) == expected.isDisjoint(with: Agreement.aboutParty), "search without dates", said)
    }

    /// Whoever does what a reason suggests meets that reason no more.
    private mutating func compareSuggestions(
        of reasons: [Reason], _ model: RuleModel, _ stay: Stay, _ party: Party, _ said: String,
        against ask: (Stay, Party) -> Set<String>
    ) {
        for reason in reasons {
            guard let suggestion = reason.facts.suggestion else { continue }
            // A place that is not open as long as its window names one of the two at a time.
            if reason.code == "beyond_booking_window", model.property.openUntil != nil { continue }
            for followed in suggestion.followed(from: stay, party, for: reason.code) {
                expect(
                    followed.map { !ask($0.0, $0.1).contains(reason.code) } ?? false,
                    "\(reason.code) though \(suggestion)", said)
            }
        }
    }

    /// A hold and a change of a booking ask the same rules, and leave the nights to the claims.
    private mutating func compareTerms(
        _ model: RuleModel, _ quote: Quote, _ stay: Stay, _ party: Party, _ said: String, _ town: RuleTown,
        _ dice: inout RuleWorld
    ) async throws {
        let id = model.property.id
        let hold = try await town.properties.terms(for: id, stay: stay, party: party, now: town.now)
        let withoutNights = model.reasons(stay, party, asksNights: false)
        expect(
            hold.map { Set($0.reasons.map(\.code)) } == withoutNights,
            "a hold has \(hold?.reasons.map(\.code) ?? []), the model \(withoutNights)", said)
        expect(hold?.lines == quote.lines && hold?.total == quote.total, "what a hold costs", said)
        // Half of the booked stays begin or end with the new one, so that each rule meets what is not changed.
        var booked = try Agreement.stay(from: model.today, &dice)
        if dice.happens(2) {
            booked =
                dice.happens(2)
                ? Stay(from: stay.checkIn, to: stay.checkIn.advanced(by: booked.nightCount)) ?? booked
                : Stay(from: stay.checkOut.advanced(by: -booked.nightCount), to: stay.checkOut) ?? booked
        }
        let change = StayChange(
            booked: booked, bookedParty: dice.happens(3) ? party : dice.party(), stay: stay, party: party,
            isProposedByHost: dice.happens(3))
        let terms = try await town.properties.terms(for: change, at: id, now: town.now)
        let standing = model.reasons(against: change)
        expect(
            terms.map { Set($0.reasons.map(\.code)) } == standing && terms?.reasons.count == standing.count,
            "a change has \(terms?.reasons.map(\.code) ?? []), the model \(standing)", "\(said), \(change)")
        expect(terms?.lines == quote.lines && terms?.total == quote.total, "what a change costs", said)
        compareSuggestions(of: terms?.reasons ?? [], model, stay, party, "\(said), \(change)") { stay, party in
            model.reasons(
                against: StayChange(
                    booked: change.booked, bookedParty: change.bookedParty, stay: stay, party: party,
                    isProposedByHost: change.isProposedByHost))
        }
    }

    /// Near today as a rule, so that it meets the seasons; some are farther ahead than any can be.
    private static func stay(from today: LocalDay, _ dice: inout RuleWorld) throws -> Stay {
        let start = today.advanced(by: dice.happens(30) ? dice.number(728...735) : dice.number(-1...25))
        guard let stay = Stay(from: start, to: start.advanced(by: dice.number(1...8))) else {
            throw StorageError.fault("no night")
        }
        return stay
    }

    private static let aboutParty: Set = [
        "too_many_guests", "too_many_children", "too_many_infants", "too_many_pets",
    ]

    // MARK: Each day

    /// Every stay there is, asked one by one.
    private mutating func compareDays(
        _ model: RuleModel, _ name: String, _ town: RuleTown, _ dice: inout RuleWorld
    ) async throws {
        let longest = 8  // of what a world's rules allow
        // Near today, or around the last day on which a stay may begin.
        let window = model.rules.booking.windowMonths.map { $0 * 30 } ?? Stay.farthest
        let from = model.today.advanced(by: dice.happens(3) ? window + dice.number(-4...6) : dice.number(-2...20))
        let to = from.advanced(by: 5)
        let someone = Party(adults: 1)
        var departures: [LocalDay: [LocalDay]] = [:]
        for arrival in from.advanced(by: -longest)..<to {
            departures[arrival] = (1...longest).map { arrival.advanced(by: $0) }.filter { departure in
                Stay(from: arrival, to: departure).map { model.reasons($0, someone).isEmpty } ?? false
            }
        }
        let leaving = Set(departures.values.joined())
        let days = try await town.properties.calendar(model.property.id, from: from, to: to, for: nil)
        expect(days.map(\.date) == Array(from..<to), "the days of the calendar", name)
        for day in days {
            let possible = departures[day.date] ?? []
            let said = "\(name), \(day.date)"
            expect(day.canArrive == !possible.isEmpty, "can arrive: \(day.canArrive)", said)
            expect(
                day.departures?.lowerBound == possible.first && day.departures?.upperBound == possible.last,
                "the calendar lets leave \(String(describing: day.departures)), the model on \(possible)", said)
            expect(day.canLeave == leaving.contains(day.date), "can leave: \(day.canLeave)", said)
            expect(day.price?.amount == model.price(day.date), "the price of the night", said)
            guard let night = Stay(from: day.date, to: day.date.advanced(by: 1)) else { continue }
            let against = model.reasons(night, someone).subtracting(Agreement.aboutLength)
            // A night after the last arrival can still be the end of a stay.
            let isReached = departures.contains { $0.key < day.date && ($0.value.last.map { $0 > day.date } ?? false) }
            expect(
                day.available == (against.isEmpty || against == ["beyond_booking_window"] && isReached),
                "available: \(day.available)", said)
        }
    }

    private static let aboutLength: Set = [
        "below_minimum_nights", "above_maximum_nights", "no_arrival_on_this_day", "no_departure_on_this_day",
    ]
}

extension StaySuggestion {
    /// What a guest asks for who does so, as little as it takes; nothing for what is no stay.
    fileprivate func followed(from stay: Stay, _ party: Party, for code: String) -> [(Stay, Party)?] {
        func moved(to day: LocalDay) -> Stay? { Stay(from: day, to: day.advanced(by: stay.nightCount)) }
        func ending(on day: LocalDay) -> Stay? { Stay(from: stay.checkIn, to: day) }
        let stays: [Stay?]
        switch self {
        case .beginOnOrAfter(let day), .beginOnOrBefore(let day): stays = [moved(to: day)]
        case .beginOn(let days): stays = days.map(moved)
        case .leaveOnOrAfter(let day), .leaveOnOrBefore(let day): stays = [ending(on: day)]
        case .leaveOn(let days): stays = days.map(ending)
        case .nightsBefore(let day): stays = [Stay(from: day.advanced(by: -stay.nightCount), to: day)]
        case .part(let part): stays = [part]
        case .nearest(let other): stays = [other]
        case .comeWith(let most): return [(stay, party.with(most, of: code))]
        case .otherDates: return []
        }
        return stays.map { $0.map { ($0, party) } }
    }
}

extension Party {
    fileprivate func with(_ most: Int, of code: String) -> Party {
        switch code {
        case "too_many_children": Party(adults: adults, children: most, infants: infants, pets: pets)
        case "too_many_infants": Party(adults: adults, children: children, infants: most, pets: pets)
        case "too_many_pets": Party(adults: adults, children: children, infants: infants, pets: most)
        default: Party(adults: most)
        }
    }
}

extension PropertyRulesChanges {
    /// Everything as in these rules.
    static func all(_ rules: PropertyRules) -> PropertyRulesChanges {
        var changes = PropertyRulesChanges()
        changes.weekend = .set(rules.weekend)
        changes.seasons = .set(rules.seasons)
        changes.stays = .set(rules.stays)
        changes.discounts = .set(rules.discounts)
        changes.fees = .set(rules.fees)
        changes.taxes = .set(rules.taxes)
        changes.preparation = .set(rules.preparation)
        changes.booking = .set(rules.booking)
        changes.party = .set(rules.party)
        return changes
    }
}

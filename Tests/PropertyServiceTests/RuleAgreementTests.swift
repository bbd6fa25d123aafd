import Core
import Foundation
import PropertyService
import Storage
import TestSupport
import Testing

/// Search, calendar, quote and the terms of a hold must say the same of every stay in any world of rules, and the
/// calendar's answers for a day must be those that asking about every stay gives. A slow model of the rules decides.
@Suite("In worlds of random rules, all who ask hear the same", .onEachEngine)
struct RuleAgreementTests {
    private static let isProving = ProcessInfo.processInfo.environment["ROOST_PROVE"] == "1"
    private static let worldsInBatch = 250
    private static let batches = (isProving ? 1_000_000 : 5_000) / worldsInBatch
    private static let zones = ["UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia"]
    private static let currencies = ["USD", "JPY", "KWD", "ISK"].compactMap { Currency(code: $0) }

    @Test("Search, calendar, quote, terms and the model", arguments: 0..<batches)
    func agree(batch: Int) async throws {
        guard !Engine.isSpared(batch, oneIn: 20) else { return }
        let fee = [0, 12_500, 7_333][batch % 3]
        let fixture = try await ListingsFixture(serviceFee: Percent(thousandths: fee))
        var refused = 0
        for world in 0..<RuleAgreementTests.worldsInBatch {
            let number = batch * RuleAgreementTests.worldsInBatch + world
            var dice = RuleWorld(
                SeededGenerator(seed: UInt64(number)),
                RuleAgreementTests.currencies[number % RuleAgreementTests.currencies.count])
            guard let model = try await model(number, fee, fixture, &dice) else {
                refused += 1
                continue
            }
            for _ in 0..<2 { try await compareStay(model, "World \(number)", fixture, &dice) }
            try await compareDays(model, "World \(number)", fixture, &dice)
        }
        #expect(refused < RuleAgreementTests.worldsInBatch / 3, "most rules can be set")
    }

    // MARK: A world

    /// One place with its rules, bookings and calendar, in a town of its own; nothing where its rules contradict.
    private func model(
        _ number: Int, _ fee: Int, _ fixture: ListingsFixture, _ dice: inout RuleWorld
    ) async throws -> RuleModel? {
        // Two years of days, so that years end and a leap day comes.
        let today = try day(7, 1).advanced(by: dice.number(0...800))
        fixture.world.move(to: TestWorld.noon(today) + .minutes(Double(dice.number(-700...700))))
        let zone = try #require(Zone(RuleAgreementTests.zones[dice.number(0...4)]))
        let least = dice.happens(3) ? dice.number(2...3) : 1
        let (most, units, guests) = (dice.number(4...8), dice.number(1...2), dice.number(1...4))
        let end = dice.happens(5) ? today.advanced(by: dice.number(5...25)) : nil
        let price = dice.money(9999)
        let property = try await fixture.place { draft in
            (draft.minimumNights, draft.maximumNights, draft.unitCount, draft.maximumGuests) = (
                least, most, units, guests
            )
            (draft.openUntil, draft.timeZone) = (end, zone.name)
            draft.nightlyPrice = MoneyDraft(amount: price.amount, currency: price.currency.code)
            draft.location?.city = "Town \(number)"
        }
        let (here, time) = zone.local(at: fixture.world.now)
        var model = RuleModel(
            property: property, rules: dice.rules(around: here), serviceFee: fee, today: here, time: time)
        do {
            _ = try await fixture.properties.changeRules(of: property.id, .all(model.rules), for: fixture.host)
        } catch let problem as Problem {
            #expect(
                problem.errors.allSatisfy { $0.code == "contradiction" && !$0.field.isEmpty },
                "World \(number): \(problem)")
            return nil
        }
        try await fill(&model, fixture, &dice)
        return model
    }

    private func fill(_ model: inout RuleModel, _ fixture: ListingsFixture, _ dice: inout RuleWorld) async throws {
        let id = model.property.id
        for unit in 1...model.property.unitCount {
            for number in 0..<dice.number(0...3) {
                let start = model.today.advanced(by: dice.number(-4...25))
                let nights = (0..<dice.number(1...4)).map { start.advanced(by: $0) }
                model.booked[unit, default: []].formUnion(nights)
                // As the rules were when it was booked, which may be others than now.
                let gap = dice.happens(3) ? dice.number(1...3) : 0
                let end = start.advanced(by: nights.count)
                let prepared = Array(start.advanced(by: -gap)..<start) + Array(end..<end.advanced(by: gap))
                model.prepared[unit, default: []].formUnion(prepared)
                let moved = NightsMoved(
                    bookingId: BookingID(stored: "bkg_\(id.text)_\(unit)_\(number)"), propertyId: id,
                    unitId: .of(id, unit), nights: nights, prepared: prepared)
                try await fixture.apply(NightsMoved.taken, moved.bookingId.text, moved)
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
                model.closed[unit, default: []].insert(night)
                words[unit, default: [:]][NightWord.number(of: night), default: 0] |= NightWord.bit(of: night)
            }
        }
        let blocked = words.flatMap { unit, words in
            words.map { BlockedWord(unitId: .of(id, unit), word: $0, bits: Int64(bitPattern: $1)) }
        }
        try await fixture.apply(
            CalendarChanged.kind, id.text, CalendarChanged(propertyId: id, blocked: blocked, nights: nights))
    }

    // MARK: One stay

    private func compareStay(
        _ model: RuleModel, _ name: String, _ fixture: ListingsFixture, _ dice: inout RuleWorld
    ) async throws {
        let start = model.today.advanced(by: dice.number(-1...25))
        let stay = try #require(Stay(from: start, to: start.advanced(by: dice.number(1...8))))
        let isOfAdults = dice.happens(2)
        let party = isOfAdults ? Party(adults: dice.number(1...4)) : dice.party()
        let id = model.property.id
        let (expected, total) = (model.reasons(stay, party), model.total(stay, party))
        let said = "\(name), \(stay), \(party)"
        let quote = try await fixture.properties.quote(
            id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: party, for: fixture.host)
        #expect(Set(quote.reasons.map(\.code)) == expected && quote.reasons.count == expected.count, "\(said)")
        #expect(quote.available == expected.isEmpty && quote.total.amount == total, "\(said)")
        let lines = model.lines(stay, party)
        #expect(quote.lines.map(\.kind) == lines.map(\.kind), "\(said)")
        #expect(quote.lines.map(\.amount.amount) == lines.map(\.amount), "\(said)")
        #expect(quote.lines.reduce(0) { $0 + $1.amount.amount } == quote.total.amount, "\(said)")
        #expect(quote.trace?.count == lines.count, "\(said)")
        let terms = try #require(
            try await fixture.properties.terms(for: id, stay: stay, party: party, now: fixture.world.now))
        #expect(Set(terms.reasons.map(\.code)) == model.reasons(stay, party, asksNights: false), "\(said)")
        #expect(terms.lines == quote.lines && terms.total == quote.total, "\(said)")
        #expect(quote.alternatives.map(\.checkIn) == (expected.isEmpty ? [] : nearest(model, stay, party)), "\(said)")
        #expect(
            quote.alternatives.allSatisfy { other in
                Stay(from: other.checkIn, to: other.checkOut).map { model.total($0, party) } == other.total.amount
            }, "\(said)")
        let page = try await fixture.find { query in
            query.location = model.property.location.city
            (query.checkIn, query.checkOut) = (stay.checkIn, stay.checkOut)
            if isOfAdults { query.guests = party.adults } else { query.party = party }
        }
        #expect(page.items.map(\.total?.amount) == (expected.isEmpty ? [total] : []), "\(said)")
        #expect(page.totalCount == page.items.count)
        let anyDay = try await fixture.find { query in
            (query.location, query.party) = (model.property.location.city, party)
        }
        #expect((anyDay.totalCount == 1) == expected.isDisjoint(with: RuleAgreementTests.aboutParty), "\(said)")
    }

    private static let aboutParty: Set = [
        "too_many_guests", "too_many_children", "too_many_infants", "too_many_pets",
    ]

    private func nearest(_ model: RuleModel, _ stay: Stay, _ party: Party) -> [LocalDay] {
        var found: [LocalDay] = []
        for distance in 1...14 {
            for shift in [-distance, distance] where found.count < 3 {
                let moved = Stay(from: stay.checkIn.advanced(by: shift), to: stay.checkOut.advanced(by: shift))
                if let moved, model.reasons(moved, party).isEmpty { found.append(moved.checkIn) }
            }
        }
        return found
    }

    // MARK: Each day

    /// Every stay there is, asked one by one.
    private func compareDays(
        _ model: RuleModel, _ name: String, _ fixture: ListingsFixture, _ dice: inout RuleWorld
    ) async throws {
        let longest = 8  // of what a world's rules allow
        let from = model.today.advanced(by: dice.number(-2...20))
        let to = from.advanced(by: 5)
        let someone = Party(adults: 1)
        var departures: [LocalDay: [LocalDay]] = [:]
        for arrival in from.advanced(by: -longest)..<to {
            departures[arrival] = (1...longest).map { arrival.advanced(by: $0) }.filter { departure in
                Stay(from: arrival, to: departure).map { model.reasons($0, someone).isEmpty } ?? false
            }
        }
        let leaving = Set(departures.values.joined())
        let days = try await fixture.properties.calendar(model.property.id, from: from, to: to, for: nil)
        #expect(days.map(\.date) == Array(from..<to))
        for day in days {
            let possible = departures[day.date] ?? []
            let said = "\(name), \(day.date)"
            #expect(day.canArrive == !possible.isEmpty, "\(said)")
            #expect(
                day.departures?.lowerBound == possible.first && day.departures?.upperBound == possible.last, "\(said)")
            #expect(day.canLeave == leaving.contains(day.date), "\(said)")
            #expect(day.price?.amount == model.price(day.date), "\(said)")
            let night = try #require(Stay(from: day.date, to: day.date.advanced(by: 1)))
            let aboutLength: Set = [
                "below_minimum_nights", "above_maximum_nights", "no_arrival_on_this_day", "no_departure_on_this_day",
            ]
            #expect(day.available == model.reasons(night, someone).subtracting(aboutLength).isEmpty, "\(said)")
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

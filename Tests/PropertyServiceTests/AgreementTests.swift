import Core
import PropertyService
import RuleWorlds
import Storage
import TestSupport
import Testing

/// Search, calendar, quote and terms must say the same of any stay in any world: a slow model of the rules decides.
@Suite("Search, calendar, quote and terms agree", .onEachEngine)
struct AgreementTests {
    private struct Home {
        var property: Property
        var taken: [Int: Set<LocalDay>] = [:]
        var prices: [LocalDay: Int64] = [:]
        var minimums: [LocalDay: Int] = [:]

        func isFree(_ night: LocalDay, unit: Int) -> Bool { taken[unit]?.contains(night) != true }

        /// The rules in their plainest form, night by night.
        func reasons(_ stay: Stay, guests: Int, today: LocalDay, asksNights: Bool = true) -> Set<String> {
            var reasons: Set<String> = []
            if stay.checkIn < today { reasons.insert("in_the_past") }
            if today.distance(to: stay.checkIn) > 731 { reasons.insert("beyond_booking_window") }
            if let end = property.openUntil, stay.nights.contains(where: { $0 >= end }) {
                reasons.insert("beyond_booking_window")
            }
            if stay.nightCount < minimums[stay.checkIn] ?? property.minimumNights {
                reasons.insert("below_minimum_nights")
            }
            if stay.nightCount > property.maximumNights { reasons.insert("above_maximum_nights") }
            if guests > property.maximumGuests { reasons.insert("too_many_guests") }
            guard asksNights else { return reasons }
            let units = 1...property.unitCount
            if !units.contains(where: { unit in stay.nights.allSatisfy { isFree($0, unit: unit) } }) {
                let isSomeNightGone = stay.nights.contains { night in !units.contains { isFree(night, unit: $0) } }
                reasons.insert(isSomeNightGone ? "night_taken" : "no_unit_for_whole_stay")
            }
            return reasons
        }

        func total(_ stay: Stay) -> Int64 {
            stay.nights.reduce(0) { $0 + (prices[$1] ?? property.nightlyPrice?.amount ?? 0) }
        }
    }

    @Test("In many random worlds", arguments: 0..<40)
    func randomWorlds(seed: UInt64) async throws {
        guard !Engine.isSpared(Int(seed), oneIn: 10) else { return }
        var chance = SeededGenerator(seed: seed)
        let fixture = try await ListingsFixture()
        let today = try day(7, 1)
        fixture.world.move(to: TestWorld.noon(today))
        var homes: [Home] = []
        for _ in 0..<8 { homes.append(try await home(fixture, today, &chance)) }
        for _ in 0..<15 {
            let start = today.advanced(
                by: chance.chance(8)
                    ? Int.random(in: 700...760, using: &chance) : Int.random(in: -2...80, using: &chance))
            let length =
                chance.chance(10) ? Int.random(in: 100...380, using: &chance) : Int.random(in: 1...9, using: &chance)
            let stay = try #require(Stay(from: start, to: start.advanced(by: length)))
            try await compare(homes, stay, guests: Int.random(in: 1...5, using: &chance), today, fixture)
        }
    }

    private func home(_ fixture: ListingsFixture, _ today: LocalDay, _ chance: inout SeededGenerator) async throws
        -> Home
    {
        let minimum = chance.chance(3) ? Int.random(in: 2...4, using: &chance) : 1
        let maximum = chance.chance(4) ? Int.random(in: 4...8, using: &chance) : 365
        let (units, guests) = (Int.random(in: 1...3, using: &chance), Int.random(in: 1...5, using: &chance))
        let end = chance.chance(4) ? today.advanced(by: Int.random(in: 10...90, using: &chance)) : nil
        let zone = ["UTC", "America/New_York", "Asia/Tokyo"].randomElement(using: &chance)
        let price = Int64.random(in: 1...99_999, using: &chance)
        var home = Home(
            property: try await fixture.place { draft in
                (draft.minimumNights, draft.maximumNights, draft.unitCount, draft.maximumGuests) = (
                    minimum, maximum, units, guests
                )
                (draft.openUntil, draft.timeZone) = (end, zone)
                draft.nightlyPrice?.amount = price
            })
        let id = home.property.id
        for unit in 1...units {
            for number in 0..<Int.random(in: 0...6, using: &chance) {
                let start = today.advanced(by: Int.random(in: -3...80, using: &chance))
                let nights = (0..<Int.random(in: 1...5, using: &chance)).map { start.advanced(by: $0) }
                home.taken[unit, default: []].formUnion(nights)
                let body = NightsMoved(
                    bookingId: BookingID(stored: "bkg_\(id.text)_\(unit)_\(number)"), propertyId: id,
                    unitId: .of(id, unit),
                    nights: nights)
                try await fixture.apply(NightsMoved.taken, body.bookingId.text, body)
            }
        }
        var changes: [NightPrice] = []
        for offset in 0..<90 where chance.chance(3) {
            let night = today.advanced(by: offset)
            let (own, least) = (Int64.random(in: 1...99_999, using: &chance), Int.random(in: 1...4, using: &chance))
            if chance.chance(2) { home.prices[night] = own }
            if chance.chance(3) { home.minimums[night] = least }
            changes.append(
                NightPrice(
                    date: night, price: home.prices[night].map { Change.set($0) } ?? .keep,
                    minimumNights: home.minimums[night].map { Change.set($0) } ?? .clear))
        }
        try await fixture.apply(
            CalendarChanged.kind, id.text, CalendarChanged(propertyId: id, blocked: [], nights: changes))
        return home
    }

    private func compare(
        _ homes: [Home], _ stay: Stay, guests: Int, _ today: LocalDay, _ fixture: ListingsFixture
    ) async throws {
        let page = try await fixture.find { query in
            (query.checkIn, query.checkOut, query.guests) = (stay.checkIn, stay.checkOut, guests)
        }
        #expect(page.totalCount == page.items.count)
        let found = Dictionary(uniqueKeysWithValues: page.items.map { ($0.property.id, $0.total?.amount) })
        for home in homes {
            let id = home.property.id
            let expected = home.reasons(stay, guests: guests, today: today)
            let quote = try await fixture.properties.quote(
                id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: Party(adults: guests), for: nil)
            #expect(Set(quote.reasons.map(\.code)) == expected && quote.reasons.count == expected.count, "\(stay)")
            #expect(quote.available == expected.isEmpty)
            #expect(
                quote.total.amount == home.total(stay)
                    && quote.lines.reduce(0) { $0 + $1.amount.amount } == home.total(stay))
            #expect(quote.lines.count == stay.nightCount)
            #expect(
                found[id] == (expected.isEmpty ? .some(home.total(stay)) : nil),
                "\(stay), \(guests) guests, \(expected)")
            let terms = try #require(
                try await fixture.properties.terms(
                    for: id, stay: stay, party: Party(adults: guests), now: fixture.world.now))
            #expect(
                Set(terms.reasons.map(\.code)) == home.reasons(stay, guests: guests, today: today, asksNights: false))
            #expect(terms.lines == quote.lines && terms.total == quote.total)
            for other in quote.alternatives {
                let moved = try #require(Stay(from: other.checkIn, to: other.checkOut))
                #expect(moved.nightCount == stay.nightCount && abs(stay.checkIn.distance(to: moved.checkIn)) <= 14)
                #expect(
                    home.reasons(moved, guests: guests, today: today).isEmpty && other.total.amount == home.total(moved)
                )
            }
            let days = try await fixture.properties.calendar(id, from: stay.checkIn, to: stay.checkOut, for: nil)
            for shown in days {
                let night = try #require(Stay(from: shown.date, to: shown.date.advanced(by: 1)))
                let reasons = home.reasons(night, guests: 1, today: today).subtracting(["below_minimum_nights"])
                // A night after the last arrival may be the end of a stay: RuleAgreementTests asks every stay there is.
                if reasons != ["beyond_booking_window"] {
                    #expect(shown.available == reasons.isEmpty, "\(shown.date)")
                }
                #expect(shown.price?.amount == home.total(night))
                #expect(shown.minimumNights == home.minimums[shown.date] ?? home.property.minimumNights)
            }
        }
    }
}

extension SeededGenerator {
    /// One in so many.
    fileprivate mutating func chance(_ many: Int) -> Bool { Int.random(in: 0..<many, using: &self) == 0 }
}

import Core
import TestSupport
import Testing

@testable import PropertyService

/// Sums at the edge of what an amount can be: exact below it, an error beyond it, never another sum.
@Suite("Sums that do not fit", .onEachEngine)
struct OverflowTests {
    struct Edge: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var price = Money.largestPrice
        var nights = 365
        var party = Party(adults: 1)
        var serviceFee = "0"
        /// The total, or nothing where it does not fit.
        var total: Int64?
        var rules: @Sendable (inout PropertyRules) -> Void = { _ in }
    }

    static let largest = Money(Money.largestPrice, .usd)
    static let everybody = Party(adults: 1000, children: 1000, infants: 1000)

    private static func personTaxes(_ count: Int) -> @Sendable (inout PropertyRules) -> Void {
        { rules in
            rules.taxes = (0..<count).map { Tax(name: "Tax \($0)", charge: .perPersonAndNight(largest)) }
        }
    }

    static let edges = [
        Edge(testDescription: "the dearest nights there can be", total: 365_000_000_000_000),
        Edge(testDescription: "nights beyond it", price: .max / 2, nights: 3, total: nil),
        Edge(testDescription: "nights that just fit", price: .max / 2, nights: 2, total: .max - 1),
        Edge(testDescription: "a cleaning fee that does not fit beside them", price: .max / 2, nights: 2, total: nil) {
            $0.fees.cleaning = Money(2, .usd)
        },
        Edge(testDescription: "a cleaning fee that just does", price: .max / 2, nights: 2, total: .max) {
            $0.fees.cleaning = Money(1, .usd)
        },
        Edge(
            testDescription: "the dearest extra guests", party: Party(adults: 1000),
            total: 365_000_000_000_000 + 999 * 365_000_000_000_000
        ) { $0.fees.extraGuest = Fees.ExtraGuest(largest, includedGuests: 1) },
        Edge(
            testDescription: "extra guests beyond them, for one night", nights: 1, party: Party(adults: 1000),
            total: nil
        ) {
            $0.fees.extraGuest = Fees.ExtraGuest(Money(.max / 900, .usd), includedGuests: 1)
        },
        Edge(testDescription: "extra guests beyond them, over the nights", party: Party(adults: 1000), total: nil) {
            $0.fees.extraGuest = Fees.ExtraGuest(Money(.max / 300_000, .usd), includedGuests: 1)
        },
        Edge(
            testDescription: "a service fee of the same again", price: .max / 3, nights: 2, serviceFee: "100",
            total: nil),
        Edge(
            testDescription: "a service fee that fits", price: .max / 4, nights: 2, serviceFee: "100",
            total: .max / 4 * 4),
        Edge(
            testDescription: "seven taxes of the dearest by the person", party: everybody,
            total: 365_000_000_000_000 + 7 * 3000 * 365_000_000_000_000, rules: personTaxes(7)),
        Edge(testDescription: "nine of them", party: everybody, total: nil, rules: personTaxes(9)),
        Edge(testDescription: "a tax by the night beyond it", nights: 300, total: nil) {
            $0.taxes = [Tax(name: "Tax", charge: .perNight(Money(.max / 250, .usd)))]
        },
        Edge(testDescription: "a percentage beside nights that leave no room", price: .max / 2, nights: 2, total: nil) {
            $0.taxes = [Tax(name: "Tax", charge: .percent(Percent(thousandths: 1000), of: .nights))]
        },
        Edge(testDescription: "the basis of a percentage", price: .max / 2, nights: 2, total: nil) {
            $0.fees.cleaning = Money(2, .usd)
            $0.taxes = [
                Tax(
                    name: "Tax", charge: .percent(Percent(thousandths: 1000), of: [.nights, .cleaningFee]),
                    isIncluded: true)
            ]
        },
        Edge(
            testDescription: "a discount of the largest nights there can be", price: .max / 2, nights: 2,
            total: 92_233_720_368_548
        ) { $0.discounts.lengthOfStay = [Discounts.Step(2, Percent(thousandths: 99_999))] },
        Edge(testDescription: "two discounts of them", price: .max / 2, nights: 2, total: 92_233_720_368_548) {
            $0.discounts.lengthOfStay = [Discounts.Step(2, Percent(thousandths: 50_000))]
            $0.discounts.earlyBird = [Discounts.Step(1, Percent(thousandths: 49_999))]
        },
        Edge(
            testDescription: "nights beyond it, though a discount would bring them below", price: .max / 2, nights: 3,
            total: nil
        ) { $0.discounts.lengthOfStay = [Discounts.Step(2, Percent(thousandths: 99_999))] },
        Edge(
            testDescription: "the basis of a service fee", price: .max / 2, nights: 2, serviceFee: "0.001", total: nil
        ) { $0.fees.cleaning = Money(2, .usd) },
        Edge(testDescription: "a tax by the person, for all of them", nights: 1, party: everybody, total: nil) {
            $0.taxes = [Tax(name: "Tax", charge: .perPersonAndNight(Money(.max / 2900, .usd)))]
        },
        Edge(testDescription: "a tax by the person, over the nights", nights: 3, party: everybody, total: nil) {
            $0.taxes = [Tax(name: "Tax", charge: .perPersonAndNight(Money(.max / 7000, .usd)))]
        },
        Edge(
            testDescription: "…but not over those that are taxed", price: 1, nights: 3, party: everybody,
            total: 3 + .max / 7000 * 3000 * 2
        ) {
            $0.taxes = [Tax(name: "Tax", charge: .perPersonAndNight(Money(.max / 7000, .usd)), mostNights: 2)]
        },
        Edge(testDescription: "a tax by the night that is contained", nights: 300, total: nil) {
            $0.taxes = [Tax(name: "Tax", charge: .perNight(Money(.max / 250, .usd)), isIncluded: true)]
        },
        Edge(testDescription: "taxes that fit each, but not together", price: 1, nights: 1, total: nil) {
            $0.taxes = (0..<3).map { Tax(name: "Tax \($0)", charge: .perNight(Money(.max / 2, .usd))) }
        },
        Edge(testDescription: "a whole tax that is contained adds nothing", price: .max / 2, nights: 2, total: .max - 1)
        {
            $0.taxes = [
                Tax(name: "Tax", charge: .percent(Percent(thousandths: 100_000), of: .nights), isIncluded: true)
            ]
        },
    ]

    @Test("Each at its edge", arguments: edges)
    func fits(_ edge: Edge) throws {
        var rules = PropertyRules.none
        edge.rules(&rules)
        let arrival = try #require(LocalDay("2027-07-10"))
        let stay = try #require(Stay(from: arrival, to: arrival.advanced(by: edge.nights)))
        let place = StayRules(
            isListed: true, nightlyPrice: Money(edge.price, .usd), minimumNights: 1, maximumNights: 365,
            maximumGuests: 1000, openUntil: nil,
            sheet: RuleSheet(rules, serviceFee: try #require(Percent(edge.serviceFee))))
        func evaluate() throws -> Evaluation {
            try Evaluator.evaluate(
                place, StayCalendar(units: nil), stay: stay, party: edge.party,
                at: try RuleCase.moment("2027-07-01 12:00"))
        }
        guard let total = edge.total else {
            #expect(throws: MoneyError.overflow) { try evaluate() }
            return
        }
        let evaluation = try evaluate()
        #expect(evaluation.total?.amount == total)
        #expect(evaluation.lines.reduce(0) { $0 + $1.amount.amount } == total)
    }

    @Test("A neighbouring stay whose price can't be told is none, and does not keep this one from being answered")
    func alternatives() throws {
        let day = try #require(LocalDay("2027-07-10"))
        let place = StayRules(
            isListed: true, nightlyPrice: Money(100, .usd), minimumNights: 1, maximumNights: 365, maximumGuests: 1,
            openUntil: nil)
        let dear = NightRules.Run(
            nights: day.advanced(by: -2)..<day, rule: NightRule(price: .max, minimumNights: nil))
        let words = NightWord.numbers(of: day..<day.advanced(by: 1))
        let taken = TakenNights(
            firstWord: words.lowerBound,
            words: words.map { NightWord.mask(of: day..<day.advanced(by: 2), in: $0) })
        let others = Alternatives.nearest(
            to: try #require(Stay(from: day, to: day.advanced(by: 2))), place,
            StayCalendar(rules: NightRules(runs: [dear]), units: [taken]), party: Party(adults: 1),
            at: try RuleCase.moment("2027-07-01 12:00"))
        // The two nights right before cost more than can be told.
        #expect(others.map { day.distance(to: $0.stay.checkIn) } == [2, 3, -4])
    }

    @Test("A price that can't be told is refused with words, and does not keep others from being found")
    func atTheDoor() async throws {
        let fixture = try await ListingsFixture()
        let dear = try await fixture.place { draft in
            draft.maximumGuests = 1000
            draft.nightlyPrice = MoneyDraft(amount: Money.largestPrice, currency: "USD")
        }
        let other = try await fixture.place { $0.maximumGuests = 1000 }
        var changes = PropertyRulesChanges()
        var rules = PropertyRules.none
        OverflowTests.personTaxes(20)(&rules)
        changes.taxes = .set(rules.taxes)
        rules.party.countsChildren = false
        changes.party = .set(rules.party)
        _ = try await fixture.properties.changeRules(of: dear.id, changes, for: fixture.host)
        let from = dear.zone.day(at: fixture.world.now).advanced(by: 10)
        let stay = try #require(Stay(from: from, to: from.advanced(by: 365)))
        let party = Party(adults: 900, children: 1000, infants: 1000)
        await #expect {
            try await fixture.properties.quote(
                dear.id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: party, for: nil)
        } throws: { error in
            let problem = error as? Problem
            return problem?.code == .validationFailed && problem?.errors.map(\.code) == ["price_too_large"]
        }
        await #expect(throws: Problem.self) {
            try await fixture.properties.terms(for: dear.id, stay: stay, party: party, now: fixture.world.now)
        }
        // A change of a booking is asked by the same rules.
        let change = StayChange(
            booked: stay, bookedParty: Party(adults: 1), stay: stay, party: party, isProposedByHost: false)
        await #expect {
            try await fixture.properties.terms(for: change, at: dear.id, now: fixture.world.now)
        } throws: { ($0 as? Problem)?.errors.map(\.code) == ["price_too_large"] }
        let found = try await fixture.find { query in
            (query.checkIn, query.checkOut, query.party) = (
                stay.checkIn, stay.checkOut, Party(adults: 900, infants: 1000)
            )
        }
        #expect(found.items.map(\.property.id) == [other.id])
    }
}

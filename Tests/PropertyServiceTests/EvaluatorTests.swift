import Core
import RuleWorlds
import Testing

@testable import PropertyService

@Suite("The evaluator")
struct EvaluatorTests {
    private let usd = Currency.usd

    private func rules(_ change: (inout StayRules) -> Void = { _ in }) -> StayRules {
        var rules = StayRules(
            isListed: true, nightlyPrice: Money(10_000, usd), minimumNights: 1, maximumNights: 365, maximumGuests: 4,
            openUntil: nil)
        change(&rules)
        return rules
    }

    private func stay(_ from: String, _ to: String) throws -> Stay {
        let (from, to) = (try #require(LocalDay(from)), try #require(LocalDay(to)))
        return try #require(Stay(from: from, to: to))
    }

    /// Noon of a day in New York.
    private func moment(_ text: String) throws -> LocalMoment {
        let zone = try #require(Zone("America/New_York"))
        return LocalMoment(zone.instant(of: try #require(LocalDay(text)), at: TimeOfDay(hour: 12)), in: zone)
    }

    private func codes(_ rules: StayRules, _ from: String, _ to: String, guests: Int = 1) throws -> [String] {
        try codes(rules, StayCalendar(units: [.none]), from, to, guests: guests)
    }

    private func codes(
        _ rules: StayRules, _ calendar: StayCalendar, _ from: String, _ to: String, guests: Int = 1
    ) throws -> [String] {
        try Evaluator.evaluate(
            rules, calendar, stay: stay(from, to), party: Party(adults: guests), at: moment("2027-07-01")
        )
        .reasons.map(\.code)
    }

    private func taken(_ days: [String]) throws -> TakenNights {
        let days = try days.map { try #require(LocalDay($0)) }
        let words = days.map(NightWord.number(of:))
        guard let first = words.min(), let last = words.max() else { return .none }
        var bits = [UInt64](repeating: 0, count: Int(last - first) + 1)
        for day in days { bits[Int(NightWord.number(of: day) - first)] |= NightWord.bit(of: day) }
        return TakenNights(firstWord: first, words: bits)
    }

    @Test("Each rule refuses with its code, in a fixed order")
    func codesOfRules() throws {
        #expect(try codes(rules(), "2027-07-10", "2027-07-12").isEmpty)
        #expect(try codes(rules { $0.minimumNights = 3 }, "2027-07-10", "2027-07-12") == ["below_minimum_nights"])
        #expect(try codes(rules { $0.minimumNights = 3 }, "2027-07-10", "2027-07-13").isEmpty)
        #expect(try codes(rules { $0.maximumNights = 2 }, "2027-07-10", "2027-07-13") == ["above_maximum_nights"])
        #expect(try codes(rules(), "2027-07-10", "2028-07-10") == ["above_maximum_nights"], "366 nights: a leap year")
        #expect(try codes(rules(), "2027-07-10", "2028-07-09").isEmpty)
        #expect(try codes(rules(), "2027-07-10", "2027-07-12", guests: 5) == ["too_many_guests"])
        #expect(try codes(rules(), "2027-06-30", "2027-07-02") == ["in_the_past"])
        #expect(try codes(rules(), "2027-07-01", "2027-07-02").isEmpty)
        #expect(try codes(rules { $0.isListed = false }, "2027-07-10", "2027-07-12") == ["not_listed"])
        #expect(try codes(rules { $0.nightlyPrice = nil }, "2027-07-10", "2027-07-12") == ["no_price"])
        #expect(
            try codes(rules { $0.minimumNights = 3 }, "2027-06-30", "2027-07-02", guests: 9)
                == ["in_the_past", "below_minimum_nights", "too_many_guests"])
    }

    @Test("A stay begins at most 731 days ahead, and ends by the day up to which a place is open")
    func window() throws {
        let today = try #require(LocalDay("2027-07-01"))
        let (last, after) = (today.advanced(by: 731), today.advanced(by: 732))
        #expect(try codes(rules(), "\(last)", "\(after)").isEmpty)
        #expect(try codes(rules(), "\(after)", "\(after.advanced(by: 1))") == ["beyond_booking_window"])
        let open = rules { $0.openUntil = LocalDay("2027-08-01") }
        #expect(try codes(open, "2027-07-30", "2027-08-01").isEmpty, "the day of check-out is not slept")
        #expect(try codes(open, "2027-07-30", "2027-08-02") == ["beyond_booking_window"])
        #expect(try codes(open, "2027-08-01", "2027-08-02") == ["beyond_booking_window"])
        let both = rules { $0.openUntil = after.advanced(by: 30) }
        #expect(
            try codes(both, "\(after.advanced(by: 29))", "\(after.advanced(by: 40))") == ["beyond_booking_window"],
            "one reason, not two of one code")
    }

    @Test("A night's own minimum counts for arrivals on it and wins over the property's")
    func minimumOfArrival() throws {
        let (from, to) = (try #require(LocalDay("2027-07-10")), try #require(LocalDay("2027-07-11")))
        func calendar(_ minimum: Int) -> StayCalendar {
            StayCalendar(
                rules: NightRules(runs: [.init(nights: from..<to, rule: NightRule(price: nil, minimumNights: minimum))]
                ),
                units: [.none])
        }
        let three = rules { $0.minimumNights = 3 }
        #expect(try codes(three, calendar(1), "2027-07-10", "2027-07-11").isEmpty)
        #expect(try codes(three, calendar(1), "2027-07-09", "2027-07-11") == ["below_minimum_nights"])
        #expect(try codes(rules(), calendar(5), "2027-07-10", "2027-07-12") == ["below_minimum_nights"])
        #expect(try codes(rules(), calendar(5), "2027-07-09", "2027-07-11").isEmpty, "it does not arrive on that night")
    }

    @Test("Every night must be free on one and the same unit; checking in on another's day of leaving is normal")
    func nights() throws {
        let one = StayCalendar(units: [try taken(["2027-07-10", "2027-07-11"])])
        #expect(try codes(rules(), one, "2027-07-08", "2027-07-10").isEmpty)
        #expect(try codes(rules(), one, "2027-07-12", "2027-07-14").isEmpty)
        #expect(try codes(rules(), one, "2027-07-09", "2027-07-11") == ["night_taken"])
        #expect(try codes(rules(), one, "2027-07-11", "2027-07-13") == ["night_taken"])
        let two = StayCalendar(units: [try taken(["2027-07-10"]), try taken(["2027-07-11"])])
        #expect(try codes(rules(), two, "2027-07-10", "2027-07-12") == ["no_unit_for_whole_stay"])
        #expect(try codes(rules(), two, "2027-07-10", "2027-07-11").isEmpty)
        let three = StayCalendar(units: [try taken(["2027-07-10"]), try taken(["2027-07-10", "2027-07-11"])])
        #expect(try codes(rules(), three, "2027-07-10", "2027-07-12") == ["night_taken"])
        #expect(try codes(rules(), StayCalendar(units: nil), "2027-07-10", "2027-07-12").isEmpty, "nobody asks")
    }

    @Test("Nights far apart lie in words of their own, also across the end of a year and before 1970")
    func words() throws {
        let nights = try taken(["2027-12-31", "2028-02-29", "2028-12-31"])
        for (from, to, isFree) in [
            ("2027-12-30", "2027-12-31", true), ("2027-12-31", "2028-01-01", false), ("2028-01-01", "2028-02-29", true),
            ("2028-02-28", "2028-03-01", false), ("2028-03-01", "2028-12-31", true),
            ("2028-03-01", "2029-01-01", false),
        ] {
            #expect(nights.isFree(try stay(from, to).nights) == isFree, "\(from) to \(to)")
        }
        let before = try #require(LocalDay("1969-12-31"))
        #expect(NightWord.number(of: before) == -1 && NightWord.bit(of: before) == 1 << 63)
        #expect(NightWord.mask(of: before..<before.advanced(by: 1), in: -1) == 1 << 63)
        #expect(NightWord.mask(of: before.advanced(by: -63)..<before.advanced(by: 1), in: -1) == UInt64.max)
    }

    @Test("A line for each night, which sum to the total, with the price of the night where it has one")
    func lines() throws {
        let (from, to) = (try #require(LocalDay("2028-02-29")), try #require(LocalDay("2028-03-01")))
        let calendar = StayCalendar(
            rules: NightRules(runs: [.init(nights: from..<to, rule: NightRule(price: 12_345, minimumNights: nil))]),
            units: [.none])
        let evaluation = try Evaluator.evaluate(
            rules(), calendar, stay: stay("2028-02-28", "2028-03-02"), party: Party(adults: 2), at: moment("2027-07-01")
        )
        #expect(evaluation.lines.map(\.amount.amount) == [10_000, 12_345, 10_000])
        #expect(evaluation.lines.map { $0.date?.description } == ["2028-02-28", "2028-02-29", "2028-03-01"])
        #expect(evaluation.lines.map(\.label).first == "Monday 28 February 2028")
        #expect(evaluation.lines.allSatisfy { $0.kind == .night })
        #expect(evaluation.total == Money(32_345, usd))
    }

    @Test("A price of a currency is whole minor units, whatever it has of decimals", arguments: ["JPY", "KWD", "USD"])
    func currencies(code: String) throws {
        let currency = try #require(Currency(code: code))
        let evaluation = try Evaluator.evaluate(
            rules { $0.nightlyPrice = Money(1_001, currency) }, StayCalendar(units: nil),
            stay: stay("2027-07-10", "2027-07-13"), party: Party(adults: 1), at: moment("2027-07-01"))
        #expect(evaluation.total == Money(3_003, currency))
    }

    @Test("A sum that does not fit is an error, never another sum")
    func overflow() throws {
        let dear = rules { $0.nightlyPrice = Money(Int64.max, usd) }
        #expect(throws: MoneyError.overflow) {
            try Evaluator.evaluate(
                dear, StayCalendar(units: nil), stay: stay("2027-07-10", "2027-07-12"), party: Party(adults: 1),
                at: moment("2027-07-01"))
        }
        let largest = rules { $0.nightlyPrice = Money(Money.largestPrice, usd) }
        let year = try Evaluator.evaluate(
            largest, StayCalendar(units: nil), stay: stay("2027-07-10", "2028-07-09"), party: Party(adults: 1),
            at: moment("2027-07-01"))
        #expect(year.total == Money(Money.largestPrice * 365, usd))
    }

    @Test(
        "Daylight saving moves no night",
        arguments: [("2027-11-06", "2027-11-08"), ("2028-03-11", "2028-03-13")])
    func daylightSaving(from: String, to: String) throws {
        let evaluation = try Evaluator.evaluate(
            rules(), StayCalendar(units: [.none]), stay: stay(from, to), party: Party(adults: 1),
            at: moment("2027-07-01"))
        #expect(evaluation.isPossible && evaluation.lines.count == 2 && evaluation.total == Money(20_000, usd))
    }

    @Test("Today is the day at the property")
    func today() throws {
        let noonUTC = Instant(
            milliseconds: Int64(try #require(LocalDay("2027-07-01")).number) * 86_400_000 + 43_200_000)
        let (east, west) = (try #require(Zone("Pacific/Kiritimati")), try #require(Zone("Pacific/Pago_Pago")))
        #expect(LocalMoment(noonUTC, in: east).day.description == "2027-07-02")
        #expect(LocalMoment(noonUTC + .hours(-2), in: west).day.description == "2027-06-30")
    }

    @Test("Following the suggestion satisfies the rule")
    func suggestions() throws {
        let now = try moment("2027-07-01")
        let refusals: [(Refusal, String)] = [
            (.belowMinimumNights(5), "Leave on Thursday 2027-07-15 or later."),
            (.aboveMaximumNights(1), "Leave on Sunday 2027-07-11 or earlier."),
            (.tooManyGuests(most: 4), "Come with 4 guests or fewer."),
            (.tooManyGuests(most: 1), "Come with 1 guest or fewer."),
            (.inThePast(today: now.day), "Begin on Thursday 2027-07-01 or later."),
        ]
        for (refusal, suggestion) in refusals {
            #expect(refusal.reason(for: try stay("2027-07-10", "2027-07-12"), rules(), .none).suggestion == suggestion)
        }
        let part = try stay("2027-07-10", "2027-07-11")
        #expect(
            Refusal.nightsTaken([part.checkOut], part)
                .reason(for: try stay("2027-07-10", "2027-07-12"), rules(), .none).suggestion
                == "1 night of it can be had: 2027-07-10 to 2027-07-11.")
    }

    @Test("Alternatives are the nearest stays of the same length that are possible, three at the most")
    func alternatives() throws {
        let calendar = StayCalendar(units: [try taken(["2027-07-10"])])
        let found = try Alternatives.nearest(
            to: stay("2027-07-10", "2027-07-12"), rules(), calendar, party: Party(adults: 1), at: moment("2027-07-01"))
        #expect(
            found.map { $0.stay.description } == [
                "2027-07-11/2027-07-13", "2027-07-08/2027-07-10", "2027-07-12/2027-07-14",
            ])
        #expect(found.allSatisfy { $0.total == Money(20_000, usd) })
        let none = try Alternatives.nearest(
            to: stay("2027-07-10", "2027-07-12"), rules(), calendar, party: Party(adults: 9), at: moment("2027-07-01"))
        #expect(none.isEmpty)
    }

    @Test("What a night was given comes back from its text")
    func nightRulesText() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let nights = (0..<64).map { _ in
                NightRule(
                    price: Bool.random(using: &generator) ? Int64.random(in: 1...3, using: &generator) : nil,
                    minimumNights: Bool.random(using: &generator) ? Int.random(in: 1...2, using: &generator) : nil)
            }
            let text = NightRulesText.text(of: nights)
            #expect(NightRulesText.nights(of: text) == nights)
            let rules = NightRules(runs: NightRulesText.runs(of: text, word: 3))
            for place in 0..<64 { #expect(rules.rule(on: LocalDay(number: Int32(3 * 64 + place))) == nights[place]) }
            #expect(rules.rule(on: LocalDay(number: 3 * 64 - 1)) == .none)
            #expect(rules.rule(on: LocalDay(number: 4 * 64)) == .none)
        }
        #expect(NightRulesText.text(of: [NightRule](repeating: .none, count: 64)).isEmpty)
    }
}

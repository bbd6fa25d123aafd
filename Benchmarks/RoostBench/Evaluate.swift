import ArgumentParser
import CAllocations
import Core
import Foundation
import PropertyService

/// The evaluator alone, on one core: no database, no JSON.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Quotes stays and answers calendars by every kind of rule, and prints a line for each.",
        discussion: "Benchmarks/README.md has the limits. Exit status 1 where one is missed.")

    @Option(help: "How often each is done.") var count = 20_000

    /// What the work may take at most, in microseconds.
    private static let limits = (quote: 20.0, calendar: 300.0)

    func run() throws {
        let home = try Home()
        var missed = false
        for (name, rules) in [("plain", home.plain), ("every rule", home.full)] {
            let quote = try measure(count) { turn in
                let stay = home.stays[turn % home.stays.count]
                return try Evaluator.evaluate(rules, home.calendar, stay: stay, party: home.party, at: home.moment)
                    .total?.amount ?? 0
            }
            let lines = try measure(count) { turn in
                let stay = home.stays[turn % home.stays.count]
                let evaluation = try Evaluator.evaluate(
                    rules, home.calendar, stay: stay, party: home.party, at: home.moment)
                return Int64(evaluation.lines.count + evaluation.reasons.count)
            }
            let calendar = try measure(max(1, count / 20)) { _ in
                Int64(Evaluator.answers(home.year, rules, home.calendar, at: home.moment).count)
            }
            report("quote of 7 nights, \(name)", quote, limit: Evaluate.limits.quote, &missed)
            report("the same with its lines in words", lines, limit: Evaluate.limits.quote, &missed)
            report("calendar of 12 months, \(name)", calendar, limit: Evaluate.limits.calendar, &missed)
        }
        if missed { throw ExitCode(1) }
    }

    private struct Figure {
        let microseconds: Double
        let allocations: Double
    }

    private func measure(_ times: Int, _ work: (Int) throws -> Int64) throws -> Figure {
        var sum: Int64 = 0
        for turn in 0..<min(times, 1000) { sum &+= try work(turn) }  // warm
        let allocated = Int(roost_allocations())
        let begin = ContinuousClock.now
        for turn in 0..<times { sum &+= try work(turn) }
        let took = (ContinuousClock.now - begin) / .microseconds(1)
        // Used, so that nothing is left out as useless.
        guard sum != Int64.min else { throw ExitCode(1) }
        return Figure(
            microseconds: took / Double(times),
            allocations: Double(Int(roost_allocations()) - allocated) / Double(times))
    }

    private func report(_ name: String, _ figure: Figure, limit: Double, _ missed: inout Bool) {
        let isMissed = figure.microseconds >= limit
        missed = missed || isMissed
        let text = [figure.microseconds, limit, limit / figure.microseconds].map { String(format: "%.2f", $0) }
        print(
            "\(name): \(text[0]) µs, limit \(text[1]) µs, \(text[2]) times below it, "
                + "\(String(format: "%.1f", figure.allocations)) allocations\(isMissed ? ", MISSED" : "")")
    }
}

/// A place with a year of prices and bookings, and everything a host can set.
private struct Home {
    let plain: StayRules
    let full: StayRules
    let calendar: StayCalendar
    let stays: [Stay]
    let year: Range<LocalDay>
    let party = Party(adults: 2, children: 2, childAges: [4, 15])
    let moment: LocalMoment

    init() throws {
        guard let today = LocalDay(year: 2027, month: 7, day: 1), let zone = Zone("America/New_York") else {
            throw ExitCode(1)
        }
        moment = LocalMoment(zone.instant(of: today, at: TimeOfDay(hour: 12)), in: zone)
        year = today..<today.advanced(by: 365)
        func money(_ amount: Int64) -> Money { Money(amount, .usd) }
        func rules(_ sheet: RuleSheet) -> StayRules {
            StayRules(
                isListed: true, nightlyPrice: money(10_000), minimumNights: 2, maximumNights: 60, maximumGuests: 4,
                openUntil: nil, sheet: sheet)
        }
        plain = rules(.none)
        var own = PropertyRules()
        own.weekend = Weekend(price: money(12_500))
        own.seasons = (0..<12).compactMap { month in
            let from = today.advanced(by: month * 30)
            guard let nights = Stay(from: from, to: from.advanced(by: 20)) else { return nil }
            var limits = StayLimits()
            limits.minimumNightsByArrival[.friday] = 3
            limits.departureDays = WeekdaySet([.monday, .friday, .saturday, .sunday])
            return Season(
                name: "Season \(month)", nights: nights, price: money(15_000), weekendPrice: money(18_000),
                stays: limits)
        }
        own.discounts.lengthOfStay = [Discounts.Step(7, Percent(thousandths: 10_000))]
        own.discounts.earlyBird = [Discounts.Step(60, Percent(thousandths: 5000))]
        own.fees.cleaning = money(4000)
        own.fees.extraGuest = Fees.ExtraGuest(money(1500), includedGuests: 2)
        own.taxes = [
            Tax(name: "Sales tax", charge: .percent(Percent(thousandths: 8875), of: [.nights, .cleaningFee])),
            Tax(name: "City tax", charge: .perPersonAndNight(money(350)), mostNights: 7, exemptUnderAge: 16),
            Tax(name: "VAT", charge: .percent(Percent(thousandths: 7000), of: .nights), isIncluded: true),
        ]
        own.booking.noticeDays = 1
        own.booking.cutOff = TimeOfDay(hour: 18)
        full = rules(RuleSheet(own, serviceFee: Percent(thousandths: 12_500)))
        let known = Evaluator.nights(toAnswer: year)
        let words = NightWord.numbers(of: known)
        // Five nights of every eleven are booked; a price of its own every third night.
        let booked = words.map { word in
            (0..<64).reduce(UInt64(0)) { (word * 64 + Int64($1)) % 11 < 5 ? $0 | 1 << UInt64($1) : $0 }
        }
        let runs = stride(from: 0, to: 365, by: 3).map { offset in
            let day = today.advanced(by: offset)
            return NightRules.Run(
                nights: day..<day.advanced(by: 1), rule: NightRule(price: 9000 + Int64(offset), minimumNights: nil))
        }
        calendar = StayCalendar(
            rules: NightRules(runs: runs),
            units: [
                TakenNights(
                    firstWord: words.lowerBound, closed: booked.map { _ in 0 }, booked: booked, gap: 0)
            ])
        stays = (1..<300).compactMap { Stay(from: today.advanced(by: $0), to: today.advanced(by: $0 + 7)) }
    }
}

import Core
import Testing

@testable import PropertyService

/// Which stays are possible, rule by rule, and what to change where one is not. 5 July 2027 is a Monday.
@Suite("Stays that are refused, and what would help")
struct StayTableTests {
    @Test("Each refusal with its suggestion", arguments: lengths + days + times + parties)
    func table(_ row: RuleCase) throws {
        let reasons = try row.evaluation().reasons
        #expect(reasons.map { "\($0.code): \($0.suggestion ?? "")" } == row.refused)
    }

    private static let lengths: [RuleCase] = [
        RuleCase(
            name: "Three nights or more from Friday", from: "2027-07-09",
            rules: { $0.rules.stays.minimumNightsByArrival[.friday] = 3 },
            refused: ["below_minimum_nights: Leave on Monday 2027-07-12 or later."]),
        RuleCase(
            name: "…not from Thursday", from: "2027-07-08",
            rules: { $0.rules.stays.minimumNightsByArrival[.friday] = 3 }),
        RuleCase(
            name: "A season's minimum wins over the weekday's", from: "2027-07-09",
            rules: {
                $0.rules.stays.minimumNightsByArrival[.friday] = 3
                $0.season("Autumn", "2027-07-01", "2027-08-01") { $0.minimumNights = 2 }
            }),
        RuleCase(
            name: "…and may be shorter than the listing's", nights: 2, minimumNights: 5,
            rules: { $0.season("Autumn", "2027-07-01", "2027-08-01") { $0.minimumNights = 2 } }),
        RuleCase(
            name: "…by its own weekday before its plain one", from: "2027-07-09",
            rules: {
                $0.season("Autumn", "2027-07-01", "2027-08-01") {
                    $0.minimumNights = 2
                    $0.minimumNightsByArrival[.friday] = 4
                }
            },
            refused: ["below_minimum_nights: Leave on Tuesday 2027-07-13 or later."]),
        RuleCase(
            name: "The minimum of a date wins over all of them", from: "2027-07-09", nights: 1,
            minimums: ["2027-07-09": 1],
            rules: { $0.season("Autumn", "2027-07-01", "2027-08-01") { $0.minimumNights = 4 } }),
        RuleCase(
            name: "A maximum by season", nights: 9, maximumNights: 20,
            rules: { $0.season("July", "2027-07-01", "2027-08-01") { $0.maximumNights = 7 } },
            refused: ["above_maximum_nights: Leave on Monday 2027-07-12 or earlier."]),
        RuleCase(
            name: "…which may be longer than the listing's", nights: 9, maximumNights: 3,
            rules: { $0.season("July", "2027-07-01", "2027-08-01") { $0.maximumNights = 14 } }),
        RuleCase(
            name: "A maximum by weekday of arrival", nights: 5,
            rules: { $0.rules.stays.maximumNightsByArrival[.monday] = 4 },
            refused: ["above_maximum_nights: Leave on Friday 2027-07-09 or earlier."]),
        RuleCase(
            name: "The suggested day of leaving is one on which one may leave", from: "2027-07-09", nights: 1,
            minimumNights: 3, rules: { $0.rules.stays.departureDays = WeekdaySet([.saturday]) },
            refused: ["below_minimum_nights: Leave on Saturday 2027-07-17 or later."]),
    ]

    private static let days: [RuleCase] = [
        RuleCase(
            name: "Arrivals on Saturdays only", from: "2027-07-09",
            rules: { $0.rules.stays.arrivalDays = WeekdaySet([.saturday]) },
            refused: ["no_arrival_on_this_day: Begin on Saturday 2027-07-03 or on Saturday 2027-07-10."]),
        RuleCase(
            name: "…in the season only", from: "2027-07-09",
            rules: {
                $0.season("August", "2027-08-01", "2027-09-01") { $0.arrivalDays = WeekdaySet([.saturday]) }
            }),
        RuleCase(
            name: "Departures on Sundays only", from: "2027-07-09", nights: 1,
            rules: { $0.rules.stays.departureDays = WeekdaySet([.sunday]) },
            refused: ["no_departure_on_this_day: Leave on Sunday 2027-07-11."]),
        RuleCase(
            name: "…after three nights at least: both reasons are helped by the same day", from: "2027-07-09",
            nights: 1,
            minimumNights: 3, rules: { $0.rules.stays.departureDays = WeekdaySet([.sunday]) },
            refused: [
                "below_minimum_nights: Leave on Sunday 2027-07-18 or later.",
                "no_departure_on_this_day: Leave on Sunday 2027-07-18.",
            ]),
        RuleCase(
            name: "A season's days of leaving are for stays whose last night is in it", from: "2027-07-30", nights: 2,
            rules: {
                $0.season("August", "2027-08-01", "2027-09-01") { $0.departureDays = WeekdaySet([.saturday]) }
            }),
        RuleCase(
            name: "…one night later it is", from: "2027-07-30", nights: 3,
            rules: {
                $0.season("August", "2027-08-01", "2027-09-01") { $0.departureDays = WeekdaySet([.saturday]) }
            },
            refused: ["no_departure_on_this_day: Leave on Sunday 2027-08-01 or on Saturday 2027-08-07."]),
    ]

    private static let times: [RuleCase] = [
        RuleCase(
            name: "Two days ahead", from: "2027-07-02", rules: { $0.rules.booking.noticeDays = 2 },
            refused: ["too_short_notice: Begin on Saturday 2027-07-03 or later."]),
        RuleCase(name: "…are kept", from: "2027-07-03", rules: { $0.rules.booking.noticeDays = 2 }),
        RuleCase(
            name: "After the cut-off, today is tomorrow", from: "2027-07-03", now: "2027-07-01 18:00",
            rules: {
                $0.rules.booking.noticeDays = 2
                $0.rules.booking.cutOff = TimeOfDay(hour: 18)
            },
            refused: ["too_short_notice: Begin on Sunday 2027-07-04 or later."]),
        RuleCase(
            name: "…a minute before it is not", from: "2027-07-03", now: "2027-07-01 17:59",
            rules: {
                $0.rules.booking.noticeDays = 2
                $0.rules.booking.cutOff = TimeOfDay(hour: 18)
            }),
        RuleCase(
            name: "On the same day until the cut-off", from: "2027-07-01", now: "2027-07-01 18:00",
            rules: { $0.rules.booking.cutOff = TimeOfDay(hour: 18) },
            refused: ["too_short_notice: Begin on Friday 2027-07-02 or later."]),
        RuleCase(
            name: "The cut-off on the day of 23 hours", from: "2028-03-12", now: "2028-03-12 03:00",
            rules: { $0.rules.booking.cutOff = TimeOfDay("02:30") },
            refused: ["too_short_notice: Begin on Monday 2028-03-13 or later."]),
        RuleCase(
            name: "Six months from 31 August end with February", from: "2028-03-01", now: "2027-08-31 12:00",
            rules: { $0.rules.booking.windowMonths = 6 },
            refused: ["beyond_booking_window: Begin on Tuesday 2028-02-29 or earlier."]),
        RuleCase(
            name: "…which a leap year has longer", from: "2028-02-29", now: "2027-08-31 12:00",
            rules: { $0.rules.booking.windowMonths = 6 }),
        RuleCase(
            name: "24 months are never farther than any stay may begin", from: "2029-07-02", now: "2027-07-01 12:00",
            rules: { $0.rules.booking.windowMonths = 24 },
            refused: ["beyond_booking_window: Begin on Sunday 2029-07-01 or earlier."]),
    ]

    private static let parties: [RuleCase] = [
        RuleCase(
            name: "More than the place takes", party: Party(adults: 4, children: 3),
            refused: ["too_many_guests: Come with 6 guests or fewer."]),
        RuleCase(
            name: "Children who don't count", party: Party(adults: 4, children: 3),
            rules: { $0.rules.party.countsChildren = false }),
        RuleCase(
            name: "Each kind has its own bound", party: Party(adults: 1, children: 2, infants: 3, pets: 1),
            rules: {
                $0.rules.party.maximumChildren = 1
                $0.rules.party.maximumInfants = 2
                $0.rules.party.maximumPets = 0
            },
            refused: [
                "too_many_children: Come with 1 child or fewer.", "too_many_infants: Come with 2 infants or fewer.",
                "too_many_pets: Come without pets.",
            ]),
    ]

    @Test(
        "The day and the clock at a place, where a zone changed its offset",
        arguments: [
            // Samoa left out 30 December 2011; North Korea set its clocks forward by half an hour on 5 May 2018, at 23:30.
            ("Pacific/Apia", "2011-12-30T09:59:00Z", "2011-12-29 23:59"),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31 00:00"),
            ("Asia/Pyongyang", "2018-05-04T14:59:00Z", "2018-05-04 23:29"),
            ("Asia/Pyongyang", "2018-05-04T15:00:00Z", "2018-05-05 00:00"),
            ("America/Caracas", "2016-05-01T06:59:00Z", "2016-05-01 02:29"),
            ("America/Caracas", "2016-05-01T07:00:00Z", "2016-05-01 03:00"),
        ])
    func offsets(zone: String, moment: String, local: String) throws {
        let day = try #require(LocalDay(moment.prefix(10)))
        let time = try #require(TimeOfDay(String(moment.dropFirst(11).prefix(5))))
        let instant = Instant(milliseconds: (Int64(day.number) * 1440 + Int64(time.minutes)) * 60_000)
        let at = LocalMoment(instant, in: try #require(Zone(zone)))
        #expect("\(at.day) \(at.time)" == local)
    }

    @Test("Nights kept for preparing lie between two stays as if each were asked alone")
    func preparation() throws {
        let start = try #require(LocalDay("2027-07-05"))
        for (before, after) in [(0, 0), (0, 1), (1, 0), (2, 1), (1, 3), (30, 30)] {
            let booked = start.advanced(by: 40)..<start.advanced(by: 43)
            let words = NightWord.numbers(of: start.advanced(by: -64)..<start.advanced(by: 192))
            let bits = words.map { NightWord.mask(of: booked, in: $0) }
            let preparation = Preparation(daysBefore: before, daysAfter: after)
            let taken = TakenNights(
                firstWord: words.lowerBound, closed: bits.map { _ in 0 }, booked: bits, gap: preparation.gap)
            for offset in 0..<90 {
                for length in 1...3 {
                    let nights = start.advanced(by: offset)..<start.advanced(by: offset + length)
                    func kept(_ nights: Range<LocalDay>) -> Range<LocalDay> {
                        nights.lowerBound.advanced(by: -before)..<nights.upperBound.advanced(by: after)
                    }
                    let isPossible = !kept(nights).overlaps(booked) && !kept(booked).overlaps(nights)
                    #expect(taken.isFree(nights) == isPossible, "\(before), \(after), \(offset), \(length)")
                }
            }
        }
    }
}

import Core
import Testing

@testable import PropertyService

/// Which rules stand against changing a booked stay: those of what is changed, and of these a host's own not against the
/// host. It is 1 July 2027 at the place; booked are three nights from Monday, 12 July, by two adults.
@Suite("Changes that are refused")
struct ChangeTableTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var booked = "2027-07-12"
        var from = "2027-07-12"
        var nights = 3
        var bookedParty = Party(adults: 2)
        var party = Party(adults: 2)
        var byHost = false
        var openUntil: String?
        /// Codes with the suggestion behind each.
        var refused: [String] = []
        var rules: @Sendable (inout PropertyRules) -> Void = { _ in }
    }

    private static let lengths = [
        Change(
            testDescription: "Longer than the maximum", nights: 5,
            refused: ["above_maximum_nights: Leave on Friday 2027-07-16 or earlier."]
        ) { $0.stays.maximumNightsByArrival[.monday] = 4 },
        Change(testDescription: "…but shorter than it was", nights: 2) { $0.stays.maximumNightsByArrival[.monday] = 1 },
        Change(
            testDescription: "Shorter than the minimum", nights: 2,
            refused: ["below_minimum_nights: Leave on Saturday 2027-07-17 or later."]
        ) { $0.stays.minimumNightsByArrival[.monday] = 5 },
        Change(testDescription: "…but longer than it was", nights: 4) { $0.stays.minimumNightsByArrival[.monday] = 5 },
        Change(
            testDescription: "Another arrival is asked anew", from: "2027-07-13", nights: 4,
            refused: ["below_minimum_nights: Leave on Sunday 2027-07-18 or later."]
        ) { $0.stays.minimumNightsByArrival[.tuesday] = 5 },
        Change(testDescription: "None of it is held against its host", from: "2027-07-13", nights: 4, byHost: true) {
            $0.stays.minimumNightsByArrival[.tuesday] = 5
            $0.stays.arrivalDays = WeekdaySet([.monday])
            $0.booking.noticeDays = 30
            $0.booking.windowMonths = 1
        },
    ]

    private static let days = [
        Change(testDescription: "An arrival that was agreed stays agreed", nights: 4) {
            $0.stays.arrivalDays = WeekdaySet([.saturday])
            $0.booking.noticeDays = 30
        },
        Change(
            testDescription: "Another arrival, too soon", from: "2027-07-11", nights: 4,
            refused: ["too_short_notice: Begin on Saturday 2027-07-31 or later."]
        ) { $0.booking.noticeDays = 30 },
        Change(testDescription: "A departure that was agreed stays agreed", from: "2027-07-13", nights: 2) {
            $0.stays.departureDays = WeekdaySet([.sunday])
        },
        Change(
            testDescription: "Another departure", nights: 4,
            refused: ["no_departure_on_this_day: Leave on Sunday 2027-07-18."]
        ) { $0.stays.departureDays = WeekdaySet([.sunday]) },
        Change(
            testDescription: "Later than it is open", nights: 5, openUntil: "2027-07-15",
            refused: ["beyond_booking_window: Leave on Thursday 2027-07-15 or earlier."]),
        Change(testDescription: "…but no later than it was", from: "2027-07-13", nights: 2, openUntil: "2027-07-14"),
        Change(testDescription: "…or proposed by its host", nights: 5, byHost: true, openUntil: "2027-07-15"),
        Change(
            testDescription: "Later than it was, which is later than it is open", from: "2027-07-13", nights: 4,
            openUntil: "2027-07-10", refused: ["beyond_booking_window: Leave on Thursday 2027-07-15 or earlier."]),
        Change(
            testDescription: "Beyond the window, though no later than it was and not open so long either",
            booked: "2027-10-01", from: "2027-09-30", openUntil: "2027-07-10",
            refused: ["beyond_booking_window: Begin on Sunday 2027-08-01 or earlier."]
        ) { $0.booking.windowMonths = 1 },
        Change(
            testDescription: "Farther than any stay, though proposed by its host and not open so long either",
            from: "2029-07-02", byHost: true, openUntil: "2027-07-20",
            refused: ["beyond_booking_window: Begin on Sunday 2029-07-01 or earlier."]
        ) { $0.booking.windowMonths = 1 },
        Change(
            testDescription: "In the past, also by its host", from: "2027-06-30", byHost: true,
            refused: ["in_the_past: Begin on Thursday 2027-07-01 or later."]),
    ]

    private static let parties = [
        Change(
            testDescription: "More than the place takes", party: Party(adults: 7),
            refused: ["too_many_guests: Come with 6 guests or fewer."]),
        Change(
            testDescription: "Fewer than there were, though still too many", bookedParty: Party(adults: 9),
            party: Party(adults: 8)),
        Change(
            testDescription: "A dog more, where the guests are as many as before", bookedParty: Party(adults: 7),
            party: Party(adults: 7, pets: 1)),
        Change(
            testDescription: "Each kind where it grows",
            bookedParty: Party(adults: 1, children: 2, infants: 1, pets: 1),
            party: Party(adults: 1, children: 2, infants: 2, pets: 2),
            refused: [
                "too_many_infants: Come without infants.", "too_many_pets: Come without pets.",
            ]
        ) {
            ($0.party.maximumChildren, $0.party.maximumInfants, $0.party.maximumPets) = (0, 0, 0)
        },
        Change(testDescription: "…not against the host", party: Party(adults: 20), byHost: true),
    ]

    @Test("Each with its suggestion", arguments: lengths + days + parties)
    func table(_ row: Change) throws {
        var rules = PropertyRules.none
        row.rules(&rules)
        let place = StayRules(
            isListed: true, nightlyPrice: Money(10_000, .usd), minimumNights: 1, maximumNights: 365, maximumGuests: 6,
            openUntil: try row.openUntil.map { try #require(LocalDay($0)) }, sheet: RuleSheet(rules))
        func stay(_ from: String, _ nights: Int) throws -> Stay {
            let day = try #require(LocalDay(from))
            return try #require(Stay(from: day, to: day.advanced(by: nights)))
        }
        let change = StayChange(
            booked: try stay(row.booked, 3), bookedParty: row.bookedParty, stay: try stay(row.from, row.nights),
            party: row.party, isProposedByHost: row.byHost)
        let moment = try RuleCase.moment("2027-07-01 12:00")
        let evaluation = try Evaluator.evaluate(
            place, StayCalendar(units: nil), stay: change.stay, party: change.party, at: moment)
        let refusals = evaluation.refusals.compactMap { $0.standing(against: change, place, at: moment) }
        let reasons = refusals.map { $0.reason(for: change.stay, place, .none) }
        #expect(reasons.map { "\($0.code): \($0.suggestion ?? "")" } == row.refused)
    }
}

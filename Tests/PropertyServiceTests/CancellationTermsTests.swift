import Core
import Foundation
import PropertyService
import Testing

@Suite("Cancellation terms")
struct CancellationTermsTests {
    static let newYork = Zone("America/New_York")!
    static let checkIn = LocalDay("2027-03-20")!  // six days after daylight saving begins there, on 14 March
    static let booked = newYork.instant(of: LocalDay("2027-01-01")!, at: TimeOfDay("12:00")!)

    private func terms(_ policy: CancellationPolicy, bookedAt: Instant = booked) -> CancellationTerms {
        CancellationTerms(
            policy, bookedAt: bookedAt, checkIn: Self.checkIn, from: TimeOfDay("15:00")!, in: Self.newYork)
    }

    private func moment(_ day: String, _ time: String) -> Instant {
        Self.newYork.instant(of: LocalDay(day)!, at: TimeOfDay(time)!)
    }

    @Test(
        "The contract's table, to the minute on both sides of each deadline",
        arguments: [
            (CancellationPolicy.flexible, "2027-03-19", "15:00", 100), (.flexible, "2027-03-19", "15:01", 50),
            (.flexible, "2027-03-20", "15:00", 50), (.flexible, "2027-03-20", "15:01", 0),
            (.moderate, "2027-03-15", "15:00", 100), (.moderate, "2027-03-15", "15:01", 50),
            (.moderate, "2027-03-20", "15:00", 50), (.moderate, "2027-03-20", "15:01", 0),
            (.firm, "2027-02-18", "15:00", 100), (.firm, "2027-02-18", "15:01", 50),
            // Seven civil days before is 13 March at 15:00, 167 hours before: the night of the 14th has an hour less.
            (.firm, "2027-03-13", "15:00", 50), (.firm, "2027-03-13", "15:01", 0),
            (.strict, "2027-01-03", "12:00", 100), (.strict, "2027-01-03", "12:01", 50),
            (.strict, "2027-03-13", "15:00", 50), (.strict, "2027-03-13", "15:01", 0),
            (.nonRefundable, "2027-01-01", "12:00", 0),
        ])
    func table(_ policy: CancellationPolicy, day: String, time: String, percent: Int) {
        #expect(terms(policy).rule(at: moment(day, time)).percent == percent)
    }

    @Test("Strict gives all back within 48 hours of booking only where the stay is 14 days away")
    func strictLate() {
        let booked = moment("2027-03-05", "15:30")  // less than 15 days before
        #expect(terms(.strict, bookedAt: booked).rule(at: booked + .seconds(60)).percent == 100)
        #expect(terms(.strict, bookedAt: booked).rule(at: moment("2027-03-06", "15:00")).percent == 100)
        #expect(terms(.strict, bookedAt: booked).rule(at: moment("2027-03-06", "15:01")).percent == 50)
        let later = moment("2027-03-07", "12:00")
        #expect(terms(.strict, bookedAt: later).rule(at: later).percent == 50)
    }

    @Test("A step that ended before the booking never stood, and what is told as until is the step's own end")
    func until() {
        let late = moment("2027-03-20", "09:00")
        let rule = terms(.moderate, bookedAt: late).rule(at: late)
        #expect(rule.percent == 50)
        #expect(rule.until == moment("2027-03-20", "15:00"))
        #expect(terms(.nonRefundable).rule(at: Self.booked).until == nil)
    }

    private func own(
        _ steps: [(Int, Int)]?, grace: Int? = nil, policy: CancellationPolicy = .moderate, bookedAt: Instant = booked
    ) -> CancellationTerms {
        CancellationTerms(
            policy,
            CancellationRules(
                steps: steps?.map { CancellationRules.Step(daysBefore: $0.0, percent: $0.1) }, graceHours: grace),
            bookedAt: bookedAt, checkIn: Self.checkIn, from: TimeOfDay("15:00")!, in: Self.newYork)
    }

    @Test(
        "A host's own steps take the place of the policy, to the minute",
        arguments: [
            ("2027-02-18", "15:00", 90), ("2027-02-18", "15:01", 60), ("2027-03-13", "15:00", 60),
            ("2027-03-13", "15:01", 10), ("2027-03-20", "15:00", 10), ("2027-03-20", "15:01", 0),
        ])
    func ownSteps(_ day: String, time: String, percent: Int) {
        let terms = own([(0, 10), (30, 90), (7, 60)])
        #expect(terms.name == "custom" && terms.policy == nil)
        #expect(terms.rule(at: moment(day, time)).percent == percent)
    }

    @Test("Grace gives everything back, up to check-in, beside whatever else stands")
    func grace() {
        let free = own(nil, grace: 24, policy: .nonRefundable).confirmed(at: Self.booked)
        #expect(free.name == "nonRefundable")
        #expect(free.rule(at: Self.booked + .hours(24)).percent == 100)
        #expect(free.rule(at: Self.booked + .hours(24) + .seconds(1)).percent == 0)
        // Of two that give the same, the longer one counts.
        #expect(
            own(nil, grace: 24).confirmed(at: Self.booked).refunds(of: Money(100, .usd))
                == terms(.moderate).refunds(of: Money(100, .usd)))
        // Between two deadlines, where it is the better one.
        let late = moment("2027-03-17", "12:00")
        let between = own(nil, grace: 48, bookedAt: late).confirmed(at: late)
        #expect(between.refunds(of: Money(100, .usd)).map(\.percent) == [100, 50, 0])
        #expect(between.rule(at: late + .hours(48)).until == late + .hours(48))
        // Never beyond check-in; then what it outlasts counts no more.
        let last = moment("2027-03-20", "14:00")
        #expect(
            own(nil, grace: 168, bookedAt: last).confirmed(at: last).refunds(of: Money(100, .usd)).map(\.until)
                == [moment("2027-03-20", "15:00"), nil])
        let tooLate = moment("2027-03-20", "16:00")
        #expect(own(nil, grace: 168, bookedAt: tooLate).confirmed(at: tooLate).rule(at: tooLate).percent == 0)
        #expect(own(nil, grace: 168, bookedAt: tooLate).refunds(of: Money(100, .usd), from: tooLate).count == 1)
    }

    @Test("Grace begins with the confirmation, however long that took; before, the schedule says so")
    func graceOfRequest() throws {
        let requested = own([(7, 50)], grace: 6)
        let told = requested.refunds(of: Money(10_000, .usd))
        #expect(told.map(\.percent) == [100, 50, 0])
        #expect(told.map(\.hoursAfterConfirmation) == [6, nil, nil])
        #expect(told[0].until == moment("2027-03-20", "15:00"), "never beyond check-in")
        // Nothing was paid: until it is confirmed, all of it is still to come.
        #expect(requested.rule(at: Self.booked + .hours(40)).until == Self.booked + .hours(46))
        let confirmed = requested.confirmed(at: Self.booked + .hours(40))
        #expect(confirmed.rule(at: Self.booked + .hours(46)).percent == 100)
        #expect(confirmed.rule(at: Self.booked + .hours(46) + .seconds(1)).percent == 50)
        #expect(confirmed.refunds(of: Money(10_000, .usd)).allSatisfy { $0.hoursAfterConfirmation == nil })
        #expect(confirmed.confirmed(at: Self.booked + .hours(60)) == confirmed, "it begins once")
        let text = try JSONEncoder().encode(confirmed)
        #expect(try JSONDecoder().decode(CancellationTerms.self, from: text) == confirmed)
    }

    @Test("A grace outlives the deadlines of the policy when the dates are changed, and ends with the new check-in")
    func movedGrace() {
        func moved(_ terms: CancellationTerms, to day: String) -> CancellationTerms {
            terms.moved(
                from: Self.checkIn, to: LocalDay(day)!, at: TimeOfDay("15:00")!, in: Self.newYork, bookedAt: Self.booked
            )
        }
        // Three months ahead the policy gives everything back for longer; two days ahead it does not.
        let nearer = moved(own(nil, grace: 24).confirmed(at: Self.booked), to: "2027-01-03")
        #expect(nearer.rule(at: Self.booked + .hours(24)).percent == 100)
        #expect(nearer.rule(at: Self.booked + .hours(24) + .seconds(1)).percent == 50)
        let today = moved(own(nil, grace: 24).confirmed(at: Self.booked), to: "2027-01-01")
        #expect(today.rule(at: moment("2027-01-01", "15:00")).percent == 100)
        #expect(today.rule(at: moment("2027-01-01", "15:01")).percent == 0)
    }

    @Test("Steps that a move brought into the past are back with the next one", arguments: [nil, 0] as [Int?])
    func movedAndBack(_ lastDay: Int?) {
        func moved(_ terms: CancellationTerms, from old: String, to new: String, bookedAt: Instant) -> CancellationTerms
        {
            terms.moved(
                from: LocalDay(old)!, to: LocalDay(new)!, at: TimeOfDay("15:00")!, in: Self.newYork, bookedAt: bookedAt)
        }
        let steps = [(30, 100), (7, 50)] + (lastDay.map { [($0, 10)] } ?? [])
        let agreed = own(steps)
        let near = moved(agreed, from: "2027-03-20", to: "2027-01-05", bookedAt: Self.booked)
        #expect(near.rule(at: Self.booked).percent == (lastDay == nil ? 0 : 10))
        #expect(near.refunds(of: Money(100, .usd)).map(\.percent) == (lastDay == nil ? [0] : [10, 0]))
        #expect(moved(near, from: "2027-01-05", to: "2027-03-20", bookedAt: Self.booked) == agreed)
        // Booked ten days ahead, and moved to where all of it is ahead again.
        let booked = moment("2027-03-10", "12:00")
        let late = own(steps, bookedAt: booked)
        #expect(late.refunds(of: Money(100, .usd)).map(\.percent) == (lastDay == nil ? [50, 0] : [50, 10, 0]))
        let far = moved(late, from: "2027-03-20", to: "2027-05-20", bookedAt: booked)
        #expect(far.rule(at: booked).percent == 100)
        #expect(far.rule(at: booked).until == moment("2027-04-20", "15:00"))
    }

    @Test("A booking of before keeps its grace as it was agreed, from when it was booked")
    func oldGrace() throws {
        let until = (Self.booked + .hours(24)).milliseconds
        let text = #"{"steps":[{"percent":100,"until":\#(until)}]}"#
        let old = try JSONDecoder().decode(CancellationTerms.self, from: Data(text.utf8))
        #expect(old.confirmed(at: Self.booked + .hours(30)) == old)
        #expect(old.rule(at: Self.booked + .hours(24)).percent == 100)
        #expect(old.rule(at: Self.booked + .hours(24) + .seconds(1)).percent == 0)
    }

    @Test("The amounts of a schedule, rounded down, from the booking and from a moment on")
    func refunds() {
        let terms = own([(30, 90), (7, 33)], grace: 1).confirmed(at: Self.booked)
        let total = Money(9_999, .usd)
        #expect(terms.refunds(of: total).map(\.amount.amount) == [9_999, 8_999, 3_299, 0])
        #expect(terms.refunds(of: total).map(\.percent) == [100, 90, 33, 0])
        let ahead = terms.refunds(of: total, from: moment("2027-03-01", "12:00"))
        #expect(ahead.map(\.percent) == [33, 0])
        #expect(ahead.map(\.until) == [moment("2027-03-13", "15:00"), nil])
        #expect(self.terms(.nonRefundable).refunds(of: total).map(\.amount.amount) == [0])
    }
}

import Core
import PropertyService
import Testing

@testable import BookingService

@Suite("Cancellation terms")
struct CancellationTermsTests {
    static let newYork = Zone("America/New_York")!
    static let checkIn = LocalDay("2027-03-20")!  // six days after daylight saving begins there, on 14 March
    static let booked = newYork.instant(of: LocalDay("2027-01-01")!, at: TimeOfDay("12:00")!)

    private func terms(_ policy: CancellationPolicy, bookedAt: Instant = booked) -> CancellationTerms {
        CancellationTerms(policy, bookedAt: bookedAt, checkIn: Self.checkIn, from: TimeOfDay("15:00")!, in: Self.newYork)
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
}

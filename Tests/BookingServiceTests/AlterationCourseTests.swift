import Testing

@testable import BookingService

@Suite("The course of an alteration")
struct AlterationCourseTests {
    static let events: [AlterationCourse.Event] = [
        .accepted(owing: true), .accepted(owing: false), .declined, .withdrawn, .ranOut, .payableClosed, .paid,
        .bookingEnded,
    ]

    /// Every pair that means something; all others must change nothing.
    static let moves:
        [(AlterationCourse.State, AlterationCourse.Event, AlterationCourse.State, [AlterationCourse.Action])] = [
            (.proposed, .accepted(owing: true), .agreed, [.claimNights, .announce]),
            (.proposed, .accepted(owing: false), .applied, [.claimNights, .apply, .announce]),
            (.proposed, .declined, .declined, [.announce]),
            (.proposed, .withdrawn, .withdrawn, [.announce]),
            (.proposed, .ranOut, .lapsed, [.announce]),
            (.proposed, .bookingEnded, .ended, [.announce]),
            (.agreed, .paid, .applied, [.apply, .announce]),
            (.agreed, .ranOut, .closing, [.closePayable]),
            (.agreed, .declined, .declined, [.releaseNights, .closePayable, .announce]),
            (.agreed, .withdrawn, .withdrawn, [.releaseNights, .closePayable, .announce]),
            (.agreed, .bookingEnded, .ended, [.releaseNights, .closePayable, .announce]),
            (.closing, .payableClosed, .expired, [.releaseNights, .announce]),
            (.closing, .paid, .applied, [.apply, .announce]),
            (.closing, .declined, .declined, [.releaseNights, .announce]),
            (.closing, .withdrawn, .withdrawn, [.releaseNights, .announce]),
            (.closing, .bookingEnded, .ended, [.releaseNights, .announce]),
            (.expired, .paid, .expired, [.applyOrRefund]),
            (.declined, .paid, .declined, [.refundInFull]),
            (.withdrawn, .paid, .withdrawn, [.refundInFull]),
            (.ended, .paid, .ended, [.refundInFull]),
        ]

    @Test("Each state answers each event as the table says, and repeated or overtaken ones change nothing")
    func table() {
        for state in AlterationCourse.State.allCases {
            for event in Self.events {
                var course = AlterationCourse(state)
                let actions = course.handle(event)
                let expected = Self.moves.first { $0.0 == state && $0.1 == event }
                #expect(course.state == expected?.2 ?? state, "\(state) \(event)")
                #expect(actions == expected?.3 ?? [], "\(state) \(event)")
            }
        }
    }

    @Test("An event heard twice does its work once")
    func twice() {
        for (state, event, after, _) in Self.moves where after != state {
            var course = AlterationCourse(state)
            _ = course.handle(event)
            let again = course.handle(event)
            #expect(again.isEmpty || again == [.refundInFull], "\(state) \(event)")
        }
    }

    @Test("Nights are claimed where it begins to hold them, and let go or made the booking's own where that ends")
    func nights() {
        func holds(_ state: AlterationCourse.State) -> Bool { state == .agreed || state == .closing }
        for (state, event, after, actions) in Self.moves {
            #expect(
                actions.contains(.claimNights) == (state == .proposed && (holds(after) || after == .applied)),
                "\(state) \(event)")
            #expect(actions.contains(.apply) == (after == .applied), "\(state) \(event)")
            #expect(
                actions.contains(.releaseNights) == (holds(state) && !holds(after) && after != .applied),
                "\(state) \(event)")
        }
    }

    @Test("What may still be paid is closed where the alteration ends, and late money never stays unanswered")
    func money() {
        for (state, event, after, actions) in Self.moves where state == .agreed && event != .paid {
            #expect(actions.contains(.closePayable), "\(state) \(event) \(after)")
        }
        for state in AlterationCourse.State.allCases where ![.proposed, .lapsed, .applied].contains(state) {
            var course = AlterationCourse(state)
            #expect(!course.handle(.paid).isEmpty, "\(state)")
        }
    }
}

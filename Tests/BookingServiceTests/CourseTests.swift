import Testing

@testable import BookingService

@Suite("The course of a booking")
struct CourseTests {
    /// Every pair that means something; all others must change nothing.
    static let moves: [(Course.State, Course.Event, Course.State, [Course.Action])] = [
        (.requested, .accepted, .held, [.claimNights, .announce]),
        (.requested, .declined, .declined, [.announce]),
        (.requested, .requestRanOut, .lapsed, [.announce]),
        (.requested, .cancelled, .abandoned, [.closePayable, .announce]),
        (.held, .paid, .confirmed, [.announce]),
        (.held, .holdRanOut, .closing, [.closePayable]),
        (.held, .cancelled, .abandoned, [.releaseNights, .closePayable, .announce]),
        (.closing, .payableClosed, .expired, [.releaseNights, .announce]),
        (.closing, .paid, .confirmed, [.announce]),
        (.closing, .cancelled, .abandoned, [.releaseNights, .announce]),
        (.confirmed, .cancelled, .cancelled, [.releaseNights, .refundByPolicy, .announce]),
        (.confirmed, .checkedOut, .completed, [.announce]),
        (.expired, .paid, .expired, [.claimAgainOrRefund]),
        (.abandoned, .paid, .abandoned, [.refundInFull]),
        (.declined, .paid, .declined, [.refundInFull]),
        (.lapsed, .paid, .lapsed, [.refundInFull]),
    ]

    @Test("Each state answers each event as the table says, and repeated or overtaken ones change nothing")
    func table() {
        for state in Course.State.allCases {
            for event in Course.Event.allCases {
                var course = Course(state)
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
            var course = Course(state)
            _ = course.handle(event)
            let again = course.handle(event)
            #expect(again.isEmpty || again == [.refundInFull], "\(state) \(event)")
        }
    }

    @Test("Nights are let go exactly where a state that owns them ends in one that does not")
    func ownership() {
        for state in Course.State.allCases {
            for event in Course.Event.allCases {
                var course = Course(state)
                let actions = course.handle(event)
                let lets = Course.ownsNights(state) && !Course.ownsNights(course.state)
                let takes = !Course.ownsNights(state) && Course.ownsNights(course.state)
                #expect(actions.contains(.releaseNights) == lets, "\(state) \(event)")
                #expect(actions.contains(.claimNights) == takes, "\(state) \(event)")
            }
        }
    }

    @Test("Money that comes in any state is kept for a stay or goes back")
    func money() {
        for state in Course.State.allCases {
            var course = Course(state)
            let actions = course.handle(.paid)
            switch state {
            case .held, .closing: #expect(course.state == .confirmed)
            case .expired: #expect(actions == [.claimAgainOrRefund])
            case .abandoned, .declined, .lapsed: #expect(actions == [.refundInFull])
            // A request has no payable before it is accepted; the others were paid already.
            case .requested, .confirmed, .completed, .cancelled: #expect(actions.isEmpty)
            }
        }
    }
}

import Core
import Testing

@testable import PaymentService

@Suite("The courses, as tables")
struct CourseTests {
    /// A state after an event: `.` where nothing happens, `!` where a way to pay ended, `$` where money is booked.
    static let payment = """
                   opened   refused  unpaid  declined  closed      paid       mustClose
        opening    open     failed!  .       failed!   cancelled!  captured$  leaving
        open       .        .        .       failed!   cancelled!  captured$  closing
        leaving    closing  failed!  .       failed!   cancelled!  captured$  .
        closing    .        .        .       failed!   cancelled!  captured$  .
        failed     .        .        .       .         .           captured$  .
        cancelled  .        .        .       .         .           captured$  .
        captured   .        .        .       .         .           .          .
        """

    @Test("A payment goes its course and never back")
    func paymentCourse() throws {
        let rows = CourseTests.payment.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0] == PaymentCourse.Event.allCases.map { "\($0)" })
        #expect(rows.dropFirst().map { $0[0] } == PaymentCourse.State.allCases.map(\.rawValue))
        for row in rows.dropFirst() {
            let state = try #require(PaymentCourse.State(rawValue: row[0]))
            for (event, expected) in zip(PaymentCourse.Event.allCases, row.dropFirst()) {
                var course = PaymentCourse(state: state)
                let actions = course.handle(event)
                let mark =
                    switch actions {
                    case []: ""
                    case [.bookCapture]: "$"
                    case [.tellWayEnded]: "!"
                    default: "?"
                    }
                let found = course.state == state && actions.isEmpty ? "." : course.state.rawValue + mark
                #expect(found == expected, "\(state) hears \(event)")
            }
        }
    }

    @Test("What moves is asked for, and what is in flight is a way to pay")
    func paymentCalls() {
        let calls = PaymentCourse.State.allCases.map { PaymentCourse(state: $0).call }
        #expect(calls == [.open, .collect, .open, .close, .lookUp, .lookUp, nil])
        for state in PaymentCourse.State.allCases where PaymentCourse(state: state).isMoving {
            #expect(PaymentCourse(state: state).isInFlight && PaymentCourse(state: state).call != nil)
        }
        #expect(PaymentCourse.statesInFlight == [.opening, .open, .leaving, .closing])
    }

    struct PayableCase: Sendable {
        let state: PayableCourse.State
        var winner: PaymentID?
        let event: PayableCourse.Event
        let after: PayableCourse.State
        var winnerAfter: PaymentID?
        var actions: [PayableCourse.Action] = []
    }

    static let (a, b) = (PaymentID(stored: "pay_a"), PaymentID(stored: "pay_b"))

    static let payable: [PayableCase] = [
        .init(state: .open, event: .mustClose, after: .closing, actions: [.closeOtherWays]),
        .init(state: .open, event: .captured(a), after: .closing, winnerAfter: a, actions: [.closeOtherWays]),
        .init(state: .open, event: .noWayLeft, after: .open),
        .init(state: .closing, event: .mustClose, after: .closing),
        .init(state: .closing, event: .captured(a), after: .closing, winnerAfter: a),
        .init(state: .closing, event: .noWayLeft, after: .closed, actions: [.announceClosed]),
        .init(state: .closing, winner: a, event: .mustClose, after: .closing, winnerAfter: a),
        .init(
            state: .closing, winner: a, event: .captured(b), after: .closing, winnerAfter: a,
            actions: [.refundInFull(b)]),
        .init(
            state: .closing, winner: a, event: .noWayLeft, after: .paid, winnerAfter: a,
            actions: [.announcePaid(by: a, late: false)]),
        .init(state: .closed, event: .mustClose, after: .closed),
        .init(
            state: .closed, event: .captured(a), after: .paid, winnerAfter: a,
            actions: [.announcePaid(by: a, late: true)]),
        .init(state: .closed, event: .noWayLeft, after: .closed),
        .init(state: .paid, winner: a, event: .mustClose, after: .paid, winnerAfter: a),
        .init(
            state: .paid, winner: a, event: .captured(b), after: .paid, winnerAfter: a, actions: [.refundInFull(b)]),
        .init(state: .paid, winner: a, event: .noWayLeft, after: .paid, winnerAfter: a),
    ]

    @Test("A payable has one winner, and it counts when every other way is closed", arguments: payable)
    func payableCourse(_ row: PayableCase) {
        var course = PayableCourse(state: row.state, winner: row.winner)
        #expect(course.handle(row.event) == row.actions)
        #expect(course == PayableCourse(state: row.after, winner: row.winnerAfter))
    }

    static let refund = """
                asked    pending  done   failed
        due     asking   asking   done$  failed-
        asking  .        .        done$  failed-
        done    .        .        .      failed<
        failed  .        .        .      .
        """

    @Test("A refund is done once or fails once")
    func refundCourse() throws {
        let rows = CourseTests.refund.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0] == RefundCourse.Event.allCases.map { "\($0)" })
        for row in rows.dropFirst() {
            let state = try #require(RefundCourse.State(rawValue: row[0]))
            for (event, expected) in zip(RefundCourse.Event.allCases, row.dropFirst()) {
                var course = RefundCourse(state: state)
                let actions = course.handle(event)
                let mark =
                    switch actions {
                    case []: ""
                    case [.bookRefund]: "$"
                    case [.release]: "-"
                    case [.reverse, .release]: "<"
                    default: "?"
                    }
                let found = course.state == state && actions.isEmpty ? "." : course.state.rawValue + mark
                #expect(found == expected, "\(state) hears \(event)")
            }
        }
    }
}

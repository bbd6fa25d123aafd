import Core
import Storage

/// The course of what is owed for a booking, as a value: at most one payment counts.
///
/// A payment that took the agreed amount becomes the winner at once, but counts only when every other way to pay has
/// been closed: until then the payable is closing, and ends as paid.
struct PayableCourse: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
        /// Payments can be started.
        case open
        /// No payment can be started; those under way are being closed.
        case closing
        /// Nothing can be paid any more, and nothing counts.
        case closed
        /// A payment counts.
        case paid
    }

    enum Event: Sendable, Equatable {
        case mustClose
        /// The payment took the amount as agreed.
        case captured(PaymentID)
        /// None of its payments can be paid any more, or is about to be opened.
        case noWayLeft
    }

    enum Action: Sendable, Equatable {
        case closeOtherWays
        case announcePaid(by: PaymentID, late: Bool)
        case announceClosed
        /// It came second.
        case refundInFull(PaymentID)
    }

    private(set) var state: State
    private(set) var winner: PaymentID?

    init(state: State = .open, winner: PaymentID? = nil) {
        self.state = state
        self.winner = winner
    }

    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.open, .mustClose):
            state = .closing
            return [.closeOtherWays]
        case (.open, .captured(let payment)):
            state = .closing
            winner = payment
            return [.closeOtherWays]
        case (.closing, .captured(let payment)):
            guard winner == nil else { return [.refundInFull(payment)] }
            winner = payment
            return []
        case (.closing, .noWayLeft):
            guard let winner else {
                state = .closed
                return [.announceClosed]
            }
            state = .paid
            return [.announcePaid(by: winner, late: false)]
        case (.closed, .captured(let payment)):
            state = .paid
            winner = payment
            return [.announcePaid(by: payment, late: true)]
        case (.paid, .captured(let payment)):
            return [.refundInFull(payment)]
        // An open payable waits for the next payment; a closing one is closing already; the ends are ends.
        case (.open, .noWayLeft), (.closing, .mustClose), (.closed, .mustClose), (.closed, .noWayLeft),
            (.paid, .mustClose), (.paid, .noWayLeft):
            return []
        }
    }
}

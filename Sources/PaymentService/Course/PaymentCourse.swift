import Storage

/// The course of one payment, as a value: what happened goes in, what must be done comes out. It can't go backwards.
struct PaymentCourse: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
        /// Stored; the provider may or may not have opened its page.
        case opening
        /// The guest can pay.
        case open
        /// Must be closed, but what there is to close is not known: opening it once more with the same key tells.
        case leaving
        /// Must be closed; the provider has not yet said that nothing can be paid any more.
        case closing
        /// The payer was refused, or the provider refused to open a page.
        case failed
        /// Closed without money.
        case cancelled
        /// Money was taken, whether it counts or goes back.
        case captured
    }

    enum Event: Sendable, CaseIterable {
        /// The provider opened its page.
        case opened
        /// The provider will not open a page.
        case refused
        /// The provider says: not paid, but it still can be.
        case unpaid
        /// The provider says: the payer was refused, and nothing can be paid any more.
        case declined
        /// The provider says: nothing can be paid any more.
        case closed
        /// The provider says: money was taken.
        case paid
        /// Nothing shall be paid on it any more.
        case mustClose
    }

    enum Action: Sendable, Equatable {
        /// Enter the money in the books, and find out whether it counts.
        case bookCapture
        /// One way to pay the payable is gone.
        case tellWayEnded
    }

    /// What the provider is asked next.
    enum Call: Sendable, Equatable {
        case open
        /// Ask, and take the money where the payer has approved.
        case collect
        case lookUp
        case close
    }

    private(set) var state: State

    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.opening, .opened): state = .open; return []
        case (.opening, .mustClose): state = .leaving; return []
        case (.leaving, .opened): state = .closing; return []
        case (.open, .mustClose): state = .closing; return []

        case (.opening, .refused), (.leaving, .refused): state = .failed; return [.tellWayEnded]
        case (.opening, .declined), (.open, .declined), (.leaving, .declined), (.closing, .declined):
            state = .failed
            return [.tellWayEnded]
        case (.opening, .closed), (.open, .closed), (.leaving, .closed), (.closing, .closed):
            state = .cancelled
            return [.tellWayEnded]

        // Also after its end: a provider may tell us too late that the payer had won.
        case (.opening, .paid), (.open, .paid), (.leaving, .paid), (.closing, .paid), (.failed, .paid),
            (.cancelled, .paid):
            state = .captured
            return [.bookCapture]

        // Repeated or overtaken answers: expected, and harmless.
        case (.opening, .unpaid), (.open, .unpaid), (.leaving, .unpaid), (.closing, .unpaid),
            (.open, .opened), (.open, .refused), (.leaving, .mustClose),
            (.closing, .opened), (.closing, .refused), (.closing, .mustClose),
            (.failed, .opened), (.failed, .refused), (.failed, .unpaid), (.failed, .declined), (.failed, .closed),
            (.failed, .mustClose),
            (.cancelled, .opened), (.cancelled, .refused), (.cancelled, .unpaid), (.cancelled, .declined),
            (.cancelled, .closed), (.cancelled, .mustClose),
            (.captured, _):
            return []
        }
    }

    /// What to ask the provider in this state; nothing where its answer could change nothing.
    var call: Call? {
        switch state {
        case .opening, .leaving: .open
        case .open: .collect
        case .failed, .cancelled: .lookUp
        case .closing: .close
        case .captured: nil
        }
    }

    /// Whether we wait for the provider, not for the payer: the next call is due at once.
    var isMoving: Bool {
        switch state {
        case .opening, .leaving, .closing: true
        case .open, .failed, .cancelled, .captured: false
        }
    }

    /// Whether it is still a way to pay.
    var isInFlight: Bool {
        switch state {
        case .opening, .open, .leaving, .closing: true
        case .failed, .cancelled, .captured: false
        }
    }

    init(state: State = .opening) { self.state = state }

    static let statesInFlight = State.allCases.filter { PaymentCourse(state: $0).isInFlight }
    /// The longest way without waiting for the payer: leaving, closing, cancelled; and one to see that it is over.
    static let mostSteps = 4
}

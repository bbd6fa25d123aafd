import Storage

/// The course of one refund, as a value.
struct RefundCourse: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
        /// Stored; the provider has not been asked.
        case due
        /// The provider has been asked, or is about to be, and has not said how it ended.
        case asking
        case done
        /// The provider will not do it: a case for a person.
        case failed
    }

    enum Event: Sendable, CaseIterable {
        /// The provider is about to be asked.
        case asked
        case pending
        case done
        case failed
    }

    enum Action: Sendable, Equatable {
        case bookRefund
        /// It was booked and did not go back after all: the entries are reversed.
        case reverse
        /// Nothing went back: what it claimed of the payment is free again, and a person must look.
        case release
    }

    private(set) var state: State

    init(state: State = .due) { self.state = state }

    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.due, .asked), (.due, .pending):
            state = .asking
            return []
        case (.due, .done), (.asking, .done):
            state = .done
            return [.bookRefund]
        case (.due, .failed), (.asking, .failed):
            state = .failed
            return [.release]
        // A bank may send it back days later.
        case (.done, .failed):
            state = .failed
            return [.reverse, .release]
        // Asked again, or told twice.
        case (.asking, .asked), (.asking, .pending), (.done, .asked), (.done, .pending), (.done, .done), (.failed, _):
            return []
        }
    }

    /// Whether the provider still has something to say.
    var isUnderWay: Bool {
        switch state {
        case .due, .asking: true
        case .done, .failed: false
        }
    }

    static let statesUnderWay = State.allCases.filter { RefundCourse(state: $0).isUnderWay }
}

/// The course of a booking from request or hold to its end: every decision is made here, without I/O; the store carries
/// out what is decided, in the same transaction.
struct Course: Equatable {
    enum State: String, CaseIterable, Sendable {
        case requested, held, confirmed, completed, declined, expired
        /// The hold ran out and the provider is asked to close; the nights stay claimed until it has said that nothing
        /// can be paid any more.
        case closing
        /// Cancelled before anything was paid.
        case abandoned
        /// Cancelled after it was confirmed.
        case cancelled
        /// A request that nobody answered in time.
        case lapsed
    }

    enum Event: Sendable, CaseIterable {
        case accepted, declined, requestRanOut, holdRanOut, payableClosed, paid, cancelled, checkedOut
    }

    enum Action: Sendable, Equatable {
        case claimNights
        case releaseNights
        case closePayable
        case refundByPolicy
        case refundInFull
        /// Money came after the end: claim the nights again if they are free and the stay has not begun, else refund.
        case claimAgainOrRefund
        case announce
    }

    private(set) var state: State

    init(_ state: State) { self.state = state }

    /// - Returns: what must be done now, in order; nothing where the event was repeated or overtaken.
    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.requested, .accepted): state = .held; return [.claimNights, .announce]
        case (.requested, .declined): state = .declined; return [.announce]
        case (.requested, .requestRanOut): state = .lapsed; return [.announce]
        case (.requested, .cancelled): state = .abandoned; return [.closePayable, .announce]

        case (.held, .paid): state = .confirmed; return [.announce]
        case (.held, .holdRanOut): state = .closing; return [.closePayable]
        case (.held, .cancelled): state = .abandoned; return [.releaseNights, .closePayable, .announce]

        case (.closing, .payableClosed): state = .expired; return [.releaseNights, .announce]
        case (.closing, .paid): state = .confirmed; return [.announce]  // the payer won the race
        case (.closing, .cancelled): state = .abandoned; return [.releaseNights, .announce]

        case (.confirmed, .cancelled): state = .cancelled; return [.releaseNights, .refundByPolicy, .announce]
        case (.confirmed, .checkedOut): state = .completed; return [.announce]

        case (.expired, .paid): return [.claimAgainOrRefund]
        case (.abandoned, .paid), (.declined, .paid), (.lapsed, .paid): return [.refundInFull]

        case (.requested, .holdRanOut), (.requested, .payableClosed), (.requested, .paid), (.requested, .checkedOut),
            (.held, .accepted), (.held, .declined), (.held, .requestRanOut), (.held, .payableClosed),
            (.held, .checkedOut),
            (.closing, .accepted), (.closing, .declined), (.closing, .requestRanOut), (.closing, .holdRanOut),
            (.closing, .checkedOut),
            (.confirmed, .accepted), (.confirmed, .declined), (.confirmed, .requestRanOut), (.confirmed, .holdRanOut),
            (.confirmed, .payableClosed), (.confirmed, .paid),
            (.expired, .accepted), (.expired, .declined), (.expired, .requestRanOut), (.expired, .holdRanOut),
            (.expired, .payableClosed), (.expired, .cancelled), (.expired, .checkedOut),
            (.abandoned, .accepted), (.abandoned, .declined), (.abandoned, .requestRanOut), (.abandoned, .holdRanOut),
            (.abandoned, .payableClosed), (.abandoned, .cancelled), (.abandoned, .checkedOut),
            (.declined, .accepted), (.declined, .declined), (.declined, .requestRanOut), (.declined, .holdRanOut),
            (.declined, .payableClosed), (.declined, .cancelled), (.declined, .checkedOut),
            (.lapsed, .accepted), (.lapsed, .declined), (.lapsed, .requestRanOut), (.lapsed, .holdRanOut),
            (.lapsed, .payableClosed), (.lapsed, .cancelled), (.lapsed, .checkedOut),
            (.completed, _), (.cancelled, _):
            return []
        }
    }

    /// The expired booking whose late payer found the nights free after all.
    mutating func revive() { state = .confirmed }

    var status: BookingStatus {
        switch state {
        case .requested: .requested
        case .held, .closing: .held
        case .confirmed: .confirmed
        case .completed: .completed
        case .declined: .declined
        case .expired, .lapsed: .expired
        case .abandoned, .cancelled: .cancelled
        }
    }

    /// Whether the booking owns its nights in this state.
    static func ownsNights(_ state: State) -> Bool {
        switch state {
        case .held, .closing, .confirmed, .completed: true
        case .requested, .declined, .expired, .abandoned, .cancelled, .lapsed: false
        }
    }
}

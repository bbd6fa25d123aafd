/// The course of a change to a confirmed booking, from its proposal to its end: every decision is made here, without I/O;
/// the store carries out what is decided, in the same transaction.
struct AlterationCourse: Equatable {
    enum State: String, CaseIterable, Sendable {
        /// The other side is asked. Nothing is claimed.
        case proposed
        /// Both agree, and the guest has to pay the difference: the nights of both stays are claimed.
        case agreed
        /// The time to pay is over and the provider is asked to close; the nights stay claimed until it has said that
        /// nothing can be paid any more.
        case closing
        /// The booking is as it was proposed.
        case applied
        case declined, withdrawn
        /// Nobody answered in time.
        case lapsed
        /// Nobody paid in time.
        case expired
        /// The booking was cancelled, or the stay over, before it came to anything.
        case ended
    }

    enum Event: Sendable, Equatable {
        /// - owing: whether the guest has something to pay before it counts.
        case accepted(owing: Bool)
        case declined, withdrawn, ranOut, payableClosed, paid, bookingEnded
    }

    enum Action: Sendable, Equatable {
        /// The new nights, beside the old ones.
        case claimNights
        /// The booking becomes what was agreed: nights, party, price, terms; what it costs less goes back.
        case apply
        /// The new nights that are not the booking's own.
        case releaseNights
        case closePayable
        /// Money came after the time to pay: apply it if the nights are still free and nothing else has changed, else
        /// give it back.
        case applyOrRefund
        case refundInFull
        case announce
    }

    private(set) var state: State

    init(_ state: State) { self.state = state }

    /// - Returns: what must be done now, in order; nothing where the event was repeated or overtaken.
    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.proposed, .accepted(owing: true)): state = .agreed; return [.claimNights, .announce]
        case (.proposed, .accepted(owing: false)): state = .applied; return [.claimNights, .apply, .announce]
        case (.proposed, .declined): state = .declined; return [.announce]
        case (.proposed, .withdrawn): state = .withdrawn; return [.announce]
        case (.proposed, .ranOut): state = .lapsed; return [.announce]
        case (.proposed, .bookingEnded): state = .ended; return [.announce]

        case (.agreed, .paid): state = .applied; return [.apply, .announce]
        case (.agreed, .ranOut): state = .closing; return [.closePayable]
        case (.agreed, .declined): state = .declined; return [.releaseNights, .closePayable, .announce]
        case (.agreed, .withdrawn): state = .withdrawn; return [.releaseNights, .closePayable, .announce]
        case (.agreed, .bookingEnded): state = .ended; return [.releaseNights, .closePayable, .announce]

        case (.closing, .payableClosed): state = .expired; return [.releaseNights, .announce]
        case (.closing, .paid): state = .applied; return [.apply, .announce]  // the payer won the race
        case (.closing, .declined): state = .declined; return [.releaseNights, .announce]
        case (.closing, .withdrawn): state = .withdrawn; return [.releaseNights, .announce]
        case (.closing, .bookingEnded): state = .ended; return [.releaseNights, .announce]

        case (.expired, .paid): return [.applyOrRefund]
        case (.declined, .paid), (.withdrawn, .paid), (.ended, .paid): return [.refundInFull]

        case (.proposed, .payableClosed), (.proposed, .paid),
            (.agreed, .accepted), (.agreed, .payableClosed),
            (.closing, .accepted), (.closing, .ranOut),
            (.declined, .accepted), (.declined, .declined), (.declined, .withdrawn), (.declined, .ranOut),
            (.declined, .payableClosed), (.declined, .bookingEnded),
            (.withdrawn, .accepted), (.withdrawn, .declined), (.withdrawn, .withdrawn), (.withdrawn, .ranOut),
            (.withdrawn, .payableClosed), (.withdrawn, .bookingEnded),
            (.expired, .accepted), (.expired, .declined), (.expired, .withdrawn), (.expired, .ranOut),
            (.expired, .payableClosed), (.expired, .bookingEnded),
            (.ended, .accepted), (.ended, .declined), (.ended, .withdrawn), (.ended, .ranOut),
            (.ended, .payableClosed), (.ended, .bookingEnded),
            (.lapsed, _), (.applied, _):
            return []
        }
    }

    /// The expired one whose late payer found the nights free after all.
    mutating func revive() { state = .applied }

    var status: AlterationStatus {
        switch state {
        case .proposed: .proposed
        case .agreed, .closing: .agreed
        case .applied: .applied
        case .declined: .declined
        case .withdrawn: .withdrawn
        case .lapsed: .lapsed
        case .expired: .expired
        case .ended: .ended
        }
    }

    /// The states in which it may still come to something; a booking has one such at most.
    static let openStates: [State] = [.proposed, .agreed, .closing]

    var isOpen: Bool { AlterationCourse.openStates.contains(state) }
}

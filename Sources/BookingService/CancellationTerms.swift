public import Core
public import PropertyService

/// The refund schedule of a booking as data, made when it was booked and kept with it.
public struct CancellationTerms: Sendable, Codable, Equatable {
    public struct Step: Sendable, Codable, Equatable {
        /// How much of what was paid comes back, 1 to 100.
        public let percent: Int
        /// The last moment at which it does.
        public let until: Instant
    }

    public let policy: CancellationPolicy
    /// The better one first; what no step covers is not refunded.
    public let steps: [Step]

    /// The contract's table. Hours count back from the check-in time on the first day; "days" are civil days at the
    /// property at the same clock time, "24" and "48 hours" are elapsed hours.
    public init(_ policy: CancellationPolicy, bookedAt: Instant, checkIn: LocalDay, from time: TimeOfDay, in zone: Zone) {
        let checkInAt = zone.instant(of: checkIn, at: time)
        func days(_ count: Int) -> Instant { zone.instant(of: checkIn.advanced(by: -count), at: time) }
        let steps: [Step] =
            switch policy {
            case .flexible:
                [Step(percent: 100, until: checkInAt - .hours(24)), Step(percent: 50, until: checkInAt)]
            case .moderate:
                [Step(percent: 100, until: days(5)), Step(percent: 50, until: checkInAt)]
            case .firm:
                [Step(percent: 100, until: days(30)), Step(percent: 50, until: days(7))]
            case .strict:
                [Step(percent: 100, until: min(bookedAt + .hours(48), days(14))), Step(percent: 50, until: days(7))]
            case .nonRefundable:
                []
            }
        self.policy = policy
        // A step that ended before the booking was made never stood.
        self.steps = steps.filter { $0.until >= bookedAt }
    }

    /// What a guest who cancels at `now` gets back, and until when that stands.
    public func rule(at now: Instant) -> (percent: Int, until: Instant?) {
        guard let step = steps.first(where: { now <= $0.until }) else { return (0, nil) }
        return (step.percent, step.until)
    }
}

public import Core

/// The refund schedule of a booking as data, made when it was booked and kept with it.
public struct CancellationTerms: Sendable, Codable, Equatable {
    public struct Step: Sendable, Codable, Equatable {
        /// How much of what was paid comes back, 1 to 100.
        public let percent: Int
        /// The last moment at which it does.
        public let until: Instant
    }

    /// What comes back of a sum until when.
    public struct Refund: Sendable, Codable, Equatable {
        public let percent: Int
        public let amount: Money
        /// Nothing where it gets no worse any more.
        public let until: Instant?

        public init(percent: Int, amount: Money, until: Instant?) {
            self.percent = percent
            self.amount = amount
            self.until = until
        }
    }

    /// Nothing where the host has steps of their own.
    public let policy: CancellationPolicy?
    /// The better one first, each until later than the one before; what no step covers is not refunded.
    public let steps: [Step]

    /// The contract's table, or the host's own steps in its place; and the host's grace after booking. Hours before count
    /// back from the check-in time on the first day; "days" are civil days at the property at the same clock time, "24" and
    /// "48 hours" and those of the grace are elapsed hours.
    public init(
        _ policy: CancellationPolicy, _ rules: CancellationRules = .none, bookedAt: Instant, checkIn: LocalDay,
        from time: TimeOfDay, in zone: Zone
    ) {
        let checkInAt = zone.instant(of: checkIn, at: time)
        func days(_ count: Int) -> Instant { zone.instant(of: checkIn.advanced(by: -count), at: time) }
        var steps: [Step] =
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
        if let own = rules.steps { steps = own.map { Step(percent: $0.percent, until: days($0.daysBefore)) } }
        if let hours = rules.graceHours {
            steps.append(Step(percent: 100, until: min(bookedAt + .hours(Double(hours)), checkInAt)))
        }
        self.policy = rules.steps == nil ? policy : nil
        self.steps = CancellationTerms.inOrder(steps, bookedAt: bookedAt)
    }

    /// A step that ended before the booking was made never stood, and one that a better one outlasts never counts.
    private static func inOrder(_ steps: [Step], bookedAt: Instant) -> [Step] {
        let sorted = steps.filter { $0.until >= bookedAt }.sorted {
            $0.percent == $1.percent ? $0.until > $1.until : $0.percent > $1.percent
        }
        return sorted.reduce(into: []) { kept, step in
            if kept.last.map({ step.until > $0.until }) ?? true { kept.append(step) }
        }
    }

    /// What a guest who cancels at `now` gets back, and until when that stands.
    public func rule(at now: Instant) -> (percent: Int, until: Instant?) {
        guard let step = steps.first(where: { now <= $0.until }) else { return (0, nil) }
        return (step.percent, step.until)
    }

    /// What comes back of `total` from a moment on, and until when: the last entry stands to the end.
    /// - Parameter moment: nothing: from the booking on.
    public func refunds(of total: Money, from moment: Instant? = nil) -> [Refund] {
        let ahead = steps.filter { step in moment.map { $0 <= step.until } ?? true }
        return ahead.map { Refund(percent: $0.percent, amount: total.percent($0.percent), until: $0.until) }
            + [Refund(percent: 0, amount: .zero(total.currency), until: nil)]
    }

    /// The contract's name, or `custom` for a host's own steps.
    public var name: String { policy?.rawValue ?? "custom" }
}

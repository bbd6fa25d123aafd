public import Core

/// The refund schedule of a booking as data, made when it was booked and kept with it.
public struct CancellationTerms: Sendable, Codable, Equatable {
    public struct Step: Sendable, Codable, Equatable {
        /// How much of what was paid comes back, 1 to 100.
        public let percent: Int
        /// The last moment at which it does.
        public let until: Instant
    }

    /// Everything comes back within so many hours of the confirmation.
    public struct Grace: Sendable, Codable, Equatable {
        /// Elapsed hours.
        public let hours: Int
        /// Check-in: it ends then at the latest.
        public let latest: Instant
        /// The confirmation; nothing while it is still to come.
        public let began: Instant?

        /// What it comes to where it begins at a moment; nothing where that is too late.
        func step(from moment: Instant) -> Step? {
            let end = min(moment + .hours(Double(hours)), latest)
            return end < moment ? nil : Step(percent: 100, until: end)
        }
    }

    /// What comes back of a sum until when.
    public struct Refund: Sendable, Codable, Equatable {
        public let percent: Int
        public let amount: Money
        /// Nothing where it gets no worse any more.
        public let until: Instant?
        /// Where it counts from the confirmation, which is still to come: for so many hours, up to `until` at the most.
        public let hoursAfterConfirmation: Int?

        public init(percent: Int, amount: Money, until: Instant?, hoursAfterConfirmation: Int? = nil) {
            self.percent = percent
            self.amount = amount
            self.until = until
            self.hoursAfterConfirmation = hoursAfterConfirmation
        }

        /// The same where no more than `left` can come back.
        public func atMost(_ left: Money) -> Refund {
            Refund(
                percent: percent, amount: amount.amount > left.amount ? left : amount, until: until,
                hoursAfterConfirmation: hoursAfterConfirmation)
        }
    }

    /// Nothing where the host has steps of their own.
    public let policy: CancellationPolicy?
    /// The better one first, each until later than the one before; what neither they nor the grace cover is not refunded.
    public let steps: [Step]
    /// Nothing where the host has set none, and in bookings of before it counted from the confirmation: there it is a step.
    public let grace: Grace?
    /// What ended before it never stood, and is not told; it is kept, since a change of dates may bring it back. Nothing in
    /// bookings of before it was kept: there it was left out.
    public let bookedAt: Instant?

    /// The contract's table, or the host's own steps in its place; and the host's grace after booking, which begins when the
    /// booking is confirmed: a guest who waited for the host or paid late has all of it. Hours before count back from the
    /// check-in time on the first day; "days" are civil days at the property at the same clock time, "24" and "48 hours" and
    /// those of the grace are elapsed hours.
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
        self.init(
            rules.steps == nil ? policy : nil, steps,
            grace: rules.graceHours.map { Grace(hours: $0, latest: checkInAt, began: nil) }, bookedAt: bookedAt)
    }

    init(_ policy: CancellationPolicy?, _ steps: [Step], grace: Grace?, bookedAt: Instant?) {
        self.policy = policy
        self.steps = CancellationTerms.inOrder(steps)
        self.grace = grace
        self.bookedAt = bookedAt
    }

    /// The same terms from the confirmation on, which is when a grace begins.
    public func confirmed(at moment: Instant) -> CancellationTerms {
        guard let grace, grace.began == nil else { return self }
        return CancellationTerms(
            policy, steps, grace: Grace(hours: grace.hours, latest: grace.latest, began: moment), bookedAt: bookedAt)
    }

    /// All that stands, where a grace that has not begun does so at a moment.
    private func standing(confirmedAt moment: Instant?) -> [Step] {
        guard let grace, let began = grace.began ?? moment, let step = grace.step(from: began) else { return steps }
        return CancellationTerms.inOrder(steps + [step])
    }

    /// One that a better one outlasts never counts.
    private static func inOrder(_ steps: [Step]) -> [Step] {
        let sorted = steps.sorted {
            $0.percent == $1.percent ? $0.until > $1.until : $0.percent > $1.percent
        }
        return sorted.reduce(into: []) { kept, step in
            if kept.last.map({ step.until > $0.until }) ?? true { kept.append(step) }
        }
    }

    /// What a guest who cancels at `now` gets back, and until when that stands.
    ///
    /// Before the confirmation it is as if it came now: later it can only be longer.
    public func rule(at now: Instant) -> (percent: Int, until: Instant?) {
        guard let step = standing(confirmedAt: now).first(where: { now <= $0.until }) else { return (0, nil) }
        return (step.percent, step.until)
    }

    /// What comes back of `total` from a moment on, and until when: the last entry stands to the end.
    /// - Parameter moment: nothing: from the booking on.
    public func refunds(of total: Money, from moment: Instant? = nil) -> [Refund] {
        func isAhead(_ until: Instant) -> Bool { (moment ?? bookedAt).map { $0 <= until } ?? true }
        var refunds: [Refund] = []
        if let grace, grace.began == nil, isAhead(grace.latest),
            !steps.contains(where: { $0.percent == 100 && $0.until >= grace.latest })
        {
            refunds.append(
                Refund(percent: 100, amount: total, until: grace.latest, hoursAfterConfirmation: grace.hours))
        }
        refunds += standing(confirmedAt: nil).filter { isAhead($0.until) }.map {
            Refund(percent: $0.percent, amount: total.percent($0.percent), until: $0.until)
        }
        return refunds + [Refund(percent: 0, amount: .zero(total.currency), until: nil)]
    }

    /// The contract's name, or `custom` for a host's own steps.
    public var name: String { policy?.rawValue ?? "custom" }
}

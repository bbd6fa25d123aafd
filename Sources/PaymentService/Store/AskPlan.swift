import Core
import Storage

/// When a provider is asked next.
struct AskPlan: Sendable {
    /// How often an open payment is asked about.
    let pollInterval: Duration
    let random: @Sendable (Int) -> [UInt8]

    /// How long whoever asks has for it before another node does.
    static let lease = Once.lease
    /// How long a payment without money is still asked about, more and more seldom, because a provider may tell us too
    /// late that the payer had won: as long as Stripe and PayPal repeat an unheard webhook.
    static let watch = Duration.hours(72)
    /// While it is watched the waiting time doubles at most so often: 30 seconds become 8.5 hours.
    static let mostDoublings = 10

    /// After an answer, or after none.
    /// - Parameters:
    ///   - tries: how often in a row asking brought nothing, this one counted.
    ///   - endedAt: when the payment ended without money.
    func next(
        for course: PaymentCourse, hasSession: Bool, answered: Bool, tries: Int, endedAt: Instant?, at now: Instant
    ) -> Instant? {
        switch course.state {
        case .captured:
            return nil
        case .failed, .cancelled:
            guard hasSession, let endedAt else { return nil }
            // Only an answer ends the watch: a question nobody answered has found nothing out. Never given up, because
            // the payer may have won meanwhile; while a provider is away this is one call in ten minutes at the most.
            guard answered else { return retry(tries: tries, at: now) }
            // The last time is at the end of the watch or later, never before: what came in until then is found, also
            // by a server that was away meanwhile.
            let end = endedAt + AskPlan.watch
            guard now < end else { return nil }
            return min(now + pollInterval * (1 << min(tries, AskPlan.mostDoublings)), end)
        case .open:
            return answered ? now + pollInterval : retry(tries: tries, at: now)
        case .opening, .leaving, .closing:
            // A fresh state is carried on by whoever brought it about; the poller leaves them a head start.
            return tries == 0 ? now + Outbox.head : retry(tries: tries, at: now)
        }
    }

    func retry(tries: Int, at now: Instant) -> Instant {
        now + Backoff.delay(afterTries: tries, random: random)
    }
}

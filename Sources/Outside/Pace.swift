import Core
import Synchronization

/// Keeps requests to a provider apart, so that much that is due at once stays within its rate limit: after an outage all
/// that waited would come in the same moment.
public final class Pace: Sendable {
    /// So much of a second's requests may come at once after a quiet time.
    private static let burstsPerSecond: Int64 = 4

    private let interval: Int64
    private let burst: Int64
    /// When the next request may leave, in milliseconds times `scale`. Guards itself; held to reserve one place.
    private let next = Mutex<Int64>(.min)
    /// Milliseconds are too coarse for more than a few hundred requests a second.
    private static let scale: Int64 = 1000

    /// - Parameter perSecond: requests of this node; more than zero.
    public init(perSecond: Int) {
        precondition(perSecond > 0)
        interval = 1000 * Pace.scale / Int64(perSecond)
        burst = 1000 * Pace.scale / Pace.burstsPerSecond
    }

    /// Nobody waits longer for a place: who comes when so many wait already is told so, and comes again. All that a node does
    /// side by side with one provider fits in.
    static let longestWait = Duration.seconds(5)

    /// Reserves the next place.
    /// - Returns: how long to wait for it; nothing where that would be longer than `longestWait`: then none is reserved.
    func reserve(at now: Instant) -> Duration? {
        next.withLock { next in
            let moment = now.milliseconds * Pace.scale
            let place = max(next, moment - burst)
            let wait = Duration.milliseconds((max(0, place - moment) + Pace.scale - 1) / Pace.scale)
            guard wait <= Pace.longestWait else { return nil }
            next = place + interval
            return wait
        }
    }
}

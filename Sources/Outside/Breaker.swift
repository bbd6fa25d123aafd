public import Core
import Synchronization

/// Leaves a provider alone that failed too often in a row, so that an outage costs the others nothing: after the rest
/// one request tries it, and its end decides.
public final class Breaker: Sendable {
    /// So many failures in a row.
    public static let mostFailures = 5
    /// The first rest; it doubles with each try that fails, up to the longest.
    public static let firstRest = Duration.seconds(5)
    public static let longestRest = Duration.seconds(60)
    /// The longest rest that a provider is granted which asks for one by itself (`Retry-After`).
    public static let longestWish = Duration.hours(1)

    private struct State {
        var failures = 0
        var rest = Breaker.firstRest
        var restsUntil: Instant?
        /// Until when the provider itself asked to be left alone.
        var wishedUntil: Instant?
        var isTrying = false
    }

    /// What this node saw of the provider; other nodes see for themselves.
    private let state = Mutex(State())

    public init() {}

    /// Until when the provider rests; nothing where it may be asked. After the rest one caller gets through.
    func admit(at now: Instant) -> Instant? {
        state.withLock { state in
            guard let until = state.restsUntil else { return nil }
            guard now >= until, !state.isTrying else { return max(until, now + .seconds(1)) }
            state.isTrying = true
            return nil
        }
    }

    /// Tells how asking ended.
    func record(isWell: Bool, at now: Instant) {
        state.withLock { state in
            guard !isWell else {
                // It was asked before it asked to be left alone: its wish still stands.
                let wish = state.wishedUntil.flatMap { $0 > now ? $0 : nil }
                state = State()
                (state.restsUntil, state.wishedUntil) = (wish, wish)
                return
            }
            state.failures += 1
            if state.isTrying {
                state.isTrying = false
                state.rest = min(state.rest * 2, Breaker.longestRest)
                state.restsUntil = now + state.rest
            } else if state.failures >= Breaker.mostFailures, state.restsUntil == nil {
                state.restsUntil = now + state.rest
            }
        }
    }

    /// The provider wants to be left alone: nobody asks it before that moment, then one tries.
    func rest(until moment: Instant, at now: Instant) {
        state.withLock { state in
            let wish = min(moment, now + Breaker.longestWish)
            state.wishedUntil = max(state.wishedUntil ?? wish, wish)
            state.restsUntil = max(state.restsUntil ?? now, wish)
            state.isTrying = false
        }
    }

    /// Until when the provider is left alone; nothing where it is believed to be well.
    public func restsUntil(at now: Instant) -> Instant? {
        state.withLock { state in state.restsUntil.map { max($0, now) } }
    }
}

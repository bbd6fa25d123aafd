import Core
import Dispatch
import Synchronization

/// Lets few hashes run at once and few wait, on threads that may be busy for long.
final class HashingGate: Sendable {
    private struct State {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
    }

    private enum Turn { case refused, waits, begins }

    private let queue = DispatchQueue(label: "roost.passwords", qos: .userInitiated, attributes: .concurrent)
    private let atOnce: Int
    private let mostWaiting: Int
    /// Guards how many run and who waits; held only to add or take.
    private let state = Mutex(State())

    /// When asking again may help: a full line is worked off in about that time.
    static let retryAfterSeconds = 5

    init(atOnce: Int, mostWaiting: Int) {
        self.atOnce = atOnce
        self.mostWaiting = mostWaiting
    }

    /// How many wait now.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// - Throws: `Problem` `unavailable` where too many wait; what `work` throws.
    func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let job: @Sendable () -> Void = { continuation.resume(with: Result { try work() }) }
            let turn = state.withLock { state -> Turn in
                if state.running < atOnce {
                    state.running += 1
                    return .begins
                }
                guard state.waiting.count < mostWaiting else { return .refused }
                state.waiting.append(job)
                return .waits
            }
            switch turn {
            case .begins: queue.async { self.work(job) }
            case .waits: break
            case .refused:
                continuation.resume(
                    throwing: Problem(
                        .unavailable, "Too many people are signing in at this moment. Try again in a few seconds.",
                        retryAfterSeconds: HashingGate.retryAfterSeconds))
            }
        }
    }

    private func work(_ first: @escaping @Sendable () -> Void) {
        var next: (@Sendable () -> Void)? = first
        while let job = next {
            job()
            next = state.withLock { state in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.running -= 1
                return nil
            }
        }
    }
}

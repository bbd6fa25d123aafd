import Synchronization

/// A bounded number of places, taken in the order of asking.
package final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Guards how many are free and who waits; held only to take or give back.
    private let state: Mutex<State>

    package init(_ count: Int) { state = Mutex(State(free: count)) }

    /// How many wait now.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Waits for a place. Whoever has one gives it back.
    package func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    package func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

import Core
import Synchronization

/// What providers must be asked because an event was heard. It is done at once by hands of its own, so that whoever
/// delivers the event waits a moment for it and no longer, however silent a provider is.
///
/// All of it is stored before it comes here: what is not done here is done by `work`.
final class Errands: Sendable {
    /// How long a delivery waits, so that answers show what became of the money where the provider is quick. With the beat
    /// of the background and one such wait for each provider it stays within the five seconds in which nights must be
    /// free after a hold's end.
    static let patience = Duration.seconds(1)
    /// How many are under way with one provider; more are left to `work`, which comes within seconds.
    static let most = 32

    struct Errand: Sendable {
        let number: Int
        let booking: BookingID
        /// Who must be asked.
        let providers: Set<String>
    }

    /// What became of what was handed over.
    enum Outcome: Sendable {
        /// There are no hands: whoever asks must do it.
        case yours
        /// Done, or under way, or left to `work`.
        case taken
    }

    private enum Hands {
        /// Tests, the simulation and commands do without.
        case none
        case at(AsyncStream<Errand>.Continuation)
        /// The process ends: what is stored waits for the next one, or for another node.
        case gone
    }

    private struct State {
        var hands = Hands.none
        var lastNumber = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var underWay: [String: Int] = [:]
        /// How many each provider has let wait for longer than `patience`: while it does nobody waits for it.
        var overdue: [String: Int] = [:]
    }

    /// Guards who waits for what; held only to come or go.
    private let state = Mutex(State())

    /// From now on what is handed over waits for `run`.
    func open() -> AsyncStream<Errand> {
        let (errands, door) = AsyncStream.makeStream(of: Errand.self)
        state.withLock { $0.hands = .at(door) }
        return errands
    }

    /// Does what comes, side by side, until the task is cancelled.
    /// - Parameters:
    ///   - carry: asks the providers.
    ///   - tell: called afterwards where nobody waited for it to the end.
    func run(
        _ errands: AsyncStream<Errand>, world: World, carry: @escaping @Sendable (BookingID) async -> Void,
        tell: @escaping @Sendable (BookingID) async -> Void
    ) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for await errand in errands {
                    group.addTask {
                        await self.run(errand, world: world, carry)
                        if !self.end(errand) { await tell(errand.booking) }
                    }
                }
            }
        } onCancel: {
            close()
        }
        close()
    }

    private func run(_ errand: Errand, world: World, _ carry: @escaping @Sendable (BookingID) async -> Void) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await carry(errand.booking)
                return true
            }
            group.addTask {
                // Ended early where nobody needs it any more, or the server ends: then nobody waits on.
                try? await world.sleep(Errands.patience)
                return false
            }
            let isInTime = await group.next() ?? true
            if isInTime { return group.cancelAll() }
            state.withLock { $0.overdue.count(errand.providers, 1) }
            release(errand)
            await group.waitForAll()
            state.withLock { $0.overdue.count(errand.providers, -1) }
        }
    }

    /// Hands a booking over, and waits until it has been carried on, but not for long.
    func hand(over booking: BookingID, to providers: Set<String>) async -> Outcome {
        var outcome = Outcome.taken
        await withCheckedContinuation { waiter in
            let isWaiting = state.withLock { state in
                guard case .at(let door) = state.hands else {
                    if case .none = state.hands { outcome = .yours }
                    return false
                }
                guard providers.allSatisfy({ state.underWay[$0, default: 0] < Errands.most }) else { return false }
                state.lastNumber += 1
                state.underWay.count(providers, 1)
                let waits = providers.isDisjoint(with: state.overdue.keys)
                if waits { state.waiting[state.lastNumber] = waiter }
                door.yield(Errand(number: state.lastNumber, booking: booking, providers: providers))
                return waits
            }
            if !isWaiting { waiter.resume() }
        }
        return outcome
    }

    /// - Returns: whether somebody waited until now.
    private func end(_ errand: Errand) -> Bool {
        state.withLock { $0.underWay.count(errand.providers, -1) }
        return release(errand)
    }

    @discardableResult
    private func release(_ errand: Errand) -> Bool {
        let waiter = state.withLock { $0.waiting.removeValue(forKey: errand.number) }
        waiter?.resume()
        return waiter != nil
    }

    private func close() {
        let waiting = state.withLock { state in
            if case .at(let door) = state.hands { door.finish() }
            state.hands = .gone
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.resume() }
    }
}

extension [String: Int] {
    /// Counts up or down; what is at zero is left out.
    fileprivate mutating func count(_ names: Set<String>, _ change: Int) {
        for name in names {
            let count = self[name, default: 0] + change
            self[name] = count == 0 ? nil : count
        }
    }
}

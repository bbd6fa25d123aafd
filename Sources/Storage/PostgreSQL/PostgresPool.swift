import Core
import Dispatch
import Synchronization

/// A bounded number of connections to one database, and a bounded line of those who wait for one, each for a limited time.
final class PostgresPool: Sendable {
    private struct Waiter {
        let deadline: DispatchTime
        let continuation: CheckedContinuation<PostgresConnection, any Error>
    }

    private struct State {
        /// The one used last is used next: its statements are prepared and its server process is warm.
        var idle: [PostgresConnection] = []
        var count = 0
        var waiting: [Waiter] = []
        var isSweeping = false
        /// The server had no room for another session: nobody opens one before.
        var opensAfter = DispatchTime(uptimeNanoseconds: 0)
        var isLettingIn = false
        var isClosed = false
    }

    /// Guards who has which connection; held only to hand over.
    private let state = Mutex(State())
    private let address: PostgresAddress
    private let reconnect = Reconnect()
    let roundTrips = RoundTrips()
    private let size: Int
    private let patience: DispatchTimeInterval
    private let answerWithin: Int
    private let clock = DispatchQueue(label: "roost.postgresql.pool")

    /// How many may wait: more than can be served within the time they would wait.
    static let mostWaiting = 1024

    /// How long nobody knocks at a server that is full; whoever waits gets a connection of the pool that comes free first.
    static let fullPause = DispatchTimeInterval.milliseconds(200)

    init(_ address: PostgresAddress, size: Int, patience: Duration, answerWithin: Duration) {
        self.address = address
        self.size = size
        self.patience = .milliseconds(Int(patience.wholeMilliseconds))
        self.answerWithin = max(1, Int(answerWithin.wholeMilliseconds / 1000))
    }

    /// - Throws: `StorageError.overloaded` where none came free in time, `StorageError.unavailable` where the server had no
    ///   room for one all that time.
    func with<T: Sendable>(_ work: (PostgresConnection) async throws -> T) async throws -> T {
        let deadline = DispatchTime.now() + patience
        while true {
            let connection = try await acquire(until: deadline)
            do {
                let value = try await work(connection)
                release(connection)
                return value
            } catch let full as ServerIsFull {
                giveUp()
                guard .now() < deadline else { throw StorageError.unavailable(full.why) }
            } catch {
                release(connection)
                throw error
            }
        }
    }

    /// Lets go of the connections at rest; each that is in use goes when its work is done.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            state.idle.removeAll()
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for waiter in waiting { waiter.continuation.resume(throwing: StorageError.unavailable("it was closed")) }
    }

    private func acquire(until deadline: DispatchTime) async throws -> PostgresConnection {
        if let connection = try state.withLock({ try take(&$0) }) { return connection }
        return try await withCheckedThrowingContinuation { continuation in
            enum Turn { case has(PostgresConnection), waits, mustSweep, refused(any Error) }
            let turn = state.withLock { state -> Turn in
                do {
                    if let connection = try take(&state) { return .has(connection) }
                } catch {
                    return .refused(error)
                }
                guard state.waiting.count < PostgresPool.mostWaiting else { return .refused(StorageError.overloaded) }
                // Whoever comes back from a server that was full was there first.
                let place = state.waiting.lastIndex { $0.deadline <= deadline }.map { $0 + 1 } ?? 0
                state.waiting.insert(Waiter(deadline: deadline, continuation: continuation), at: place)
                letIn(&state)
                defer { state.isSweeping = true }
                return state.isSweeping ? .waits : .mustSweep
            }
            switch turn {
            case .has(let connection): continuation.resume(returning: connection)
            case .refused(let error): continuation.resume(throwing: error)
            case .waits: break
            case .mustSweep: clock.asyncAfter(deadline: deadline) { self.sweep() }
            }
        }
    }

    private func take(_ state: inout State) throws -> PostgresConnection? {
        guard !state.isClosed else { throw StorageError.unavailable("it was closed") }
        if let connection = state.idle.popLast() { return connection }
        guard state.count < size, .now() >= state.opensAfter else { return nil }
        state.count += 1
        return PostgresConnection(address, reconnect, roundTrips, patience: answerWithin)
    }

    /// A place that the server has no room for.
    private func giveUp() {
        state.withLock { state in
            state.count -= 1
            state.opensAfter = .now() + PostgresPool.fullPause
            letIn(&state)
        }
    }

    /// As long as somebody waits though the pool is not complete, has the first of them try to open a connection whenever
    /// that may be tried again.
    private func letIn(_ state: inout State) {
        guard !state.waiting.isEmpty, state.count < size, !state.isLettingIn else { return }
        state.isLettingIn = true
        clock.asyncAfter(deadline: state.opensAfter) { [self] in
            let next = self.state.withLock { state -> (waiter: Waiter, connection: PostgresConnection)? in
                state.isLettingIn = false
                defer { letIn(&state) }
                guard !state.waiting.isEmpty, let connection = try? take(&state) else { return nil }
                return (state.waiting.removeFirst(), connection)
            }
            if let next { next.waiter.continuation.resume(returning: next.connection) }
        }
    }

    private func release(_ connection: PostgresConnection) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.isClosed else { return nil }
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(connection)
            return nil
        }
        waiter?.continuation.resume(returning: connection)
    }

    /// Tells those whose time is up; the line is in the order of their deadlines.
    private func sweep() {
        let now = DispatchTime.now()
        let (late, next) = state.withLock { state in
            let late = state.waiting.prefix { $0.deadline <= now }
            state.waiting.removeFirst(late.count)
            state.isSweeping = !state.waiting.isEmpty
            return (Array(late), state.waiting.first?.deadline)
        }
        for waiter in late { waiter.continuation.resume(throwing: StorageError.overloaded) }
        if let next { clock.asyncAfter(deadline: next) { self.sweep() } }
    }
}

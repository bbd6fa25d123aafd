import Core
import Synchronization

/// Runs all tasks of a simulation on one thread, one job at a time, in an order drawn from the seed; its clock stands
/// still while there is something to do.
///
/// A task that asks for its turn, or sleeps, stands still until it is drawn, or its moment has come. Where its life
/// ends meanwhile it never goes on.
final class Scheduler: TaskExecutor {
    private struct Waiting: Sendable {
        let life: Life
        /// Resumed with whether it may go on.
        let continuation: UnsafeContinuation<Bool, Never>
    }

    private struct Sleeper: Sendable {
        let until: Instant
        let waiting: Waiting
    }

    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var waiting: [Waiting] = []
        /// In the order of their moments; of equal ones whoever lay down first comes first.
        var sleepers: [Sleeper] = []
        var abandoned: [Waiting] = []
        var now: Instant
        var order: Dice
        var chance: Dice
        var trace = Trace()
    }

    /// Everything runs on one thread; the lock is for the compiler, and for a fault that lets something escape.
    private let state: Mutex<State>

    init(start: Instant, dice: inout Dice) {
        state = Mutex(State(now: start, order: dice.child(), chance: dice.child()))
    }

    // MARK: Tasks

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Lets others go first, or not: a point at which nodes meet, and at which they crash.
    /// - Throws: `LifeIsOver`, when the run is over.
    func turn(of life: Life) async throws {
        try await stand(life) { $0.waiting.append($1) }
    }

    /// Stands still for so long in simulated time.
    /// - Throws: `LifeIsOver`, when the run is over.
    func sleep(_ duration: Duration, of life: Life) async throws {
        try await stand(life) { state, waiting in
            let sleeper = Sleeper(until: state.now + max(duration, .zero), waiting: waiting)
            let place = state.sleepers.firstIndex { $0.until > sleeper.until } ?? state.sleepers.endIndex
            state.sleepers.insert(sleeper, at: place)
        }
    }

    private func stand(_ life: Life, _ place: (inout State, Waiting) -> Void) async throws {
        let goesOn = await withUnsafeContinuation { continuation in
            state.withLock { state in
                let waiting = Waiting(life: life, continuation: continuation)
                if life.isOver { state.abandoned.append(waiting) } else { place(&state, waiting) }
            }
        }
        guard goesOn else { throw LifeIsOver() }
        guard life.isOver else { return }
        // It ended after this task was drawn and before it ran.
        _ = await withUnsafeContinuation { continuation in
            state.withLock { $0.abandoned.append(Waiting(life: life, continuation: continuation)) }
        }
        throw LifeIsOver()
    }

    // MARK: Time and chance

    var now: Instant { state.withLock { $0.now } }

    func world(of life: Life) -> World {
        World(
            now: { self.now },
            random: { self.random($0) },
            sleep: { try await self.sleep($0, of: life) })
    }

    private func random(_ count: Int) -> [UInt8] {
        state.withLock { state in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(count)
            while bytes.count < count {
                var word = state.chance.next()
                for _ in 0..<min(8, count - bytes.count) {
                    bytes.append(UInt8(truncatingIfNeeded: word))
                    word >>= 8
                }
            }
            return bytes
        }
    }

    // MARK: The run, from its own thread

    private enum Next { case nothing, job(UnownedJob), waiting(Waiting) }

    /// Runs one job, drawn from all that could go on now.
    /// - Returns: false where there is none.
    func step() -> Bool {
        let next = state.withLock { state -> Next in
            let jobs = state.jobs.count
            let count = jobs + state.waiting.count
            guard count > 0 else { return .nothing }
            let place = count == 1 ? 0 : state.order.below(count)
            state.trace.add(Int64(place << 16 | count))
            if place < jobs { return .job(state.jobs.remove(at: place)) }
            return .waiting(state.waiting.remove(at: place - jobs))
        }
        switch next {
        case .nothing: return false
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .waiting(let waiting): resume(waiting, goesOn: true)
        }
        return true
    }

    /// When the next sleeper wakes.
    var nextMoment: Instant? { state.withLock { $0.sleepers.first?.until } }

    /// Moves the clock on, never back, and wakes whoever's moment has come.
    func move(to moment: Instant) {
        let woken = state.withLock { state in
            state.now = max(state.now, moment)
            state.trace.add(state.now.milliseconds)
            let woken = state.sleepers.prefix { $0.until <= state.now }.map(\.waiting)
            state.sleepers.removeFirst(woken.count)
            return woken
        }
        for waiting in woken { resume(waiting, goesOn: true) }
    }

    /// Ends a life: its tasks stand still where they are and never go on.
    func end(_ life: Life) {
        life.end()
        state.withLock { state in
            state.abandoned += state.waiting.filter(\.life.isOver)
            state.abandoned += state.sleepers.map(\.waiting).filter(\.life.isOver)
            state.waiting.removeAll(where: \.life.isOver)
            state.sleepers.removeAll(where: \.waiting.life.isOver)
        }
    }

    /// After the run: lets every task that stands still come to its end, with an error, so that its memory comes back.
    /// Every life must be over, so that none can do anything any more.
    func unwind() {
        while true {
            let left = state.withLock { state in
                let left = state.abandoned + state.waiting + state.sleepers.map(\.waiting)
                state.abandoned = []
                state.waiting = []
                state.sleepers = []
                return left
            }
            for waiting in left { resume(waiting, goesOn: false) }
            var hasRun = false
            while step() { hasRun = true }
            guard hasRun || !left.isEmpty else { return }
        }
    }

    /// Makes the task a job again, by the way of `enqueue`.
    private func resume(_ waiting: Waiting, goesOn: Bool) {
        waiting.continuation.resume(returning: goesOn && !waiting.life.isOver)
    }

    // MARK: The trace

    func note(_ text: String) { state.withLock { $0.trace.add(text) } }
    func note(_ number: Int64) { state.withLock { $0.trace.add(number) } }
    var trace: UInt64 { state.withLock { $0.trace.hash } }
}

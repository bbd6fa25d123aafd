import Assembly
import Core
import Storage
import Synchronization

/// The program on one machine: a whole house over the four databases, until it crashes.
final class Node: Sendable {
    let name: String
    let house: House
    let life: Life
    /// Guards the calls that somebody waits for, and whether a background round is under way.
    private let state = Mutex(State())

    private struct State: Sendable {
        var calls: [any Losable] = []
        var isWorking = false
    }

    init(name: String, house: House, life: Life) {
        self.name = name
        self.house = house
        self.life = life
    }

    /// Lets the node do something for someone, who hears how it went, or that the node is gone.
    func ask<Value: Sendable>(
        on scheduler: Scheduler, _ work: @escaping @Sendable (House) async throws -> Value
    ) async -> Reply<Value> {
        await withUnsafeContinuation { continuation in
            let call = Call(continuation)
            state.withLock { state in
                state.calls.removeAll(where: \.isAnswered)
                state.calls.append(call)
            }
            _ = Task(executorPreference: scheduler) { [house, life] in
                let reply: Reply<Value>
                do {
                    reply = .done(try await work(house))
                } catch let problem as Problem {
                    reply = .refused(problem)
                } catch {
                    reply = .failed(error)
                }
                call.answer(life.isOver ? .lost : reply)
            }
        }
    }

    /// Begins a background round, unless one is under way.
    func beginRound() -> Bool {
        state.withLock { state in
            guard !state.isWorking else { return false }
            state.isWorking = true
            return true
        }
    }

    var isWorking: Bool { state.withLock { $0.isWorking } }

    func endRound() { state.withLock { $0.isWorking = false } }

    /// Nobody hears from it any more.
    func crash(on scheduler: Scheduler) {
        scheduler.end(life)
        let calls = state.withLock { state in
            defer { state.calls = [] }
            return state.calls
        }
        for call in calls { call.lose() }
    }
}

/// What someone hears who asked a node.
enum Reply<Value: Sendable>: Sendable {
    case done(Value)
    case refused(Problem)
    /// Trouble: it may have happened or not.
    case failed(any Error)
    /// The node is gone: it may have happened or not.
    case lost

    var value: Value? { if case .done(let value) = self { value } else { nil } }

    /// Whether it is unknown what happened, so that asking again makes sense.
    var isUnknown: Bool {
        switch self {
        case .done, .refused: false
        case .failed, .lost: true
        }
    }

    /// One word for the trace.
    var word: String {
        switch self {
        case .done: "done"
        case .refused(let problem): problem.code.rawValue
        case .failed: "failed"
        case .lost: "lost"
        }
    }

    /// Trouble that is not of the simulation's making: a fault of ours.
    var fault: String? {
        switch self {
        case .done, .lost: return nil
        case .refused(let problem): return problem.code == .internal ? "an internal problem: \(problem.detail)" : nil
        case .failed(let error):
            switch error {
            case StorageError.unavailable(Simulated.why), StorageError.unknownOutcome: return nil
            default: return "\(error)"
            }
        }
    }
}

/// Someone who may be left without an answer.
private protocol Losable: Sendable {
    var isAnswered: Bool { get }
    func lose()
}

/// Someone who waits for one answer.
private final class Call<Value: Sendable>: Losable {
    private let continuation: Mutex<UnsafeContinuation<Reply<Value>, Never>?>

    init(_ continuation: UnsafeContinuation<Reply<Value>, Never>) { self.continuation = Mutex(continuation) }

    var isAnswered: Bool { continuation.withLock { $0 == nil } }

    func answer(_ reply: Reply<Value>) {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(returning: reply)
    }

    func lose() { answer(.lost) }
}

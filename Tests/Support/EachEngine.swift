import Storage
import Synchronization
public import Testing

/// Runs each test of a suite once on every engine that is there; what fails is told with the engine's name.
public struct EachEngine: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    /// How many tests are on PostgreSQL at once. All tests of a process begin together, and each has databases with
    /// connections of its own: unbounded they would wait longer for the two cores than a pool has patience.
    private static let places = Places(4)

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        for engine in Engine.available {
            let naming = IssueHandlingTrait.compactMapIssues { issue in
                var issue = issue
                issue.comments.append("This was on \(engine.testDescription).")
                return issue
            }
            try await naming.provideScope(for: test, testCase: testCase) {
                if engine == .postgresql { await EachEngine.places.take() }
                defer { if engine == .postgresql { EachEngine.places.giveBack() } }
                let databases = TestDatabases()
                try await Engine.$current.withValue(engine) {
                    try await TestDatabases.$current.withValue(databases) { try await function() }
                }
                try databases.close()
            }
        }
    }
}

extension Trait where Self == EachEngine {
    /// Each test once on SQLite and once on PostgreSQL.
    public static var onEachEngine: EachEngine { EachEngine() }
}

/// The databases that a test has made: their connections end with it.
final class TestDatabases: Sendable {
    @TaskLocal static var current: TestDatabases?

    private let made = Mutex<[any Database]>([])

    func add(_ database: any Database) { made.withLock { $0.append(database) } }

    func close() throws {
        let all = made.withLock { made in
            defer { made.removeAll() }
            return made
        }
        for database in all { try database.close() }
    }
}

/// A bounded number of places, taken in the order of asking.
private final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async {
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

    func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

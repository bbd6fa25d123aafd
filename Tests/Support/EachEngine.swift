import Core
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

import Dispatch
import Synchronization

/// Drains waiting writes into one commit: many guests share one fsync, and nobody is answered before it.
///
/// Each body runs in a savepoint of its own, so that one that fails takes nothing of the others with it. Where an error
/// ended the whole transaction (a full disk does, released savepoints included) or COMMIT fails, nobody is told
/// success: all run again one by one, and the culprit gets its error.
final class GroupCommit: Sendable {
    private struct Job: Sendable {
        /// Runs the body and keeps its value.
        let run: @Sendable (SQLiteConnection) throws -> Void
        /// Answers whoever waits.
        let finish: @Sendable ((any Error)?) -> Void
    }

    private struct Waiting {
        var jobs: [Job] = []
        var isDraining = false
    }

    /// How many bodies share a commit at most, so that the first does not wait long for the last.
    static let mostTogether = 64
    /// How many may wait: at ten thousand writes a second this is a fifth of a second's work.
    static let mostWaiting = 2048

    private let writer: SQLiteSession
    /// A thread that may block: the cooperative pool must not wait for an fsync.
    private let queue: DispatchQueue
    /// Guards who waits; held only to add or take.
    private let waiting = Mutex(Waiting())

    init(writer: SQLiteSession, label: String) {
        self.writer = writer
        queue = DispatchQueue(label: label)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        let slot = Slot<T>()
        return try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { connection in
                    let value = try body(Transaction(connection))
                    slot.value.withLock { $0 = value }
                },
                finish: { error in
                    if let error {
                        continuation.resume(throwing: error)
                    } else if let value = slot.value.withLock({ $0 }) {
                        continuation.resume(returning: value)
                    } else {
                        continuation.resume(throwing: StorageError.fault("a body was committed without a value"))
                    }
                })
            add(job)
        }
    }

    /// Waits until nothing is under way.
    func drain() {
        queue.sync {}
    }

    private func add(_ job: Job) {
        enum Turn { case refused, waits, begins }
        let turn = waiting.withLock { waiting -> Turn in
            guard waiting.jobs.count < GroupCommit.mostWaiting else { return .refused }
            waiting.jobs.append(job)
            guard !waiting.isDraining else { return .waits }
            waiting.isDraining = true
            return .begins
        }
        switch turn {
        case .refused: job.finish(StorageError.overloaded)
        case .waits: break
        case .begins: queue.async { self.work() }
        }
    }

    private func work() {
        while true {
            let jobs = waiting.withLock { waiting -> [Job] in
                let jobs = Array(waiting.jobs.prefix(GroupCommit.mostTogether))
                waiting.jobs.removeFirst(jobs.count)
                if jobs.isEmpty { waiting.isDraining = false }
                return jobs
            }
            if jobs.isEmpty { return }
            let outcomes = commit(jobs)
            for (job, error) in zip(jobs, outcomes) { job.finish(error) }
        }
    }

    /// - Returns: for each job its error, or nothing where it is durable.
    private func commit(_ jobs: [Job]) -> [(any Error)?] {
        do {
            return try writer.run { connection in
                if jobs.count > 1, let outcomes = GroupCommit.together(jobs, connection) { return outcomes }
                return jobs.map { GroupCommit.alone($0, connection) }
            }
        } catch {
            return jobs.map { _ in error }
        }
    }

    /// - Returns: nothing where the whole transaction was lost, and all must run again alone.
    private static func together(_ jobs: [Job], _ connection: SQLiteConnection) -> [(any Error)?]? {
        try? connection.transaction("BEGIN IMMEDIATE") {
            var outcomes: [(any Error)?] = []
            for job in jobs {
                _ = try connection.execute("SAVEPOINT job")
                var failure: (any Error)?
                do {
                    try StorageError.translating { try job.run(connection) }
                } catch {
                    failure = error
                }
                guard connection.isInsideTransaction else {
                    throw StorageError.unavailable("the transaction was rolled back by the database")
                }
                if failure != nil { _ = try connection.execute("ROLLBACK TO job") }
                _ = try connection.execute("RELEASE job")
                outcomes.append(failure)
            }
            return outcomes
        }
    }

    private static func alone(_ job: Job, _ connection: SQLiteConnection) -> (any Error)? {
        do {
            try StorageError.translating {
                try connection.transaction("BEGIN IMMEDIATE") { try job.run(connection) }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Where a body leaves its value for the answer after the commit.
    private final class Slot<T: Sendable>: Sendable {
        let value = Mutex<T?>(nil)
    }
}

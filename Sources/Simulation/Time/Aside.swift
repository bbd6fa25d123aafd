import Synchronization

/// Runs async work to its end at once, beside a simulation whose clock and tasks stand still meanwhile.
final class Aside: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// - Throws: what the work throws; `WaitsForSomeone` where it can't come to its end by itself.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let slot = Slot<Value>()
        _ = Task(executorPreference: self) {
            do {
                let value = try await work()
                slot.result.withLock { $0 = .success(value) }
            } catch {
                slot.result.withLock { $0 = .failure(error) }
            }
        }
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        guard let result = slot.result.withLock({ $0 }) else { throw WaitsForSomeone() }
        return try result.get()
    }

    /// The work waits for something outside.
    struct WaitsForSomeone: Error {}

    private final class Slot<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }
}

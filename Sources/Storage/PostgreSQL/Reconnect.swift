import Dispatch
import Synchronization

/// Lets a server that is away rest: after a failure nobody knocks for a while, which doubles up to two seconds, and who
/// asks meanwhile is told at once what was wrong.
final class Reconnect: Sendable {
    private struct Memory {
        var failures = 0
        var notBefore = DispatchTime(uptimeNanoseconds: 0)
        var why = StorageError.overloaded
    }

    /// Guards what the last attempt came to.
    private let memory = Mutex(Memory())

    static let longestPause = 2_000

    func trying<T>(_ connect: () throws -> T) throws -> T {
        try memory.withLock { memory in
            if DispatchTime.now() < memory.notBefore { throw memory.why }
        }
        do {
            let connected = try connect()
            memory.withLock { $0 = Memory() }
            return connected
        } catch let error as StorageError {
            memory.withLock { memory in
                memory.failures += 1
                let pause = min(Reconnect.longestPause, 50 << min(memory.failures, 6))
                memory.notBefore = .now() + .milliseconds(pause)
                memory.why = error
            }
            throw error
        }
    }
}

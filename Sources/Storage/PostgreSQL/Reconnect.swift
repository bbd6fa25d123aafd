import Dispatch
import Synchronization

/// Lets a server that is away rest: after a failure nobody knocks for a while, which doubles up to two seconds, and who
/// asks meanwhile is told at once what was wrong. Where one connection was lost, those at rest are opened anew too.
final class Reconnect: Sendable {
    private struct Memory {
        var failures = 0
        var notBefore = DispatchTime(uptimeNanoseconds: 0)
        var why = StorageError.overloaded
        var losses = 0
        var timeline: UInt32 = 0
    }

    /// Guards what the last attempt came to.
    private let memory = Mutex(Memory())

    static let longestPause = 2_000

    /// How often a connection was lost. One opened before the last loss may lead to a server that was replaced meanwhile: a
    /// primary that was frozen believes for a moment after it wakes that it still is one, and answers from the past.
    var losses: Int { memory.withLock { $0.losses } }

    func lost() { memory.withLock { $0.losses += 1 } }

    /// Remembers the newest history that was seen.
    /// - Throws: `StorageError.unavailable` for a server that writes an older one: another was promoted in its place, and it
    ///   does not know yet.
    func follow(_ timeline: UInt32?) throws {
        guard let timeline else { return }
        let isOlder = memory.withLock { memory in
            guard timeline >= memory.timeline else { return true }
            memory.timeline = timeline
            return false
        }
        if isOlder {
            throw StorageError.unavailable(
                "another server was promoted in the place of this one; if it was put back on purpose, restart roost")
        }
    }

    func trying<T>(_ connect: () throws -> T) throws -> T {
        try memory.withLock { memory in
            if DispatchTime.now() < memory.notBefore { throw memory.why }
        }
        do {
            let connected = try connect()
            memory.withLock { memory in
                memory.failures = 0
                memory.notBefore = DispatchTime(uptimeNanoseconds: 0)
            }
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

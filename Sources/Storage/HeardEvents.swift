import Synchronization

/// Takes out of an outbox what was heard: whoever is done while another removes waits, and the next transaction is for all
/// who wait. One transaction less for each booking where many come at once; who is alone waits for nobody.
final class HeardEvents: Sendable {
    struct Key: Sendable {
        let receiver: String
        let subject: String
        let version: Int64
    }

    private enum Turn {
        /// Remove your own, and those of all who wait.
        case begin
        /// Another did it for you.
        case ended((any Error)?)
    }

    private struct Waiter {
        let events: [Key]
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct Line {
        var isBusy = false
        var waiting: [Waiter] = []
    }

    private let database: any Database
    /// Guards who waits; held only to join or leave.
    private let line = Mutex(Line())

    init(database: any Database) { self.database = database }

    /// - Throws: what the database throws; then the events are still there, and are heard once more.
    func remove(_ events: [Key]) async throws {
        switch await turn(events) {
        case .ended(let error):
            if let error { throw error }
        case .begin:
            let others = line.withLock { line in
                defer { line.waiting = [] }
                return line.waiting
            }
            let all = events + others.flatMap(\.events)
            var failure: (any Error)?
            do { try await delete(all) } catch { failure = error }
            handOver()
            for other in others { other.continuation.resume(returning: .ended(failure)) }
            if let failure { throw failure }
        }
    }

    private func turn(_ events: [Key]) async -> Turn {
        await withCheckedContinuation { continuation in
            let isFree = line.withLock { line in
                guard line.isBusy else {
                    line.isBusy = true
                    return true
                }
                line.waiting.append(Waiter(events: events, continuation: continuation))
                return false
            }
            if isFree { continuation.resume(returning: .begin) }
        }
    }

    /// The first who came meanwhile is next.
    private func handOver() {
        let next = line.withLock { line -> Waiter? in
            guard !line.waiting.isEmpty else {
                line.isBusy = false
                return nil
            }
            return line.waiting.removeFirst()
        }
        next?.continuation.resume(returning: .begin)
    }

    private func delete(_ events: [Key]) async throws {
        try await database.write { tx in
            for event in events {
                try tx.later(
                    """
                    DELETE FROM outbox
                    WHERE receiver = \(event.receiver) AND subject = \(event.subject) AND version = \(event.version)
                    """)
            }
        }
    }
}

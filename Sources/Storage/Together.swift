import Core
import Synchronization

/// Does in one go what several ask for at the same moment: whoever comes while it is being done for others waits, and the
/// next go is for all who wait. Where many come at once each pays for a part of a transaction; who is alone waits for nobody.
package final class Together<Ask: Sendable, Answer: Sendable>: Sendable {
    /// How many one go is for, so that the first does not wait long for the last.
    static var most: Int { 64 }

    private enum Turn {
        /// Do it for yourself and for all who wait.
        case begin
        /// Another did it for you.
        case ended(Result<Answer, any Error>)
    }

    private struct Waiter {
        let ask: Ask
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct Line {
        var isBusy = false
        var waiting: [Waiter] = []
    }

    /// Guards who waits; held only to join or leave.
    private let line = Mutex(Line())
    private let work: @Sendable ([Ask]) async throws -> [Answer]

    /// - Parameter work: answers each, in their order. Where it throws for several at once by the fault of one, it is asked
    ///   again for each alone: it has changed nothing then. Trouble of the database is everybody's.
    package init(_ work: @escaping @Sendable ([Ask]) async throws -> [Answer]) { self.work = work }

    /// - Throws: what the work throws.
    package func callAsFunction(_ ask: Ask) async throws -> Answer {
        switch await turn(ask) {
        case .ended(let answer): return try answer.get()
        case .begin:
            let others = line.withLock { line in
                let others = Array(line.waiting.prefix(Together.most - 1))
                line.waiting.removeFirst(others.count)
                return others
            }
            let answers = await answers([ask] + others.map(\.ask))
            handOver()
            for (other, answer) in zip(others, answers.dropFirst()) {
                other.continuation.resume(returning: .ended(answer))
            }
            return try answers[0].get()
        }
    }

    private func answers(_ asks: [Ask]) async -> [Result<Answer, any Error>] {
        do {
            return try await work(asks).map { .success($0) }
        } catch {
            guard asks.count > 1, !error.mayPass else { return asks.map { _ in .failure(error) } }
            var answers: [Result<Answer, any Error>] = []
            for ask in asks { answers += await self.answers([ask]) }
            return answers
        }
    }

    private func turn(_ ask: Ask) async -> Turn {
        await withCheckedContinuation { continuation in
            let isFree = line.withLock { line in
                guard line.isBusy else {
                    line.isBusy = true
                    return true
                }
                line.waiting.append(Waiter(ask: ask, continuation: continuation))
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
}

extension Error {
    /// Whether it says nothing about what was asked: a database that is away or crowded, or this process about to end.
    var mayPass: Bool { self is CancellationError || (self as? any Trouble)?.retryAfterSeconds != nil }
}

import Synchronization

/// What became of things since the start of this process, by provider, for `/metrics`.
final class MailTally: Sendable {
    struct Key: Hashable, Comparable {
        let provider: String
        let outcome: String
        static func < (one: Key, other: Key) -> Bool {
            (one.provider, one.outcome) < (other.provider, other.outcome)
        }
    }

    /// Guards the counts; providers and outcomes are few and ours.
    private let counts = Mutex<[Key: Int]>([:])

    func count(_ provider: String, _ outcome: String) {
        counts.withLock { $0[Key(provider: provider, outcome: outcome), default: 0] += 1 }
    }

    var all: [(key: Key, count: Int)] {
        counts.withLock { counts in counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}

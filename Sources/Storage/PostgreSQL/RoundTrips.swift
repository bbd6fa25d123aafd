import Synchronization

/// How often the sessions of one database have waited for the server: what a use case costs where the server is far away.
final class RoundTrips: Sendable {
    private let number = Atomic(0)

    var all: Int { number.load(ordering: .relaxed) }

    func count() { number.add(1, ordering: .relaxed) }
}

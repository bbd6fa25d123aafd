import Synchronization

/// How long someone acts: a node until it crashes, people until the last day is over.
final class Life: Sendable {
    private let ended = Atomic<Bool>(false)

    var isOver: Bool { ended.load(ordering: .relaxed) }

    func end() { ended.store(true, ordering: .relaxed) }
}

/// Whose life is over does nothing more. In a run nobody sees it: what stands still then stays so, until the run is
/// over and the memory is given back.
struct LifeIsOver: Error {}

public import Core
import Synchronization

/// A world whose clock only a test moves and whose chance comes from a seed.
public final class TestWorld: Sendable {
    private struct State {
        var now: Instant
        var chance: SeededGenerator
    }

    private let state: Mutex<State>

    /// - Parameter now: defaults to noon UTC on 1 July 2027, a Thursday.
    public init(now: Instant = TestWorld.noon(LocalDay(year: 2027, month: 7, day: 1)!), seed: UInt64 = 1) {
        state = Mutex(State(now: now, chance: SeededGenerator(seed: seed)))
    }

    public static func noon(_ day: LocalDay) -> Instant {
        Instant(milliseconds: Int64(day.number) * 86_400_000 + 43_200_000)
    }

    public var now: Instant { state.withLock { $0.now } }

    public func advance(_ duration: Duration) { state.withLock { $0.now = $0.now + duration } }
    public func move(to instant: Instant) { state.withLock { $0.now = instant } }

    public var world: World {
        World(
            now: { self.now },
            random: { count in
                self.state.withLock { state in
                    (0..<count).map { _ in UInt8(truncatingIfNeeded: state.chance.next()) }
                }
            },
            sleep: { duration in
                self.advance(duration)
                await Task.yield()
            })
    }
}

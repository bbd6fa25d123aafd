import Core

/// What is left to chance in a simulation.
struct Dice: RandomNumberGenerator, Sendable {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    /// A whole number from 0 up to, not including, `count`.
    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// Whether something happens that happens so often of a hundred times.
    mutating func happens(percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    mutating func seconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(within(range) * 1000 + below(1000)) }

    mutating func minutes(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(within(range) * 60_000 + below(60_000))
    }

    mutating func hours(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(within(range) * 3_600_000 + below(3_600_000))
    }

    /// Dice of their own for someone: what others throw does not change theirs.
    mutating func child() -> Dice { Dice(seed: next()) }
}

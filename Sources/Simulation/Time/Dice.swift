import Core

/// Chance from a seed: SplitMix64 (Steele, Lea, Flood 2014), small and good enough for a simulation.
struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

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

/// Time and chance, handed in: the same seed and the same moves give the same run, so that a simulation can replay it.
public struct World: Sendable {
    /// The moment it is. Read once in a use case and passed down.
    public let now: @Sendable () -> Instant
    /// So many random bytes, fit for secrets.
    public let random: @Sendable (_ count: Int) -> [UInt8]
    /// Waits so long; throws `CancellationError` where the task is cancelled meanwhile.
    public let sleep: @Sendable (Duration) async throws -> Void

    public init(
        now: @escaping @Sendable () -> Instant,
        random: @escaping @Sendable (Int) -> [UInt8],
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.random = random
        self.sleep = sleep
    }

    /// A fresh id: 128 random bits.
    public func id<Kind>(_ kind: Kind.Type = Kind.self) -> ID<Kind> { ID(random: random(16)) }

    /// A code that a person can read out: `H7K2-9QXM`, 40 random bits.
    public func code() -> String {
        let letters = Base32.text(of: random(5)).uppercased()
        return "\(letters.prefix(4))-\(letters.suffix(4))"
    }
}

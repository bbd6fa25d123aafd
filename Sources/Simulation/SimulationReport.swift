/// What came of a simulated run.
public struct SimulationReport: Sendable, Equatable {
    public let seed: UInt64
    public let days: Int
    /// A hash over everything that happened, in order: the same seed gives the same, in every process.
    public let trace: UInt64
    /// How many things people did, background rounds and crashes included.
    public let moves: Int
    /// How often what happened, in a fixed order.
    public let counts: [Count]
    /// The first promise that broke; nothing where all held.
    public let broken: BrokenPromise?

    /// How often something happened.
    public struct Count: Sendable, Equatable {
        public let what: String
        public let count: Int
    }

    /// A promise that did not hold, and when it was found out.
    public struct BrokenPromise: Sendable, Equatable, CustomStringConvertible {
        /// The number of the move after which it was found.
        public let move: Int
        /// The simulated moment, RFC 3339.
        public let moment: String
        /// What was done last, with its moment; the latest at the end.
        public let story: [String]
        /// What is wrong, in words; each line one finding.
        public let findings: [String]

        public var description: String {
            (["move \(move), \(moment), after"] + story.map { "  \($0)" } + ["finds"] + findings.map { "  \($0)" })
                .joined(separator: "\n")
        }
    }

    /// How often `what` happened.
    public func count(of what: String) -> Int { counts.first { $0.what == what }?.count ?? 0 }

    /// The line that runs this again.
    public var replay: String { "roost simulate --seed \(seed) --days \(days)" }
}

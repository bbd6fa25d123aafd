/// The whole system inside simulated time: one seed drives the clock, chance, guests, hosts, payers, faults, crashes and
/// the order in which everything runs.
public struct Simulation: Sendable {
    private let seed: UInt64
    private let days: Int

    public init(seed: UInt64, days: Int) {
        self.seed = seed
        self.days = days
    }

    /// Runs it to its end, or to the first promise that breaks.
    /// - Parameter onDay: told at the end of each day how many moves there were.
    public func run(onDay: @escaping @Sendable (_ day: Int, _ moves: Int) -> Void = { _, _ in }) async -> SimulationReport {
        SimulationReport(seed: seed, days: days, trace: 0, moves: 0, counts: [], broken: nil)
    }
}

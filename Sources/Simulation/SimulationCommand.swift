/// The door of `roost simulate`.
public enum SimulationCommand {
    /// Runs one seed and says in words what came of it.
    /// - Parameters:
    ///   - days: how many simulated days people act; 1 or more.
    ///   - print: takes one line at a time.
    /// - Returns: the exit status: 0 where every promise held, else 1.
    public static func run(seed: UInt64, days: Int, print: @escaping @Sendable (String) -> Void) async -> Int32 {
        print("Simulating \(days) \(days == 1 ? "day" : "days") from seed \(seed) …")
        let report = await Simulation(seed: seed, days: days).run { day, moves in
            print("  day \(day) of \(days): \(moves) moves")
        }
        for count in report.counts { print("  \(count.what): \(count.count)") }
        print("  trace: \(String(report.trace, radix: 16))")
        guard let broken = report.broken else {
            print("Every promise held after each of \(report.moves) moves.")
            return 0
        }
        print("A promise is broken: \(broken)")
        print("Again: \(report.replay)")
        return 1
    }
}

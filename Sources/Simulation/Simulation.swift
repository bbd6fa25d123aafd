import Foundation

/// The whole system inside simulated time: one seed drives the clock, chance, guests, hosts, payers, faults, crashes
/// and the order in which everything runs.
public struct Simulation: Sendable {
    private let seed: UInt64
    private let days: Int
    private let planted: PlantedFault?

    public init(seed: UInt64, days: Int) {
        self.init(seed: seed, days: days, planted: nil)
    }

    /// - Parameter planted: a fault that the checks must find.
    package init(seed: UInt64, days: Int, planted: PlantedFault?) {
        self.seed = seed
        self.days = days
        self.planted = planted
    }

    /// Stack of a run's thread, in bytes: as much as a main thread has, for a debug build's deep calls.
    private static let stackSize = 8 << 20

    /// Runs it to its end, or to the first promise that breaks. It has a thread of its own, because it never lets go.
    /// - Parameter onDay: told at the end of each day how many moves there were.
    public func run(
        onDay: @escaping @Sendable (_ day: Int, _ moves: Int) -> Void = { _, _ in }
    ) async -> SimulationReport {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: play(onDay)) }
            thread.stackSize = Simulation.stackSize
            thread.start()
        }
    }

    private func play(_ onDay: (Int, Int) -> Void) -> SimulationReport {
        do {
            let run = try Run(seed: seed, planted: planted)
            defer { run.end() }
            do {
                try run.play(days: days, onDay: onDay)
            } catch {
                run.breakOff(["the simulation can't go on: \(error)"])
            }
            return try run.report(seed: seed, days: days)
        } catch {
            let broken = SimulationReport.BrokenPromise(
                move: 0, moment: "the beginning", story: [], findings: ["the simulation can't be built: \(error)"])
            return SimulationReport(seed: seed, days: days, trace: 0, moves: 0, counts: [], broken: broken)
        }
    }
}

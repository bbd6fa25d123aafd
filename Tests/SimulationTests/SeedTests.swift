import Foundation
import Simulation
import Testing

@Suite("Simulated runs")
struct SeedTests {
    @Test("Every promise holds, whatever people, faults and crashes do")
    func everyPromiseHolds() async throws {
        let isProving = ProcessInfo.processInfo.environment["ROOST_PROVE"] == "1"
        let seeds: UInt64 = isProving ? 10_000 : 1000
        let sum = await Seeds.run(1...seeds) { Int(1 + $0 % (isProving ? 5 : 2)) }
        for report in sum.broken {
            Issue.record("\(report.replay)\n\(report.broken.map(\.description) ?? "")")
        }
        // A town in which nothing happens proves nothing.
        for what in [
            "confirmed", "completed", "expired", "lapsed", "cancelled", "refunds", "mails", "holds", "requests",
            "accepted",
            "declined", "crashes", "events brought again",
        ] {
            #expect(sum.counts[what, default: 0] > Int(seeds) / 10, "\(what)")
        }
        #expect(sum.moves > 50 * Int(seeds))
    }
}

/// Many runs on as many threads as there are cores.
enum Seeds {
    struct Sum: Sendable {
        var moves = 0
        var counts: [String: Int] = [:]
        /// The first few: one broken promise breaks many runs.
        var broken: [SimulationReport] = []

        static let mostBroken = 5

        mutating func add(_ report: SimulationReport) {
            moves += report.moves
            for count in report.counts { counts[count.what, default: 0] += count.count }
            if report.broken != nil, broken.count < Sum.mostBroken { broken.append(report) }
        }
    }

    /// - Parameter days: how many for each seed: many short runs find more than a few long ones.
    static func run(_ seeds: ClosedRange<UInt64>, days: @escaping @Sendable (UInt64) -> Int) async -> Sum {
        await withTaskGroup(of: SimulationReport.self) { group in
            var sum = Sum()
            var next = seeds.lowerBound
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount where next <= seeds.upperBound {
                group.addTask { [next] in await Simulation(seed: next, days: days(next)).run() }
                next += 1
            }
            while let report = await group.next() {
                sum.add(report)
                guard next <= seeds.upperBound, sum.broken.count < Sum.mostBroken else { continue }
                group.addTask { [next] in await Simulation(seed: next, days: days(next)).run() }
                next += 1
            }
            return sum
        }
    }
}

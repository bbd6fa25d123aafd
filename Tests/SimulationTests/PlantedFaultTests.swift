import Simulation
import Testing

@Suite("Planted faults")
struct PlantedFaultTests {
    /// How many runs a fault may hide in: some show only where a rare thing happens.
    private static let mostRuns: UInt64 = 60

    @Test("A fault that is put in on purpose is found", arguments: PlantedFault.allCases)
    func isFound(_ fault: PlantedFault) async {
        for seed in 1...PlantedFaultTests.mostRuns {
            let report = await Simulation(seed: seed, days: 2, planted: fault).run()
            guard let broken = report.broken else { continue }
            #expect(!broken.findings.isEmpty)
            return
        }
        Issue.record("\(fault.rawValue) was not found in \(PlantedFaultTests.mostRuns) runs")
    }

    @Test("The command says how to run a broken seed again, and ends with 1")
    func commandTells() async {
        let broken = await SimulationReport.broken(by: .keepsNights)
        #expect(broken?.replay == "roost simulate --seed \(broken?.seed ?? 0) --days 2")
        #expect(broken?.broken?.description.contains("owns a night that is not its own") == true)
    }

    @Test("The command ends with 0 where every promise holds, and tells what happened")
    func commandSucceeds() async {
        let lines = Lines()
        let status = await SimulationCommand.run(seed: 1, days: 1) { lines.add($0) }
        #expect(status == 0)
        #expect(lines.all.contains { $0.contains("bookings: ") })
        #expect(lines.all.contains { $0.contains("Every promise held") })
    }
}

extension SimulationReport {
    fileprivate static func broken(by fault: PlantedFault) async -> SimulationReport? {
        for seed in 1...UInt64(60) {
            let report = await Simulation(seed: seed, days: 2, planted: fault).run()
            if report.broken != nil { return report }
        }
        return nil
    }
}

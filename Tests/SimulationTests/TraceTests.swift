import Foundation
import Simulation
import Testing

@Suite("Traces")
struct TraceTests {
    private static let seeds: [UInt64] = [1, 2, 13, 34]

    @Test("The same seed gives the same run")
    func sameSeed() async {
        for seed in TraceTests.seeds {
            let one = await Simulation(seed: seed, days: 2).run()
            let other = await Simulation(seed: seed, days: 2).run()
            #expect(one == other)
        }
    }

    @Test("Different seeds give different runs")
    func differentSeeds() async {
        var traces: Set<UInt64> = []
        for seed in TraceTests.seeds { traces.insert(await Simulation(seed: seed, days: 2).run().trace) }
        #expect(traces.count == TraceTests.seeds.count)
    }

    @Test("The same seed gives the same run in another process, which hashes differently")
    func otherProcess() async throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = ["--testing-library", "swift-testing", "--filter", "TraceTests/tellsTraces"]
        child.environment = ProcessInfo.processInfo.environment.merging([TraceTests.variable: "1"]) { $1 }
        child.environment?["SWIFT_DETERMINISTIC_HASHING"] = nil
        let output = Pipe()
        child.standardOutput = output
        child.standardError = FileHandle.nullDevice
        try child.run()
        let told = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        child.waitUntilExit()
        #expect(child.terminationStatus == 0)
        for seed in TraceTests.seeds {
            let report = await Simulation(seed: seed, days: 2).run()
            #expect(told.contains(TraceTests.line(report)), "seed \(seed)")
        }
    }

    @Test(
        "Tells its traces to the test that started it",
        .enabled(if: ProcessInfo.processInfo.environment[variable] == "1"))
    func tellsTraces() async {
        for seed in TraceTests.seeds { print(TraceTests.line(await Simulation(seed: seed, days: 2).run())) }
    }

    private static let variable = "ROOST_TELL_TRACES"

    private static func line(_ report: SimulationReport) -> String { "trace of \(report.seed): \(report.trace)" }
}

import ArgumentParser
import Simulation

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs the whole system against simulated time, faults and payers.",
        discussion: "The same seed gives the same run; a seed that fails prints the line that reproduces it.")

    @OptionGroup var settings: SettingsOptions
    @Option(help: "Where chance begins; a fresh one where left out.") var seed: UInt64?
    @Option(help: "How many simulated days.") var days = 14

    func validate() throws {
        guard (1...3650).contains(days) else { throw ValidationError("--days takes a whole number from 1 to 3650.") }
    }

    func run() async throws {
        try settings.check()
        let seed = seed ?? UInt64.random(in: 1...UInt64(UInt32.max))
        let status = await SimulationCommand.run(seed: seed, days: days) { print($0) }
        guard status == 0 else { throw ExitCode(status) }
    }
}

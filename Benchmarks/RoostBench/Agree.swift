import ArgumentParser
import Foundation
import RuleWorlds
import Storage

/// The agreement of search, calendar, quote, hold and change in worlds of random rules, many of them.
struct Agree: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks everybody about stays in worlds of random rules, and holds the answers against a plain model.",
        discussion: """
            The worlds are numbered, and a number is the same world each time. Exit status 1 where somebody said something \
            else than the model; each is printed with its world.
            """)

    @Option(help: "How many worlds, in whole towns of \(Agreement.worldsInTown).") var worlds = 5000
    @Option(help: "The number of the first world, in whole towns too.") var from = 0
    @Option(help: "How many towns at once.") var tasks = 2

    func validate() throws {
        guard worlds > 0, from >= 0, tasks > 0, (worlds + from) % Agreement.worldsInTown == 0,
            from % Agreement.worldsInTown == 0
        else {
            throw ValidationError("Worlds come in towns of \(Agreement.worldsInTown).")
        }
    }

    func run() async throws {
        let begin = ContinuousClock.now
        let towns = from / Agreement.worldsInTown..<(from + worlds) / Agreement.worldsInTown
        var (answers, refused, disagreements) = (0, 0, 0)
        try await withThrowingTaskGroup(of: Agreement.self) { group in
            var left = towns.makeIterator()
            for _ in 0..<tasks {
                guard let town = left.next() else { break }
                group.addTask { try await Agree.ask(town) }
            }
            for try await agreement in group {
                answers += agreement.answers
                refused += agreement.refusedWorlds
                disagreements += agreement.disagreements.count
                for said in agreement.disagreements { print(said) }
                if let town = left.next() { group.addTask { try await Agree.ask(town) } }
            }
        }
        let took = (ContinuousClock.now - begin) / .seconds(1)
        print(
            "worlds \(from) to \(from + worlds - 1): \(answers) answers compared, \(disagreements) disagree; rules that "
                + "contradict in \(refused) worlds; \(String(format: "%.0f", took)) s")
        // Worlds in which nobody is asked prove nothing.
        guard disagreements == 0, refused < worlds / 3 else { throw ExitCode(1) }
    }

    private static func ask(_ town: Int) async throws -> Agreement {
        let database = try SQLiteMemory()
        let agreement = try await Agreement(town: town, on: database)
        try database.close()
        return agreement
    }
}

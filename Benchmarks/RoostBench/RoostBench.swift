import ArgumentParser
import Assembly
import Core
import Foundation

/// The command `roost-bench`: what the benchmarks need besides `roost` (Benchmarks/README.md).
@main
struct RoostBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roost-bench",
        abstract: "The server with a no-op to measure by, and its work without a server.",
        discussion: "Takes the same ROOST_… settings as roost.",
        subcommands: [Serve.self, Direct.self, Evaluate.self, Agree.self])

    /// The settings of the environment.
    static func settings() throws -> Configuration {
        try Configuration(ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("ROOST_") })
    }

    /// The house on its databases, as the one process that owns them.
    static func withHouse(_ configuration: Configuration, _ work: (House) async throws -> Void) async throws {
        let databases = try await Databases.open(configuration.databases, world: .live)
        _ = try await databases.moveIn(world: .live)
        try await work(try House(configuration, databases: databases, world: .live))
        try databases.close()
    }
}

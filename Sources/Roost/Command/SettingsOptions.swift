import ArgumentParser
import Assembly
import Core
import Foundation

/// What every command takes.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "A file of NAME=value lines; the environment wins over it.")
    var file: String?

    /// The settings of the file with those of the environment over them.
    /// - Parameter others: win over both.
    func configuration(over others: [String: String] = [:]) throws -> Configuration {
        var settings = try file.map { try Configuration.settings(fromFile: $0) } ?? [:]
        let environment = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("ROOST_") }
        settings.merge(try Configuration.withFilesRead(environment)) { _, environment in environment }
        settings.merge(others) { $1 }
        return try Configuration(settings)
    }

    /// For commands that need no setting: a file that is named must be one all the same.
    func check() throws { _ = try file.map { try Configuration.settings(fromFile: $0) } }

    /// The house on its databases; embedded ones have this process as their only owner.
    func withHouse<T>(_ work: (House) async throws -> T) async throws -> T {
        let configuration = try configuration()
        try Restore.refuseUnfinished(configuration)
        let databases = try await Databases.open(configuration.databases, world: .live)
        let result: T
        do {
            for warning in try await databases.moveIn(world: .live) {
                FileHandle.standardError.write(Data("roost: warning: \(warning)\n".utf8))
            }
            result = try await work(try House(configuration, databases: databases, world: .live))
        } catch {
            try? databases.close()
            throw error
        }
        try databases.close()
        return result
    }

    /// The house for looking only; a server may own the databases meanwhile.
    func withHouseToLookAt<T>(
        over others: [String: String] = [:], _ work: (House) async throws -> T
    ) async throws -> T {
        let configuration = try configuration(over: others)
        try Restore.refuseUnfinished(configuration)
        let databases = try await Databases.look(configuration.databases, world: .live)
        let result: T
        do {
            result = try await work(try House(configuration, databases: databases, world: .live))
        } catch {
            try? databases.close()
            throw error
        }
        try databases.close()
        return result
    }
}

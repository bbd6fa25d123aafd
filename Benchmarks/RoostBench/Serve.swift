import ArgumentParser
import Assembly
import Core
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals
import Web

/// Everything that `roost serve` does, by the same assembly and the same routes, and a no-op.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves as roost does, and a no-op at /bench/noop.")

    func run() async throws {
        let configuration = try RoostBench.settings()
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "roost")
        logger.logLevel = Logger.Level(rawValue: configuration.logLevel) ?? .info
        let log = logger
        try await RoostBench.withHouse(configuration) { house in
            let server = try WebServer(
                accounts: house.accounts, properties: house.properties, bookings: house.bookings,
                payments: house.payments, mails: house.mails,
                settings: WebSettings(
                    baseURL: configuration.baseURL, host: configuration.host, port: configuration.port,
                    currency: configuration.currency),
                world: .live, probes: WebProbes(databases: { await house.readiness() }), more: NoOp().routes)
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [
                        .init(service: Background(house, logger: log)),
                        .init(service: server.application(logger: log)),
                    ],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
            try await group.run()
        }
    }
}

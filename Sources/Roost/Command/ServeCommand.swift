import ArgumentParser
import Assembly
import Core
import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the API, the web pages and the background work.",
        discussion: "SIGTERM and SIGINT let running requests finish and end with status 0.")

    enum Role: String, ExpressibleByArgument, CaseIterable { case both, web, worker }

    @OptionGroup var settings: SettingsOptions
    @Option(
        help: """
            both, web (the API and the pages) or worker (the background work; at ROOST_HOST and ROOST_PORT it answers \
            /healthz, /readyz and /metrics only). On SQLite only both, because one process owns the files.
            """)
    var role: Role = .both

    func run() async throws {
        let configuration = try settings.configuration()
        guard role == .both || configuration.databases.mayBeShared else {
            throw Failure(sentence: "--role \(role.rawValue) needs PostgreSQL: on SQLite one process does both")
        }
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "roost")
        logger.logLevel = Logger.Level(rawValue: configuration.logLevel) ?? .info
        let log = logger
        try await settings.withHouse { house in
            try await house.takeOver()
            let server = try WebServer(
                accounts: house.accounts, properties: house.properties, bookings: house.bookings,
                payments: house.payments, mails: house.mails,
                settings: WebSettings(
                    baseURL: configuration.baseURL, host: configuration.host, port: configuration.port,
                    currency: configuration.currency, demoSignIns: configuration.isDemo ? Demo.signIns : [],
                    textsFolder: configuration.dataDirectory + "/texts",
                    trustedProxies: configuration.trustedProxies),
                world: .live,
                probes: WebProbes(
                    databases: { await house.readiness() }, gauges: { await house.gauges().map(Gauge.init) },
                    stuckEvents: house.stuckEvents),
                offers: role == .worker ? .operating : .everything,
                mail: configuration.isDemo ? MailReader(house) : nil)
            let application = server.application(logger: log) { address in
                log.notice(
                    role == .worker ? "Roost works in the background" : "Roost listens",
                    metadata: ["address": "\(address.map { "\($0)" } ?? configuration.baseURL)"])
            }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    // Ended in the reverse order: the last deliveries still have their hands.
                    services: [.init(service: ProviderHands(house))]
                        + (role == .web ? [] : [.init(service: Background(house, logger: log))])
                        + [.init(service: application)],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
            do {
                try await group.run()
            } catch let error as IOError where [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode) {
                let why = String(cString: strerror(error.errnoCode))
                throw Failure(
                    sentence: "can't listen on \(configuration.host):\(configuration.port): \(why); "
                        + "choose another ROOST_HOST or ROOST_PORT")
            } catch let error as SocketAddressError.UnknownHost {
                throw Failure(
                    sentence: "ROOST_HOST: expected an address of this machine or a name that leads to one, but it is "
                        + "\"\(configuration.host)\": \(error.errorDescription)")
            }
        }
    }
}

extension Gauge {
    init(_ measure: House.Measure) {
        self.init(
            measure.name, help: measure.help, labels: measure.labels.map { (name: $0.name, value: $0.value) },
            measure.value)
    }
}

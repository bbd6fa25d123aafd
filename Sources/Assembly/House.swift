public import AuthService
public import BookingService
public import Core
import Foundation
public import NotificationService
package import Outside
public import PaymentService
public import PropertyService
package import Storage
import Synchronization

/// The whole: five services over four databases, built in one place. The server, the simulation and the tests all use
/// this, so that what is simulated is what runs.
public struct House: Sendable {
    public let accounts: Accounts
    public let properties: Properties
    public let bookings: Bookings
    public let payments: Payments
    public let mails: Mails
    public let configuration: Configuration

    package let world: World
    package let databases: Databases
    /// Delivers what waits about a subject in any of the four, to everybody: also to those for whom no answer waits.
    package let courier: Courier
    package let deliveries: [OutboxDelivery]
    private let round: DeliveryRound

    /// What tests and the simulation choose differently.
    package struct Parts: Sendable {
        package var hashing: PasswordHashing
        package var providers: [any PaymentProvider]?
        /// The way out to payment providers.
        package var outside: Outside
        package var mailProvider: (any MailProvider)?

        package init(
            hashing: PasswordHashing = PasswordHashing(), providers: [any PaymentProvider]? = nil,
            mailProvider: (any MailProvider)? = nil, outside: Outside = .live
        ) {
            self.hashing = hashing
            self.providers = providers
            self.mailProvider = mailProvider
            self.outside = outside
        }
    }

    /// The house on its databases, which are already migrated.
    public init(_ configuration: Configuration, databases: Databases, world: World) throws {
        try self.init(configuration, databases: databases, world: world, parts: Parts())
    }

    package init(_ configuration: Configuration, databases: Databases, world: World, parts: Parts) throws {
        let round = DeliveryRound()
        func courier(from source: String) -> Courier { Courier { await round.deliver($0, from: [source]) } }
        let accounts = Accounts(
            database: databases.users, world: world, outbox: EventRoutes.outbox("users", EventRoutes.users),
            hashing: parts.hashing, limits: configuration.rateLimits ? SignInLimits() : nil)
        let properties = Properties(
            database: databases.properties, world: world,
            outbox: EventRoutes.outbox("properties", EventRoutes.properties), gazetteer: try Gazetteer(),
            operatorCurrency: configuration.currency, courier: courier(from: "properties"),
            serviceFee: configuration.serviceFee)
        let payments = Payments(
            database: databases.payments, world: world,
            outbox: EventRoutes.outbox("payments", EventRoutes.payments),
            providers: parts.providers
                ?? configuration.payments.providers(
                    databases, world: world, baseURL: configuration.baseURL, outside: parts.outside),
            courier: courier(from: "payments"), pollInterval: configuration.pollInterval)
        let bookings = Bookings(
            database: databases.bookings, world: world,
            outbox: EventRoutes.outbox("bookings", EventRoutes.bookings), courier: courier(from: "bookings"),
            properties: properties, payments: payments,
            policy: BookingPolicy(
                holdDuration: configuration.holdDuration, requestDuration: configuration.requestDuration,
                acceptedDuration: configuration.acceptedDuration, caps: configuration.rateLimits ? .standard : nil))
        let mails = Mails(
            database: databases.users, world: world, outbox: EventRoutes.outbox("users", EventRoutes.users),
            providers: parts.mailProvider.map { [$0] }
                ?? configuration.mail.providers(dataDirectory: configuration.dataDirectory, world: world),
            readersOf: { ids in
                try await accounts.people(ids).compactMapValues { person in
                    MailAddress(name: person.name, address: person.email).map {
                        LetterReader($0, language: person.language.flatMap(Language.init(rawValue:)) ?? .english)
                    }
                }
            }, words: try Wordbook.shipped.get(), sender: configuration.mail.from, baseURL: configuration.baseURL,
            pollInterval: configuration.pollInterval, webhooks: configuration.mail.webhooks)
        let letters = Letters(accounts: accounts, properties: properties, bookings: bookings)

        let hearers: [String: OutboxDelivery.Handler] = [
            "accounts": { event in
                let created = try event.decoded(as: PropertyCreated.self)
                try await accounts.makeHost(created.hostId, event: event)
            },
            "properties": { try await properties.apply($0) },
            "payments": { try await payments.apply($0) },
            "bookings": { try await bookings.apply($0) },
        ]
        let unhurried: [String: OutboxDelivery.BatchHandler] = [
            "mails": { events in try await mails.queue(try await letters.due(for: events), for: events) }
        ]
        deliveries = databases.all.map { name, database in
            OutboxDelivery(
                database: database, source: name, handlers: hearers, unhurried: unhurried, world: world)
        }
        round.begin(Dictionary(uniqueKeysWithValues: zip(databases.all.map(\.name), deliveries)))
        self.round = round

        self.accounts = accounts
        self.properties = properties
        self.bookings = bookings
        self.payments = payments
        self.mails = mails
        self.courier = Courier { [sources = databases.all.map(\.name)] in
            await round.deliver($0, from: sources, unhurried: true)
        }
        self.configuration = configuration
        self.databases = databases
        self.world = world
    }
}

extension House {
    /// Opens the ring of services, couriers and deliveries, so that the memory of a house that is gone comes back: a
    /// server has one until its end, the simulation builds thousands. Nothing may be asked of it afterwards.
    package func dismantle() { round.begin([:]) }
}

/// Carries what waits about one subject until nothing moves: an answer can then show what its commit brought about.
private final class DeliveryRound: Sendable {
    /// The deliveries need services that need the courier: they are known once all are built.
    private let deliveries = Mutex<[String: OutboxDelivery]>([:])

    /// How many outboxes are looked through for one subject: a cancellation with its refund takes three.
    private static let mostLooks = 16

    func begin(_ deliveries: [String: OutboxDelivery]) { self.deliveries.withLock { $0 = deliveries } }

    /// Looks through the outboxes of `sources`, and then through those to which hearing has added.
    func deliver(_ subject: String, from sources: [String], unhurried: Bool = false) async {
        let deliveries = deliveries.withLock { $0 }
        var waiting = sources
        for _ in 0..<DeliveryRound.mostLooks {
            guard !waiting.isEmpty else { return }
            guard let delivery = deliveries[waiting.removeFirst()] else { continue }
            // What fails here stays in the outbox; the poller tries again and tells.
            let hearers = (try? await delivery.deliver(subject, unhurried: unhurried)) ?? []
            for source in hearers.sorted().compactMap({ EventRoutes.answers[$0] }) where !waiting.contains(source) {
                waiting.append(source)
            }
        }
    }
}

import AuthService
import BookingService
import Core
public import Logging
import NotificationService
import PaymentService
public import ServiceLifecycle
import Storage

/// The work nobody waits for: what time brings about, events and mails that did not go at once, payments nobody told
/// us about. It may run on every node at once.
public struct Background: Service, CustomStringConvertible {
    /// What the log says of it: without a name of its own it would be the whole house, with every setting.
    public let description = "background work"
    private let house: House
    private let logger: Logger

    public init(_ house: House, logger: Logger) {
        self.house = house
        self.logger = logger
    }

    /// How often due work is looked for. Nights must be free within five seconds of a hold's end.
    private static let beat = Duration.seconds(1)
    /// How often what is no longer needed is removed.
    private static let tidying = Duration.seconds(3600)

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            for chore in house.chores {
                group.addTask { await repeats(chore, every: chore.isTidying ? Background.tidying : Background.beat) }
            }
            await group.waitForAll()
        }
    }

    private func repeats(_ chore: Chore, every pause: Duration) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await chore.work()
                } catch {
                    logger.warning("\(chore.name) failed and is tried again", metadata: ["error": "\(error)"])
                }
                do { try await house.world.sleep(pause) } catch { return }
            }
        }
        // What the last answers brought about is heard before the end, where that goes.
        if chore.isLast, !Task.isCancelled { try? await chore.work() }
    }
}

/// A server's own hands, which ask payment providers beside its deliveries: whoever delivers an event waits for a provider a
/// moment and no longer. Every server has them, whether it works in the background or only answers.
public struct ProviderHands: Service, CustomStringConvertible {
    public let description = "hands for payment providers"
    private let carryingOn: @Sendable () async -> Void

    /// From now on deliveries count on them: they must run until the server ends, longer than what delivers.
    public init(_ house: House) { carryingOn = house.payments.carryingOn() }

    public func run() async throws { await cancelWhenGracefulShutdown { await carryingOn() } }
}

/// One kind of background work, a round of it at a time.
package struct Chore: Sendable {
    package let name: String
    package let isTidying: Bool
    /// Whether it is done once more when the process ends.
    let isLast: Bool
    package let work: @Sendable () async throws -> Void

    init(
        _ name: String, isTidying: Bool = false, isLast: Bool = false,
        work: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.isTidying = isTidying
        self.isLast = isLast
        self.work = work
    }
}

extension House {
    /// How many rounds of mails may be under way at once on a node.
    private static let mailRounds = 3

    /// All background work, in the order in which one thing brings about the next.
    package var chores: [Chore] {
        var chores = [Chore("moving bookings on") { try await bookings.moveDue() }]
        for (delivery, source) in zip(deliveries, databases.all.map(\.name)) {
            chores.append(
                Chore("delivering events of \(source)", isLast: true) { try await delivery.deliverDue() })
        }
        // Each provider for itself, so that one that is silent holds up no other.
        for provider in payments.providerNames {
            chores.append(
                Chore("looking into webhooks of \(provider)") { try await payments.workOnEvents(of: provider) })
            chores.append(Chore("asking \(provider) about payments") { try await payments.work(with: provider) })
        }
        chores.append(Chore("reading what became of mails") { _ = try await mails.applyEvents() })
        chores.append(Chore("seeing whether payment providers are there") { await payments.probeProviders() })
        chores.append(Chore("comparing with payment providers", isTidying: true) { try await payments.reconcileDue() })
        // Several side by side: a mail that its provider lets wait holds up one of them only.
        for number in 1...House.mailRounds {
            chores.append(Chore("sending mails, \(number)") { try await mails.sendAllDue() })
        }
        // Each for itself, so that one that fails keeps no other from being done.
        chores.append(Chore("tidying accounts", isTidying: true) { try await accounts.tidy() })
        chores.append(Chore("bringing back units that stayed", isTidying: true) { try await bookings.settleUnits() })
        chores.append(Chore("tidying mails", isTidying: true) { try await mails.tidy() })
        chores.append(Chore("tidying payments", isTidying: true) { try await payments.tidy() })
        for (name, database) in databases.all {
            chores.append(
                Chore("forgetting old answers of \(name)", isTidying: true) {
                    try await database.forgetOldAnswers(at: world.now())
                })
        }
        return chores
    }

    /// One round of everything that is due, for tests and the simulation.
    package func workOnce() async throws {
        for chore in chores where !chore.isTidying { try await chore.work() }
    }
}

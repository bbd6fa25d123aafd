import Assembly
import AuthService
import BookingService
import Core
import NotificationService
import PaymentService
import PropertyService
import Storage

/// Someone who runs the house: cancels now and then.
struct OperatorPerson: Person, Sendable {
    let stage: Stage
    let name: String
    let caller: Caller
    var dice: Dice
    var keys = 0

    mutating func live() async throws {
        while true {
            try await stage.pause(dice.hours(6...30))
            let (caller, name, status) = (caller, name, dice.pick([BookingStatus.confirmed, .held, .requested]))
            let page = await stage.ask("\(name) looks at all bookings") { house in
                try await house.bookings.bookings(as: .operator, status: status, cursor: nil, limit: 50, for: caller)
                    .items
            }
            guard let bookings = page.value, !bookings.isEmpty else { continue }
            let id = dice.pick(bookings).id
            let cancelled = try await insist("cancels as operator", once: once("/cancel/\(id)", body: "")) {
                house, once in
                try await house.bookings.cancel(id, reason: nil, for: caller, once: once).status
            }
            if cancelled != nil { stage.count("cancelled by operators") }
        }
    }
}

/// Brings events a second time, long after they were heard: every receiver may get one twice.
struct Postman: Sendable {
    let stage: Stage
    var dice: Dice

    mutating func live() async throws {
        while true {
            try await stage.pause(dice.minutes(120...900))
            guard let sent = stage.anyEvent(&dice), try await isHeard(sent) else { continue }
            let (receiver, event) = (sent.receiver, sent.event)
            _ = await stage.ask("the postman brings \(event.kind) again") { house in
                switch receiver {
                case "accounts":
                    let created = try event.decoded(as: PropertyCreated.self)
                    try await house.accounts.makeHost(created.hostId, event: event)
                case "properties": try await house.properties.apply(event)
                case "payments": try await house.payments.apply(event)
                case "bookings": try await house.bookings.apply(event)
                default: try await house.mails.queue([], for: event)
                }
            }
            stage.count("events brought again")
        }
    }

    /// What still waits must not overtake what waits before it.
    private func isHeard(_ sent: SentEvent) async throws -> Bool {
        guard let database = stage.databases.all.first(where: { $0.name == sent.event.source })?.database else {
            return false
        }
        return try await database.read { reader in
            try !reader.exists(
                """
                SELECT 1 FROM outbox WHERE receiver = \(sent.receiver) AND subject = \(sent.event.subject)
                    AND version <= \(sent.event.version)
                """)
        }
    }
}

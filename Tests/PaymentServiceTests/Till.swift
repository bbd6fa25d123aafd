import Core
import Foundation
import PaymentService
import Storage
import Synchronization
import TestSupport
import Testing

/// A Payment Service with two test providers on a database of its own, and the moves of those around it.
struct Till: Sendable {
    let clock: TestWorld
    let database: any Database
    let faults = Faults()
    let payments: Payments
    let one: TestProvider
    let two: TestProvider

    /// About whom the courier was sent, in order.
    let errands = Errands()

    /// Remembers what the courier is asked for.
    final class Errands: Sendable {
        private let subjects = Mutex<[String]>([])

        var all: [String] { subjects.withLock { $0 } }
        func add(_ subject: String) { subjects.withLock { $0.append(subject) } }
    }

    static let booking = BookingID(stored: "bkg_july")
    static let poll = Duration.seconds(30)

    init(
        seed: UInt64 = 1, takes: (@Sendable (Money) -> Money)? = nil, refundsAreSlow: Bool = false,
        plain: Bool = false
    ) async throws {
        clock = TestWorld(seed: seed)
        database = try await Engine.database()
        try await database.migrate(PaymentMigrations.all, at: clock.now)
        one = TestProvider(database: database, world: clock.world, baseURL: "http://localhost:8080")
        two = TestProvider(database: database, world: clock.world, baseURL: "http://localhost:8080", name: "other")
        let (first, second, faults, errands) = (one, two, faults, errands)
        let providers: [any PaymentProvider] =
            plain
            ? [first, second]
            : [first, second].map {
                FlakyProvider(inner: $0, faults: faults, takes: takes, refundsAreSlow: refundsAreSlow)
            }
        payments = Payments(
            database: FlakyDatabase(inner: database, faults: faults), world: clock.world,
            outbox: Outbox(source: "payments", receivers: { _ in ["bookings"] }), providers: providers,
            courier: Courier { errands.add($0) }, pollInterval: Till.poll)
    }

    static func euros(_ amount: Int64) -> Money { Money(amount, Currency(code: "EUR")!) }

    func owed(_ amount: Int64 = 10_000, by booking: BookingID = Till.booking) -> Owed {
        Owed(of: booking, amount: Till.euros(amount), description: "Three nights in July")
    }

    /// What an alteration of the booking costs more.
    static let difference = PayableID(stored: "due_difference")

    func owedMore(_ amount: Int64 = 2_500) -> Owed {
        Owed(
            Till.difference, of: Till.booking, for: .alteration, amount: Till.euros(amount),
            description: "One more night")
    }

    func start(with provider: String = "test", once: Once? = nil) async throws -> StartedPayment {
        try await payments.start(with: provider, once: once) { owed() }
    }

    static func once(_ key: String, body: String = "body") -> Once {
        Once(
            key: IdempotencyKey(person: UserID(stored: "usr_guest"), path: "/payments", key: key), bodyHash: body)
    }

    /// The payer's move on the page of a payment, also after the page was closed. Nobody is told.
    func act(_ outcome: TestOutcome, on id: PaymentID) async throws {
        let found = try await database.read { reader in
            try reader.first("SELECT token, provider FROM test_session WHERE payment_id = \(id)") { row in
                (token: try row[0] as String, provider: try row[1] as String)
            }
        }
        guard let found else { return }
        try await (found.provider == one.name ? one : two).act(token: found.token, outcome: outcome)
    }

    func pay(_ id: PaymentID) async throws {
        try await act(.succeed, on: id)
        try await payments.settle(id)
    }

    static func event(
        _ kind: String, _ body: some Encodable, version: Int64, about booking: BookingID = Till.booking
    ) throws -> Event {
        Event(
            source: "bookings", subject: booking.text, version: version, kind: kind,
            body: String(decoding: try JSONEncoder().encode(body), as: UTF8.self))
    }

    static func closing(version: Int64 = 1, about booking: BookingID = Till.booking) throws -> Event {
        try event(PayableClosing.kind, PayableClosing(bookingId: booking), version: version, about: booking)
    }

    static func refund(
        _ amount: Int64?, version: Int64 = 2, about booking: BookingID = Till.booking
    ) throws -> Event {
        let body = PayableRefund(bookingId: booking, amount: amount.map(Till.euros), reason: "cancelled")
        return try event(PayableRefund.kind, body, version: version, about: booking)
    }

    /// What has been told, in order.
    func told(about booking: BookingID = Till.booking) async throws -> [Event] {
        try await database.read { reader in
            try reader.all(
                "SELECT subject, version, kind, body FROM outbox WHERE subject = \(booking) ORDER BY version"
            ) { row in
                Event(
                    source: "payments", subject: try row[0], version: try row[1], kind: try row[2], body: try row[3])
            }
        }
    }

    func kindsTold() async throws -> [String] { try await told().map(\.kind) }

    func status(_ id: PaymentID) async throws -> PaymentStatus? { try await payments.payment(id)?.status }

    func balance() async throws -> Balance? { try await payments.balances(of: [Till.booking])[Till.booking] }

    func payableState() async throws -> AuditedPayable.State? {
        try await payments.audit().payables.first { $0.bookingId == Till.booking }?.state
    }

    /// Nothing fails any more, and time goes by until all is done.
    func comeToRest() async throws {
        faults.decide { _ in nil }
        // Longer than the widest gap between two questions about an ended payment.
        for _ in 0..<10 {
            clock.advance(.hours(9))
            try await payments.work()
        }
    }
}

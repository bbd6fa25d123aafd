public import Core
import Foundation

/// Something that happened in one database and that others must hear of.
public struct Event: Sendable {
    /// The name of the database it happened in: `users`, `properties`, `bookings`, `payments`.
    public let source: String
    /// What it is about; events of one subject reach a receiver in order.
    public let subject: String
    /// Rises with each event of the subject.
    public let version: Int64
    public let kind: String
    /// JSON.
    public let body: String

    public init(source: String, subject: String, version: Int64, kind: String, body: String) {
        self.source = source
        self.subject = subject
        self.version = version
        self.kind = kind
        self.body = body
    }

    public func decoded<Body: Decodable>(as type: Body.Type = Body.self) throws -> Body {
        try JSONDecoder().decode(Body.self, from: Data(body.utf8))
    }
}

/// Events leave a database through its outbox, written with the change itself.
public struct Outbox: Sendable {
    public let source: String
    /// Who hears an event of a kind, as `Assembly` says.
    private let receivers: @Sendable (_ kind: String) -> [String]

    public init(source: String, receivers: @escaping @Sendable (String) -> [String]) {
        self.source = source
        self.receivers = receivers
    }

    /// How long the node that committed has for delivering before the poller takes over.
    public static let head = Duration.seconds(2)

    /// Leaves an event in the transaction that made it true.
    public func append(
        _ kind: String, about subject: String, version: Int64, body: some Encodable, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let text = String(decoding: try JSONEncoder.sorted.encode(body), as: UTF8.self)
        for receiver in receivers(kind) {
            try tx.later(
                """
                INSERT INTO outbox (receiver, subject, version, kind, body, created_at, due_at, tries, last_error)
                VALUES (\(receiver), \(subject), \(version), \(kind), \(text), \(now), \(now + Outbox.head), 0, NULL)
                """)
        }
    }
}

extension JSONEncoder {
    /// Members in a fixed order, so that the same event is the same text.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension Transaction {
    /// Applies an event at most once for a receiver: what was seen is remembered in the same transaction.
    /// - Returns: whether it was new.
    @discardableResult
    public func receive(_ event: Event, as receiver: String, _ apply: (borrowing Transaction) throws -> Void) throws
        -> Bool
    {
        let isNew =
            try execute(
                """
                INSERT INTO inbox (source, receiver, subject, version)
                VALUES (\(event.source), \(receiver), \(event.subject), \(event.version))
                ON CONFLICT (source, receiver, subject) DO UPDATE SET version = excluded.version
                WHERE inbox.version < excluded.version
                """) == 1
        if isNew { try apply(self) }
        return isNew
    }
}

/// Takes events from one outbox to those who hear them, at least once and in order per subject.
public struct OutboxDelivery: Sendable {
    public typealias Handler = @Sendable (Event) async throws -> Void

    private let database: any Database
    private let source: String
    private let handlers: [String: Handler]
    private let world: World
    private let heard: HeardEvents

    /// After so many tries a subject waits for a person; the others go on.
    public static let mostTries = 20
    /// How long a round has for what it took.
    static let lease = Duration.seconds(30)
    /// How many events one round takes, so that a round stays short.
    static let batch = 64

    public init(database: any Database, source: String, handlers: [String: Handler], world: World) {
        self.database = database
        self.source = source
        self.handlers = handlers
        self.world = world
        heard = HeardEvents(database: database)
    }

    /// Delivers what one subject has waiting, in order, as far as it goes. Failures are left to the poller.
    /// - Returns: who has heard something.
    @discardableResult
    public func deliver(_ subject: String) async throws -> Set<String> {
        let waiting = try await database.read { reader in
            try reader.all(
                """
                SELECT receiver, subject, version, kind, body, tries FROM outbox
                WHERE subject = \(subject) ORDER BY receiver, version
                """, Waiting.init)
        }
        guard !waiting.isEmpty else { return [] }
        return Set(try await deliver(waiting).map(\.receiver))
    }

    /// Delivers what is due: the net under the node that committed, and the retries.
    /// - Returns: how many were delivered; zero where nothing is due or nothing goes.
    @discardableResult
    public func deliverDue() async throws -> Int {
        let now = world.now()
        let anything = try await database.read { try $0.exists("SELECT 1 FROM outbox WHERE due_at <= \(now) LIMIT 1") }
        guard anything else { return 0 }
        let taken = try await database.claim { tx in
            let heads = try tx.all(
                """
                SELECT receiver, subject, version, kind, body, tries FROM outbox AS o
                WHERE due_at <= \(now) AND tries < \(OutboxDelivery.mostTries) AND NOT EXISTS (
                    SELECT 1 FROM outbox AS earlier
                    WHERE earlier.receiver = o.receiver AND earlier.subject = o.subject AND earlier.version < o.version)
                ORDER BY due_at LIMIT \(OutboxDelivery.batch) FOR UPDATE SKIP LOCKED
                """, Waiting.init)
            // A lease: another node leaves these alone for a while.
            for head in heads {
                try tx.later(
                    """
                    UPDATE outbox SET due_at = \(now + OutboxDelivery.lease)
                    WHERE receiver = \(head.receiver) AND subject = \(head.subject) AND version = \(head.version)
                    """)
            }
            return heads
        }
        return try await deliver(taken).count
    }

    /// - Returns: what was heard.
    private func deliver(_ waiting: [Waiting]) async throws -> [Waiting] {
        // Each receiver and subject is a line of its own; one that fails stops its own line only.
        var lines: [[Waiting]] = []
        for event in waiting {
            if let last = lines.last?.last, last.receiver == event.receiver, last.subject == event.subject {
                lines[lines.count - 1].append(event)
            } else {
                lines.append([event])
            }
        }
        var delivered: [Waiting] = []
        for line in lines {
            for event in line {
                do {
                    guard let handler = handlers[event.receiver] else {
                        throw StorageError.fault("nobody is called \(event.receiver)")
                    }
                    try await handler(event.event(from: source))
                    delivered.append(event)
                } catch {
                    try await postpone(event, because: error)
                    break
                }
            }
        }
        guard !delivered.isEmpty else { return [] }
        try await heard.remove(delivered.map(\.key))
        return delivered
    }

    private func postpone(_ event: Waiting, because error: any Error) async throws {
        let delay = Backoff.delay(afterTries: Int(event.tries), random: world.random)
        let due = world.now() + delay
        let why = String("\(error)".prefix(500))
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE outbox SET tries = tries + 1, due_at = \(due), last_error = \(why)
                WHERE receiver = \(event.receiver) AND subject = \(event.subject) AND version = \(event.version)
                """)
        }
    }

    private struct Waiting: Sendable {
        let receiver: String
        let subject: String
        let version: Int64
        let kind: String
        let body: String
        let tries: Int64

        init(_ row: Row) throws {
            receiver = try row[0]
            subject = try row[1]
            version = try row[2]
            kind = try row[3]
            body = try row[4]
            tries = try row[5]
        }

        var key: HeardEvents.Key { HeardEvents.Key(receiver: receiver, subject: subject, version: version) }

        func event(from source: String) -> Event {
            Event(source: source, subject: subject, version: version, kind: kind, body: body)
        }
    }
}

extension Transaction {
    /// Ends what an earlier process had in hand, where it is known to be dead: events and answers under a key wait for
    /// nobody. An event that was put off for no longer than a lease is tried a little early.
    public func endLeases(at now: Instant) throws {
        try execute(
            "UPDATE outbox SET due_at = \(now) WHERE due_at > \(now) AND due_at <= \(now + OutboxDelivery.lease)")
        try execute("UPDATE idempotency_record SET lease_until = \(now) WHERE outcome IS NULL AND lease_until > \(now)")
    }
}

/// How long to wait before the next try: doubling from a second to ten minutes, with full jitter so that many that
/// failed together do not come back together.
public enum Backoff {
    public static func delay(afterTries tries: Int, random: (Int) -> [UInt8]) -> Duration {
        let ceiling = min(600_000, 1000 << min(tries, 10))
        let bytes = random(4)
        let chance = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return .milliseconds(250 + Int64(chance % UInt64(ceiling)))
    }
}

/// Hands events on at once after a commit, so that an answer can show what it brought about. `Assembly` makes it.
public struct Courier: Sendable {
    /// Delivers what waits about a subject, in all databases, as far as it goes now; never fails: the poller is the net.
    public let deliver: @Sendable (_ subject: String) async -> Void

    public init(deliver: @escaping @Sendable (String) async -> Void) { self.deliver = deliver }
}

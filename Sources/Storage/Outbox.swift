public import Core

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
        try StoredJSON.value(from: body)
    }
}

/// Events leave a database through its outbox, written with the change itself.
public struct Outbox: Sendable {
    public let source: String
    /// Who hears an event of a kind, as `Assembly` says.
    private let receivers: @Sendable (_ kind: String) -> [String]
    private let unhurried: Set<String>

    /// - Parameter unhurried: those of the receivers for whom no answer waits: the poller takes what they hear, at once.
    public init(
        source: String, unhurried: Set<String> = [], receivers: @escaping @Sendable (String) -> [String]
    ) {
        self.source = source
        self.unhurried = unhurried
        self.receivers = receivers
    }

    /// How long the node that committed has for delivering before the poller takes over.
    public static let head = Duration.seconds(2)

    /// Leaves an event in the transaction that made it true.
    public func append(
        _ kind: String, about subject: String, version: Int64, body: some Encodable, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let text = try StoredJSON.text(of: body)
        for receiver in receivers(kind) {
            let due = unhurried.contains(receiver) ? now : now + Outbox.head
            try tx.later(
                """
                INSERT INTO outbox (receiver, subject, version, kind, body, created_at, due_at, tries, last_error)
                VALUES (\(receiver), \(subject), \(version), \(kind), \(text), \(now), \(due), 0, NULL)
                """)
        }
    }
}

extension Transaction {
    /// Applies an event at most once for a receiver: what was seen is remembered in the same transaction.
    /// - Returns: whether it was new.
    @discardableResult
    public func receive(_ event: Event, as receiver: String, _ apply: (borrowing Transaction) throws -> Void) throws
        -> Bool
    {
        let isNew = try execute(remembering(event, as: receiver)) == 1
        if isNew { try apply(self) }
        return isNew
    }

    /// Applies several events as `receive` does one; whether they are new is asked about all at once.
    package func receive(
        _ events: [Event], as receiver: String, _ apply: (_ index: Int, borrowing Transaction) throws -> Void
    ) throws {
        let new = try events.map { event in
            try soon("\(remembering(event, as: receiver)) RETURNING 1") { try $0[0] as Int }
        }
        for (index, isNew) in new.enumerated() where try !isNew.all().isEmpty { try apply(index, self) }
    }

    private func remembering(_ event: Event, as receiver: String) -> SQL {
        """
        INSERT INTO inbox (source, receiver, subject, version)
        VALUES (\(event.source), \(receiver), \(event.subject), \(event.version))
        ON CONFLICT (source, receiver, subject) DO UPDATE SET version = excluded.version
        WHERE inbox.version < excluded.version
        """
    }
}

/// Takes events from one outbox to those who hear them, at least once and in order per subject.
public struct OutboxDelivery: Sendable {
    public typealias Handler = @Sendable (Event) async throws -> Void
    /// Hears several events at once, those of one subject in their order; where it throws it has heard none.
    public typealias BatchHandler = @Sendable ([Event]) async throws -> Void

    let database: any Database
    let source: String
    private let handlers: [String: Handler]
    private let unhurried: [String: BatchHandler]
    let world: World
    private let look: Together<String, [Waiting]>
    private let remove: Together<[Waiting], Void>

    /// After so many tries that failed by the event's own fault a subject waits for a person; the others go on. Trouble
    /// that passes, as a database that is away, counts as no try, however long it takes.
    public static let mostTries = 20
    /// How long an event waits at most before it is tried again where only its receiver's database is in the way, and a
    /// quarter of a second more. So it is heard within some eleven seconds of the moment at which that database answers.
    static let longestPatience = Duration.seconds(10)
    /// How long a round has for what it took; whoever needs longer may find that another node took it too, and receivers
    /// hear it once all the same.
    ///
    /// It is what an event waits for that a node died with, or whose outbox went away between taking and putting off. Once
    /// the databases are back there is one such wait or one of `longestPatience`, never both, so an event is heard within
    /// half a minute of that, also where its round first hangs on a dead connection for the fifteen seconds that this
    /// takes to be seen: well before the minute after which an audit calls it left behind.
    static let lease = Duration.seconds(20)
    /// How many events one round takes, so that a round stays short and its lease is enough.
    package static let batch = 64
    /// How many rounds follow each other at once while there is more: what a thousand holds that end together leave behind
    /// must not wait for as many beats as that has batches.
    static let mostRounds = 64
    /// When what was tried too often is due: the last moment of the year 9999. Only a person has it tried again, so it must
    /// not stand in the way of whoever looks for what is due. Migration `0004-outbox-lines` has the same number.
    package static let never = Instant(milliseconds: 253_402_300_799_999)

    /// - Parameters:
    ///   - handlers: who hears events before the answer goes out to whoever caused them.
    ///   - unhurried: who hears them afterwards, in the background.
    public init(
        database: any Database, source: String, handlers: [String: Handler], unhurried: [String: BatchHandler] = [:],
        world: World
    ) {
        self.database = database
        self.source = source
        self.handlers = handlers
        self.unhurried = unhurried
        self.world = world
        look = Together { subjects in
            try await database.read { reader in
                let found = try subjects.map { subject in
                    try reader.soon(
                        """
                        SELECT receiver, subject, version, kind, body, tries, created_at FROM outbox
                        WHERE subject = \(subject) ORDER BY receiver, version
                        """, Waiting.init)
                }
                return try found.map { try $0.all() }
            }
        }
        remove = Together { heard in
            try await database.write { tx in
                for event in heard.joined() {
                    try tx.later(
                        """
                        DELETE FROM outbox WHERE receiver = \(event.receiver) AND subject = \(event.subject)
                            AND version = \(event.version)
                        """)
                }
            }
            return heard.map { _ in }
        }
    }

    /// Delivers what one subject has waiting, in order, as far as it goes. Failures are left to the poller.
    /// - Parameter unhurried: also to those for whom no answer waits.
    /// - Returns: who has heard something.
    @discardableResult
    public func deliver(_ subject: String, unhurried: Bool = false) async throws -> Set<String> {
        let waiting = try await look(subject).filter { unhurried || self.unhurried[$0.receiver] == nil }
        return Set(try await deliver(waiting).map(\.receiver))
    }

    /// Delivers what is due: what nobody waits for, the net under the node that committed, and the retries. Goes on while
    /// there is more, within bounds: a round takes the first event of each line. A receiver that hears nothing in a round is
    /// left alone until the next call: where its database is away, a backlog is not taken and put off for nothing.
    /// - Returns: how many were delivered; zero where nothing is due or nothing goes.
    @discardableResult
    public func deliverDue() async throws -> Int {
        var delivered = 0
        var hearing = try await receivers()
        // Each receiver for itself, in turn: the backlog of one stands in nobody's way.
        for _ in 0..<OutboxDelivery.mostRounds where !hearing.isEmpty {
            var next: [String] = []
            for receiver in hearing {
                let count = try await deliver(try await takeDue(for: receiver)).count
                if count > 0 { next.append(receiver) }
                delivered += count
            }
            hearing = next
        }
        return delivered
    }

    /// For whom anything waits, due or not, whether anybody is called so or not; by one step in an index for each.
    private func receivers() async throws -> [String] {
        try await database.read { reader in
            try reader.values(
                """
                WITH RECURSIVE line (receiver) AS (
                    SELECT MIN(receiver) FROM outbox
                    UNION ALL
                    SELECT (SELECT MIN(receiver) FROM outbox WHERE receiver > line.receiver) FROM line
                    WHERE receiver IS NOT NULL)
                SELECT receiver FROM line WHERE receiver IS NOT NULL
                """)
        }
    }

    /// The first due event of each line of a receiver, kept from other nodes for a while.
    private func takeDue(for receiver: String) async throws -> [Waiting] {
        let now = world.now()
        // What waits behind an event that was put off, or given up, is past its own moment and yet not due.
        let due: SQL = """
            FROM outbox AS o
            WHERE receiver = \(receiver) AND due_at <= \(now) AND tries < \(OutboxDelivery.mostTries) AND NOT EXISTS (
                SELECT 1 FROM outbox AS earlier
                WHERE earlier.receiver = o.receiver AND earlier.subject = o.subject AND earlier.version < o.version)
            """
        guard try await database.read({ try $0.exists("SELECT 1 \(due) LIMIT 1") }) else { return [] }
        return try await database.claim { tx in
            let heads = try tx.all(
                """
                SELECT receiver, subject, version, kind, body, tries, created_at \(due)
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
    }

    /// - Returns: what was heard.
    private func deliver(_ waiting: [Waiting]) async throws -> [Waiting] {
        guard !waiting.isEmpty else { return [] }
        var round = Round()
        for (receiver, handler) in unhurried.sorted(by: { $0.key < $1.key }) {
            await deliver(waiting.filter { $0.receiver == receiver }, at: handler, &round)
        }
        // Each receiver for itself: who takes long over an event keeps it from no other.
        let others = waiting.filter { unhurried[$0.receiver] == nil }
        let receivers = Set(others.map(\.receiver)).sorted()
        if receivers.count < 2 {
            round.add(await heard(others))
        } else {
            let rounds = await withTaskGroup(of: (receiver: String, round: Round).self) { group in
                for receiver in receivers {
                    let its = others.filter { $0.receiver == receiver }
                    group.addTask { (receiver, await heard(its)) }
                }
                return await group.reduce(into: [String: Round]()) { $0[$1.receiver] = $1.round }
            }
            for receiver in receivers { rounds[receiver].map { round.add($0) } }
        }
        if !round.heard.isEmpty { try await remove(round.heard) }
        if !round.put.isEmpty { try await store(round.put) }
        return round.heard
    }

    /// What a round has come to.
    private struct Round: Sendable {
        var heard: [Waiting] = []
        var put: [PutOff] = []
        /// Whose database is away is not asked again in this round: each question may wait long for its answer.
        var away: [String: any Error] = [:]

        mutating func add(_ other: Round) {
            heard += other.heard
            put += other.put
        }
    }

    /// Has one receiver hear what waits for it. Each subject is a line of its own; one that fails stops its own line only.
    private func heard(_ waiting: [Waiting]) async -> Round {
        var round = Round()
        var stopped: String?
        for event in waiting where event.subject != stopped {
            if await !deliver(event, &round) { stopped = event.subject }
        }
        return round
    }

    /// Everything that waits for one receiver at once; event by event where that does not go.
    private func deliver(_ waiting: [Waiting], at handler: BatchHandler, _ round: inout Round) async {
        guard let first = waiting.first else { return }
        do {
            if let why = round.away[first.receiver] { throw why }
            try await handler(waiting.map { $0.event(from: source) })
            round.heard += waiting
        } catch  where waiting.count == 1 || error.mayPass {
            if error.mayPass { round.away[first.receiver] = error }
            round.put += waiting.map { putOff($0, because: error) }
        } catch {
            var stopped: Set<String> = []
            for event in waiting where !stopped.contains(event.subject) {
                let count = round.heard.count
                await deliver([event], at: handler, &round)
                if round.heard.count == count { stopped.insert(event.subject) }
            }
        }
    }

    /// - Returns: whether it was heard.
    private func deliver(_ event: Waiting, _ round: inout Round) async -> Bool {
        do {
            if let why = round.away[event.receiver] { throw why }
            guard let handler = handlers[event.receiver] else {
                throw StorageError.fault("nobody is called \(event.receiver)")
            }
            try await handler(event.event(from: source))
            round.heard.append(event)
            return true
        } catch {
            if error.mayPass { round.away[event.receiver] = error }
            round.put.append(putOff(event, because: error))
            return false
        }
    }

    /// An event that was not heard, and when it is tried again.
    private struct PutOff: Sendable {
        let event: Waiting
        let due: Instant
        let why: String
        /// 0 where it was no fault of the event.
        let tries: Int
    }

    private func putOff(_ event: Waiting, because error: any Error) -> PutOff {
        let now = world.now()
        let passes = error.mayPass
        let delay =
            passes
            // The longer it has waited already the longer it waits again: nothing is counted that could double.
            ? Backoff.delay(
                upTo: min(max(now.since(event.createdAt), .seconds(1)), OutboxDelivery.longestPatience),
                random: world.random)
            : Backoff.delay(afterTries: Int(event.tries), random: world.random)
        return PutOff(event: event, due: now + delay, why: String("\(error)".prefix(500)), tries: passes ? 0 : 1)
    }

    private func store(_ put: [PutOff]) async throws {
        try await database.write { tx in
            for one in put {
                try tx.later(
                    """
                    UPDATE outbox SET tries = tries + \(one.tries), last_error = \(one.why), due_at = CASE
                        WHEN tries + \(one.tries) < \(OutboxDelivery.mostTries) THEN \(one.due)
                        ELSE \(OutboxDelivery.never) END
                    WHERE receiver = \(one.event.receiver) AND subject = \(one.event.subject)
                        AND version = \(one.event.version)
                    """)
            }
        }
    }

    private struct Waiting: Sendable {
        let receiver: String
        let subject: String
        let version: Int64
        let kind: String
        let body: String
        let tries: Int64
        let createdAt: Instant

        init(_ row: Row) throws {
            receiver = try row[0]
            subject = try row[1]
            version = try row[2]
            kind = try row[3]
            body = try row[4]
            tries = try row[5]
            createdAt = try row[6]
        }

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
        delay(upTo: .milliseconds(min(600_000, 1000 << min(tries, 10))), random: random)
    }

    /// A quarter of a second and anything up to a ceiling of a millisecond or more.
    static func delay(upTo ceiling: Duration, random: (Int) -> [UInt8]) -> Duration {
        let bytes = random(4)
        let chance = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return .milliseconds(250 + Int64(chance % UInt64(max(1, ceiling.wholeMilliseconds))))
    }
}

/// Hands events on at once after a commit, so that an answer can show what it brought about. `Assembly` makes it.
public struct Courier: Sendable {
    /// Delivers what waits about a subject, in all databases, as far as it goes now; never fails: the poller is the net.
    public let deliver: @Sendable (_ subject: String) async -> Void

    public init(deliver: @escaping @Sendable (String) async -> Void) { self.deliver = deliver }
}

import Core
import Storage
import Synchronization

/// A database as one node has it: it may fail before or after a commit, run a body again, or never answer because the
/// node crashed meanwhile.
struct FaultyDatabase: Database {
    let name: String
    let inner: any Database
    let life: Life
    let stage: Stage

    func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try await stage.scheduler.turn(of: life)
        if stage.weather.breaksRead { throw StorageError.unavailable(Simulated.why) }
        return try await inner.read(body)
    }

    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        try await stage.scheduler.turn(of: life)
        let side = stage.weather.breaksWrite
        if side == .before { throw StorageError.unavailable(Simulated.why) }
        let tap = OutboxTap()
        let tapped: @Sendable (borrowing Transaction) throws -> T = { [name, stage] tx in
            tap.begin()
            return try body(Transaction(TappedConnection(tx.connection, source: name, stage.planted, tap)))
        }
        if stage.weather.repeatsWrite { try await lose(tapped) }
        let value = try await inner.write(tapped)
        stage.committed(name, tap.events)
        try await stage.scheduler.turn(of: life)
        if side == .after { throw StorageError.unknownOutcome }
        return value
    }

    /// Runs the body and takes back what it changed, as where a transaction loses to another one.
    private func lose<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws {
        do {
            try await inner.write { tx in
                _ = try body(tx)
                throw Conflict()
            }
        } catch is Conflict {
            return
        }
    }

    func close() throws { try inner.close() }

    private struct Conflict: Error {}
}

/// Keeps copies of the events that a transaction leaves.
final class OutboxTap: Sendable {
    private let copies = Mutex<[SentEvent]>([])

    func begin() { copies.withLock { $0 = [] } }
    func add(_ event: SentEvent) { copies.withLock { $0.append(event) } }
    var events: [SentEvent] { copies.withLock { $0 } }
}

/// An event on its way to one receiver.
struct SentEvent: Sendable {
    let receiver: String
    let event: Event
}

/// A connection that looks at statements on their way: for copies of events, and for faults that are planted.
final class TappedConnection: Connection {
    private let inner: any Connection
    private let source: String
    private let planted: PlantedFault?
    private let tap: OutboxTap

    init(_ inner: any Connection, source: String, _ planted: PlantedFault?, _ tap: OutboxTap) {
        self.inner = inner
        self.source = source
        self.planted = planted
        self.tap = tap
    }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
        guard let rows = try planted?.rows(of: sql, { try values(of: sql) }) else { return try inner.query(sql, each) }
        for values in rows {
            guard try each(Row(columnCount: values.count, value: { values[$0] }, column: { _ in nil })) else { return }
        }
    }

    private func values(of sql: SQL) throws -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        try inner.query(sql) { row in
            rows.append((0..<row.columnCount).map { row.value($0) })
            return true
        }
        return rows
    }

    func run(script: String) throws { try inner.run(script: script) }

    func execute(_ sql: SQL) throws -> Int {
        if let answer = planted?.answer(to: sql) { return answer }
        let changes = try inner.execute(sql)
        if sql.fragments[0].hasPrefix("INSERT INTO outbox") { copy(sql.values) }
        return planted?.claimedChanges(of: sql) ?? changes
    }

    /// The values in the order of `Outbox.append`: receiver, subject, version, kind, body.
    private func copy(_ values: [SQLValue]) {
        guard values.count >= 5, case .text(let receiver) = values[0], case .text(let subject) = values[1],
            case .integer(let version) = values[2], case .text(let kind) = values[3], case .text(let body) = values[4]
        else { return }
        let event = Event(source: source, subject: subject, version: version, kind: kind, body: body)
        tap.add(SentEvent(receiver: receiver, event: event))
    }
}

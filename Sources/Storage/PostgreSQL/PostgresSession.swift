import CLibpq
import Foundation

/// One connection to a server, in libpq's pipeline mode: a statement whose outcome nobody looks at is sent with the next
/// one, so that a transaction takes few round trips. Used by one thread at a time.
final class PostgresSession: Connection {
    /// What the server still owes an answer for, in order.
    private struct Expected {
        enum Kind { case prepare(key: String), statement, query, asked(Asked), sync }
        let kind: Kind
        /// Its failure is of no interest any more.
        var isDismissed = false
    }

    /// A query that was sent and not waited for.
    private final class Asked {
        let each: (Row) throws -> Void
        var isAnswered = false
        /// What `each` threw.
        var thrown: (any Error)?

        init(_ each: @escaping (Row) throws -> Void) { self.each = each }

        func take(_ result: OpaquePointer?) {
            isAnswered = true
            guard let result else { return }
            let cursor = PostgresCursor(result)
            do {
                for number in 0..<PQntuples(result) {
                    cursor.number = number
                    try each(cursor.row)
                }
            } catch { thrown = error }
        }
    }

    private let wire: PostgresWire
    private let roundTrips: RoundTrips
    private var expected: [Expected] = []
    /// The name of each statement the server has prepared, by its text and the types of its values.
    private var prepared: [String: String] = [:]
    private var lastName = 0
    /// What went wrong first in this transaction, for a body that swallowed it.
    private var failure: PostgresFailure?
    private var isStreaming = false
    /// How many prepared statements a connection keeps on the server, at some 20 kB each.
    static let mostPrepared = 200
    /// How many statements wait for the next one at most, so that buffers on both sides stay small.
    static let mostExpected = 256

    init(_ wire: PostgresWire, _ roundTrips: RoundTrips) {
        self.wire = wire
        self.roundTrips = roundTrips
    }

    /// Whether the server has not hung up meanwhile.
    var isAlive: Bool { wire.isAlive }

    // MARK: Transactions

    func begin(_ statement: SQL) throws {
        failure = nil
        try later(statement)
    }

    /// - Throws: `PostgresFailure` where nothing was committed, `StorageError.unknownOutcome` where nobody knows.
    func commit() throws {
        if let failure { throw failure }
        wire.forgetWarnings()
        let result: OpaquePointer?
        do {
            result = try patiently {
                try send("COMMIT", as: .query)
                return try answer()
            }
        } catch PostgresFailure.lost {
            // Also where the server ended the session while it waited for a standby: it may stand.
            throw StorageError.unknownOutcome
        }
        defer { PQclear(result) }
        // A COMMIT that was cancelled while it waited for a standby reports success, with a warning.
        if wire.hasWarned { throw StorageError.unknownOutcome }
        let tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
        guard tag == "COMMIT" else {
            throw failure ?? PostgresFailure.final(.fault("the transaction ended with \(tag)"))
        }
    }

    /// Ends the transaction without waiting for the answer: nothing depends on it.
    func dismiss(_ statement: SQL) throws {
        failure = nil
        // A failure among what was not sent yet must not make the server pass over this one.
        if !expected.isEmpty { try mark() }
        try send(statement, as: .statement)
        try mark()
        for index in expected.indices { expected[index].isDismissed = true }
        try wire.flush()
    }

    // MARK: Statements

    func later(_ sql: SQL) throws {
        try send(sql, as: .statement)
        if expected.count >= PostgresSession.mostExpected { PQclear(try answer()) }
    }

    func execute(_ sql: SQL) throws -> Int {
        try send(sql, as: .query)
        let result = try answer()
        defer { PQclear(result) }
        return PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
        try send(sql, as: .query)
        guard let result = try answer() else { return }
        defer { PQclear(result) }
        let cursor = PostgresCursor(result)
        for number in 0..<PQntuples(result) {
            cursor.number = number
            guard try each(cursor.row) else { return }
        }
    }

    var isFarAway: Bool { true }

    func soon(_ sql: SQL, _ each: @escaping (Row) throws -> Void) throws -> () throws -> Void {
        let asked = Asked(each)
        try send(sql, as: .asked(asked))
        return { [self] in
            if !asked.isAnswered { PQclear(try answer()) }
            if let thrown = asked.thrown { throw thrown }
        }
    }

    func stream(_ sql: SQL, _ each: (Row) throws -> Void) throws {
        try send(sql, as: .query)
        isStreaming = true
        defer { isStreaming = false }
        var thrown: (any Error)?
        // After an error the rest is read and thrown away: the session can be used again.
        _ = try patiently {
            try answer(isStreamed: true) { result in
                guard thrown == nil else { return }
                do { try each(PostgresCursor(result).row) } catch { thrown = error }
            }
        }
        if let thrown { throw thrown }
    }

    func run(script: String) throws {
        PQclear(try answer())
        // A column of text is ordered by its bytes, as SQLite does, whatever the database was made with; a cast names a
        // type only.
        let script = script.replacing(#/(AS )?\bTEXT\b/#) { $0.1 == nil ? "TEXT COLLATE \"C\"" : $0.0 }
        do {
            try wire.run(script: script)
        } catch let error as PostgresFailure {
            failure = failure ?? error
            throw error
        }
        roundTrips.count()
    }

    // MARK: The pipeline

    private func send(_ sql: SQL, as kind: Expected.Kind) throws {
        guard !isStreaming else { throw StorageError.fault("a query within a streamed one") }
        let parameters = PostgresParameters(sql.values)
        let text = sql.text { "$\($0)" }
        let key = "\(parameters.signature) \(text)"
        let name: String
        if let known = prepared[key] {
            name = known
        } else {
            if prepared.count >= PostgresSession.mostPrepared { try forgetPrepared() }
            lastName += 1
            name = "s\(lastName)"
            try wire.prepare(name, text, parameters.types)
            prepared[key] = name
            expected.append(Expected(kind: .prepare(key: key)))
        }
        try wire.execute(name, parameters)
        expected.append(Expected(kind: kind))
    }

    private func forgetPrepared() throws {
        prepared.removeAll()
        try wire.executeUnprepared("DEALLOCATE ALL")
        expected.append(Expected(kind: .statement, isDismissed: true))
    }

    private func mark() throws {
        try wire.mark()
        expected.append(Expected(kind: .sync))
    }

    private func patiently<T>(_ work: () throws -> T) rethrows -> T {
        let usual = wire.patience
        wire.patience = max(usual, PostgresWire.longPatience)
        defer { wire.patience = usual }
        return try work()
    }

    private func answer() throws -> OpaquePointer? { try answer(isStreamed: false) { _ in } }

    /// Sends what waits and reads every answer that is owed.
    /// - Parameter each: is given each row of the query, where it is streamed.
    /// - Returns: the result of the query among them, to be cleared by the caller; nothing where there is none.
    private func answer(isStreamed: Bool, _ each: (OpaquePointer) -> Void) throws -> OpaquePointer? {
        guard !expected.isEmpty else { return nil }
        try mark()
        roundTrips.count()
        var found: OpaquePointer?
        var wrong: PostgresFailure?
        for step in expected {
            do {
                switch step.kind {
                case .sync: try wire.readSync()
                case .prepare(let key):
                    let result = try wire.readResult()
                    // Passed over, because something before it failed: the server does not know it.
                    if PQresultStatus(result) == PGRES_PIPELINE_ABORTED { prepared[key] = nil }
                    PQclear(result)
                case .statement: PQclear(try wire.readResult())
                case .query where isStreamed: try wire.readRows(each)
                case .query: found = try wire.readResult()
                case .asked(let asked):
                    let result = try wire.readResult()
                    asked.take(result)
                    PQclear(result)
                }
            } catch let error as PostgresFailure {
                if case .lost = error {
                    PQclear(found)
                    expected.removeAll()
                    throw error
                }
                if case .prepare(let key) = step.kind { prepared[key] = nil }
                if !step.isDismissed { wrong = wrong ?? error }
            }
        }
        expected.removeAll(keepingCapacity: true)
        if let wrong {
            PQclear(found)
            failure = failure ?? wrong
            throw wrong
        }
        return found
    }
}

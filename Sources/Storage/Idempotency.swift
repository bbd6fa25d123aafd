public import Core

/// The answer of a use case: what it did, or why not. Codable, so that it can be given again.
public enum Outcome<Value: Codable & Sendable>: Codable, Sendable {
    case done(Value)
    case refused(Problem)

    /// - Throws: the `Problem` it was refused with.
    public func get() throws(Problem) -> Value {
        switch self {
        case .done(let value): return value
        case .refused(let problem): throw problem
        }
    }
}

/// What a first look at a record of a use case that calls outside found.
public enum Lease<Value: Codable & Sendable>: Sendable {
    /// Nobody has done it yet, or whoever began has had their time: go on.
    case granted
    case answered(Outcome<Value>)
}

extension Database {
    /// Runs a use case that is one transaction once for a key: who asks again gets the first answer, whatever would refuse
    /// them now, and whatever refuses is recorded.
    /// - Parameters:
    ///   - ready: gathers what the transaction needs, and may refuse; it changes nothing, so it may run again.
    ///   - work: the transaction.
    public func once<Ready: Sendable, Value: Codable & Sendable>(
        _ once: Once?, at now: Instant, ready: () async throws -> Ready,
        _ work: @escaping @Sendable (borrowing Transaction, Ready) throws -> Value
    ) async throws -> Outcome<Value> {
        do {
            let gathered = try await ready()
            return try await write { tx in try tx.once(once, at: now) { try work($0, gathered) } }
        } catch let refusal as Problem where refusal.isAnswer {
            guard let once else { return .refused(refusal) }
            return try await write { tx in try tx.once(once, at: now) { _ in throw refusal } }
        }
    }

    /// Removes records older than they need be kept, a bounded number in each transaction.
    public func forgetOldAnswers(at now: Instant) async throws {
        let before = now - Once.kept
        try await inBatches { tx, limit in
            try tx.execute(
                """
                DELETE FROM idempotency_record WHERE (person, path, key) IN (
                    SELECT person, path, key FROM idempotency_record WHERE created_at < \(before)
                    ORDER BY created_at LIMIT \(limit))
                """)
        }
    }

    /// As `KeepsAnswers` says.
    public func keep(_ refusal: Problem, for once: Once, at now: Instant) async throws -> Problem {
        let outcome: Outcome<Nothing> = try await write { tx in
            try tx.once(once, at: now) { _ in throw refusal }
        }
        guard case .refused(let first) = outcome else { return refusal }
        return first
    }
}

/// What a refusal is kept instead of.
private struct Nothing: Codable, Sendable {}

extension Transaction {
    /// Runs `work` once for a key; who asks again gets the first answer again.
    ///
    /// A `Problem` thrown by `work` is an answer too: what `work` changed is undone, and the refusal is recorded unless
    /// asking again may help (429 and 5xx leave no record). Without a key nothing is recorded.
    /// - Returns: the outcome, now or as it was the first time.
    public func once<Value: Codable & Sendable>(
        _ once: Once?, at now: Instant, _ work: (borrowing Transaction) throws -> Value
    ) throws -> Outcome<Value> {
        guard let once else { return try attempt(work) }
        // Travels with what `work` asks first. Where somebody was first, all that `work` did meanwhile is undone.
        let isFirst = try soon(insertion(of: once, at: now, lease: .zero, returning: "RETURNING 1")) {
            try $0[0] as Int
        }
        var outcome: Outcome<Value>?
        if isFirst.atOnce?.isEmpty != true {
            outcome = try savepoint { step -> Savepoint<Outcome<Value>?> in
                let outcome = try Transaction.outcome { try work(step) }
                guard try !isFirst.all().isEmpty else { return .undo(nil) }
                if case .refused = outcome { return .undo(outcome) }
                return .keep(outcome)
            }
        }
        if outcome == nil {
            if case .answered(let first) = try take(once, at: now, lease: .zero, as: Value.self) { return first }
        }
        // Nothing where whoever began it never came to its end.
        let mine = try outcome ?? attempt(work)
        try record(mine, for: once)
        return mine
    }

    /// Begins a use case that calls outside: the record comes first, with a lease.
    /// - Throws: `Problem` `idempotency_key_in_use` while the first still runs, `idempotency_key_reused` for another body.
    public func take<Value: Codable & Sendable>(
        _ once: Once, at now: Instant, lease: Duration, as type: Value.Type
    ) throws -> Lease<Value> {
        let (person, path, key) = (once.key.person, once.key.path, once.key.key)
        let isFirst = try execute(insertion(of: once, at: now, lease: lease, returning: "")) == 1
        guard !isFirst else { return .granted }
        guard let record = try answerRecord(of: once) else { return .granted }
        if let outcome = try record.answer(to: once, as: Value.self) { return .answered(outcome) }
        guard record.leaseUntil <= now else {
            throw Problem(
                .idempotencyKeyInUse, "The first request with this Idempotency-Key is still running. Ask again shortly."
            )
        }
        try execute(
            """
            UPDATE idempotency_record SET lease_until = \(now + lease)
            WHERE person = \(person) AND path = \(path) AND key = \(key)
            """)
        return .granted
    }

    /// Keeps the answer for who asks again; a refusal that may pass leaves no record.
    public func record<Value>(_ outcome: Outcome<Value>, for once: Once) throws {
        let (person, path, key) = (once.key.person, once.key.path, once.key.key)
        if case .refused(let problem) = outcome, problem.mayPass {
            try execute(
                "DELETE FROM idempotency_record WHERE person = \(person) AND path = \(path) AND key = \(key)")
            return
        }
        let text = try StoredJSON.text(of: outcome)
        try later(
            """
            UPDATE idempotency_record SET outcome = \(text)
            WHERE person = \(person) AND path = \(path) AND key = \(key)
            """)
    }

    /// Forgets a record whose work could not be done.
    public func forget(_ once: Once) throws {
        try execute(
            """
            DELETE FROM idempotency_record
            WHERE person = \(once.key.person) AND path = \(once.key.path) AND key = \(once.key.key) AND outcome IS NULL
            """)
    }

    private func insertion(of once: Once, at now: Instant, lease: Duration, returning: SQL) -> SQL {
        """
        INSERT INTO idempotency_record (person, path, key, body_hash, outcome, lease_until, created_at)
        VALUES (\(once.key.person), \(once.key.path), \(once.key.key), \(once.bodyHash), NULL, \(now + lease), \(now))
        ON CONFLICT (person, path, key) DO NOTHING \(returning)
        """
    }

    private func attempt<Value: Codable & Sendable>(
        _ work: (borrowing Transaction) throws -> Value
    ) throws -> Outcome<Value> {
        try savepoint { step in
            let outcome = try Transaction.outcome { try work(step) }
            if case .refused = outcome { return .undo(outcome) }
            return .keep(outcome)
        }
    }

    /// A `Problem` is an answer too.
    private static func outcome<Value: Codable & Sendable>(of work: () throws -> Value) throws -> Outcome<Value> {
        do {
            return .done(try work())
        } catch let problem as Problem {
            return .refused(problem)
        }
    }
}

/// A record as it is stored.
private struct AnswerRecord: Sendable {
    let bodyHash: String
    /// Nothing while the first still runs.
    let outcome: String?
    let leaseUntil: Instant

    /// - Returns: nothing while the first still runs.
    /// - Throws: `Problem` `idempotency_key_reused` for another body.
    func answer<Value>(to once: Once, as type: Value.Type = Value.self) throws -> Outcome<Value>? {
        guard bodyHash == once.bodyHash else {
            throw Problem(
                .idempotencyKeyReused,
                "This Idempotency-Key was used with another body. Use a new key for a new request.")
        }
        return try outcome.map { try StoredJSON.value(from: $0) }
    }
}

extension Queries where Self: ~Copyable {
    fileprivate func answerRecord(of once: Once) throws -> AnswerRecord? {
        try first(
            """
            SELECT body_hash, outcome, lease_until FROM idempotency_record
            WHERE person = \(once.key.person) AND path = \(once.key.path) AND key = \(once.key.key)
            """
        ) { row in AnswerRecord(bodyHash: try row[0], outcome: try row[1], leaseUntil: try row[2]) }
    }
}

extension Problem {
    /// Whether it answers the request itself, and not the key it came under.
    fileprivate var isAnswer: Bool { code != .idempotencyKeyReused && code != .idempotencyKeyInUse }

    /// Whether the same request may succeed later without being changed.
    fileprivate var mayPass: Bool {
        switch code {
        case .rateLimited, .internal, .providerUnavailable, .unavailable, .idempotencyKeyInUse: true
        case .malformedRequest, .unauthenticated, .forbidden, .notFound, .methodNotAllowed, .nightsUnavailable,
            .holdExpired, .stateConflict, .payloadTooLarge, .unsupportedMediaType, .validationFailed,
            .idempotencyKeyReused:
            false
        }
    }
}

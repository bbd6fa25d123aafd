public import Core
import Storage

/// A person as an operator sees them.
public struct KnownPerson: Sendable, Equatable {
    public let person: Person
    /// When the account was made.
    public let since: Instant
}

// What operators do with people. Anyone else is refused.
extension Accounts {
    /// The longest text that people are looked for with, in characters.
    public static let longestSearch = 200

    /// The people, newest first.
    /// - Parameters:
    ///   - text: a part of an address or a name, without case; empty finds everyone.
    ///   - role: only who may be this.
    ///   - cursor: where the page before ended.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func people(
        matching text: String, role: Role?, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<KnownPerson> {
        try Accounts.requireOperator(caller)
        let place = try cursor.map { try MomentCursor($0) }
        let found = try await store.people(
            matching: String(text.prefix(Accounts.longestSearch)), role: role, after: place, limit: limit + 1)
        return Page(found, limit: limit) { MomentCursor($0.since, $0.person.id.text) }
    }

    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `not_found`.
    public func knownPerson(_ id: UserID, for caller: Caller) async throws -> KnownPerson {
        try Accounts.requireOperator(caller)
        guard let found = try await store.knownPerson(id) else { throw Problem.notFound("person") }
        return found
    }

    /// Where a person is signed in, the newest first.
    /// - Throws: `Problem` `forbidden` for anyone but an operator.
    public func sessions(of id: UserID, for caller: Caller) async throws -> [OpenSession] {
        try Accounts.requireOperator(caller)
        return try await store.sessions(of: id, at: world.now()).map { session in
            OpenSession(id: session.id, createdAt: session.createdAt, expiresAt: session.expiresAt, isCurrent: false)
        }
    }

    /// Signs a person out everywhere, at once and on every node. Their password stays.
    /// - Returns: how many sessions that ended.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `not_found`, `validation_failed` on `reason`.
    public func endSessions(of id: UserID, reason: String, by caller: Caller, once: Once?) async throws -> Int {
        try Accounts.requireOperator(caller)
        let now = world.now()
        let act = OperatorAct(
            id: Base32.text(of: world.random(16)), operatorId: caller.id, act: "end sessions", subject: id.text,
            reason: try OperatorAct.checked(reason), at: now)
        return try await store.endSessions(of: id, act, once: once)
    }

    /// What operators did to people and about mails, newest first.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func operatorActs(
        _ filter: OperatorActFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> [OperatorAct] {
        try Accounts.requireOperator(caller)
        return try await store.database.operatorActs(
            filter, after: try cursor.map { try MomentCursor($0) }, limit: limit)
    }

    private static func requireOperator(_ caller: Caller) throws(Problem) {
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators may look after people.") }
    }
}

extension Accounts: KeepsAnswers {
    public func keep(_ refusal: Problem, for once: Once) async throws -> Problem {
        try await store.database.keep(refusal, for: once, at: world.now())
    }
}

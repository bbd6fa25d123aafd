public import Core
import Foundation

/// What people change about their own account.
extension Accounts {
    /// Changes what is named and nothing else.
    /// - Parameters:
    ///   - name: nothing keeps it.
    ///   - language: the code of a language, as `de`; nothing keeps it.
    /// - Throws: `Problem` `validation_failed` with every field that is wrong.
    public func change(name: String?, language: String?, for caller: Caller) async throws -> Person {
        var errors: [Problem.FieldError] = []
        let name = name?.trimmingCharacters(in: .whitespacesAndNewlines)
        if let name, let error = NewAccount.error(inName: name) { errors.append(error) }
        if let language, !Person.isLanguage(language) {
            errors.append(.init("language", "invalid", "A language is a code of two or three letters, as de."))
        }
        guard errors.isEmpty else { throw Problem(.validationFailed, errors[0].message, errors: errors) }
        return try await store.change(caller.id, name: name, language: language)
    }

    /// Sets another password and ends every other session: whoever knew the old one is out.
    /// - Parameters:
    ///   - token: the session that goes on.
    ///   - address: the network address it is asked from; wrong guesses are limited as at signing in.
    /// - Throws: `Problem`: `validation_failed` for a wrong current password or a new one that will not do,
    ///   `rate_limited`, `unavailable` where too many wait for their password to be hashed.
    public func changePassword(
        from current: String, to new: String, for caller: Caller, keeping token: String?, from address: String
    ) async throws {
        let now = world.now()
        guard let person = try await person(caller.id) else { throw Problem.notFound("person") }
        let key = EmailAddress.key(of: person.email)
        let failures = limits.map { [RateBucket.failures(of: key, $0), .failures(from: address, $0)] } ?? []
        try await store.refuseBeyond(failures, at: now)
        let credential = try await store.credential(forEmailKey: key)
        guard try await hashing.verify(current, against: credential?.passwordHash),
            let checked = credential?.passwordHash
        else {
            try await store.count(failures, at: now)
            throw Problem.invalid("currentPassword", "wrong", "This is not your current password.")
        }
        if let error = PasswordPolicy.error(in: new) {
            throw Problem.invalid("newPassword", error.code, error.message)
        }
        let hash = try await hashing.hash(new, random: world.random)
        try await store.changePassword(
            hash, checked: checked, of: person.id, keeping: token.flatMap { Session.hash(of: $0) }, at: now)
    }

    /// Where the caller is signed in, the newest first.
    /// - Parameter token: the session that asks.
    public func sessions(for caller: Caller, token: String?) async throws -> [OpenSession] {
        let current = token.flatMap { Session.hash(of: $0) }
        return try await store.sessions(of: caller.id, at: world.now()).map { session in
            OpenSession(
                id: session.id, createdAt: session.createdAt, expiresAt: session.expiresAt,
                isCurrent: session.tokenHash == current)
        }
    }

    /// Ends one of the caller's sessions, at once and on every node.
    /// - Throws: `Problem` `not_found` for a session that is not theirs, or not there any more.
    public func endSession(_ id: SessionID, for caller: Caller) async throws {
        let sessions = try await store.sessions(of: caller.id, at: world.now())
        guard let session = sessions.first(where: { $0.id == id }) else { throw Problem.notFound("session") }
        try await store.end(tokenHash: session.tokenHash)
    }
}

/// A session as its person sees it: never its token.
public struct OpenSession: Sendable, Equatable {
    public let id: SessionID
    public let createdAt: Instant
    public let expiresAt: Instant
    /// Whether it is the one that asks.
    public let isCurrent: Bool
}

extension Session {
    /// What it is called by. Made from the hash of its token, from which no way leads back.
    var id: SessionID { SessionID(stored: "\(SessionKind.prefix)_\(tokenHash.prefix(26))") }
}

extension Person {
    fileprivate static func isLanguage(_ code: String) -> Bool {
        (2...3).contains(code.utf8.count)
            && code.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }
}

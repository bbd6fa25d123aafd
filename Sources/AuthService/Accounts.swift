public import Core
package import Storage

/// People, their passwords, sessions and roles.
public struct Accounts: Sendable {
    let store: AccountStore
    let world: World
    let hashing: PasswordHashing
    let limits: SignInLimits?

    /// - Parameter limits: nothing lifts the limits on tries (for load tests).
    package init(
        database: any Database, world: World, outbox: Outbox, hashing: PasswordHashing, limits: SignInLimits?
    ) {
        store = AccountStore(database: database, outbox: outbox)
        self.world = world
        self.hashing = hashing
        self.limits = limits
    }

    /// Makes an account and signs its person in.
    /// - Parameters:
    ///   - language: the code of the language they read, as `de`: that of the page; letters are written in it.
    ///   - address: the network address it is asked from; registrations are limited by it.
    /// - Throws: `Problem`: `validation_failed` with every field that is wrong, `rate_limited`, `state_conflict` for an
    ///   address in use, `unavailable` where too many wait for their password to be hashed.
    public func register(
        email: String, password: String, name: String, language: String? = nil, from address: String
    ) async throws -> SignedIn {
        let now = world.now()
        let account = try NewAccount(email: email, name: name, password: password)
        if let limits { try await store.count([.registrations(from: address, limits)], at: now) }
        guard try await !store.isTaken(account.email.key) else { throw Problem.addressInUse }
        let hash = try await hashing.hash(password, random: world.random)
        let person = account.person(world.id(), isOperator: false, language: language)
        let (session, token) = Session.begin(at: now, random: world.random)
        try await store.add(person, passwordHash: hash, session: session, at: now)
        return SignedIn(person: person, token: token, expiresAt: session.expiresAt)
    }

    /// Signs someone in. A wrong password and an unknown address get the same answer, after the same work.
    /// - Parameter address: the network address it is asked from; failures are limited by it and by the account.
    /// - Throws: `Problem`: `unauthenticated`, `rate_limited`, `unavailable` where too many wait.
    public func logIn(email: String, password: String, from address: String) async throws -> SignedIn {
        let now = world.now()
        let key = EmailAddress.key(of: email)
        let failures = limits.map { [RateBucket.failures(of: key, $0), .failures(from: address, $0)] } ?? []
        try await store.refuseBeyond(failures, at: now)
        let credential = try await store.credential(forEmailKey: key)
        let isRight = try await hashing.verify(password, against: credential?.passwordHash)
        guard isRight, let credential, let checked = credential.passwordHash else {
            try await store.count(failures, at: now)
            throw Problem.wrongCredentials
        }
        let upgraded = hashing.isWeak(checked) ? try await hashing.hash(password, random: world.random) : nil
        let (session, token) = Session.begin(at: now, random: world.random)
        try await store.begin(
            session, of: credential.person.id, checked: checked, upgraded: upgraded, failures: failures)
        return SignedIn(person: credential.person, token: token, expiresAt: session.expiresAt)
    }

    /// Ends the session of a token, at once and on every node. A token that is none is no error.
    public func logOut(token: String) async throws {
        guard let hash = Session.hash(of: token) else { return }
        try await store.end(tokenHash: hash)
    }

    /// Whose session it is; nothing for a token that is unknown or expired. One read.
    public func person(forToken token: String) async throws -> Person? {
        guard let hash = Session.hash(of: token) else { return nil }
        return try await store.person(forTokenHash: hash, at: world.now())
    }

    /// The person of an id. No permission is checked: the callers are services.
    public func person(_ id: UserID) async throws -> Person? {
        try await store.people([id]).first
    }

    /// The people of ids, as far as they are there, in one read. No permission is checked: the callers are services.
    public func people(_ ids: [UserID]) async throws -> [UserID: Person] {
        let found = try await store.people(Array(Set(ids)).sorted())
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension NewAccount {
    /// The account as a person.
    func person(_ id: UserID, isHost: Bool = false, isOperator: Bool, language: String? = nil) -> Person {
        Person(
            id: id, email: email.text, name: name, emailVerified: false, isHost: isHost, isOperator: isOperator,
            language: language)
    }
}

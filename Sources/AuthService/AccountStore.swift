import Core
import Storage

/// All SQL about people.
struct AccountStore: Sendable {
    let database: any Database
    let outbox: Outbox

    /// A person with what their password is checked against.
    struct Credential: Sendable {
        let person: Person
        /// Nothing for someone who cannot sign in.
        let passwordHash: String?
    }

    /// How many people one write imports, so that others get their turn.
    static let importBatch = 500

    private static let columns: SQL = "p.id, p.email, p.name, p.email_verified, p.is_host, p.is_operator, p.language"

    // MARK: Reading

    /// One read: it stands before every request.
    func person(forTokenHash hash: String, at now: Instant) async throws -> Person? {
        try await database.read { reader in
            try reader.first(
                """
                SELECT \(AccountStore.columns) FROM session AS s JOIN person AS p ON p.id = s.person_id
                WHERE s.token_hash = \(hash) AND s.expires_at > \(now)
                """, Person.init(row:))
        }
    }

    func people(_ ids: [UserID]) async throws -> [Person] {
        guard !ids.isEmpty else { return [] }
        return try await database.read { reader in
            try reader.all(
                "SELECT \(AccountStore.columns) FROM person AS p WHERE p.id IN \(list: ids)", Person.init(row:))
        }
    }

    func isTaken(_ emailKey: String) async throws -> Bool {
        try await database.read { try $0.exists("SELECT 1 FROM person WHERE email_key = \(emailKey)") }
    }

    func credential(forEmailKey key: String) async throws -> Credential? {
        try await database.read { reader in
            try reader.first(
                """
                SELECT \(AccountStore.columns), c.password_hash
                FROM person AS p LEFT JOIN credential AS c ON c.person_id = p.id WHERE p.email_key = \(key)
                """
            ) { row in Credential(person: try Person(row: row), passwordHash: try row[7]) }
        }
    }

    // MARK: People

    /// Adds a person with what they need to sign in, and the event where they came by themselves.
    /// - Throws: `Problem` `state_conflict` for an address in use.
    func add(_ person: Person, passwordHash: String?, session: Session?, at now: Instant) async throws {
        try await database.write { tx in
            guard try AccountStore.insert(person, at: now, in: tx) else { throw Problem.addressInUse }
            if let passwordHash { try AccountStore.setPasswordHash(passwordHash, of: person.id, at: now, in: tx) }
            if let session {
                try AccountStore.insert(session, of: person.id, in: tx)
                try outbox.append(
                    PersonRegistered.kind, about: person.id.text, version: 1,
                    body: PersonRegistered(personId: person.id), at: now, in: tx)
            }
        }
    }

    /// Finds or adds people by their address and makes them hosts.
    /// - Returns: who they are, in the order given.
    func addHosts(_ people: [(person: Person, emailKey: String)], at now: Instant) async throws -> [UserID] {
        try await database.write { tx in
            try people.map { new in
                if try AccountStore.insert(new.person, at: now, in: tx) { return new.person.id }
                let found = try tx.first("SELECT id, is_host FROM person WHERE email_key = \(new.emailKey)") { row in
                    (id: try row[0] as UserID, isHost: try row[1] as Bool)
                }
                guard let found else { throw StorageError.fault("a person is there and is not") }
                if !found.isHost { try tx.execute("UPDATE person SET is_host = 1 WHERE id = \(found.id)") }
                return found.id
            }
        }
    }

    func makeHost(_ id: UserID, because event: Event) async throws {
        try await database.write { tx in
            try tx.receive(event, as: "accounts") { tx in
                try tx.execute("UPDATE person SET is_host = 1 WHERE id = \(id) AND is_host = 0")
            }
        }
    }

    // MARK: Sessions and passwords

    /// Signs someone in whose password was found right.
    /// - Parameters:
    ///   - checked: the hash the password was checked against: another one now means the password was changed meanwhile.
    ///   - upgraded: the hash to keep from now on, where the old one is weak.
    /// - Throws: `Problem` `unauthenticated` or `rate_limited`: a guess that came in too late counts for nothing.
    func begin(
        _ session: Session, of person: UserID, checked: String, upgraded: String?, failures: [RateBucket]
    ) async throws {
        let now = session.createdAt
        try await database.write { tx in
            try AccountStore.refuseBeyond(failures, at: now, in: tx)
            let isCurrent = try tx.exists(
                "SELECT 1 FROM credential WHERE person_id = \(person) AND password_hash = \(checked)")
            guard isCurrent else { throw Problem.wrongCredentials }
            if let upgraded { try AccountStore.setPasswordHash(upgraded, of: person, at: now, in: tx) }
            if let account = failures.first { try AccountStore.clear(account, in: tx) }
            try AccountStore.insert(session, of: person, in: tx)
            try tx.execute(
                """
                DELETE FROM session WHERE person_id = \(person) AND created_at < (
                    SELECT created_at FROM session WHERE person_id = \(person)
                    ORDER BY created_at DESC LIMIT 1 OFFSET \(Session.mostPerPerson - 1))
                """)
        }
    }

    func end(tokenHash: String) async throws {
        try await database.write { try $0.execute("DELETE FROM session WHERE token_hash = \(tokenHash)") }
    }

    /// Sets a password and ends every session: whoever knew the old one is out.
    func setPassword(_ hash: String, of person: UserID, at now: Instant, clearing failures: RateBucket?) async throws {
        try await database.write { tx in
            try AccountStore.setPasswordHash(hash, of: person, at: now, in: tx)
            try tx.execute("DELETE FROM session WHERE person_id = \(person)")
            if let failures { try AccountStore.clear(failures, in: tx) }
        }
    }

    // MARK: Statements

    static func person(_ id: UserID) -> SQL { "SELECT \(columns) FROM person AS p WHERE p.id = \(id)" }

    /// - Returns: whether the address was free.
    private static func insert(_ person: Person, at now: Instant, in tx: borrowing Transaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO person (
                id, email, email_key, name, email_verified, is_host, is_operator, created_at, language)
            VALUES (\(person.id), \(person.email), \(EmailAddress.key(of: person.email)), \(person.name),
                \(person.emailVerified), \(person.roles.contains(.host)), \(person.roles.contains(.operator)), \(now),
                \(person.language))
            ON CONFLICT (email_key) DO NOTHING
            """) == 1
    }

    private static func insert(_ session: Session, of person: UserID, in tx: borrowing Transaction) throws {
        try tx.execute(
            """
            INSERT INTO session (token_hash, person_id, created_at, expires_at)
            VALUES (\(session.tokenHash), \(person), \(session.createdAt), \(session.expiresAt))
            """)
    }

    static func setPasswordHash(
        _ hash: String, of person: UserID, at now: Instant, in tx: borrowing Transaction
    ) throws {
        try tx.execute(
            """
            INSERT INTO credential (person_id, password_hash, changed_at) VALUES (\(person), \(hash), \(now))
            ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at
            """)
    }
}

extension Person {
    init(row: Row) throws {
        self.init(
            id: try row[0], email: try row[1], name: try row[2], emailVerified: try row[3], isHost: try row[4],
            isOperator: try row[5], language: try row[6])
    }
}

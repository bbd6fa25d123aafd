import Core
import Storage

/// What people change about their own account.
extension AccountStore {
    /// - Throws: `Problem` `not_found` for someone who is not there.
    func change(_ id: UserID, name: String?, language: String?) async throws -> Person {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE person SET name = COALESCE(CAST(\(name) AS TEXT), name),
                    language = COALESCE(CAST(\(language) AS TEXT), language) WHERE id = \(id)
                """)
            guard let person = try tx.first(AccountStore.person(id), Person.init(row:)) else {
                throw Problem.notFound("person")
            }
            return person
        }
    }

    /// - Parameters:
    ///   - checked: the hash that the current password was checked against: another one now means that it was changed
    ///     meanwhile.
    ///   - kept: the hash of the token of the session that goes on.
    func changePassword(
        _ hash: String, checked: String, of person: UserID, keeping kept: String?, at now: Instant
    ) async throws {
        try await database.write { tx in
            let isCurrent = try tx.exists(
                "SELECT 1 FROM credential WHERE person_id = \(person) AND password_hash = \(checked)")
            guard isCurrent else {
                throw Problem.invalid("currentPassword", "wrong", "This is not your current password.")
            }
            try AccountStore.setPasswordHash(hash, of: person, at: now, in: tx)
            try tx.execute("DELETE FROM session WHERE person_id = \(person) AND token_hash <> \(kept ?? "")")
        }
    }

    /// Those that have not expired, the newest first.
    func sessions(of person: UserID, at now: Instant) async throws -> [Session] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT token_hash, created_at, expires_at FROM session
                WHERE person_id = \(person) AND expires_at > \(now) ORDER BY created_at DESC, token_hash
                """
            ) { row in Session(tokenHash: try row[0], createdAt: try row[1], expiresAt: try row[2]) }
        }
    }
}

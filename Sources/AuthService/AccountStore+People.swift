import Core
import Storage

/// People as operators look for them.
extension AccountStore {
    private static let knownColumns: SQL =
        "p.id, p.email, p.name, p.email_verified, p.is_host, p.is_operator, p.language, p.created_at"

    private static func known(_ row: Row) throws -> KnownPerson {
        KnownPerson(person: try Person(row: row), since: try row[7])
    }

    /// Newest first. A part of a name is looked for in every row: an operator who looks for one person can wait for that.
    func people(
        matching text: String, role: Role?, after place: MomentCursor?, limit: Int
    ) async throws -> [KnownPerson] {
        var conditions: [SQL] = ["0 = 0"]
        let wanted = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
        if !wanted.isEmpty {
            let pattern = "%\(SQL.literal(wanted))%"
            conditions.append(
                "(p.email_key LIKE \(pattern) ESCAPE '\\' OR LOWER(p.name) LIKE \(pattern) ESCAPE '\\' OR p.id = \(wanted))"
            )
        }
        switch role {
        case .guest: conditions.append("p.is_host = 0 AND p.is_operator = 0")
        case .host: conditions.append("p.is_host = 1")
        case .operator: conditions.append("p.is_operator = 1")
        case nil: break
        }
        if let place {
            conditions.append(
                "(p.created_at < \(place.moment) OR (p.created_at = \(place.moment) AND p.id < \(place.id)))")
        }
        return try await database.read { [conditions] reader in
            try reader.all(
                """
                SELECT \(AccountStore.knownColumns) FROM person AS p WHERE \(SQL.joined(conditions, by: " AND "))
                ORDER BY p.created_at DESC, p.id DESC LIMIT \(limit)
                """, AccountStore.known)
        }
    }

    func knownPerson(_ id: UserID) async throws -> KnownPerson? {
        try await database.read { reader in
            try reader.first(
                "SELECT \(AccountStore.knownColumns) FROM person AS p WHERE p.id = \(id)", AccountStore.known)
        }
    }

    func endSessions(of id: UserID, _ act: OperatorAct, once: Once?) async throws -> Int {
        try await database.write { tx in
            try tx.once(once, at: act.at) { step in
                guard try step.exists("SELECT 1 FROM person WHERE id = \(id)") else { throw Problem.notFound("person") }
                try step.write(act)
                return try step.execute("DELETE FROM session WHERE person_id = \(id)")
            }
        }.get()
    }
}

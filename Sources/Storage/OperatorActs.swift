public import Core

/// The log of what operators did: each of the four databases has a table for what happens in it.
extension Transaction {
    /// Writes down what an operator does in this transaction.
    public func write(_ act: OperatorAct) throws {
        try execute(
            """
            INSERT INTO operator_log (id, operator_id, subject, act, reason, at)
            VALUES (\(act.id), \(act.operatorId), \(act.subject), \(act.act), \(act.reason), \(act.at))
            """)
    }
}

extension Database {
    /// The acts written down here, newest first.
    /// - Parameter after: where the page before ended.
    public func operatorActs(
        _ filter: OperatorActFilter, after place: MomentCursor?, limit: Int
    ) async throws -> [OperatorAct] {
        var conditions: [SQL] = ["0 = 0"]
        if let who = filter.operatorId { conditions.append("operator_id = \(who)") }
        if let subject = filter.subject { conditions.append("subject = \(subject)") }
        if let place {
            conditions.append("(at < \(place.moment) OR (at = \(place.moment) AND id < \(place.id)))")
        }
        return try await read { [conditions] reader in
            try reader.all(
                """
                SELECT id, operator_id, act, subject, reason, at FROM operator_log
                WHERE \(SQL.joined(conditions, by: " AND ")) ORDER BY at DESC, id DESC LIMIT \(limit)
                """
            ) { row in
                OperatorAct(
                    id: try row[0], operatorId: try row[1], act: try row[2], subject: try row[3], reason: try row[4],
                    at: try row[5])
            }
        }
    }
}

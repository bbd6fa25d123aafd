import Core
import Storage

extension MailStore {
    func mails(_ filter: MailFilter, limit: Int, after place: ListPlace?) async throws -> Page<MailDelivery> {
        var conditions: [SQL] = []
        if let state = filter.state { conditions.append("state = \(state.rawValue)") }
        if let outcome = filter.outcome { conditions.append("delivery = \(outcome.rawValue)") }
        if let kind = filter.kind { conditions.append("kind = \(kind.rawValue)") }
        if let recipient = filter.recipient { conditions.append("recipient = \(recipient)") }
        if let subject = filter.subject { conditions.append("subject = \(subject)") }
        if let place {
            conditions.append(
                "(created_at < \(place.moment) OR (created_at = \(place.moment) AND id < \(place.name)))")
        }
        let condition = conditions.reduce("1 = 1" as SQL) { "\($0) AND \($1)" }
        return try await database.read { reader in
            let found = try reader.all(
                """
                SELECT \(MailStore.deliveryColumns) FROM mail WHERE \(condition)
                ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)
                """
            ) { try MailStore.delivery($0) }
            let items = Array(found.prefix(limit))
            let isMore = found.count > limit
            let last = items.last.map { ListPlace(moment: $0.createdAt, name: $0.id.text) }
            return Page(items: items, nextCursor: isMore ? last?.cursor : nil)
        }
    }

    /// States that mails leave again, or that need a person; the others only grow.
    func standing() async throws -> [(state: MailDelivery.State, count: Int)] {
        let counts = try await database.read { reader in
            try reader.all(
                """
                SELECT state, COUNT(*) FROM mail WHERE state IN ('queued', 'sending', 'failed') GROUP BY state
                """
            ) { (state: try $0[0] as String, count: try $0[1] as Int) }
        }
        return [MailDelivery.State.queued, .sending, .failed].map { state in
            (state: state, count: counts.first { $0.state == state.rawValue }?.count ?? 0)
        }
    }

    func timeline(of id: MailID) async throws -> MailTimeline? {
        try await database.read { reader in
            let found = try reader.first(
                "SELECT \(MailStore.deliveryColumns), resent_at FROM mail WHERE id = \(id)"
            ) { row in (mail: try MailStore.delivery(row), resentAt: try row[MailStore.deliveryColumnCount] as Instant?)
            }
            guard let found else { return nil }
            var entries = [MailTimeline.Entry(at: found.mail.createdAt, what: "queued", provider: nil, detail: nil)]
            if let resentAt = found.resentAt {
                entries.append(.init(at: resentAt, what: "resent", provider: nil, detail: nil))
            }
            entries += try reader.all(
                """
                SELECT COALESCE(ended_at, began_at), COALESCE(outcome, 'trying'), provider, error FROM mail_attempt
                WHERE mail_id = \(id) ORDER BY number
                """
            ) { MailTimeline.Entry(at: try $0[0], what: try $0[1], provider: try $0[2], detail: try $0[3]) }
            entries += try reader.all(
                """
                SELECT occurred_at, kind, provider, detail FROM mail_event WHERE mail_id = \(id)
                ORDER BY occurred_at, event_id
                """
            ) { MailTimeline.Entry(at: try $0[0], what: try $0[1], provider: try $0[2], detail: try $0[3]) }
            // Some providers tell whole seconds: within one, our own tries come first, in their order.
            let ordered = entries.enumerated().sorted { one, other in
                (one.element.at.milliseconds / 1000, one.offset) < (other.element.at.milliseconds / 1000, other.offset)
            }
            return MailTimeline(mail: found.mail, entries: ordered.map(\.element))
        }
    }

    /// - Parameter address: where it would go now.
    func resend(
        _ id: MailID, to address: String?, _ act: OperatorAct, once: Once?
    ) async throws -> MailDelivery {
        let now = act.at
        return try await database.write { tx in
            try tx.once(once, at: now) { tx in
                if let address,
                    try tx.exists(
                        "SELECT 1 FROM suppressed_address WHERE address = \(address.lowercased())")
                {
                    throw Problem(
                        .stateConflict,
                        "Nothing is sent to this address, because mails to it came back. Lift that first.")
                }
                let isEnded =
                    try tx.execute(
                        """
                        UPDATE mail SET state = 'queued', due_at = \(now), last_error = NULL, sent_at = NULL, delivery = NULL,
                            resends = resends + 1, resent_at = \(now)
                        WHERE id = \(id) AND state IN ('sent', 'failed', 'suppressed')
                        """) == 1
                guard isEnded else {
                    throw Problem(.stateConflict, "This mail is still on its way: it is tried again by itself.")
                }
                let mail = try tx.first("SELECT \(MailStore.deliveryColumns) FROM mail WHERE id = \(id)") {
                    try MailStore.delivery($0)
                }
                guard let mail else { throw Problem.notFound("mail") }
                try tx.write(act)
                return mail
            }
        }.get()
    }

    func suppressedAddresses(limit: Int, after place: ListPlace?) async throws -> Page<SuppressedAddress> {
        let condition: SQL =
            place.map {
                "(suppressed_at < \($0.moment) OR (suppressed_at = \($0.moment) AND address > \($0.name)))"
            } ?? "1 = 1"
        return try await database.read { reader in
            let found = try reader.all(
                """
                SELECT \(MailStore.suppressedColumns) FROM suppressed_address WHERE \(condition)
                ORDER BY suppressed_at DESC, address LIMIT \(limit + 1)
                """
            ) { try MailStore.suppressed($0) }
            let items = Array(found.prefix(limit))
            let last = items.last.map { ListPlace(moment: $0.suppressedAt, name: $0.address) }
            return Page(items: items, nextCursor: found.count > limit ? last?.cursor : nil)
        }
    }

    func lift(_ address: String, _ act: OperatorAct, once: Once?) async throws -> SuppressedAddress {
        try await database.write { tx in
            try tx.once(once, at: act.at) { tx in
                let lifted = try tx.first(
                    "DELETE FROM suppressed_address WHERE address = \(address) RETURNING \(MailStore.suppressedColumns)"
                ) { try MailStore.suppressed($0) }
                guard let lifted else { throw Problem.notFound("suppressed address") }
                try tx.write(act)
                return lifted
            }
        }.get()
    }
}

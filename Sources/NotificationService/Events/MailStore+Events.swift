import Core
import Storage

extension MailStore {
    /// How long posts are kept as they came: long enough to look into a complaint, and far beyond any replay.
    static let keptWebhooks = Duration.seconds(30 * 86_400)
    /// How many posts one round applies.
    static let webhookBatch = 32
    /// How long a node has for those it took: a post of a thousand events takes a second or two on a server far away. Who
    /// needs longer may find that another node applied one, which is looked at again with each.
    static let webhookLease = Duration.seconds(60)

    /// What keeping a post found.
    enum Kept {
        case new
        /// The same post again.
        case again
        /// The same token with another body.
        case replayed
    }

    func keep(_ body: String, of provider: String, token: String, id: String, at now: Instant) async throws -> Kept {
        try await database.write { tx in
            let isNew =
                try tx.execute(
                    """
                    INSERT INTO mail_webhook (id, provider, token, body, received_at, applied_at, error)
                    VALUES (\(id), \(provider), \(token), \(body), \(now), NULL, NULL)
                    ON CONFLICT (provider, token) DO NOTHING
                    """) == 1
            guard !isNew else { return .new }
            let first = try tx.value(
                "SELECT body FROM mail_webhook WHERE provider = \(provider) AND token = \(token)", as: String.self)
            return first == body ? .again : .replayed
        }
    }

    /// Takes posts that wait, oldest first, and keeps other nodes from them for a while.
    func takeWebhooks(at now: Instant) async throws -> [String] {
        let waiting: SQL = """
            SELECT id FROM mail_webhook WHERE applied_at IS NULL AND lease_until <= \(now)
            ORDER BY received_at, id LIMIT \(MailStore.webhookBatch)
            """
        guard try await database.read({ try $0.exists(waiting) }) else { return [] }
        return try await database.claim { tx in
            let ids = try tx.values("\(waiting) FOR UPDATE SKIP LOCKED", as: String.self)
            for id in ids {
                try tx.later(
                    "UPDATE mail_webhook SET lease_until = \(now + MailStore.webhookLease) WHERE id = \(id)")
            }
            return ids
        }
    }

    /// Lets posts be applied that somebody had taken who is gone.
    func endWebhookLeases(at now: Instant) async throws {
        try await database.write { tx in
            try tx.execute(
                "UPDATE mail_webhook SET lease_until = \(now) WHERE applied_at IS NULL AND lease_until > \(now)")
        }
    }

    /// Applies a post that waits. What can't be read is marked so and left.
    func applyWebhook(_ id: String, at now: Instant) async throws {
        try await database.write { tx in
            let post = try tx.first(
                "SELECT provider, body FROM mail_webhook WHERE id = \(id) AND applied_at IS NULL"
            ) { row in (provider: try row[0] as String, body: try row[1] as String) }
            guard let post else { return }
            let events = MailEventReading.events(in: post.body, of: post.provider)
            for event in events ?? [] { try apply(event, of: post.provider, at: now, in: tx) }
            let error = events == nil ? "not what \(post.provider) sends" : nil
            try tx.execute("UPDATE mail_webhook SET applied_at = \(now), error = \(error) WHERE id = \(id)")
        }
    }

    func giveUpWebhook(_ id: String, error: String, at now: Instant) async throws {
        try await database.write { tx in
            try tx.execute("UPDATE mail_webhook SET applied_at = \(now), error = \(error) WHERE id = \(id)")
        }
    }

    func forgetWebhooks(before moment: Instant) async throws {
        try await database.inBatches { tx, limit in
            try tx.execute(
                """
                DELETE FROM mail_webhook WHERE id IN (
                    SELECT id FROM mail_webhook WHERE applied_at < \(moment)
                    ORDER BY applied_at LIMIT \(limit))
                """)
        }
    }

    private func apply(_ event: MailEvent, of provider: String, at now: Instant, in tx: borrowing Transaction) throws {
        let mail = try mail(of: event, in: tx)
        let isNew =
            try tx.execute(
                """
                INSERT INTO mail_event (provider, event_id, mail_id, kind, address, detail, occurred_at, received_at)
                VALUES (\(provider), \(event.id), \(mail?.id), \(event.kind.rawValue), \(event.address), \(event.detail),
                    \(event.occurredAt), \(now))
                ON CONFLICT (provider, event_id) DO NOTHING
                """) == 1
        guard isNew else { return }
        if let mail, mail.isThisSending {
            // Whatever is told of a mail, the provider has it: it need not be sent again.
            try tx.execute(
                """
                UPDATE mail SET state = 'sent', sent_at = COALESCE(sent_at, \(now)), last_error = NULL
                WHERE id = \(mail.id) AND state IN ('queued', 'sending', 'failed')
                """)
            if let outcome = event.outcome, outcome.outranks(mail.outcome) {
                try tx.execute("UPDATE mail SET delivery = \(outcome.rawValue) WHERE id = \(mail.id)")
            }
        }
        guard let reason = event.suppression else { return }
        if let address = event.address {
            try suppress(
                SuppressedAddress(
                    address: address, reason: reason, detail: event.detail ?? event.kind.rawValue, provider: provider,
                    mailId: mail?.id, suppressedAt: now), in: tx)
        }
        if let mail { try tellOthers(of: mail.id, at: now, in: tx) }
    }

    private struct Found {
        let id: MailID
        let outcome: MailDelivery.Outcome?
        /// Whether the event is about the mail as it was sent last, not about a copy before an operator sent it again.
        let isThisSending: Bool
    }

    /// By our own key, else by what the provider calls the mail.
    private func mail(of event: MailEvent, in tx: borrowing Transaction) throws -> Found? {
        var named = event.key.flatMap { MessageID.parse($0) }.map { (id: $0.mail, resends: $0.resends as Int?) }
        if named == nil, let receipt = event.receipt, !receipt.isEmpty {
            let id = try tx.value("SELECT mail_id FROM mail_attempt WHERE receipt = \(receipt)", as: MailID.self)
            named = id.map { (id: $0, resends: nil) }
        }
        guard let named else { return nil }
        return try tx.first("SELECT delivery, resends FROM mail WHERE id = \(named.id)") { row in
            let resends = try row[1] as Int
            return Found(
                id: named.id, outcome: (try row[0] as String?).flatMap { MailDelivery.Outcome(rawValue: $0) },
                isThisSending: named.resends.map { $0 == resends } ?? true)
        }
    }
}

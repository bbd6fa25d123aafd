import Core
import Storage

extension MailStore {
    /// A mail taken for sending.
    struct Taken: Sendable {
        let id: MailID
        let recipient: UserID
        let letter: String
        let createdAt: Instant
        /// Which try this is, from 1.
        let attempt: Int
        /// How often an operator has sent it again.
        let resends: Int
        /// When it was queued, first or again.
        let tryingSince: Instant
        /// Who had it last, where nobody knows what became of it there.
        let doubtedProvider: String?
        let leaseEnd: Instant

        /// The same mail in its next try.
        fileprivate func next(until leaseEnd: Instant) -> Taken {
            Taken(
                id: id, recipient: recipient, letter: letter, createdAt: createdAt, attempt: attempt + 1,
                resends: resends, tryingSince: tryingSince, doubtedProvider: nil, leaseEnd: leaseEnd)
        }

        /// The same try, for longer.
        fileprivate func extended(until leaseEnd: Instant) -> Taken {
            Taken(
                id: id, recipient: recipient, letter: letter, createdAt: createdAt, attempt: attempt,
                resends: resends, tryingSince: tryingSince, doubtedProvider: doubtedProvider, leaseEnd: leaseEnd)
        }
    }

    /// How a try ended.
    enum Ending: Sendable, Equatable {
        /// - Parameter receipt: what the provider calls it.
        case sent(receipt: String?)
        case mayPass(String, after: Duration? = nil)
        /// It may have been taken.
        case unknown(String)
        case final(String)
        case noSuchMailbox(String)
        /// - Parameter isListed: the address is one to which nothing is sent, which others may have to know.
        case suppressed(String, isListed: Bool = false)
    }

    /// Takes mails that are due, with a lease, and begins an attempt at each; what was tried too often is given up. Of the
    /// letters about one subject to one person only the first: a later one does not overtake it. Who has none under way
    /// about this subject, and none earlier that is due, waits for nothing: other bookings are other letters.
    /// - Parameter leaseEnd: until when nobody else tries what is taken.
    func takeDue(by provider: String, until leaseEnd: Instant, at now: Instant) async throws -> [Taken] {
        // Each state by itself, so that its index is walked in order and only as far as the batch goes.
        let waiting = try await database.read { reader in
            try ["sending", "queued"].filter { state in
                try reader.exists("SELECT 1 FROM mail WHERE state = \(state) AND due_at <= \(now) LIMIT 1")
            }
        }
        guard !waiting.isEmpty else { return [] }
        // A claim, though it looks at other rows: an earlier letter that another node takes at this moment is still due
        // here, or already being sent, and holds this one back either way.
        return try await database.claim { tx in
            var found: [(mail: Taken, hasEnded: Bool)] = []
            for state in waiting where found.count < MailStore.batch {
                found += try due(state, MailStore.batch - found.count, until: leaseEnd, at: now, in: tx)
            }
            var taken: [Taken] = []
            for (mail, hasEnded) in found {
                // A mail in whose every try the program died may be the cause.
                let isHopeless = !hasEnded || mail.tryingSince <= now - MailStore.longestTrying
                if mail.attempt > MailStore.fewestTries, isHopeless {
                    try tx.later(
                        """
                        UPDATE mail SET state = 'failed', last_error = COALESCE(last_error, 'no try ever came to its end')
                        WHERE id = \(mail.id)
                        """)
                } else {
                    try begin(mail, by: provider, at: now, in: tx)
                    taken.append(mail)
                }
            }
            return taken
        }
    }

    /// Locks mails of one state that are due and not behind an earlier one, the longest due first.
    /// - Returns: each in its next try, and whether one of its tries came to an end.
    private func due(
        _ state: String, _ most: Int, until leaseEnd: Instant, at now: Instant, in tx: borrowing Transaction
    ) throws -> [(mail: Taken, hasEnded: Bool)] {
        try tx.all(
            """
            SELECT id, letter, created_at, tries, resends, COALESCE(resent_at, created_at),
                (SELECT provider FROM mail_attempt WHERE mail_id = mail.id AND number = mail.tries
                    AND COALESCE(outcome, 'unknown') = 'unknown'), recipient,
                EXISTS (SELECT 1 FROM mail_attempt WHERE mail_id = mail.id AND outcome IS NOT NULL)
            FROM mail
            WHERE state = \(state) AND due_at <= \(now) AND NOT EXISTS (
                SELECT 1 FROM mail AS earlier
                WHERE earlier.subject = mail.subject AND earlier.recipient = mail.recipient
                    AND (earlier.created_at < mail.created_at
                        OR (earlier.created_at = mail.created_at AND earlier.id < mail.id))
                    AND (earlier.state = 'sending' OR (earlier.state = 'queued' AND earlier.due_at <= \(now))))
            ORDER BY due_at, created_at, id LIMIT \(most) FOR UPDATE SKIP LOCKED
            """
        ) { row in
            let mail = Taken(
                id: try row[0], recipient: try row[7], letter: try row[1], createdAt: try row[2],
                attempt: try row[3] + 1, resends: try row[4], tryingSince: try row[5],
                doubtedProvider: try row[6], leaseEnd: leaseEnd)
            return (mail: mail, hasEnded: try row[8] as Bool)
        }
    }

    /// Keeps a mail for longer, where whoever has it was held up before giving it to its provider.
    /// - Returns: the mail with its new lease; nothing where it has passed to another.
    func keep(_ mail: Taken, until leaseEnd: Instant) async throws -> Taken? {
        let isOurs =
            try await database.write { tx in
                try tx.execute(
                    """
                    UPDATE mail SET due_at = \(leaseEnd)
                    WHERE id = \(mail.id) AND tries = \(mail.attempt) AND state = 'sending'
                    """)
            } == 1
        return isOurs ? mail.extended(until: leaseEnd) : nil
    }

    private func begin(_ mail: Taken, by provider: String, at now: Instant, in tx: borrowing Transaction) throws {
        try tx.later(
            """
            UPDATE mail SET state = 'sending', tries = \(mail.attempt), due_at = \(mail.leaseEnd)
            WHERE id = \(mail.id)
            """)
        try tx.later(
            """
            INSERT INTO mail_attempt (mail_id, number, provider, began_at, ended_at, outcome, error)
            VALUES (\(mail.id), \(mail.attempt), \(provider), \(now), NULL, NULL, NULL)
            """)
    }

    /// Ends a try that did not take effect and begins another with the next provider, under a lease of its own.
    /// - Returns: the mail with its next try; nothing where its lease has passed to another.
    func handOver(
        _ mail: Taken, _ ending: Ending, by provider: String, address: String, to next: String,
        until leaseEnd: Instant, at now: Instant
    ) async throws -> Taken? {
        try await database.write { tx in
            try endAttempt(ending, of: mail, by: provider, address: address, at: now, in: tx)
            let isOurs = try tx.exists(
                "SELECT 1 FROM mail WHERE id = \(mail.id) AND tries = \(mail.attempt) AND state = 'sending'")
            guard isOurs else { return nil }
            let following = mail.next(until: leaseEnd)
            try begin(following, by: next, at: now, in: tx)
            return following
        }
    }

    /// Lets mails be tried again that somebody was sending who is gone.
    func endLeases(at moment: Instant) async throws {
        try await database.write { tx in
            try tx.execute("UPDATE mail SET due_at = \(moment) WHERE state = 'sending' AND due_at > \(moment)")
        }
    }

    /// How a try of a mail ended.
    struct Ended: Sendable {
        let ending: Ending
        let mail: Taken
        /// Who tried, where it is not who was to try.
        let provider: String?
        let address: String?
        /// When it may be tried again, where that may help.
        let nextTry: Instant
        let at: Instant
    }

    /// Records how tries ended. A try whose lease has passed to another changes nothing, unless it was sent after all.
    func record(_ endings: [Ended]) async throws {
        try await database.write { tx in
            for ended in endings { try record(ended, in: tx) }
        }
    }

    private func record(_ ended: Ended, in tx: borrowing Transaction) throws {
        let (mail, now) = (ended.mail, ended.at)
        let isLast = mail.attempt >= MailStore.fewestTries && now >= mail.tryingSince + MailStore.longestTrying
        let isOurs: SQL = "id = \(mail.id) AND tries = \(mail.attempt) AND state = 'sending'"
        switch ended.ending {
        case .sent:
            try tx.later(
                """
                UPDATE mail SET state = 'sent', sent_at = \(now), last_error = NULL
                WHERE id = \(mail.id) AND resends = \(mail.resends) AND state <> 'sent'
                """)
        case .mayPass(let why, _) where !isLast, .unknown(let why) where !isLast:
            try tx.later(
                """
                UPDATE mail SET state = 'queued', due_at = \(ended.nextTry), last_error = \(why) WHERE \(isOurs)
                """)
        case .mayPass(let why, _), .unknown(let why), .final(let why):
            try tx.later("UPDATE mail SET state = 'failed', last_error = \(why) WHERE \(isOurs)")
        case .noSuchMailbox(let why):
            try tx.later("UPDATE mail SET state = 'failed', last_error = \(why) WHERE \(isOurs)")
            if let address = ended.address {
                try suppress(
                    SuppressedAddress(
                        address: address, reason: .bounce, detail: why, provider: ended.provider ?? "",
                        mailId: mail.id, suppressedAt: now), in: tx)
            }
            try tellOthers(of: mail.id, at: now, in: tx)
        case .suppressed(let why, let isListed):
            let isNew =
                try tx.execute(
                    "UPDATE mail SET state = 'suppressed', last_error = \(why) WHERE \(isOurs)") == 1
            if isNew, isListed { try tellOthers(of: mail.id, at: now, in: tx) }
        }
        try endAttempt(ended.ending, of: mail, by: ended.provider, address: ended.address, at: now, in: tx)
    }

    private func endAttempt(
        _ ending: Ending, of mail: Taken, by provider: String?, address: String?, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        try tx.later(
            """
            UPDATE mail_attempt SET ended_at = \(now), outcome = \(ending.outcome), error = \(ending.error),
                provider = COALESCE(\(provider), provider), address = \(address), receipt = \(ending.receipt)
            WHERE mail_id = \(mail.id) AND number = \(mail.attempt)
            """)
    }
}

extension MailStore.Ending {
    /// As `mail_attempt` has it.
    var outcome: String {
        switch self {
        case .sent: "sent"
        case .mayPass, .final, .noSuchMailbox: "failed"
        case .unknown: "unknown"
        case .suppressed: "suppressed"
        }
    }

    fileprivate var error: String? {
        switch self {
        case .sent: nil
        case .mayPass(let why, _), .unknown(let why), .final(let why), .noSuchMailbox(let why),
            .suppressed(let why, _):
            why
        }
    }

    fileprivate var receipt: String? {
        if case .sent(let receipt) = self { receipt.map { OneLine.text($0, longest: 300) } } else { nil }
    }
}

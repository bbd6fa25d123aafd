import Core
import Foundation
import Storage

/// All SQL about mails.
struct MailStore: Sendable {
    let database: any Database

    /// After so many tries a mail is given up: with the back-off of `Storage` about two hours.
    static let mostTries = 20
    /// How many mails one round takes, so that its leases suffice.
    static let batch = 32
    /// The longest list of deliveries.
    static let longestList = 200
    /// The longest error kept.
    static let longestError = 500

    /// A mail taken for sending.
    struct Taken: Sendable {
        let id: MailID
        let letter: String
        let createdAt: Instant
        /// Which try this is, from 1.
        let attempt: Int
        let leaseEnd: Instant
    }

    /// How a try ended.
    enum Ending: Sendable, Equatable {
        case sent
        case mayPass(String)
        case final(String)
        case suppressed(String)
    }

    /// Queues letters with the event that made them due, once.
    func queue(_ letters: [(id: MailID, letter: Letter, text: String)], for event: Event, at now: Instant) async throws
    {
        let name = "\(event.source)/\(event.subject)/\(event.version)"
        try await database.write { tx in
            try tx.receive(event, as: "mails") { tx in
                for (id, letter, text) in letters {
                    try tx.execute(
                        """
                        INSERT INTO mail (id, event, recipient, kind, subject, letter, state, tries, due_at, last_error,
                            created_at, sent_at)
                        VALUES (\(id), \(name), \(letter.recipient), \(letter.kind.rawValue), \(letter.subject), \(text),
                            'queued', 0, \(now), NULL, \(now), NULL)
                        ON CONFLICT (event, recipient, kind) DO NOTHING
                        """)
                }
            }
        }
    }

    /// Takes mails that are due, with a lease, and begins an attempt at each; what was tried too often is given up.
    /// - Parameter patience: the longest one sending may take. The lease is twice as long: a mail is begun in its first
    ///   half, so that it is over when someone else may try; and what a crash left behind is soon tried again.
    func takeDue(by provider: String, patience: Duration, at now: Instant) async throws -> [Taken] {
        let isDue: SQL = "state IN ('queued', 'sending') AND due_at <= \(now)"
        guard try await database.read({ try $0.exists("SELECT 1 FROM mail WHERE \(isDue) LIMIT 1") }) else { return [] }
        return try await database.write { tx in
            try tx.execute(
                """
                UPDATE mail SET state = 'failed', last_error = COALESCE(last_error, 'no try ever came to its end')
                WHERE \(isDue) AND tries >= \(MailStore.mostTries)
                """)
            let end = now + patience * 2
            let taken = try tx.all(
                """
                SELECT id, letter, created_at, tries FROM mail WHERE \(isDue)
                ORDER BY due_at, created_at, id LIMIT \(MailStore.batch)
                """
            ) { row in
                Taken(
                    id: try row[0], letter: try row[1], createdAt: try row[2], attempt: try row[3] + 1, leaseEnd: end)
            }
            for mail in taken {
                try tx.execute(
                    "UPDATE mail SET state = 'sending', tries = \(mail.attempt), due_at = \(end) WHERE id = \(mail.id)")
                try tx.execute(
                    """
                    INSERT INTO mail_attempt (mail_id, number, provider, began_at, ended_at, outcome, error)
                    VALUES (\(mail.id), \(mail.attempt), \(provider), \(now), NULL, NULL, NULL)
                    """)
            }
            return taken
        }
    }

    /// Lets mails be tried again that somebody was sending who is gone.
    func endLeases(at now: Instant) async throws {
        try await database.write { tx in
            try tx.execute("UPDATE mail SET due_at = \(now) WHERE state = 'sending' AND due_at > \(now)")
        }
    }

    /// Records how a try ended. A try whose lease has passed to another changes nothing, unless it was sent after all.
    /// - Parameter nextTry: when it may be tried again, where that may help.
    func record(_ ending: Ending, of mail: Taken, nextTry: Instant, at now: Instant) async throws {
        try await database.write { tx in
            let isOurs: SQL = "id = \(mail.id) AND tries = \(mail.attempt) AND state = 'sending'"
            let error: String?
            switch ending {
            case .sent:
                error = nil
                try tx.execute(
                    """
                    UPDATE mail SET state = 'sent', sent_at = \(now), last_error = NULL
                    WHERE id = \(mail.id) AND state <> 'sent'
                    """)
            case .mayPass(let why) where mail.attempt < MailStore.mostTries:
                error = why
                try tx.execute(
                    "UPDATE mail SET state = 'queued', due_at = \(nextTry), last_error = \(why) WHERE \(isOurs)")
            case .mayPass(let why), .final(let why):
                error = why
                try tx.execute("UPDATE mail SET state = 'failed', last_error = \(why) WHERE \(isOurs)")
            case .suppressed(let why):
                error = why
                try tx.execute("UPDATE mail SET state = 'suppressed', last_error = \(why) WHERE \(isOurs)")
            }
            try tx.execute(
                """
                UPDATE mail_attempt SET ended_at = \(now), outcome = \(ending.outcome), error = \(error)
                WHERE mail_id = \(mail.id) AND number = \(mail.attempt)
                """)
        }
    }

    /// Deliveries, oldest first.
    /// - Parameter condition: on the columns of `mail`.
    func deliveries(where condition: SQL) async throws -> [MailDelivery] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT id, event, kind, recipient, subject, state, tries, due_at, last_error, created_at, sent_at
                FROM mail WHERE \(condition) ORDER BY created_at, id LIMIT \(MailStore.longestList)
                """
            ) { row in
                guard let kind = LetterKind(rawValue: try row[2]), let state = MailDelivery.State(rawValue: try row[5])
                else { throw StorageError.fault("a mail of an unknown kind or state") }
                return MailDelivery(
                    id: try row[0], event: try row[1], kind: kind, recipient: try row[3], subject: try row[4],
                    state: state, tries: try row[6], dueAt: try row[7], lastError: try row[8], createdAt: try row[9],
                    sentAt: try row[10])
            }
        }
    }
}

extension MailStore.Ending {
    /// As `mail_attempt` has it.
    fileprivate var outcome: String {
        switch self {
        case .sent: "sent"
        case .mayPass, .final: "failed"
        case .suppressed: "suppressed"
        }
    }
}

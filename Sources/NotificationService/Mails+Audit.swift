package import Core
import Storage

/// The mails of the Users database as one consistent look found them.
package struct MailsAudit: Sendable {
    /// How many mails of a kind a person got about a subject.
    package let counts: [MailTopic: Int]
    /// Queued or being sent, or an event that is not applied yet.
    package let inFlight: Int
}

/// What a mail is about, and for whom.
package struct MailTopic: Sendable, Hashable {
    package let subject: String
    package let recipient: UserID
    package let kind: LetterKind

    package init(subject: String, recipient: UserID, kind: LetterKind) {
        self.subject = subject
        self.recipient = recipient
        self.kind = kind
    }
}

extension Mails {
    /// Reads all mails at one moment.
    package func audit() async throws -> MailsAudit {
        try await store.database.read { reader in
            var counts: [MailTopic: Int] = [:]
            try reader.forEach("SELECT subject, recipient, kind, COUNT(*) FROM mail GROUP BY subject, recipient, kind")
            { row in
                guard let kind = LetterKind(rawValue: try row[2]) else { return }
                counts[MailTopic(subject: try row[0], recipient: try row[1], kind: kind)] = try row[3]
            }
            let waiting = try reader.value(
                "SELECT COUNT(*) FROM mail WHERE state IN ('queued', 'sending')", as: Int.self)
            let untold = try reader.value("SELECT COUNT(*) FROM mail_webhook WHERE applied_at IS NULL", as: Int.self)
            return MailsAudit(counts: counts, inFlight: (waiting ?? 0) + (untold ?? 0))
        }
    }
}

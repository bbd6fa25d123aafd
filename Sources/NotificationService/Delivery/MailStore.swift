import Core
import Foundation
import Storage

/// All SQL about mails.
struct MailStore: Sendable {
    let database: any Database
    let outbox: Outbox

    /// A mail is tried at least so often, and for so long, before it is given up: providers are away for hours, rarely
    /// for a day.
    static let fewestTries = 20
    static let longestTrying = Duration.seconds(86_400)
    /// How many mails a round takes, and so sends, at once: enough that one whose provider lets it wait holds up few others,
    /// and few enough that a server takes as many connections.
    static let batch = 8
    /// The longest list of deliveries.
    static let longestList = 200
    /// The longest error kept.
    static let longestError = 500

    /// Queues letters with the events that made them due, once.
    func queue(_ letters: [[(id: MailID, letter: Letter, text: String)]], for events: [Event], at now: Instant)
        async throws
    {
        try await database.write { tx in
            try tx.receive(events, as: "mails") { index, tx in
                let event = events[index]
                let name = "\(event.source)/\(event.subject)/\(event.version)"
                for (id, letter, text) in letters[index] {
                    try tx.later(
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

    /// Deliveries, oldest first.
    /// - Parameter condition: on the columns of `mail`.
    func deliveries(where condition: SQL) async throws -> [MailDelivery] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT \(MailStore.deliveryColumns) FROM mail WHERE \(condition)
                ORDER BY created_at, id LIMIT \(MailStore.longestList)
                """
            ) { try MailStore.delivery($0) }
        }
    }

    static let deliveryColumns: SQL =
        "id, event, kind, recipient, subject, state, tries, due_at, last_error, created_at, sent_at, delivery, resends"
    static let deliveryColumnCount = 13

    static func delivery(_ row: Row) throws -> MailDelivery {
        guard let kind = LetterKind(rawValue: try row[2]), let state = MailDelivery.State(rawValue: try row[5]) else {
            throw StorageError.fault("a mail of an unknown kind or state")
        }
        return MailDelivery(
            id: try row[0], event: try row[1], kind: kind, recipient: try row[3], subject: try row[4], state: state,
            outcome: (try row[11] as String?).flatMap { MailDelivery.Outcome(rawValue: $0) }, tries: try row[6],
            resends: try row[12], dueAt: try row[7], lastError: try row[8], createdAt: try row[9], sentAt: try row[10])
    }
}

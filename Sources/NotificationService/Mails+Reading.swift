package import Core
import Storage

/// A mail as its reader gets it, in text.
package struct ReadableMail: Sendable {
    package let id: MailID
    package let to: String
    package let subject: String
    package let createdAt: Instant
    package let text: String
}

extension Mails {
    /// How many mails are read at once at the most: a page of a demo.
    private static let mostRead = 100

    /// The newest mails as they are sent, newest first: for a demo, in which anyone may read them.
    package func newest() async throws -> [ReadableMail] {
        let rows = try await store.database.read { reader in
            try reader.all(
                "SELECT id, letter, created_at FROM mail ORDER BY created_at DESC, id DESC LIMIT \(Mails.mostRead)"
            ) {
                (id: try $0[0] as MailID, letter: try $0[1] as String, createdAt: try $0[2] as Instant)
            }
        }
        let letters = try rows.map { try Mails.letter($0.letter) }
        let readers = try await readersOf(Array(Set(letters.map(\.recipient))))
        var mails: [ReadableMail] = []
        for (row, letter) in zip(rows, letters) {
            let reader = readers[letter.recipient]
            let writer = writer(reader?.language ?? .english)
            let content = try writer.content(of: letter)
            mails.append(
                ReadableMail(
                    id: row.id, to: reader?.address.address ?? "nobody", subject: content.subject,
                    createdAt: row.createdAt,
                    text: TextLetter.render(content, greeting: writer.greeting(reader?.address.name))))
        }
        return mails
    }
}

import Assembly
import Web

/// What a demo shows and nobody else must: sign-ins anyone may use, and mail anyone may read.
enum Demo {
    /// As `make run` makes them.
    static let signIns = [
        DemoSignIn(role: "guest", email: "guest@example.com", password: "three-owls-in-albany"),
        DemoSignIn(role: "host", email: "host@example.com", password: "three-owls-in-albany"),
        DemoSignIn(role: "admin", email: "admin@example.com", password: "three-owls-in-albany"),
    ]
}

extension MailReader {
    /// Every mail of the demo, as its reader gets it.
    init(_ house: House) {
        self.init(
            list: { try await house.demoMails().map(\.summary) },
            read: { id in
                try await house.demoMails().first { $0.id == id }.map { MailText(summary: $0.summary, text: $0.text) }
            })
    }
}

extension House.DemoMail {
    var summary: MailSummary { MailSummary(id: id, to: to, subject: subject, sentAt: sentAt) }
}

public import Core

/// Carries mails away: into files, or to SendGrid, Mailgun or an SMTP server.
public protocol MailProvider: Sendable {
    /// How the operator calls it: `file`, `sendgrid`, `mailgun`, `smtp`.
    var name: String { get }
    /// Whether it may be given addresses under `.invalid` (RFC 2606), which no mail server can reach.
    var takesUnreachableAddresses: Bool { get }
    /// The longest that handing over one mail may take.
    var patience: Duration { get }
    /// How many mails a node hands over at once at the most; nothing where it need not be bounded.
    var mostAtOnce: Int? { get }

    /// Hands over one mail. It may be asked again with the same id and attempts that went unnoticed.
    /// - Returns: what the provider calls the mail, where it calls it anything.
    /// - Throws: `MailFailure`, or any other error, which counts as one that may pass.
    @discardableResult
    func send(_ mail: OutgoingMail) async throws -> String?

    /// Whether a mail whose sending came to an end nobody knows did reach the provider.
    func hasTaken(_ mail: OutgoingMail) async -> MailWord

    /// Looks whether it would take mail, with its credentials, without sending any.
    /// - Returns: what was found, in words.
    /// - Throws: `MailFailure` with what is wrong.
    func checkUp() async throws -> String
}

/// What a provider says of a mail whose sending came to an end nobody knows.
public enum MailWord: Sendable {
    case taken
    case cannotTell
}

extension MailProvider {
    public var takesUnreachableAddresses: Bool { false }

    /// What a server on the other side of the world may take.
    public var patience: Duration { .seconds(30) }

    public var mostAtOnce: Int? { nil }

    public func hasTaken(_ mail: OutgoingMail) async -> MailWord { .cannotTell }

    public func checkUp() async throws -> String { "nothing to check" }
}

/// Why a mail could not be handed over.
public enum MailFailure: Error, Sendable, CustomStringConvertible {
    /// The provider has not taken it; trying again, or another provider, may help.
    /// - Parameter after: not before so long, as the provider asked.
    case mayPass(String, after: Duration? = nil)
    /// It may have been taken: no answer came. Sending it again may double it.
    case unknown(String)
    /// The same mail will never be taken.
    case final(String)
    /// There is no such mailbox: no mail will ever reach this address.
    case noSuchMailbox(String)

    public var description: String {
        switch self {
        case .mayPass(let why, _), .unknown(let why), .final(let why), .noSuchMailbox(let why): why
        }
    }
}

/// A mail ready to be sent: to one recipient, as text and HTML.
public struct OutgoingMail: Sendable {
    /// A file that comes with a mail.
    public struct Attachment: Sendable {
        public let fileName: String
        /// With its parameters: `text/calendar; charset=utf-8; method=PUBLISH`.
        public let contentType: String
        public let content: String
    }

    public let id: MailID
    /// Which try this is, from 1.
    public let attempt: Int
    /// Ours: the same in every try, another when an operator sends the mail again.
    public let messageID: MessageID
    public let date: Instant
    public let from: MailAddress
    public let to: MailAddress
    /// One line without control characters.
    public let subject: String
    public let text: String
    public let html: String
    public let attachments: [Attachment]
}

/// A mail as it is known outside: `mail_….2@example.com`, the number where an operator sent it again.
public struct MessageID: Sendable, Hashable, CustomStringConvertible {
    public let mail: MailID
    /// How often an operator has sent it again.
    public let resends: Int
    let domain: String

    /// What stands before the `@`; providers give it back in their events.
    public var key: String { resends == 0 ? mail.text : "\(mail).\(resends)" }
    /// Without angle brackets.
    public var description: String { "\(key)@\(domain)" }

    /// Reads a key, or a whole message id with or without angle brackets; nothing where it is none of ours.
    static func parse(_ text: String) -> (mail: MailID, resends: Int)? {
        let key = text.drop { $0 == "<" }.prefix { $0 != "@" && $0 != ">" }
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let mail = MailID(String(first)) else { return nil }
        guard parts.count == 2 else { return (mail, 0) }
        guard let resends = Int(parts[1]), resends > 0 else { return nil }
        return (mail, resends)
    }
}

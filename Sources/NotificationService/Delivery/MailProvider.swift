public import Core

/// Carries mails away: into files here; SendGrid, Mailgun and SMTP stand behind the same door.
public protocol MailProvider: Sendable {
    /// How the operator calls it: `file`.
    var name: String { get }
    /// Whether it may be given addresses under `.invalid` (RFC 2606), which no mail server can reach.
    var takesUnreachableAddresses: Bool { get }
    /// The longest that handing over one mail may take.
    var patience: Duration { get }
    /// Hands over one mail. It may be asked again with the same id and attempts that went unnoticed.
    /// - Throws: `MailFailure`, or any other error, which counts as one that may pass.
    func send(_ mail: OutgoingMail) async throws
}

extension MailProvider {
    /// What a server on the other side of the world may take.
    public var patience: Duration { .seconds(30) }
}

/// Why a mail could not be handed over.
public enum MailFailure: Error, Sendable, CustomStringConvertible {
    /// Trying again may help.
    case mayPass(String)
    /// The same mail will never be taken.
    case final(String)

    public var description: String {
        switch self {
        case .mayPass(let why), .final(let why): why
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
    /// Without angle brackets; the same in every try.
    public let messageID: String
    public let date: Instant
    public let from: MailAddress
    public let to: MailAddress
    /// One line without control characters.
    public let subject: String
    public let text: String
    public let html: String
    public let attachments: [Attachment]
}

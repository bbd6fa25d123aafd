import Core
public import NotificationService
import Outside

/// How mail leaves the house.
public struct MailSettings: Sendable {
    /// Names in order: the first carries the mails, the next ones what it can't take now.
    public let providerNames: [String]
    public let from: MailAddress
    let webhooks: MailWebhooks
    private let sendgrid: (key: Secret, base: APIBase)?
    private let mailgun: (key: Secret, domain: String, base: APIBase)?
    private let smtp: SMTPServer?
    private let authorities: String?

    /// - Throws: `ConfigurationError` where a provider that is named lacks what it needs.
    init(_ reader: SettingReader) throws {
        providerNames = try reader.list("ROOST_MAIL_PROVIDER", of: ["sendgrid", "mailgun", "smtp", "file"], or: "file")
        let sender = reader.text("ROOST_MAIL_FROM", or: "Roost <no-reply@localhost>")
        guard let from = MailAddress(sender) else {
            throw ConfigurationError("ROOST_MAIL_FROM", "an address such as Roost <no-reply@example.com>", sender)
        }
        self.from = from
        let uses = Set(providerNames)
        func needed<Value>(_ value: Value?, _ variable: String, by provider: String) throws -> Value? {
            if value == nil, uses.contains(provider) {
                throw ConfigurationError(
                    sentence: "\(variable) is missing: ROOST_MAIL_PROVIDER names \(provider), which needs it")
            }
            return value
        }

        let sendgridBase = try reader.apiBase("ROOST_SENDGRID_API_BASE", or: "https://api.sendgrid.com")
        let sendgridKey = try reader.secret("ROOST_SENDGRID_API_KEY")
        sendgrid = try needed(sendgridKey, "ROOST_SENDGRID_API_KEY", by: "sendgrid").map { ($0, sendgridBase) }

        let mailgunBase = try reader.apiBase("ROOST_MAILGUN_API_BASE", or: "https://api.mailgun.net")
        let mailgunKey = try needed(try reader.secret("ROOST_MAILGUN_API_KEY"), "ROOST_MAILGUN_API_KEY", by: "mailgun")
        let domain = try needed(
            try MailSettings.domain(reader, "ROOST_MAILGUN_DOMAIN"), "ROOST_MAILGUN_DOMAIN", by: "mailgun")
        if let mailgunKey, let domain { mailgun = (mailgunKey, domain, mailgunBase) } else { mailgun = nil }

        let server = try reader.settings["ROOST_SMTP_URL"].map { text in
            guard let server = SMTPServer(text) else {
                throw ConfigurationError(
                    secret: "ROOST_SMTP_URL",
                    "smtp://user:password@host:port or smtps://…, name and password percent-encoded or both left out")
            }
            return server
        }
        smtp = try needed(server, "ROOST_SMTP_URL", by: "smtp")
        authorities = reader.settings["ROOST_SMTP_CA"]
        if let authorities, !authorities.contains("-----BEGIN CERTIFICATE-----") {
            throw ConfigurationError(
                "ROOST_SMTP_CA", "certificates in PEM (ROOST_SMTP_CA_FILE names a file of them)", authorities)
        }

        let publicKey = try reader.settings["ROOST_SENDGRID_WEBHOOK_KEY"].map { text in
            guard let key = MailWebhooks.SendGridKey(text) else {
                throw ConfigurationError(
                    "ROOST_SENDGRID_WEBHOOK_KEY", "the public key as SendGrid shows it, in base 64", text)
            }
            return key
        }
        webhooks = MailWebhooks(sendgrid: publicKey, mailgun: try reader.secret("ROOST_MAILGUN_WEBHOOK_KEY"))
    }

    private static func domain(_ reader: SettingReader, _ variable: String) throws -> String? {
        guard let text = reader.settings[variable] else { return nil }
        guard let address = MailAddress(name: nil, address: "postmaster@\(text)"),
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || isLetterOrDigit($0) })
        else { throw ConfigurationError(variable, "a domain such as mg.example.com", text) }
        return address.domain
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The providers themselves, each with a line of its own.
    func providers(dataDirectory: String, world: World) -> [any MailProvider] {
        providerNames.compactMap { name -> (any MailProvider)? in
            // Mails come again from the database, so a line tries once.
            let line = ProviderLine(to: name, world: world, patience: .once)
            switch name {
            case "sendgrid":
                return sendgrid.map { SendGrid(key: $0.key, base: $0.base, line: line, world: world) }
            case "mailgun":
                return mailgun.map {
                    Mailgun(key: $0.key, domain: $0.domain, base: $0.base, line: line, world: world)
                }
            case "smtp":
                return smtp.map { SMTP(server: $0, senderDomain: from.domain, authorities: authorities) }
            default: return FileMail(folder: dataDirectory + "/mail")
            }
        }
    }
}

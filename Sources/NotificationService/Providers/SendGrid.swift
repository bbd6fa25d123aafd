public import Core
import Foundation
public import Outside

/// Twilio SendGrid, v3 (docs.sendgrid.com/api-reference/mail-send).
public struct SendGrid: MailProvider {
    public let name = "sendgrid"
    private let key: Secret
    private let base: APIBase
    private let line: ProviderLine
    private let now: @Sendable () -> Instant

    /// - Parameter base: `https://api.sendgrid.com`, in Europe `https://api.eu.sendgrid.com`.
    public init(key: Secret, base: APIBase, line: ProviderLine, world: World) {
        self.key = key
        self.base = base
        self.line = line
        now = world.now
    }

    public func send(_ mail: OutgoingMail) async throws -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = [UInt8](try encoder.encode(SendGridMail(mail)))
        let answer = try await ask(.post, "/v3/mail/send", body: body)
        guard answer.isSuccess else { throw refusal(answer) }
        return answer.header("X-Message-Id")
    }

    /// The one question of its contract that any key may ask and that does nothing: a key that lacks this permission is
    /// told so (403), and one that is none at all is refused (401).
    public func checkUp() async throws -> String {
        let answer = try await ask(.get, "/v3/user/webhooks/event/settings/signed/default")
        guard answer.isSuccess || [403, 404].contains(answer.status) else { throw refusal(answer) }
        return "\(base) knows the key"
    }

    private func ask(_ method: OutsideRequest.Method, _ path: String, body: [UInt8] = []) async throws -> OutsideAnswer
    {
        var headers = [(name: "Authorization", value: "Bearer \(key.value)")]
        if !body.isEmpty { headers.append((name: "Content-Type", value: "application/json")) }
        do {
            return try await line.ask(
                OutsideRequest(
                    method, base.url(path), headers: headers, body: body, timeout: OutsideRequest.readTimeout))
        } catch {
            throw ProviderAnswer.failure(error, at: now())
        }
    }

    private func refusal(_ answer: OutsideAnswer) -> MailFailure {
        struct Errors: Decodable {
            struct One: Decodable {
                let message: String?
                let field: String?
            }
            let errors: [One]
        }
        let errors = ProviderAnswer.decoded(answer, as: Errors.self)?.errors ?? []
        let why = errors.map { [$0.field, $0.message].compactMap(\.self).joined(separator: ": ") }
        return ProviderAnswer.refusal(answer, why: ProviderAnswer.words(why.joined(separator: "; ")), at: now())
    }
}

/// The body of `POST /v3/mail/send`. Names and subjects are JSON strings, and one line already: no header can be added.
private struct SendGridMail: Encodable {
    struct Address: Encodable {
        let email: String
        let name: String?

        init(_ address: MailAddress) {
            email = address.address
            name = address.name
        }
    }

    struct Personalization: Encodable {
        let to: [Address]
        /// Comes back in every event about the mail.
        let custom_args: [String: String]
    }

    struct Content: Encodable {
        let type: String
        let value: String
    }

    struct Attachment: Encodable {
        let content: String
        let type: String
        let filename: String
        let disposition = "attachment"
    }

    struct Switch: Encodable { let enable = false }

    /// Links stay as they are and nobody is watched reading: these are letters about bookings.
    struct Tracking: Encodable {
        let click_tracking = Switch()
        let open_tracking = Switch()
        let subscription_tracking = Switch()
    }

    let personalizations: [Personalization]
    let from: Address
    let subject: String
    let content: [Content]
    let attachments: [Attachment]?
    let headers: [String: String]
    let tracking_settings = Tracking()

    init(_ mail: OutgoingMail) {
        personalizations = [
            Personalization(to: [Address(mail.to)], custom_args: [MailEventReading.argument: mail.messageID.key])
        ]
        from = Address(mail.from)
        subject = mail.subject
        content = [
            Content(type: "text/plain", value: mail.text), Content(type: "text/html", value: mail.html),
        ]
        let files = mail.attachments.map { file in
            Attachment(
                content: Data(file.content.utf8).base64EncodedString(), type: file.contentType, filename: file.fileName)
        }
        attachments = files.isEmpty ? nil : files
        headers = ["Message-ID": "<\(mail.messageID)>", "Auto-Submitted": "auto-generated"]
    }
}

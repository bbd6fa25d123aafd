public import Core
import Foundation
public import Outside

/// Mailgun, messages of v3 (documentation.mailgun.com/docs/mailgun/api-reference).
public struct Mailgun: MailProvider {
    public let name = "mailgun"
    private let key: Secret
    private let domain: String
    private let base: APIBase
    private let line: ProviderLine
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - domain: the sending domain as Mailgun knows it.
    ///   - base: `https://api.mailgun.net`, for a domain in Europe `https://api.eu.mailgun.net`.
    public init(key: Secret, domain: String, base: APIBase, line: ProviderLine, world: World) {
        self.key = key
        self.domain = domain
        self.base = base
        self.line = line
        now = world.now
    }

    public func send(_ mail: OutgoingMail) async throws -> String? {
        struct Taken: Decodable { let id: String }
        let form = MultipartForm(mailgun: mail)
        let answer = try await ask(.post, "/messages", type: form.contentType, body: form.bytes)
        guard answer.isSuccess else { throw refusal(answer) }
        return ProviderAnswer.decoded(answer, as: Taken.self)?.id.trimmingCharacters(in: ["<", ">"])
    }

    public func hasTaken(_ mail: OutgoingMail) async -> MailWord {
        guard let events = try? await events("message-id=\(mail.messageID)&limit=1") else { return .cannotTell }
        // Its list may lag behind; what it names, it has.
        return events > 0 ? .taken : .cannotTell
    }

    public func checkUp() async throws -> String {
        _ = try await events("limit=1")
        return "\(base) knows the key and the domain \(domain)"
    }

    /// How many events a query finds, at most its limit.
    private func events(_ query: String) async throws -> Int {
        struct Events: Decodable {
            struct One: Decodable {}
            let items: [One]
        }
        let answer = try await ask(.get, "/events?\(query)")
        guard answer.isSuccess else { throw refusal(answer) }
        guard let events = ProviderAnswer.decoded(answer, as: Events.self) else {
            throw MailFailure.mayPass("an answer that is no list of events")
        }
        return events.items.count
    }

    private func ask(
        _ method: OutsideRequest.Method, _ path: String, type: String? = nil, body: [UInt8] = []
    ) async throws -> OutsideAnswer {
        let credentials = Data("api:\(key.value)".utf8).base64EncodedString()
        var headers = [(name: "Authorization", value: "Basic \(credentials)")]
        if let type { headers.append((name: "Content-Type", value: type)) }
        do {
            return try await line.ask(
                OutsideRequest(
                    method, base.url("/v3/\(domain)\(path)"), headers: headers, body: body,
                    timeout: OutsideRequest.readTimeout))
        } catch {
            throw ProviderAnswer.failure(error, at: now())
        }
    }

    private func refusal(_ answer: OutsideAnswer) -> MailFailure {
        struct Said: Decodable { let message: String }
        let why = ProviderAnswer.decoded(answer, as: Said.self)?.message ?? ""
        return ProviderAnswer.refusal(answer, why: ProviderAnswer.words(why), at: now())
    }
}

/// `multipart/form-data` (RFC 7578).
private struct MultipartForm {
    let contentType: String
    private(set) var bytes: [UInt8] = []
    private let boundary: String

    /// The form of `POST /v3/{domain}/messages`. Mailgun writes the headers from the fields, which are one line each.
    init(mailgun mail: OutgoingMail) {
        // A mail's id is not known to whoever wrote what stands in it.
        boundary = "roost-\(mail.id)"
        contentType = "multipart/form-data; boundary=\(boundary)"
        for (name, value) in [
            ("from", MailHeader.mailboxLine(mail.from)), ("to", MailHeader.mailboxLine(mail.to)),
            ("subject", mail.subject), ("text", mail.text), ("html", mail.html),
            // Links stay as they are and nobody is watched reading.
            ("o:tracking", "no"), ("h:Message-Id", "<\(mail.messageID)>"), ("h:Auto-Submitted", "auto-generated"),
            ("v:\(MailEventReading.argument)", mail.messageID.key),
        ] {
            part("name=\"\(name)\"", type: nil, value)
        }
        for file in mail.attachments {
            part("name=\"attachment\"; filename=\"\(file.fileName)\"", type: file.contentType, file.content)
        }
        bytes += Array("--\(boundary)--\r\n".utf8)
    }

    private mutating func part(_ disposition: String, type: String?, _ value: String) {
        let head = "--\(boundary)\r\nContent-Disposition: form-data; \(disposition)\r\n"
        bytes += Array("\(head)\(type.map { "Content-Type: \($0)\r\n" } ?? "")\r\n\(value)\r\n".utf8)
    }
}

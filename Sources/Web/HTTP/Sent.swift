import Core
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// How much of a body is read, in bytes.
enum BodyLimit {
    static let usual = 64 * 1024
    /// 731 nights with everything about each of them; the longest description, each character of it escaped as two halves.
    static let large = 256 * 1024
    /// What a provider tells at once: SendGrid gathers events, by far not so many.
    static let webhook = 1024 * 1024
    /// A form of ours has a few short fields.
    static let form = 16 * 1024
}

/// A body that was read, and the key under which it is to count once.
struct Sent<Body: Sendable>: Sendable {
    let body: Body
    let once: Once?
}

extension Visit {
    /// Reads the body of a POST by someone signed in, whose `Idempotency-Key` counts.
    ///
    /// Who may do this is decided before what they sent is looked at: where the body is wrong, `mayAsk` is asked first,
    /// and what it throws comes before the complaint. Where the body is right the service decides both in its order.
    /// - Parameters:
    ///   - keeper: the service that does it; a refusal from here is kept with its own.
    ///   - whenEmpty: what no body at all means; nothing where there must be one.
    func read<Body>(
        for caller: Caller, by keeper: some KeepsAnswers, upTo limit: Int = BodyLimit.usual, whenEmpty: Body? = nil,
        mayAsk: () async throws -> Void = {}, _ members: (inout Fields) -> Body?
    ) async throws -> Sent<Body> {
        var once: Once?
        do {
            let key = try idempotencyKey(of: caller)
            let bytes = try await self.bytes(upTo: limit)
            once = key.map { Once(key: $0, bodyHash: Visit.hash(bytes)) }
            return Sent(body: try body(bytes, whenEmpty: whenEmpty, members), once: once)
        } catch let problem as Problem {
            let refusal = try await firstRefusal(problem, mayAsk)
            guard let once else { throw refusal }
            throw try await keeper.keep(refusal, for: once)
        }
    }

    /// Reads a body to which no key belongs.
    func read<Body>(
        upTo limit: Int = BodyLimit.usual, whenEmpty: Body? = nil, mayAsk: () async throws -> Void = {},
        _ members: (inout Fields) -> Body?
    ) async throws -> Body {
        do {
            return try body(try await bytes(upTo: limit), whenEmpty: whenEmpty, members)
        } catch let problem as Problem {
            throw try await firstRefusal(problem, mayAsk)
        }
    }

    private func body<Body>(
        _ bytes: [UInt8], whenEmpty: Body?, _ members: (inout Fields) -> Body?
    ) throws(Problem) -> Body {
        if bytes.isEmpty, let whenEmpty { return whenEmpty }
        try requireJSON(isEmpty: bytes.isEmpty)
        return try Visit.decode(bytes, members)
    }

    private func firstRefusal(_ problem: Problem, _ mayAsk: () async throws -> Void) async throws -> Problem {
        do {
            try await mayAsk()
        } catch let earlier as Problem {
            return earlier
        }
        return problem
    }

    /// The members of a JSON object, with every wrong one named in the refusal.
    static func decode<Body>(_ bytes: [UInt8], _ members: (inout Fields) -> Body?) throws(Problem) -> Body {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw Problem(.malformedRequest, "The body is not JSON: \(error.reason), at byte \(error.offset).")
        }
        guard case .object(let object) = value else {
            throw .invalid("body", "wrong_type", "The body must be an object, not \(value.kind).")
        }
        var fields = Fields(object)
        let body = members(&fields)
        fields.refuseUnknown()
        if let problem = fields.complaints.problem { throw problem }
        guard let body else { throw .invalid("body", "invalid", "The body is not complete.") }
        return body
    }

    /// The whole body, refused as soon as it is seen to be too long.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        let tooLarge = Problem(.payloadTooLarge, "The body is too large: at most \(limit) bytes are taken here.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else { throw tooLarge }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    private func requireJSON(isEmpty: Bool) throws(Problem) {
        guard !isEmpty else { throw Problem(.malformedRequest, "The body is missing: an object in JSON is expected.") }
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard encoding == "identity", let type = request.headers[.contentType], MediaType.isJSON(type) else {
            throw Problem(
                .unsupportedMediaType, "Send the body as Content-Type: application/json, in UTF-8, not compressed.")
        }
    }

    /// - Throws: `Problem` `malformed_request` for a key that can't be one.
    func idempotencyKey(of caller: Caller) throws(Problem) -> IdempotencyKey? {
        let keys = request.headers[values: .idempotencyKey]
        guard let key = keys.first else { return nil }
        guard keys.count == 1, !key.isEmpty, key.unicodeScalars.count <= IdempotencyKey.longest else {
            throw Problem(
                .malformedRequest, "An Idempotency-Key has 1 to \(IdempotencyKey.longest) characters and comes once.")
        }
        // Slashes that the router does not look at do not make another path.
        let path = "/" + request.uri.path.split(separator: "/").joined(separator: "/")
        return IdempotencyKey(person: caller.id, path: path, key: key)
    }

    /// SHA-256 of the bytes as sent: what anyone could make collide would let one request pass for another.
    private static func hash(_ bytes: [UInt8]) -> String {
        Hexadecimal.text(of: SHA256.hash(data: bytes))
    }
}

enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(of bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

enum MediaType {
    /// `application/json`, also with `charset=utf-8`.
    static func isJSON(_ header: String) -> Bool {
        parse(header).map { $0.type == "application/json" && $0.parameters.allSatisfy { $0 == "charset=utf-8" } }
            ?? false
    }

    static func isForm(_ header: String) -> Bool { parse(header)?.type == "application/x-www-form-urlencoded" }

    private static func parse(_ header: String) -> (type: String, parameters: [String])? {
        let parts = header.lowercased().split(separator: ";").map { part in
            part.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
        }
        guard let type = parts.first else { return nil }
        return (type, Array(parts.dropFirst()))
    }
}

extension HTTPField.Name {
    static let idempotencyKey = ours("Idempotency-Key")
    static let sendGridSignature = ours("X-Twilio-Email-Event-Webhook-Signature")
    static let sendGridTimestamp = ours("X-Twilio-Email-Event-Webhook-Timestamp")
    static let forwardedFor = ours("X-Forwarded-For")
    static let forwarded = ours("Forwarded")
    static let requestID = ours("X-Request-Id")
    static let fetchSite = ours("Sec-Fetch-Site")
    static let referrerPolicy = ours("Referrer-Policy")

    /// A name that stands in the program.
    private static func ours(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
        return name
    }
}

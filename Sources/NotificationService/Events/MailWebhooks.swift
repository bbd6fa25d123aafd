public import Core
import Crypto
import Foundation

/// How mail providers prove that a post is theirs; without its key a provider is not configured.
public struct MailWebhooks: Sendable {
    private let sendgrid: SendGridKey?
    private let mailgun: Secret?
    let tally = MailTally()

    /// - Parameters:
    ///   - sendgrid: the public key that SendGrid signs events with.
    ///   - mailgun: the HTTP webhook signing key, which is not the API key.
    public init(sendgrid: SendGridKey? = nil, mailgun: Secret? = nil) {
        self.sendgrid = sendgrid
        self.mailgun = mailgun
    }

    /// SendGrid's public key: ECDSA on P-256.
    public struct SendGridKey: Sendable {
        let key: P256.Signing.PublicKey

        /// Nothing unless it is SubjectPublicKeyInfo in base 64, as SendGrid shows it.
        public init?(_ text: String) {
            guard let der = Data(base64Encoded: text), let key = try? P256.Signing.PublicKey(derRepresentation: der)
            else { return nil }
            self.key = key
        }
    }

    /// How far a post's time may lie from ours. A retry is signed anew.
    static let tolerance = Duration.seconds(600)

    func isConfigured(_ provider: String) -> Bool {
        switch provider {
        case "sendgrid": sendgrid != nil
        case "mailgun": mailgun != nil
        default: false
        }
    }

    /// What makes a post one of a kind.
    /// - Throws: `Problem` where it is not the provider's, or not of now.
    func token(of post: MailPost, at now: Instant) throws(Problem) -> String {
        let proof: (token: String, timestamp: String)?
        switch post.provider {
        case "sendgrid": proof = sendgrid.flatMap { MailWebhooks.sendgrid(post, key: $0.key) }
        case "mailgun": proof = mailgun.flatMap { MailWebhooks.mailgun(post, key: $0) }
        default: proof = nil
        }
        guard let proof else {
            tally.count(post.provider, "forged")
            throw Problem(.malformedRequest, "The signature does not fit.")
        }
        guard let seconds = Int64(proof.timestamp), seconds.magnitude < 1 << 40 else {
            tally.count(post.provider, "forged")
            throw Problem(.malformedRequest, "The time of the signature is no time.")
        }
        let distance = Instant(milliseconds: seconds * 1000).since(now)
        guard distance >= .zero - MailWebhooks.tolerance, distance <= MailWebhooks.tolerance else {
            tally.count(post.provider, "stale")
            throw Problem(.malformedRequest, "The signature is too old, or its time is still to come.")
        }
        return proof.token
    }

    /// Signed is the timestamp and the body as it came, with nothing between.
    private static func sendgrid(_ post: MailPost, key: P256.Signing.PublicKey) -> (token: String, timestamp: String)? {
        guard let text = post.signature, let der = Data(base64Encoded: text), let timestamp = post.timestamp,
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: der)
        else { return nil }
        var signed = Data(timestamp.utf8)
        signed.append(contentsOf: post.body)
        guard key.isValidSignature(signature, for: signed) else { return nil }
        // Not the signature: of one there are two that are valid.
        return (String(decoding: signed, as: UTF8.self).hashed, timestamp)
    }

    /// Signed are timestamp and token only: the token must never be taken for another body.
    private static func mailgun(_ post: MailPost, key: Secret) -> (token: String, timestamp: String)? {
        let sent = JSON(String(decoding: post.body, as: UTF8.self))["signature"]
        guard
            let timestamp = sent["timestamp"].text
                ?? sent["timestamp"].number.flatMap({ Int64(exactly: $0) }).map({ String($0) }),
            let token = sent["token"].text, !token.isEmpty, token.utf8.count <= 200,
            let code = sent["signature"].text.flatMap(bytes(ofHexadecimal:)),
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Data((timestamp + token).utf8), using: SymmetricKey(data: Data(key.value.utf8)))
        else { return nil }
        return (token, timestamp)
    }

    private static func bytes(ofHexadecimal text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}

/// A webhook of a mail provider as it came in.
public struct MailPost: Sendable {
    public let provider: String
    /// SendGrid's two headers; Mailgun has both in the body.
    public let signature: String?
    public let timestamp: String?
    public let body: [UInt8]

    public init(provider: String, signature: String?, timestamp: String?, body: [UInt8]) {
        self.provider = provider
        self.signature = signature
        self.timestamp = timestamp
        self.body = body
    }
}

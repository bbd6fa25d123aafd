import Core

/// A session as it is kept: by the hash of its token.
struct Session: Sendable {
    let tokenHash: String
    let createdAt: Instant
    let expiresAt: Instant

    /// How long a sign-in lasts.
    static let lifetime = Duration.seconds(30 * 86_400)
    /// How many sessions one person may have; beyond it the oldest end. Far more than devices, so that only a program
    /// that signs in again and again meets it.
    static let mostPerPerson = 1000
    /// 256 bits: not to be guessed, so that a plain hash protects them.
    static let tokenBytes = 32
    /// 256 bits in base 32.
    static let tokenLength = 52

    /// A fresh session and its token.
    static func begin(at now: Instant, random: (Int) -> [UInt8]) -> (session: Session, token: String) {
        let token = Base32.text(of: random(tokenBytes))
        return (Session(tokenHash: Digest.text(of: token), createdAt: now, expiresAt: now + lifetime), token)
    }

    /// What a token is looked up by; nothing for a text that cannot be one.
    static func hash(of token: String) -> String? {
        token.utf8.count == tokenLength ? Digest.text(of: token) : nil
    }
}

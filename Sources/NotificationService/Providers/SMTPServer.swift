public import Core
import Foundation

/// Where an SMTP server is and who we are there, as `ROOST_SMTP_URL` has it.
public struct SMTPServer: Sendable {
    public let host: String
    public let port: Int
    /// Whether TLS begins with the first byte (`smtps`); else STARTTLS.
    public let isTLSFromTheStart: Bool
    public let user: String?
    public let password: Secret?

    /// `smtp://user:password@host:port`, name and password percent-encoded; port 587, for `smtps` 465, where left out.
    /// Nothing for anything else.
    public init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["smtp", "smtps"].contains(scheme), let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil,
            host.utf8.allSatisfy({ (33...126).contains($0) }), (parts.user == nil) == (parts.password == nil)
        else { return nil }
        let words = [parts.user, parts.password].compactMap(\.self)
        guard
            words.allSatisfy({
                !$0.isEmpty && !$0.unicodeScalars.contains { $0.properties.generalCategory == .control }
            })
        else { return nil }
        self.host = host
        isTLSFromTheStart = scheme == "smtps"
        port = parts.port ?? (isTLSFromTheStart ? 465 : 587)
        guard (1...65_535).contains(port) else { return nil }
        user = parts.user
        password = parts.password.map(Secret.init)
    }

    /// Only on this machine may a server do without TLS: nobody listens there.
    var mayDoWithoutTLS: Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host.lowercased()) }

    /// Without name and password.
    public var shown: String { "\(isTLSFromTheStart ? "smtps" : "smtp")://\(host):\(port)" }
}

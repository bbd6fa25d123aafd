import Foundation

/// The scheme, host, port and path prefix put before a provider's own paths.
public struct APIBase: Sendable, Equatable, CustomStringConvertible {
    /// Without a slash at its end.
    public let text: String

    /// Nothing for what is no such address. Keys travel along, so plain `http` goes no farther than this machine.
    public init?(_ text: String) {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URL(string: trimmed), let scheme = url.scheme?.lowercased(),
            let host = url.host(), !host.isEmpty, url.query() == nil, url.fragment() == nil, url.user() == nil,
            url.password() == nil,
            scheme == "https" || (scheme == "http" && APIBase.isThisMachine(host))
        else { return nil }
        self.text = trimmed
    }

    /// The whole address of a path that begins with a slash.
    public func url(_ path: String) -> String { text + path }

    public var description: String { text }

    private static func isThisMachine(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]"
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }
}

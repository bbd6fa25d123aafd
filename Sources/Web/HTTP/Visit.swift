import AuthService
import Core
import Foundation
import HTTPTypes
import Hummingbird

/// One request and what is needed to answer it.
struct Visit: Sendable {
    let request: Request
    let context: WebContext
    let site: Site

    /// An id from the path. What cannot be an id names nothing.
    func id<Kind>(_ what: String) throws(Problem) -> ID<Kind> {
        guard let text = context.parameters.get("id"), let id = ID<Kind>(text) else { throw .notFound(what) }
        return id
    }

    var query: Query { get throws(Problem) { try Query(request.uri.query) } }

    /// - Throws: `Problem` where there are parameters: this address knows none.
    func refuseQuery() throws(Problem) {
        guard request.uri.query != nil else { return }
        var query = try query
        try query.check()
    }
}

// Who asks.
extension Visit {
    /// Where they come from, which limits are counted by: the other end, or what a proxy that we trust says.
    var clientAddress: String {
        site.settings.trustedProxies.client(
            peer: context.peer, forwardedFor: request.headers[values: .forwardedFor],
            forwarded: request.headers[values: .forwarded])
    }

    /// Longer ones are not ours; nobody hashes a megabyte for a stranger.
    private static let longestToken = 256

    /// The token that came with the request: in `Authorization: Bearer`, else in the cookie.
    var token: String? {
        let token =
            if let header = request.headers[.authorization] { Credentials.bearer(header) } else { sessionCookie }
        return token.flatMap { $0.isEmpty || $0.utf8.count > Visit.longestToken ? nil : $0 }
    }

    var sessionCookie: String? { request.headers[.cookie].flatMap { Credentials.cookie(SessionCookie.name, in: $0) } }

    /// Asked anew each time: a session that ended on another node is dead here too.
    func person() async throws -> Person? {
        guard let token else { return nil }
        return try await site.accounts.person(forToken: token)
    }

    func caller() async throws -> Caller? { try await person()?.caller }

    /// - Throws: `Problem` `unauthenticated` unless someone is signed in.
    func requirePerson() async throws -> Person {
        guard let person = try await person() else {
            throw Problem(.unauthenticated, "Sign in first: this needs a session token that is still good.")
        }
        return person
    }

    func requireCaller() async throws -> Caller { try await requirePerson().caller }
}

/// Reading tokens out of header fields.
enum Credentials {
    static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].trimmingCharacters(in: .whitespaces)
    }

    static func cookie(_ name: String, in header: String) -> String? {
        for pair in header.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// The cookie that a browser keeps in place of the token.
struct SessionCookie {
    static let name = "roost_session"

    /// Only over TLS, where the public address has it.
    let isSecure: Bool

    func set(_ signedIn: SignedIn, now: Instant) -> String {
        let seconds = max(0, signedIn.expiresAt.since(now).wholeMilliseconds / 1000)
        return "\(SessionCookie.name)=\(signedIn.token); Max-Age=\(seconds); \(attributes)"
    }

    var cleared: String { "\(SessionCookie.name)=; Max-Age=0; \(attributes)" }

    private var attributes: String { "Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }
}

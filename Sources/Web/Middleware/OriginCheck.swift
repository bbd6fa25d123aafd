import Core
import HTTPTypes
import Hummingbird

/// Refuses what another site makes a browser do with our guest's cookie.
///
/// Browsers say where a request comes from (Fetch Metadata, else `Origin`); programs say nothing and are let through,
/// because nobody can make them send someone else's cookie. A request that brings its own `Authorization` needs no
/// check: no browser adds that by itself.
struct OriginCheck: RouterMiddleware {
    /// Scheme, host and port of the public address.
    let origin: String
    static let refusal = Problem(.forbidden, "This came from another site. Do it on our own pages.")

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard isSafe(request) else { throw OriginCheck.refusal }
        return try await next(request, context)
    }

    private func isSafe(_ request: Request) -> Bool {
        let headers = request.headers
        switch request.method {
        case .get, .head, .options, .trace: return true
        default: break
        }
        if headers.contains(.authorization) || request.uri.path.hasPrefix("/webhooks/") { return true }
        if let site = headers[.fetchSite] { return site == "same-origin" || site == "none" }
        guard let sender = headers[.origin] else { return true }
        // The address it was sent to counts too, for a server that is reached by another name than its public one.
        guard sender != origin else { return true }
        return request.head.authority.map { sender == "http://\($0)" || sender == "https://\($0)" } ?? false
    }
}

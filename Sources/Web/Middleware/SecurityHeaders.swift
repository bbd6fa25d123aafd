import HTTPTypes
import Hummingbird

/// What every answer carries: what a browser must not do with it, how it may be kept, and the request's number.
struct SecurityHeaders: RouterMiddleware {
    /// Nothing from elsewhere, nothing inline, in nobody's frame.
    static let contentSecurityPolicy =
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

    /// The same for the page whose button leads to a payment provider: browsers hold a redirect after a form against
    /// `form-action`. Which host a provider sends payers to is the provider's affair, so any may be, over TLS.
    static func policyForPaying(isLocal: Bool) -> String {
        contentSecurityPolicy.replacing(
            "form-action 'self'", with: "form-action 'self' https:" + (isLocal ? " http:" : ""))
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if !response.headers.contains(.contentSecurityPolicy) {
            response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "same-origin"
        // Who is signed in and which nights are free change at any moment; what may be kept says so itself.
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store" }
        response.headers[.requestID] = context.id
        // The router makes HEAD of every GET; what it could not route has a body that HEAD must not have.
        return request.method == .head ? response.createHeadResponse() : response
    }
}

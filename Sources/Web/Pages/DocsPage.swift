/// The page that shows the OpenAPI document. Its script is a file of ours: nothing comes from elsewhere, nothing is inline.
enum DocsPage {
    static func html() -> HTML {
        Frame.html(
            "Roost API",
            """
            <h1>Roost API</h1>
            <p>Everything Roost does can be asked over HTTP, in JSON. This page shows
            <a href="/api/openapi.json">the OpenAPI 3.1 document</a> of this very server.</p>
            <noscript><p>This page needs its script to show the document;
            <a href="/api/openapi.json">the document itself</a> does not.</p></noscript>
            <div id="reference" aria-live="polite"></div>
            <h2>Errors</h2>
            <p>Every error is <code>application/problem+json</code> (RFC 9457). Programs go by <code>code</code>, people
            read <code>detail</code>, and <code>errors</code> names each field.</p>
            <dl class="codes">
            \(HTML(codes.map { code, meaning in "<dt id=\"\(code)\"><code>\(code)</code></dt><dd>\(meaning)</dd>" }))
            </dl>
            """, isWide: true,
            head: """
                <link rel="stylesheet" href="/assets/docs.css">
                <script src="/assets/docs.js" defer></script>
                """)
    }

    /// What each code means, in the order of their statuses.
    static let codes: [(String, String)] = [
        ("malformed_request", "400: these bytes are not JSON, or not HTTP as it should be."),
        ("unauthenticated", "401: sign in first; the token is missing or dead."),
        ("forbidden", "403: you can see it, but it is not yours to do."),
        ("not_found", "404: there is no such thing, or it is not yours and not public."),
        ("method_not_allowed", "405: the address takes other methods; see Allow."),
        ("nights_unavailable", "409: nights are taken or closed."),
        ("hold_expired", "409: the time to pay is over."),
        ("state_conflict", "409: not possible as things stand."),
        ("idempotency_key_in_use", "409: the first request with this key still runs."),
        ("payload_too_large", "413: the body is too large."),
        ("unsupported_media_type", "415: send application/json."),
        ("validation_failed", "422: a field is wrong or a rule stands against the stay; see errors."),
        ("idempotency_key_reused", "422: this key belongs to another request."),
        ("rate_limited", "429: too many; see Retry-After."),
        ("internal", "500: our fault; the detail has a number to find it by."),
        ("provider_unavailable", "503: the payment provider does not answer."),
        ("unavailable", "503: not just now; see Retry-After."),
    ]
}

import Core

/// The page that shows the OpenAPI document, written once at the start: it can be read without a script.
struct DocsPage {
    private let document: APIDocument

    /// - Throws: `JSONSyntaxError` where the document is none.
    init(_ document: [UInt8]) throws { self.document = try APIDocument(document) }

    func html() -> HTML {
        """
        <h1>Roost API</h1>
        <p>Everything Roost does can be asked over HTTP, in JSON. This page shows
        <a href="/api/openapi.json">the OpenAPI 3.1 document</a> of this very server.</p>
        <p>\(HTML(prose: document.about))</p>
        <nav aria-label="On this page">
        \(HTML(sections.map { contents(of: $0) }))
        <p><a href="#errors">Errors</a>, <a href="#shapes">shapes</a></p>
        </nav>
        \(HTML(sections.map { section($0) }))
        <h2 id="errors">Errors</h2>
        <p>Every error is <code>application/problem+json</code> (RFC 9457). Programs go by <code>code</code>, people
        read <code>detail</code>, and <code>errors</code> names each field.</p>
        <dl class="codes">
        \(HTML(DocsPage.codes.map { "<dt id=\"\($0)\"><code>\($0)</code></dt><dd>\($1)</dd>" }))
        </dl>
        <h2 id="shapes">Shapes</h2>
        \(HTML(document.shapes.map { DocsShape(document).html(name: $0, $1) }))
        """
    }

    private struct Section {
        let name: String
        let about: String
        let operations: [APIOperation]

        /// Apart from the operations' names: there is one called `bookings`.
        var anchor: String { "about-" + name.lowercased().replacing(" ", with: "-") }
    }

    private var sections: [Section] {
        document.tags.map { tag in
            Section(name: tag.name, about: tag.about, operations: document.operations.filter { $0.tag == tag.name })
        }
    }

    private func contents(of section: Section) -> HTML {
        let links = section.operations.map { operation -> HTML in
            """
            <li><a href="#\(operation.id)"><code>\(operation.method) \(operation.path)</code></a> \(operation.summary)</li>
            """
        }
        return """
            <p><a href="#\(section.anchor)">\(section.name)</a></p>
            <ul>
            \(HTML(links))
            </ul>
            """
    }

    private func section(_ section: Section) -> HTML {
        """
        <section>
        <h2 id="\(section.anchor)">\(section.name)</h2>
        <p>\(section.about)</p>
        \(HTML(section.operations.map { DocsOperation(document, $0).html() }))
        </section>
        """
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

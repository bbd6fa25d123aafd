import Core
import HTTPTypes
import Hummingbird

extension Problem {
    /// The same refusal for a person with a browser.
    var page: Response {
        let (status, title) = statusAndTitle
        var headers = response.headers
        headers[.contentType] = nil
        headers[.vary] = "Accept"
        return .page(
            Frame.html(
                title,
                """
                <h1>\(title)</h1>
                <p class="notice">\(detail)</p>
                <p><a href="/">To the first page</a></p>
                """), status: status, headers: headers)
    }
}

extension Request {
    /// Whether a person reads the answer: the address is one of the pages, and the browser asks for a page.
    var wantsPage: Bool {
        guard headers[.accept]?.lowercased().contains("text/html") == true else { return false }
        let first = uri.path.split(separator: "/").first ?? ""
        return !["api", "webhooks", "assets", "healthz", "readyz", "metrics"].contains(first)
    }
}

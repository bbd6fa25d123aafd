import AuthService
import Core
import HTTPTypes
import Hummingbird

extension PageVisit {
    /// A page: the template filled and put into the layout.
    /// - Parameters:
    ///   - view: what the template says; `t`, `root`, `token` and the like are there already (docs/pages.md).
    ///   - problems: what was wrong with a form, shown at the top of it.
    func show(
        _ template: String, _ head: Head, _ view: View = [:], problems: FormProblems? = nil,
        status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        let token = ShownToken(browser)
        let view = layout(head, problems, token).merging(view)
        let text = try site.pages.templates.html(template, view, in: language)
        var headers = headers
        if let cookie = browser.newCookie, token.isShown {
            let isSecure = site.settings.isSecure ? "; Secure" : ""
            headers.append(
                .init(
                    name: .setCookie,
                    value: "\(Browser.cookieName)=\(cookie); Path=/; HttpOnly; SameSite=Lax\(isSecure)"))
        }
        headers[.contentLanguage] = language.code
        return .page(text, to: request, status: status, headers: headers)
    }

    private func layout(_ head: Head, _ problems: FormProblems?, _ token: ShownToken) -> View {
        var view: View = [
            "title": Plain.line(problems == nil ? head.title : texts("form.errorTitle", ["title": head.title])),
            "css": site.resources.address("roost.css"), "js": site.resources.address("roost.js"),
            "favicon": site.resources.address("favicon.svg"),
            "looks": (head.isWide ? "wide" : "") + (head.hasBottomBar ? " has-bar" : ""),
            "hasSearch": !head.hidesSearch,
            "aboutHTML": about(head), "languagesHTML": languages(), "navHTML": navigation(),
            "isSignedIn": person != nil, "token": token, "isDemo": site.settings.isDemo,
        ]
        if let person { view["personName"] = person.name }
        view["suggestion"] = suggestion()
        if let facts = head.jsonLD {
            view["jsonLDHTML"] = "<script type=\"application/ld+json\">\(facts)</script>" as HTML
        }
        if let problems { view["problems"] = problems.view(texts) }
        return view
    }

    /// What a page says to search engines, and to those who are sent its address.
    private func about(_ head: Head) -> HTML {
        let line = head.description.map { Plain.line($0, longest: 155) }
        let description: HTML = line.map { "<meta name=\"description\" content=\"\($0)\">" } ?? ""
        guard let canonical = head.canonical else { return "\(description)<meta name=\"robots\" content=\"noindex\">" }
        let base = site.settings.baseURL
        let noIndex: HTML = head.isNotIndexed ? "<meta name=\"robots\" content=\"noindex, follow\">" : ""
        let others = Language.allCases.map { ($0.code, $0.path(canonical)) } + [("x-default", canonical)]
        let alternates = others.map { code, path -> HTML in
            "<link rel=\"alternate\" hreflang=\"\(code)\" href=\"\(base)\(path)\">"
        }
        let shared: HTML = line.map { "<meta property=\"og:description\" content=\"\($0)\">" } ?? ""
        return """
            \(description)\(noIndex)
            <link rel="canonical" href="\(base)\(path(canonical))">
            \(HTML(alternates))
            <meta property="og:site_name" content="Roost">
            <meta property="og:title" content="\(Plain.line(head.title))">
            <meta property="og:type" content="\(head.openGraphType)">
            <meta property="og:url" content="\(base)\(path(canonical))">
            <meta property="og:image" content="\(base)\(head.image ?? site.resources.address("share.png"))">
            <meta property="og:locale" content="\(language.openGraphLocale)">
            \(shared)<meta name="twitter:card" content="summary_large_image">
            """
    }

    /// The page in the language that the browser asks for, where it is not this one: offered, never decided.
    private func suggestion() -> View? {
        guard person?.language == nil, PagePath.isPage(request.uri.path), request.method != .post,
            let wanted = request.headers[.acceptLanguage].flatMap({ Language.preferred($0) }), wanted != language
        else { return nil }
        return [
            "code": wanted.code, "direction": wanted.direction, "href": wanted.path(address),
            "text": site.pages.texts(wanted)("nav.thisLanguage"),
        ]
    }

    /// The same page in each language.
    private func languages() -> HTML {
        guard PagePath.isPage(request.uri.path) else { return "" }
        let address = addressToReturnTo
        let links = Language.allCases.map { other -> HTML in
            let current: HTML = other == language ? " aria-current=\"true\"" : ""
            return """
                <li><a href="\(other.path(address))" lang="\(other.code)" dir="\(other.direction)" \
                hreflang="\(other.code)"\(current)>\(other.name)</a></li>
                """
        }
        return HTML(links)
    }
}

extension Response {
    /// A page as bytes.
    static func page(
        _ text: String, to request: Request, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.vary] = "Accept-Encoding, Accept-Language"
        return .text(text, type: "text/html; charset=utf-8", to: request, status: status, headers: headers)
    }

    /// A text as bytes, packed where the browser takes that: it is a fifth of the size.
    static func text(
        _ text: String, type: String, to request: Request, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        var bytes = Array(text.utf8)
        if !headers.contains(.vary) { headers[.vary] = "Accept-Encoding" }
        if bytes.count >= 1024, Gzip.isTaken(request.headers[.acceptEncoding]),
            let packed = Gzip.pack(bytes, level: Gzip.quick)
        {
            bytes = packed
            headers[.contentEncoding] = "gzip"
        }
        return .bytes(bytes, status: status, type: type, headers: headers)
    }
}

/// Text for places that hold one line and no markup: titles, descriptions, what is shared.
enum Plain {
    /// - Parameter longest: in characters; what is cut ends in an ellipsis.
    static func line(_ text: String, longest: Int = 200) -> String {
        var out = String.UnicodeScalarView()
        var gap = false
        for scalar in text.unicodeScalars {
            // Most are plain letters: their properties need not be looked up.
            if (0x21...0x7E).contains(scalar.value) {
                if gap, !out.isEmpty { out.append(" ") }
                gap = false
                out.append(scalar)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: gap = true
            default:
                // Marks that turn the reading direction would turn what stands around the title too.
                if (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value) { continue }
                if gap, !out.isEmpty { out.append(" ") }
                gap = false
                out.append(scalar)
            }
        }
        let line = String(out)
        return line.count > longest ? String(line.prefix(longest - 1)) + "…" : line
    }
}

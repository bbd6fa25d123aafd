import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// What search engines read: what they may look at, and every place there is.
struct RobotPages {
    /// As many addresses as one file lists here; the format takes 50,000.
    private static let pageSize = 10_000

    func add(to routes: inout Routes) {
        routes.get("/robots.txt", robots)
        routes.get("/sitemap.xml", index)
        routes.get("/sitemap/{id}", part)
    }

    @Sendable func robots(_ visit: Visit) async throws -> Response {
        let closed = ["/account", "/checkout/", "/trips", "/host", "/operator", "/mail", "/test-checkout/", "/api/v1/"]
        let lines =
            ["User-agent: *"] + closed.map { "Disallow: \($0)" } + [
                "Sitemap: \(visit.site.settings.baseURL)/sitemap.xml"
            ]
        return text(lines.joined(separator: "\n") + "\n", type: "text/plain; charset=utf-8")
    }

    /// One file where all fit into it, else a file that names the others.
    @Sendable func index(_ visit: Visit) async throws -> Response {
        let base = visit.site.settings.baseURL
        let first = try await visit.site.properties.listed(after: nil, limit: RobotPages.pageSize)
        guard first.count == RobotPages.pageSize else { return sitemap(first, base, isFirst: true) }
        var names = ["start"]
        var last = first.last?.id
        while let after = last {
            names.append(after.text)
            let page = try await visit.site.properties.listed(after: after, limit: RobotPages.pageSize)
            last = page.count == RobotPages.pageSize ? page.last?.id : nil
        }
        let parts = names.map { "<sitemap><loc>\(base)/sitemap/\($0)</loc></sitemap>" as HTML }
        let list: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            <sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(HTML(parts))
            </sitemapindex>

            """
        return text(list.text, type: "application/xml; charset=utf-8")
    }

    @Sendable func part(_ visit: Visit) async throws -> Response {
        let name = visit.context.parameters.get("id") ?? ""
        let after = PropertyID(name)
        guard after != nil || name == "start" else { throw Problem.notFound("page") }
        let places = try await visit.site.properties.listed(after: after, limit: RobotPages.pageSize)
        return sitemap(places, visit.site.settings.baseURL, isFirst: after == nil)
    }

    private func sitemap(_ places: [(id: PropertyID, changedAt: Instant)], _ base: String, isFirst: Bool) -> Response {
        func alternates(_ path: String) -> HTML {
            HTML(
                Language.allCases.map {
                    "<xhtml:link rel=\"alternate\" hreflang=\"\($0.code)\" href=\"\(base + $0.path(path))\"/>"
                }, separator: "")
        }
        let fixed =
            isFirst
            ? ["/", "/help", "/terms", "/privacy"].map { "<url><loc>\(base + $0)</loc>\(alternates($0))</url>" as HTML }
            : []
        let urls = places.map { place -> HTML in
            let path = "/properties/\(place.id)"
            return "<url><loc>\(base + path)</loc><lastmod>\(place.changedAt.utcDay)</lastmod>\(alternates(path))</url>"
        }
        let list: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
            \(HTML(fixed + urls))
            </urlset>

            """
        return text(list.text, type: "application/xml; charset=utf-8")
    }

    private func text(_ text: String, type: String) -> Response {
        .bytes(Array(text.utf8), type: type, headers: [.cacheControl: "public, max-age=3600"])
    }
}

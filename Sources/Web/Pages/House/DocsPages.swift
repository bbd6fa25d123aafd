import Hummingbird

/// The page that shows the OpenAPI document. Its body is made once: it only changes with the program.
struct DocsPages {
    func add(to routes: inout Routes) {
        routes.page("/api/docs") { page in
            var head = Head("API")
            head.description = "Everything Roost does can be asked over HTTP, in JSON."
            head.isWide = true
            return try page.show(
                "docs", head, ["bodyHTML": page.site.docs, "docsCSS": page.site.resources.address("docs.css")],
                headers: [.cacheControl: "no-cache"])
        }
    }
}

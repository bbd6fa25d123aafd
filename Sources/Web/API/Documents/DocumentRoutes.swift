import Core
import Hummingbird

/// The OpenAPI document, the page that shows it, and the files both pages and docs need.
struct DocumentRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/openapi.json") { try $0.site.resources.answer("openapi.json", to: $0.request) }
        routes.get("/api/docs") { $0.site.resources.docsPage(for: $0.request) }
        routes.get("/assets/{name}") {
            try $0.site.resources.answer($0.context.parameters.get("name") ?? "", to: $0.request)
        }
    }
}

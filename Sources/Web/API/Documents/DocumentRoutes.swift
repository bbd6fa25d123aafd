import Core
import Hummingbird

/// The OpenAPI document, and the files that pages need.
struct DocumentRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/openapi.json") { try $0.site.resources.answer("openapi.json", to: $0.request) }
        // Browsers and others ask for it by this name, whatever a page says.
        routes.get("/favicon.ico") { try $0.site.resources.answer("favicon.ico", to: $0.request) }
        routes.get("/assets/{name}") {
            try $0.site.resources.answer($0.context.parameters.get("name") ?? "", to: $0.request)
        }
    }
}

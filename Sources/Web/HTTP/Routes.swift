package import HTTPTypes
package import Hummingbird

/// Every route with its template, gathered before the router is built: 405, metrics and the OpenAPI document are about
/// the same list.
struct Routes {
    typealias Handler = @Sendable (Visit) async throws -> Response

    struct Entry: Sendable {
        let method: HTTPRequest.Method
        /// As OpenAPI writes it: `/api/v1/properties/{id}`.
        let path: String
        /// Where a form leads back to (`FormPages`).
        var back: String?
        let handle: Handler
    }

    private(set) var entries: [Entry] = []

    mutating func get(_ path: String, _ handle: @escaping Handler) { add(.get, path, handle) }
    mutating func post(_ path: String, back: String? = nil, _ handle: @escaping Handler) {
        add(.post, path, back: back, handle)
    }
    mutating func put(_ path: String, _ handle: @escaping Handler) { add(.put, path, handle) }
    mutating func delete(_ path: String, _ handle: @escaping Handler) { add(.delete, path, handle) }
    mutating func patch(_ path: String, _ handle: @escaping Handler) { add(.patch, path, handle) }

    mutating func add(_ route: ExtraRoute) { add(route.method, route.path) { try await route.handle($0.request) } }

    private mutating func add(
        _ method: HTTPRequest.Method, _ path: String, back: String? = nil, _ handle: @escaping Handler
    ) {
        entries.append(Entry(method: method, path: path, back: back, handle: handle))
    }
}

/// A route that is not the product's: the benchmarks add a no-op to measure by.
package struct ExtraRoute: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let handle: @Sendable (Request) async throws -> Response

    package init(
        method: HTTPRequest.Method, path: String, handle: @escaping @Sendable (Request) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.handle = handle
    }
}

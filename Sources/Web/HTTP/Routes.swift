import HTTPTypes
import Hummingbird

/// Every route with its template, gathered before the router is built: 405, metrics and the OpenAPI document are about
/// the same list.
struct Routes {
    typealias Handler = @Sendable (Visit) async throws -> Response

    struct Entry: Sendable {
        let method: HTTPRequest.Method
        /// As OpenAPI writes it: `/api/v1/properties/{id}`.
        let path: String
        let handle: Handler
    }

    private(set) var entries: [Entry] = []

    mutating func get(_ path: String, _ handle: @escaping Handler) { add(.get, path, handle) }
    mutating func post(_ path: String, _ handle: @escaping Handler) { add(.post, path, handle) }
    mutating func put(_ path: String, _ handle: @escaping Handler) { add(.put, path, handle) }
    mutating func patch(_ path: String, _ handle: @escaping Handler) { add(.patch, path, handle) }

    private mutating func add(_ method: HTTPRequest.Method, _ path: String, _ handle: @escaping Handler) {
        entries.append(Entry(method: method, path: path, handle: handle))
    }
}

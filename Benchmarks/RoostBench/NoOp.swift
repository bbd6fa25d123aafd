import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Web

/// An answer of as many bytes as asked for, for no work: what HTTP alone costs.
final class NoOp: Sendable {
    /// A body for each length, made once. Guards the bodies; held for a look.
    private let bodies = Mutex<[Int: ByteBuffer]>([:])

    /// No answer of ours is longer.
    private static let longest = 1 << 20

    var routes: [ExtraRoute] {
        [
            ExtraRoute(method: .get, path: "/bench/noop") { try self.answer(to: $0, .ok) },
            ExtraRoute(method: .post, path: "/bench/noop") { request in
                for try await _ in request.body {}
                return try self.answer(to: request, .created)
            },
        ]
    }

    private func answer(to request: Request, _ status: HTTPResponse.Status) throws -> Response {
        let asked = request.uri.queryParameters["bytes"].flatMap { Int($0) }
        guard let length = asked, (2...NoOp.longest).contains(length) else { throw HTTPError(.badRequest) }
        let body = bodies.withLock { bodies in
            if let body = bodies[length] { return body }
            // A string of JSON, so that the type is no lie.
            let body = ByteBuffer(string: "\"" + String(repeating: "x", count: length - 2) + "\"")
            bodies[length] = body
            return body
        }
        return Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }
}

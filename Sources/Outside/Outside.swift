import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The one way out over HTTP. No redirect is followed (a key must not travel to where somebody points), an answer has a
/// largest size, and every exchange an end.
///
/// A value like `World`: tests and the simulation hand in another.
public struct Outside: Sendable {
    /// Sends a request once and gives the answer, whatever its status.
    public let exchange: @Sendable (OutsideRequest) async throws(OutsideFailure) -> OutsideAnswer

    public init(exchange: @escaping @Sendable (OutsideRequest) async throws(OutsideFailure) -> OutsideAnswer) {
        self.exchange = exchange
    }

    /// An answer is at most so large: a provider's longest list page is a tenth of it.
    static let longestAnswer = 4 * 1024 * 1024
    /// How long connecting may take, the handshake included.
    static let connectTimeout = Duration.seconds(10)

    /// The real network.
    public static let live = Outside(exchange: { request async throws(OutsideFailure) in
        try await answer(to: request, sleep: World.live.sleep)
    })

    /// Lives as long as the process; its connections are shared by all providers.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(connectTimeout)))
        // The server may be closing what has been idle for long, and a write on it would end as an unknown.
        configuration.connectionPool.idleTimeout = .seconds(15)
        // A connection refused is told at once; the caller decides about trying again.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private static func answer(
        to request: OutsideRequest, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async throws(OutsideFailure) -> OutsideAnswer {
        do {
            // The client's own deadline ends with the answer's head; a body that drips must end too.
            return try await withThrowingTaskGroup(of: OutsideAnswer?.self) { group in
                group.addTask { try await exchangeOnce(request) }
                group.addTask {
                    try await sleep(request.timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let answer = first else {
                    throw OutsideFailure.unknown("nothing within \(request.timeout)")
                }
                return answer
            }
        } catch let failure as OutsideFailure {
            throw failure
        } catch {
            throw failure(of: error)
        }
    }

    private static func exchangeOnce(_ request: OutsideRequest) async throws -> OutsideAnswer {
        var sent = HTTPClientRequest(url: request.url)
        sent.method = HTTPMethod(rawValue: request.method.rawValue)
        sent.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        if !request.body.isEmpty || request.method != .get { sent.body = .bytes(request.body) }
        let response = try await client.execute(sent, timeout: TimeAmount(request.timeout))
        let body = try await response.body.collect(upTo: longestAnswer)
        return OutsideAnswer(
            status: Int(response.status.code), headers: response.headers.map { (name: $0.name, value: $0.value) },
            body: Array(buffer: body))
    }

    /// Which of the two it is. Whatever is not certainly before the request counts as unknown.
    private static func failure(of error: any Error) -> OutsideFailure {
        switch error {
        case is NIOConnectionError: return .notSent("no connection to it")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return .notSent("no trustworthy TLS connection")
        case is SocketAddressError: return .notSent("its host name is unknown")
        case is NIOTooManyBytesError: return .unknown("its answer has more than \(longestAnswer) bytes")
        case is CancellationError: return .unknown("we stopped waiting")
        case let error as HTTPClientError where early.contains(error): return .notSent("\(error.shortDescription)")
        case let error as HTTPClientError: return .unknown("\(error.shortDescription)")
        case let error as IOError where [ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL, EMFILE].contains(error.errnoCode):
            return .notSent("no connection to it")
        case let error as IOError: return .unknown("the connection broke (\(error.errnoCode))")
        // Its words could hold an address with a key in it; its type says enough.
        default: return .unknown("\(type(of: error))")
        }
    }

    /// What goes wrong before a byte of the request has left.
    private static let early: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost, .emptyScheme,
        .alreadyShutdown,
    ]
}

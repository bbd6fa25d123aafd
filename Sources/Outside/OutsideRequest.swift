public import Core

/// One request to someone else's server.
public struct OutsideRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public let method: Method
    public let url: String
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// For the whole exchange, from connecting to the last byte of the answer.
    public let timeout: Duration
    /// Whether the same request a second time does nothing more than once: a read, or a write with an idempotency key
    /// that the provider keeps. Only then may it be sent again after an ending nobody knows.
    public let mayRepeat: Bool
    /// After this moment it is not sent any more, not even a first time: it waited too long for its turn.
    public let notAfter: Instant?

    /// How long a read may take.
    public static let readTimeout = Duration.seconds(30)
    /// How long a write may take: a payment provider thinks for long, and giving up early only makes more unknowns.
    public static let writeTimeout = Duration.seconds(80)

    /// - Parameters:
    ///   - timeout: where left out, `readTimeout` for GET, else `writeTimeout`.
    ///   - mayRepeat: where left out, only GET may.
    ///   - notAfter: where left out, it may be sent whenever its turn comes.
    public init(
        _ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration? = nil, mayRepeat: Bool? = nil, notAfter: Instant? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout ?? (method == .get ? Self.readTimeout : Self.writeTimeout)
        self.mayRepeat = mayRepeat ?? (method == .get)
        self.notAfter = notAfter
    }
}

/// What came back, whatever its status.
public struct OutsideAnswer: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value under a name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    public var isSuccess: Bool { (200...299).contains(status) }

    /// Whether the same request may be answered otherwise later: the provider limits us, or is in trouble.
    public var mayPass: Bool { [408, 425, 429].contains(status) || status >= 500 }

    /// How long its `Retry-After` asks us to wait (RFC 9110 10.2.3, seconds or a date); nothing without one.
    public func retryAfter(at now: Instant) -> Duration? {
        guard let text = header("Retry-After") else { return nil }
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        guard let moment = HTTPDate.instant(text) else { return nil }
        return max(.zero, min(moment.since(now), .seconds(86_400)))
    }
}

/// Why there is no answer.
public enum OutsideFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nothing reached the provider: no connection, no such host, no trust in its certificate. It has done nothing.
    case notSent(String)
    /// The request may have arrived and taken effect: no answer in time, or a connection lost on the way. After a write
    /// this is *unknown*, never *failed*.
    case unknown(String)
    /// Not asked at all: the provider failed too often, and is left alone until then.
    case resting(until: Instant)
    /// Not asked at all: too many requests to it wait for their place.
    case crowded

    public var description: String {
        switch self {
        case .notSent(let why): "not reached: \(why)"
        case .unknown(let why): "no answer: \(why)"
        case .resting(let until): "left alone until \(until) after failing too often"
        case .crowded: "not asked: too many others wait for it"
        }
    }
}

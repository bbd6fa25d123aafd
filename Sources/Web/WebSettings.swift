public import Core

/// What the server is told besides the doors of the services.
public struct WebSettings: Sendable {
    /// The public address, without a slash at its end; cookies are `Secure` where it is https.
    public var baseURL: String
    public var host: String
    public var port: Int
    /// The operator's currency, which search takes `minPrice` and `maxPrice` in where none is named.
    public var currency: Currency
    /// Sign-ins to show on the sign-in page of a demo; empty elsewhere.
    public var demoSignIns: [DemoSignIn]
    /// Where an operator may put texts of their own: `help.md`, `terms.de.md`; nothing where there is no such folder.
    public var textsFolder: String?
    /// Whose word on the client's address is believed.
    public var trustedProxies: TrustedProxies

    public init(
        baseURL: String, host: String = "127.0.0.1", port: Int = 8080, currency: Currency = .usd,
        demoSignIns: [DemoSignIn] = [], textsFolder: String? = nil,
        trustedProxies: TrustedProxies = .none
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.host = host
        self.port = port
        self.currency = currency
        self.demoSignIns = demoSignIns
        self.textsFolder = textsFolder
        self.trustedProxies = trustedProxies
    }

    /// A demo, where sign-ins and mails are shown to everyone, and the components of the pages.
    var isDemo: Bool { !demoSignIns.isEmpty }

    /// Scheme, host and port of the public address, as browsers write an origin.
    var origin: String {
        let parts = baseURL.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count >= 3 ? "\(parts[0].lowercased())//\(parts[2].lowercased())" : baseURL
    }

    /// Whether browsers come over TLS, so that the cookie must stay there.
    var isSecure: Bool { baseURL.lowercased().hasPrefix("https://") }
}

/// A person of the demo whom anyone may be.
public struct DemoSignIn: Sendable {
    public let role: String
    public let email: String
    public let password: String

    public init(role: String, email: String, password: String) {
        self.role = role
        self.email = email
        self.password = password
    }
}

/// What the operator's addresses ask, handed in by whoever knows the databases.
public struct WebProbes: Sendable {
    /// Each database, and whether it answers; cheap, asked on every `/readyz`.
    public let databases: @Sendable () async -> [(name: String, isReady: Bool)]
    /// More lines for `/metrics`.
    public let gauges: @Sendable () async -> [Gauge]
    /// Events that wait for a person.
    public let stuckEvents: StuckEvents

    public init(
        databases: @escaping @Sendable () async -> [(name: String, isReady: Bool)] = { [] },
        gauges: @escaping @Sendable () async -> [Gauge] = { [] }, stuckEvents: StuckEvents = .none
    ) {
        self.databases = databases
        self.gauges = gauges
        self.stuckEvents = stuckEvents
    }
}

/// A number that goes up and down, for Prometheus.
public struct Gauge: Sendable {
    /// Letters, digits and underlines: `roost_outbox_waiting`.
    public let name: String
    public let help: String
    /// Each with a name and a value.
    public let labels: [(name: String, value: String)]
    public let value: Double

    public init(_ name: String, help: String, labels: [(name: String, value: String)] = [], _ value: Double) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = value
    }
}

/// Reads the mails that the `file` provider wrote, for a demo in which anyone may read them.
public struct MailReader: Sendable {
    /// Newest first.
    public let list: @Sendable () async throws -> [MailSummary]
    /// Nothing for an unknown id.
    public let read: @Sendable (_ id: String) async throws -> MailText?

    public init(
        list: @escaping @Sendable () async throws -> [MailSummary],
        read: @escaping @Sendable (_ id: String) async throws -> MailText?
    ) {
        self.list = list
        self.read = read
    }
}

/// A mail in a list.
public struct MailSummary: Sendable {
    /// Fit for an address: the file's name without its ending.
    public let id: String
    public let to: String
    public let subject: String
    public let sentAt: Instant

    public init(id: String, to: String, subject: String, sentAt: Instant) {
        self.id = id
        self.to = to
        self.subject = subject
        self.sentAt = sentAt
    }
}

/// A mail to read: its text part.
public struct MailText: Sendable {
    public let summary: MailSummary
    public let text: String

    public init(summary: MailSummary, text: String) {
        self.summary = summary
        self.text = text
    }
}

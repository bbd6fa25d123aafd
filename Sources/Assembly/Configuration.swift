public import Core
import Foundation
public import PropertyService

/// Every setting, read once and typed; a wrong one stops the start.
public struct Configuration: Sendable {
    public let host: String
    public let port: Int
    /// The public address without a slash at its end.
    public let baseURL: String
    public let dataDirectory: String
    public let databases: DatabaseAddresses
    public let holdDuration: Duration
    public let requestDuration: Duration
    public let acceptedDuration: Duration
    public let pollInterval: Duration
    public let currency: Currency
    /// Of nights less their discounts and of fees, for all places alike.
    public let serviceFee: Percent
    package let payments: PaymentSettings
    public let mail: MailSettings
    public let rateLimits: Bool
    /// Whose word on a client's address is believed, where limits are counted.
    public let trustedProxies: TrustedProxies
    /// As swift-log names its levels.
    public let logLevel: String
    /// Whether this is the demo of `make run`: sign-ins are shown and everyone's mail can be read in the browser.
    public let isDemo: Bool

    /// - Parameter settings: names and values, also as `…_FILE`; the environment wins over a file before they come here.
    /// - Throws: `ConfigurationError` naming the variable and what was expected.
    public init(_ settings: [String: String] = [:]) throws {
        let reader = SettingReader(settings: try Configuration.withFilesRead(settings).filter { !$0.value.isEmpty })
        host = reader.text("ROOST_HOST", or: "127.0.0.1")
        port = try reader.whole("ROOST_PORT", or: 8080, in: 0...65_535)
        let base = reader.text("ROOST_BASE_URL", or: "http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
        guard let url = URL(string: base), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host()?.isEmpty == false, url.query() == nil, url.fragment() == nil
        else { throw ConfigurationError("ROOST_BASE_URL", "an address such as https://stay.example.com", base) }
        baseURL = base.hasSuffix("/") ? String(base.dropLast()) : base
        dataDirectory = reader.text("ROOST_DATA_DIR", or: "./roost-data")
        databases = try DatabaseAddresses(reader, in: dataDirectory)
        holdDuration = .minutes(try reader.positive("ROOST_HOLD_MINUTES", or: 15, atMost: 7 * 24 * 60))
        requestDuration = .hours(try reader.positive("ROOST_REQUEST_HOURS", or: 24, atMost: 24 * 90))
        acceptedDuration = .hours(try reader.positive("ROOST_ACCEPTED_HOURS", or: 24, atMost: 24 * 90))
        pollInterval = .milliseconds(
            Int64(try reader.positive("ROOST_POLL_SECONDS", or: 30, atMost: 24 * 3600) * 1000))
        let code = reader.text("ROOST_CURRENCY", or: "USD")
        guard let known = Currency(code: code) else {
            throw ConfigurationError("ROOST_CURRENCY", "a currency of ISO 4217 such as USD", code)
        }
        currency = known
        let fee = reader.text("ROOST_SERVICE_FEE_PERCENT", or: "0")
        guard let percent = Percent(fee) else {
            throw ConfigurationError(
                "ROOST_SERVICE_FEE_PERCENT", "a percentage from 0 to 100 with at most three decimals", fee)
        }
        serviceFee = percent
        payments = try PaymentSettings(reader)
        mail = try MailSettings(reader)
        rateLimits = try reader.oneOf("ROOST_RATE_LIMITS", ["on", "off"], or: "on") == "on"
        let proxies = reader.text("ROOST_TRUSTED_PROXIES", or: "none")
        guard let trusted = proxies == "none" ? TrustedProxies.none : TrustedProxies(proxies) else {
            throw ConfigurationError(
                "ROOST_TRUSTED_PROXIES", "addresses and networks such as 10.0.0.0/8, separated by commas, or none",
                proxies)
        }
        trustedProxies = trusted
        logLevel = try reader.oneOf(
            "ROOST_LOG_LEVEL", ["trace", "debug", "info", "notice", "warning", "error", "critical"], or: "info")
        isDemo = try reader.oneOf("ROOST_DEMO", ["on", "off"], or: "off") == "on"
    }
}

/// A setting that can't be used, in one sentence that names it.
public struct ConfigurationError: Error, CustomStringConvertible {
    public let description: String

    init(_ variable: String, _ expected: String, _ value: String) {
        description = "\(variable): expected \(expected), but it is \"\(value.prefix(80))\""
    }

    /// About a key or password: what it is stands nowhere.
    init(secret variable: String, _ expected: String) {
        description = "\(variable): expected \(expected); what it is, is not shown"
    }

    init(sentence: String) { description = sentence }
}

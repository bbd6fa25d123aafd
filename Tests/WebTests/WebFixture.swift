import Assembly
import AuthService
import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport

@testable import Web

/// The real house on databases of its own, met over HTTP. The clock stands at noon UTC on 1 July 2027.
struct WebFixture: Sendable {
    let world = TestWorld()
    let house: House
    let server: WebServer

    init(settings: [String: String] = [:], probes: WebProbes? = nil, mail: MailReader? = nil) async throws {
        let configuration = try Configuration(
            ["ROOST_RATE_LIMITS": "off", "ROOST_BASE_URL": "http://roost.test"]
                .merging(settings) { $1 })
        let databases = Databases(
            users: try await Engine.database(), properties: try await Engine.database(),
            bookings: try await Engine.database(), payments: try await Engine.database())
        try await databases.migrate(world: world.world)
        house = try House(
            configuration, databases: databases, world: world.world, parts: House.Parts(hashing: .cheap))
        server = try WebServer(
            accounts: house.accounts, properties: house.properties, bookings: house.bookings,
            payments: house.payments, mails: house.mails,
            settings: WebSettings(
                baseURL: configuration.baseURL, currency: configuration.currency,
                trustedProxies: configuration.trustedProxies), world: world.world,
            probes: probes ?? WebProbes(stuckEvents: house.stuckEvents), mail: mail)
    }

    private var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// Asks the router directly.
    func meet(_ test: @Sendable @escaping (Guest) async throws -> Void) async throws {
        try await server.application(logger: logger).test(.router) { client in
            try await test(Guest(client: client, token: nil))
        }
    }

    /// Over a real connection.
    func meetLive(_ test: @Sendable @escaping (Guest) async throws -> Void) async throws {
        try await server.application(logger: logger).test(.live) { client in
            try await test(Guest(client: client, token: nil))
        }
    }
}

/// Somebody who asks.
struct Guest: Sendable {
    let client: any TestClientProtocol
    let token: String?

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, type: String? = "application/json",
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        if body != nil, let type { fields[.contentType] = type }
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        let response = try await client.executeRequest(
            uri: path, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) })
        return Answer(response)
    }

    func get(_ path: String) async throws -> Answer { try await ask(.get, path) }

    func post(_ path: String, _ body: String? = nil, key: String? = nil) async throws -> Answer {
        try await ask(.post, path, body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    /// Signs in a person that the house was given without being asked, with the tests' password.
    func signIn(_ email: String) async throws -> Guest {
        let answer = try await post(
            "/api/v1/auth/login", "{\"email\":\"\(email)\",\"password\":\"a long and quiet river\"}")
        guard answer.status == 200, let token = answer["session.token"] as? String else { throw answer }
        return Guest(client: client, token: token)
    }

    /// Registers a new person and speaks as them.
    func register(_ name: String) async throws -> Guest {
        let answer = try await post(
            "/api/v1/auth/register",
            "{\"email\":\"\(name)@example.org\",\"password\":\"a long and quiet river\",\"name\":\"\(name)\"}")
        guard answer.status == 201, let token = answer["session.token"] as? String else { throw answer }
        return Guest(client: client, token: token)
    }

    /// Lists a place and gives its id.
    func list(_ more: String = "") async throws -> String {
        let answer = try await post(
            "/api/v1/properties",
            """
            {"title":"A room with a view","roomType":"entireHome","maximumGuests":4,"timeZone":"America/New_York",
             "location":{"country":"US","city":"New York","latitude":40.7,"longitude":-73.9},"status":"listed",
             "nightlyPrice":{"amount":12500,"currency":"USD"}\(more.isEmpty ? "" : "," + more)}
            """)
        guard answer.status == 201, let id = answer["id"] as? String else { throw answer }
        return id
    }

    func hold(_ property: String, _ checkIn: String, _ checkOut: String, key: String? = nil) async throws -> Answer {
        try await post(
            "/api/v1/bookings",
            "{\"propertyId\":\"\(property)\",\"checkIn\":\"\(checkIn)\",\"checkOut\":\"\(checkOut)\",\"guests\":2}",
            key: key)
    }
}

/// What came back.
struct Answer: Error, CustomStringConvertible {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    /// A member by its path: `session.token`, `items.0.id`. `NSNull` for null, nothing where there is none.
    subscript(_ path: String) -> Any? {
        var value: Any? = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        for step in path.split(separator: ".") {
            if let list = value as? [Any], let index = Int(step) {
                value = list.indices.contains(index) ? list[index] : nil
            } else {
                value = (value as? [String: Any])?[String(step)]
            }
        }
        return value
    }

    var code: String { self["code"] as? String ?? "" }
    /// Which fields were wrong.
    var fields: Set<String> {
        Set((self["errors"] as? [[String: Any]] ?? []).compactMap { $0["field"] as? String })
    }
    var description: String { "\(status) \(text)" }
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

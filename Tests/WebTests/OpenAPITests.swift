import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("The OpenAPI document", .onEachEngine)
struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        let object = try JSONSerialization.jsonObject(with: Data(try WebServer.openAPIDocument()))
        document = try #require(object as? [String: Any])
    }

    private static let methods: Set<String> = ["get", "post", "put", "patch", "delete"]

    private func operations() throws -> [(name: String, operation: [String: Any], path: String)] {
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        return paths.flatMap { path, item in
            item.compactMap { method, operation in
                guard OpenAPITests.methods.contains(method), let operation = operation as? [String: Any] else {
                    return nil
                }
                return ("\(method.uppercased()) \(path)", operation, path)
            }
        }
    }

    @Test("Every route of the API is in it, and nothing else")
    func routes() async throws {
        let served = try await WebFixture().server.routeTemplates.filter { route in
            ["/api/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/test-checkout/"].contains {
                route.path.hasPrefix($0)
            }
        }
        #expect(Set(try operations().map(\.name)) == Set(served.map { "\($0.method) \($0.path)" }))
    }

    @Test("The page shows every operation and shape without a script, and every link on it leads somewhere")
    func page() async throws {
        let names = try operations().map(\.name)
        let operationIds = try operations().compactMap { $0.operation["operationId"] as? String }
        #expect(try operations().allSatisfy { $0.operation["x-who"] is String })
        try await WebFixture().meet { guest in
            let page = try await guest.get("/api/docs")
            let text = page.text
            #expect(page.status == 200 && !text.contains("<script>") && text.contains("/api/v1/bookings"))
            let ids = text.matches(of: #/ id="([^"]+)"/#).map { String($0.output.1) }
            #expect(Set(ids).count == ids.count)
            let links = Set(text.matches(of: #/href="#([^"]+)"/#).map { String($0.output.1) })
            #expect(links.isSubset(of: ids), "\(links.subtracting(ids))")
            for name in names { #expect(text.contains("<code>\(name)</code>"), "\(name)") }
            #expect(Set(operationIds).isSubset(of: ids))
            for code in Problem.Code.allCases { #expect(ids.contains(code.rawValue)) }
            #expect(text.contains("<code>expectedTotal</code>") && text.contains("Idempotency-Key"))
            #expect(!text.contains("<p></p>") && !text.contains("<td></td><td></td>"))
        }
    }

    @Test("Every reference leads somewhere")
    func references() throws {
        func look(_ value: Any) throws {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String {
                    var at: Any? = document
                    for step in reference.dropFirst(2).split(separator: "/") {
                        at = (at as? [String: Any])?[String(step)]
                    }
                    #expect(at != nil, "\(reference)")
                }
                for member in object.values { try look(member) }
            } else if let list = value as? [Any] {
                for item in list { try look(item) }
            }
        }
        try look(document)
    }

    @Test("Every operation says who, what and every answer")
    func complete() throws {
        let tags = Set(try #require(document["tags"] as? [[String: Any]]).compactMap { $0["name"] as? String })
        var names: Set<String> = []
        for (name, operation, path) in try operations() {
            let id = try #require(operation["operationId"] as? String, "\(name)")
            #expect(names.insert(id).inserted, "\(id) twice")
            #expect(operation["summary"] is String && operation["security"] is [Any], "\(name)")
            #expect((operation["tags"] as? [String])?.allSatisfy(tags.contains) == true, "\(name)")
            let answers = try #require(operation["responses"] as? [String: [String: Any]], "\(name)")
            #expect(answers.keys.contains("500") && answers.keys.contains("503"), "\(name)")
            let signedIn = (operation["security"] as? [[String: Any]])?.first?.isEmpty == false
            #expect(!signedIn || answers.keys.contains("401"), "\(name)")
            #expect(!path.contains("{id}") || answers.keys.contains("404"), "\(name)")
            // A webhook is bytes with a signature: whatever is wrong with them, the signature does not fit.
            let wrongs = path.hasPrefix("/webhooks/") ? ["400", "413"] : ["400", "413", "415", "422"]
            #expect(operation["requestBody"] == nil || wrongs.allSatisfy(answers.keys.contains), "\(name)")
        }
    }

    @Test("Every body refuses members it does not name, and every shape has what it requires")
    func bodies() throws {
        let components = try #require(document["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: [String: Any]])
        for (name, operation, _) in try operations() {
            guard let body = operation["requestBody"] as? [String: Any],
                let content = (body["content"] as? [String: [String: Any]])?["application/json"],
                let reference = (content["schema"] as? [String: Any])?["$ref"] as? String
            else { continue }
            let shape = try #require(reference.split(separator: "/").last.map(String.init))
            #expect(schemas[shape]?["additionalProperties"] as? Bool == false, "\(name)")
        }
        for (name, schema) in schemas {
            let members = schema["properties"] as? [String: Any] ?? [:]
            for required in schema["required"] as? [String] ?? [] {
                #expect(members[required] != nil, "\(name).\(required)")
            }
            for example in schema["examples"] as? [[String: Any]] ?? [] {
                #expect(Set(example.keys).isSubset(of: members.keys), "\(name)")
                let required = Set(schema["required"] as? [String] ?? [])
                #expect(required.isSubset(of: example.keys), "\(name): \(required.subtracting(example.keys))")
            }
        }
        let problem = try #require(schemas["Problem"]?["properties"] as? [String: [String: Any]])
        #expect(problem["code"]?["enum"] as? [String] == Problem.Code.allCases.map(\.rawValue))
    }

    @Test("What is answered has exactly the members of its shape")
    func shapes() async throws {
        let components = try #require(document["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: [String: Any]])
        let members = schemas.mapValues { Set(($0["properties"] as? [String: Any] ?? [:]).keys) }
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            let booking = try await guest.hold(place, "2027-08-01", "2027-08-03")
            let id = try #require(booking["id"] as? String)
            let payment = try await guest.post("/api/v1/bookings/\(id)/payments", "{\"provider\":\"test\"}")
            let answers: [(String, Any?)] = [
                ("Property", try await host.get("/api/v1/properties/\(place)")[""]),
                ("PropertyList", try await host.get("/api/v1/properties")[""]),
                ("PropertySummary", try await host.get("/api/v1/properties")["items.0"]),
                (
                    "Calendar",
                    try await host.get("/api/v1/properties/\(place)/calendar?from=2027-08-01&to=2027-08-03")[""]
                ),
                (
                    "CalendarDay",
                    try await host.get("/api/v1/properties/\(place)/calendar?from=2027-08-01&to=2027-08-03")["items.0"]
                ),
                (
                    "Quote",
                    try await host.get(
                        "/api/v1/properties/\(place)/quote?checkIn=2027-09-01&checkOut=2027-09-03&guests=2")[""]
                ),
                ("Booking", booking[""]), ("Payment", payment[""]),
                ("BookingList", try await guest.get("/api/v1/bookings")[""]),
                ("PaymentList", try await guest.get("/api/v1/bookings/\(id)/payments")[""]),
                ("Cancellation", try await guest.get("/api/v1/bookings/\(id)/cancellation")[""]),
                ("User", try await guest.get("/api/v1/me")[""]),
                ("AmenityList", try await guest.get("/api/v1/amenities")[""]),
                ("PriceLine", booking["lines.0"]), ("Money", booking["total"]),
            ]
            for (name, value) in answers {
                let object = try #require(value as? [String: Any], "\(name)")
                #expect(Set(object.keys) == members[name], "\(name)")
            }
        }
    }
}

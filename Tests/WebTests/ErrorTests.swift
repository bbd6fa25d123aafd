import AuthService
import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("Every error of the contract, over HTTP", .onEachEngine)
struct ErrorTests {
    @Test("Every problem has the shape of RFC 9457")
    func shape() async throws {
        try await WebFixture().meet { guest in
            let answer = try await guest.get("/api/v1/bookings/bkg_nothing")
            #expect(answer.status == 401)
            #expect(answer.header("Content-Type") == "application/problem+json")
            #expect(answer.header("WWW-Authenticate") == "Bearer")
            #expect(answer["status"] as? Int == 401)
            #expect(answer.code == "unauthenticated")
            #expect(answer["title"] is String && answer["detail"] is String && answer["type"] is String)
            #expect(answer["errors"] == nil)
            #expect(answer.header("X-Content-Type-Options") == "nosniff")
            #expect(answer.header("Content-Security-Policy")?.contains("default-src 'self'") == true)
            #expect(answer.header("Cache-Control") == "no-store")
        }
    }

    @Test("Unknown addresses and wrong methods")
    func routing() async throws {
        try await WebFixture().meet { guest in
            for path in ["/nothing", "/api/v1/nothing", "/api/v1/properties/prop_1/nothing", "/webhooks/nobody"] {
                let answer = try await guest.get(path)
                #expect(answer.status == 404 && answer.code == "not_found", "\(path)")
            }
            let wrong = try await guest.ask(.delete, "/api/v1/properties")
            #expect(wrong.status == 405 && wrong.code == "method_not_allowed")
            #expect(wrong.header("Allow") == "GET, HEAD, POST")
            #expect(try await guest.get("/webhooks/stripe").header("Allow") == "POST")
            #expect(try await guest.ask(.post, "/webhooks/stripe", "{}").status == 404)
            let head = try await guest.ask(.head, "/nothing")
            #expect(head.status == 404 && head.text.isEmpty)
        }
    }

    @Test("HEAD is answered wherever GET is, with the same headers and no body")
    func heads() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let place = try await host.list()
            for path in [
                "/", "/api/v1/properties", "/api/v1/properties/\(place)", "/api/v1/amenities", "/api/v1/me", "/healthz",
                "/readyz", "/api/openapi.json", "/api/docs", "/login", "/assets/roost.css", "/api/v1/bookings",
            ] {
                let get = try await host.get(path)
                let head = try await host.ask(.head, path)
                #expect(get.status == 200 && head.status == 200, "\(path)")
                #expect(head.text.isEmpty, "\(path)")
                #expect(head.header("Content-Length") == get.header("Content-Length"), "\(path)")
                #expect(head.header("Content-Type") == get.header("Content-Type"), "\(path)")
            }
        }
    }

    @Test("Bodies: bytes, type, size, members")
    func bodies() async throws {
        try await WebFixture().meet { stranger in
            let path = "/api/v1/auth/login"
            for body in ["", "{", "no", "{\"email\":1", "\u{FEFF}{}", "[", "{\"a\":01}"] {
                let answer = try await stranger.ask(.post, path, body)
                #expect(answer.status == 400 && answer.code == "malformed_request", "\(body): \(answer)")
            }
            for body in [
                "[]", "null", "3", "{}", "{\"email\":1,\"password\":[]}",
                "{\"email\":\"a\",\"password\":\"b\",\"x\":1}",
                "{\"email\":\"a\",\"password\":\"b\",\"email\":\"c\"}", "{\"email\":\"\\ud800\",\"password\":\"b\"}",
            ] {
                let answer = try await stranger.ask(.post, path, body)
                #expect(
                    answer.status == 422 && answer.code == "validation_failed" && !answer.fields.isEmpty,
                    "\(body): \(answer)")
            }
            let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
            #expect(try await stranger.ask(.post, path, deep).status == 422)
            #expect(try await stranger.ask(.post, path, String(deep.dropLast())).status == 400)
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", nil] {
                let answer = try await stranger.ask(.post, path, "{}", type: type)
                #expect(answer.status == 415 && answer.code == "unsupported_media_type", "\(type ?? "none")")
            }
            let typed = try await stranger.ask(.post, path, "{}", type: "Application/JSON;charset=UTF-8")
            #expect(typed.status == 422)
            let large = "{\"email\":\"" + String(repeating: "a", count: 65 * 1024) + "\"}"
            let answer = try await stranger.ask(.post, path, large)
            #expect(answer.status == 413 && answer.code == "payload_too_large")
        }
    }

    @Test("Who asks comes first, then what they may, then the body, then the state")
    func order() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let other = try await stranger.register("other")
            let place = try await host.list()
            let draft = try await host.list("\"description\":\"x\"")
            _ = try await host.ask(.patch, "/api/v1/properties/\(draft)", "{\"status\":\"draft\"}")
            for body in ["no", "{\"x\":1}", "{}", String(repeating: " ", count: 70_000)] {
                for path in [
                    "/api/v1/properties", "/api/v1/bookings", "/api/v1/bookings/bkg_1/cancel", "/api/v1/auth/logout",
                ] {
                    #expect(try await stranger.post(path, body).status == 401, "\(path)")
                }
                #expect(try await guest.ask(.patch, "/api/v1/properties/prop_0", body).status == 404)
                #expect(try await guest.ask(.patch, "/api/v1/properties/\(place)", body).status == 403)
                #expect(try await guest.ask(.patch, "/api/v1/properties/\(draft)", body).status == 404)
                #expect(try await guest.ask(.put, "/api/v1/properties/\(place)/calendar", body).status == 403)
                #expect(try await guest.ask(.put, "/api/v1/properties/\(draft)/calendar", body).status == 404)
            }
            let booking = try await guest.hold(place, "2027-08-01", "2027-08-03")
            let id = try #require(booking["id"] as? String)
            for way in ["accept", "decline", "extend", "cancel", "payments"] {
                let answer = try await other.post("/api/v1/bookings/\(id)/\(way)", "{\"x\":1}")
                #expect(answer.status == 404, "\(way)")
            }
            #expect(try await guest.post("/api/v1/bookings/\(id)/accept", "{\"x\":1}").status == 403)
            #expect(try await host.post("/api/v1/bookings/\(id)/extend", "{\"x\":1}").status == 403)
            #expect(try await host.post("/api/v1/bookings/\(id)/payments", "{}").status == 403)
            #expect(try await guest.post("/api/v1/bookings/\(id)/payments", "{}").status == 422)
            #expect(try await host.post("/api/v1/bookings/\(id)/accept", "{\"x\":1}").status == 422)
            #expect(try await host.post("/api/v1/bookings/\(id)/accept").status == 409)
            // A place in the body: unknown or one's own comes before what else is wrong.
            let wrong = "\"checkIn\":\"x\",\"checkOut\":\"2027-08-03\",\"guests\":0"
            #expect(try await guest.post("/api/v1/bookings", "{\"propertyId\":\"nonsense\",\(wrong)}").status == 404)
            #expect(try await guest.post("/api/v1/bookings", "{\"propertyId\":\"\(draft)\",\(wrong)}").status == 404)
            #expect(try await host.post("/api/v1/bookings", "{\"propertyId\":\"\(place)\",\(wrong)}").status == 403)
            let refused = try await guest.post("/api/v1/bookings", "{\"propertyId\":\"\(place)\",\(wrong)}")
            #expect(refused.status == 422 && refused.fields == ["checkIn", "guests"])
            #expect(try await guest.get("/api/v1/bookings?role=operator&limit=0").status == 403)
            #expect(try await guest.get("/api/v1/properties/prop_0/quote?guests=x").status == 404)
        }
    }

    @Test("A request from another site is refused; a program's is not")
    func origin() async throws {
        try await WebFixture().meet { stranger in
            let guest = try await stranger.register("guest")
            let cookie = ["Cookie": "roost_session=\(guest.token ?? "")"]
            func logOut(_ more: [String: String]) async throws -> Int {
                try await stranger.ask(.post, "/api/v1/auth/logout", headers: cookie.merging(more) { $1 }).status
            }
            #expect(try await logOut(["Sec-Fetch-Site": "cross-site"]) == 403)
            #expect(try await logOut(["Sec-Fetch-Site": "same-site"]) == 403)
            #expect(try await logOut(["Origin": "https://evil.example"]) == 403)
            #expect(try await logOut(["Origin": "null"]) == 403)
            #expect(try await stranger.ask(.get, "/api/v1/me", headers: cookie).status == 200)
            #expect(try await logOut(["Origin": "http://roost.test"]) == 204)
            #expect(try await stranger.ask(.get, "/api/v1/me", headers: cookie).status == 401)
            #expect(try await guest.get("/api/v1/me").status == 401)
        }
    }

    @Test("Trouble of the databases is 503 with Retry-After; a fault of ours tells nothing but its number")
    func trouble() async throws {
        struct Overload: Trouble { let retryAfterSeconds: Int? }
        struct Secret: Error, CustomStringConvertible { let description = "password hunter2" }
        let fixture = try await WebFixture(
            mail: MailReader(list: { throw Overload(retryAfterSeconds: 7) }, read: { _ in throw Secret() }))
        try await fixture.meet { guest in
            let busy = try await guest.get("/mail")
            #expect(busy.status == 503 && busy.code == "unavailable" && busy.header("Retry-After") == "7")
            let fault = try await guest.get("/mail/a")
            #expect(fault.status == 500 && fault.code == "internal" && !fault.text.contains("hunter2"))
            let number = try #require(fault.header("X-Request-Id"))
            #expect(fault.text.contains(number))
        }
    }

    @Test("A database that does not answer makes the server not ready")
    func readiness() async throws {
        let fixture = try await WebFixture(probes: WebProbes(databases: { [("users", true), ("bookings", false)] }))
        try await fixture.meet { guest in
            let answer = try await guest.get("/readyz")
            #expect(answer.status == 503 && answer.code == "unavailable" && answer.header("Retry-After") != nil)
            #expect(try await guest.get("/healthz").status == 200)
        }
    }

    @Test("Each code has its status")
    func statuses() {
        let statuses = Problem.Code.allCases.map { Problem($0, "").statusAndTitle.0.code }
        #expect(statuses == [400, 401, 403, 404, 405, 409, 409, 409, 409, 413, 415, 422, 422, 429, 500, 503, 503])
        #expect(Set(DocsPage.codes.map(\.0)) == Set(Problem.Code.allCases.map(\.rawValue)))
    }

    @Test(
        "A page is the answer to whoever names pages and likes nothing better",
        arguments: [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true), ("text/html", true),
            ("TEXT/HTML; Q=0.5", true), ("text/html;q=0.1, application/json", false), ("application/json", false),
            ("application/problem+json, text/html;q=0.9", false), ("application/json;q=0.5,text/html;q=0.9", true),
            ("text/html;q=0", false), ("text/html;q=much", false), ("*/*", false), ("", false), (";,", false),
            ("text/html;level=1;q=0.4, application/json; q=0.3", true), ("text/html, application/json", true),
        ])
    func accepted(_ header: String, isPage: Bool) async throws {
        #expect(Accepted.prefersPage(header) == isPage)
        try await WebFixture().meet { guest in
            let answer = try await guest.ask(.get, "/nowhere", headers: ["Accept": header])
            #expect(answer.status == 404)
            #expect(answer.header("Content-Type")?.hasPrefix(isPage ? "text/html" : "application/problem+json") == true)
        }
    }
}

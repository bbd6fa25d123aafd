import Assembly
import AuthService
import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("Each refusal where it really comes from, over HTTP", .onEachEngine)
struct CodeTests {
    private let limited = ["ROOST_RATE_LIMITS": "on"]

    @Test("One hold at a place and five in all; more is 429 and says when to come back")
    func holdCaps() async throws {
        try await WebFixture(settings: limited).meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            #expect(try await guest.hold(place, "2027-08-01", "2027-08-02").status == 201)
            let second = try await guest.hold(place, "2027-08-05", "2027-08-06", key: "k")
            #expect(second.status == 429 && second.code == "rate_limited", "\(second)")
            let seconds = try #require(second.header("Retry-After").flatMap { Int($0) })
            #expect((1...900).contains(seconds))
            for _ in 0..<4 {
                #expect(try await guest.hold(try await host.list(), "2027-08-01", "2027-08-02").status == 201)
            }
            let sixth = try await guest.hold(try await host.list(), "2027-08-01", "2027-08-02")
            #expect(sixth.status == 429 && sixth.code == "rate_limited" && sixth.header("Retry-After") != nil)
            // What was refused for its number is not kept: the same key may come back.
            let bookings = try #require(try await guest.get("/api/v1/bookings")["items"] as? [[String: Any]])
            for booking in bookings {
                #expect(try await guest.post("/api/v1/bookings/\(booking["id"] as? String ?? "")/cancel").status == 200)
            }
            #expect(try await guest.hold(place, "2027-08-05", "2027-08-06", key: "k").status == 201)
        }
    }

    @Test("Who guesses passwords has to wait, by API and by form, and not for ever")
    func signInLimit() async throws {
        let fixture = try await WebFixture(settings: limited)
        try await fixture.meet { stranger in
            let ada = try await stranger.register("ada")
            let wrong = "{\"email\":\"ada@example.org\",\"password\":\"not the river\"}"
            let right = "{\"email\":\"ada@example.org\",\"password\":\"a long and quiet river\"}"
            var answer = try await stranger.post("/api/v1/auth/login", wrong)
            for _ in 0..<SignInLimits.standard.failuresPerAccount where answer.status == 401 {
                answer = try await stranger.post("/api/v1/auth/login", wrong)
            }
            #expect(answer.status == 429 && answer.code == "rate_limited", "\(answer)")
            let seconds = try #require(answer.header("Retry-After").flatMap { Int($0) })
            #expect((1...900).contains(seconds))
            let form = try await stranger.ask(
                .post, "/login", "email=ada%40example.org&password=x", type: "application/x-www-form-urlencoded")
            #expect(form.status == 429 && form.header("Retry-After") != nil && form.text.contains("role=\"alert\""))
            #expect(try await ada.get("/api/v1/me").status == 200)
            fixture.world.advance(.seconds(seconds + 1))
            #expect(try await stranger.post("/api/v1/auth/login", right).status == 200)
        }
    }

    @Test("After its end a hold can neither be paid nor extended; a fourth extension conflicts")
    func holdExpired() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let booking = try await guest.hold(try await host.list(), "2027-08-01", "2027-08-02")
            let path = "/api/v1/bookings/\(try #require(booking["id"] as? String))"
            #expect(booking["holdExpiresAt"] as? String == "2027-07-01T12:15:00Z")
            for _ in 0..<3 { #expect(try await guest.post("\(path)/extend").status == 200) }
            let fourth = try await guest.post("\(path)/extend")
            #expect(fourth.status == 409 && fourth.code == "state_conflict")
            fixture.world.advance(.seconds(3600 + 1))
            let ways: [(String, String?)] = [("extend", nil), ("payments", "{\"provider\":\"test\"}")]
            for (way, body) in ways {
                let late = try await guest.post("\(path)/\(way)", body)
                #expect(late.status == 409 && late.code == "hold_expired", "\(way): \(late)")
            }
        }
    }

    @Test("Other refusals of a hold: taken nights, another price, a key used again, too much, the wrong type")
    func refusals() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let other = try await stranger.register("other")
            let place = try await host.list()
            func wish(_ more: String = "") -> String {
                "{\"propertyId\":\"\(place)\",\"checkIn\":\"2027-08-01\",\"checkOut\":\"2027-08-03\",\"guests\":2\(more)}"
            }
            let dearer = ",\"expectedTotal\":{\"amount\":24999,\"currency\":\"USD\"}"
            let price = try await guest.post("/api/v1/bookings", wish(dearer), key: "price")
            #expect(price.status == 409 && price.code == "state_conflict")
            #expect(try await guest.post("/api/v1/bookings", wish(dearer), key: "price").text == price.text)
            let reused = try await guest.post("/api/v1/bookings", wish(), key: "price")
            #expect(reused.status == 422 && reused.code == "idempotency_key_reused")
            #expect(try await guest.post("/api/v1/bookings", wish(), key: "hold").status == 201)
            let taken = try await other.post("/api/v1/bookings", wish())
            #expect(taken.status == 409 && taken.code == "nights_unavailable")
            // Against a rule and taken: the rule is told.
            let both = try await other.post("/api/v1/bookings", wish().replacing("\"guests\":2", with: "\"guests\":9"))
            #expect(both.status == 422 && both.code == "validation_failed" && both.text.contains("too_many_guests"))
            let large = wish(",\"x\":\"\(String(repeating: "a", count: 70_000))\"")
            let tooLarge = try await other.post("/api/v1/bookings", large)
            #expect(tooLarge.status == 413 && tooLarge.code == "payload_too_large")
            let typed = try await other.ask(.post, "/api/v1/bookings", wish(), type: "text/plain")
            #expect(typed.status == 415 && typed.code == "unsupported_media_type")
            #expect(try await other.get("/api/v1/bookings")["items.0"] == nil)
        }
    }

    @Test("A trip's page: sign in first, and it is nobody else's; what is refused is a page in a browser")
    func trips() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let other = try await stranger.register("other")
            let booking = try await guest.hold(try await host.list(), "2027-08-01", "2027-08-03")
            let trip = "/trips/\(try #require(booking["id"] as? String))"
            for path in [trip, "/trips/bkg_nothing"] {
                let answer = try await stranger.get(path)
                #expect(answer.status == 303 && answer.header("Location") == "/login?next=\(path)")
            }
            #expect(try await guest.get(trip).status == 200)
            #expect(try await other.get(trip).code == "not_found")
            let browser = ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"]
            for path in [trip, "/nothing"] {
                let page = try await other.ask(.get, path, headers: browser)
                #expect(page.status == 404 && page.header("Content-Type") == "text/html; charset=utf-8", "\(path)")
                #expect(
                    page.text.contains("<h1>Not found</h1>")
                        && page.header("Vary") == "Accept, Accept-Encoding, Accept-Language")
                #expect(page.header("Content-Security-Policy") == SecurityHeaders.contentSecurityPolicy)
            }
            let wrong = try await other.ask(.delete, "/login", headers: browser)
            #expect(wrong.status == 405 && wrong.header("Allow") == "GET, HEAD, POST" && wrong.text.contains("<h1>"))
            let api = try await other.ask(.get, "/api/v1/bookings/bkg_nothing", headers: browser)
            #expect(api.status == 404 && api.header("Content-Type") == "application/problem+json")
        }
    }

    @Test("Signing out kills the token at once, as header and as cookie, and takes the cookie away")
    func logOut() async throws {
        let fixture = try await WebFixture(settings: ["ROOST_BASE_URL": "https://roost.test"])
        try await fixture.meet { stranger in
            let ada = try await stranger.register("ada")
            let logIn = try await stranger.post(
                "/api/v1/auth/login", "{\"email\":\"ada@example.org\",\"password\":\"a long and quiet river\"}")
            let set = try #require(logIn.header("Set-Cookie"))
            for flag in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="] {
                #expect(set.contains(flag), "\(flag)")
            }
            let cookie = ["Cookie": String(set.prefix { $0 != ";" })]
            #expect(try await stranger.ask(.get, "/api/v1/me", headers: cookie).status == 200)
            let out = try await stranger.ask(.post, "/api/v1/auth/logout", headers: cookie)
            #expect(out.status == 204 && out.text.isEmpty)
            let cleared = try #require(out.header("Set-Cookie"))
            #expect(cleared.hasPrefix("roost_session=; Max-Age=0") && cleared.contains("; Secure"))
            #expect(try await stranger.ask(.get, "/api/v1/me", headers: cookie).status == 401)
            let token = Guest(client: stranger.client, token: logIn["session.token"] as? String)
            #expect(try await token.get("/api/v1/bookings").status == 401)
            // Another session of the same person goes on.
            #expect(try await ada.get("/api/v1/me").status == 200)
        }
    }

    @Test("An operator sees every booking and does what a host may, but pays for nobody")
    func operators() async throws {
        let fixture = try await WebFixture()
        _ = try await fixture.house.accounts.add(
            email: "op@example.org", name: "Op", isOperator: true, password: "a long and quiet river")
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let logIn = try await stranger.post(
                "/api/v1/auth/login", "{\"email\":\"op@example.org\",\"password\":\"a long and quiet river\"}")
            let op = Guest(client: stranger.client, token: logIn["session.token"] as? String)
            #expect((try await op.get("/api/v1/me")["roles"] as? [String])?.contains("operator") == true)
            let place = try await host.list("\"instantBook\":false")
            let booking = try await guest.hold(place, "2027-08-01", "2027-08-03")
            #expect(booking["status"] as? String == "requested" && booking["holdExpiresAt"] is NSNull)
            let id = try #require(booking["id"] as? String)
            #expect(try await op.get("/api/v1/bookings?role=operator")["items.0.id"] as? String == id)
            #expect(try await op.get("/api/v1/bookings")["items.0"] == nil)
            for other in [guest, host] {
                #expect(try await other.get("/api/v1/bookings?role=operator").code == "forbidden")
            }
            #expect(try await op.post("/api/v1/bookings/\(id)/accept")["status"] as? String == "held")
            #expect(try await op.post("/api/v1/bookings/\(id)/payments", "{\"provider\":\"test\"}").status == 403)
            #expect(try await op.post("/api/v1/bookings/\(id)/extend").status == 403)
            #expect(try await op.get("/api/v1/bookings/\(id)/cancellation")["rule.percent"] as? Int == 100)
            let paused = try await op.ask(.patch, "/api/v1/properties/\(place)", "{\"status\":\"paused\"}")
            #expect(paused["status"] as? String == "paused", "\(paused)")
            #expect(try await op.post("/api/v1/bookings/\(id)/cancel")["status"] as? String == "cancelled")
        }
    }
}

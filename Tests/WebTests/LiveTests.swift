import Core
import Foundation
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing

@testable import Web

@Suite("Over a real connection", .onEachEngine)
struct LiveTests {
    @Test("A body that is too large is refused and the connection goes on")
    func tooLarge() async throws {
        try await WebFixture().meetLive { guest in
            let large = "{\"email\":\"" + String(repeating: "a", count: 3_000_000) + "\"}"
            let answer = try await guest.post("/api/v1/auth/login", large)
            #expect(answer.status == 413 && answer.code == "payload_too_large")
            #expect(try await guest.get("/healthz").status == 200)
        }
    }

    @Test("What is not HTTP as it should be is a problem like every other")
    func headers() async throws {
        try await WebFixture().meetLive { guest in
            let answer = try await guest.ask(
                .get, "/healthz", headers: ["X-Long": String(repeating: "a", count: 40_000)])
            #expect(answer.status == 400 && answer.code == "malformed_request", "\(answer)")
        }
    }

    @Test("HTTP/1.1 without Host, or with two, is refused; HTTP/1.0 has none")
    func hosts() async throws {
        try await WebFixture().meetLive { guest in
            let port = try #require(guest.client.port)
            let cases = [
                ("HTTP/1.1", "", 400), ("HTTP/1.1", "Host: a\r\nHost: a\r\n", 400), ("HTTP/1.1", "host: a\r\n", 200),
                ("HTTP/1.0", "", 200),
            ]
            for (version, hosts, status) in cases {
                let answer = await RawConnection.answer(to: "GET /healthz \(version)\r\n\(hosts)\r\n", port: port)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(version) \(hosts): \(answer)")
                #expect(status == 200 || answer.contains("application/problem+json"), "\(answer)")
            }
            #expect(try await guest.get("/healthz").status == 200)
        }
    }

    @Test("A connection of HTTP/1.0 ends with the answer, unless it is to be kept alive")
    func oldConnections() async throws {
        try await WebFixture().meetLive { guest in
            let port = try #require(guest.client.port)
            let cases = [
                ("HTTP/1.0", "", true), ("HTTP/1.0", "Connection: Keep-Alive\r\n", false),
                ("HTTP/1.1", "Host: a\r\n", false), ("HTTP/1.1", "Host: a\r\nConnection: close\r\n", true),
            ]
            for (version, headers, ends) in cases {
                // Where it goes on, a second request that ends it is answered too.
                let last = ends ? "" : "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                let (answer, isOver) = await RawConnection.wholeAnswer(
                    to: "GET /healthz \(version)\r\n\(headers)\r\n\(last)", port: port, patienceSeconds: 25)
                let answers = answer.components(separatedBy: "HTTP/1.1 200 ").count - 1
                #expect(answers == (ends ? 1 : 2) && isOver, "\(version) \(headers): \(answer)")
            }
        }
    }

    @Test("HEAD has the length and no body; the next request on the connection is understood")
    func head() async throws {
        try await WebFixture().meetLive { guest in
            let head = try await guest.ask(.head, "/api/openapi.json")
            #expect(head.status == 200 && head.text.isEmpty && head.header("Content-Length") != "0")
            let missing = try await guest.ask(.head, "/nothing")
            #expect(missing.status == 404 && missing.text.isEmpty)
            #expect(try await guest.get("/healthz")["status"] as? String == "alive")
        }
    }

    @Test("A file that the client has is not sent again")
    func tags() async throws {
        try await WebFixture().meetLive { guest in
            let first = try await guest.get("/assets/roost.css")
            let tag = try #require(first.header("ETag"))
            let again = try await guest.ask(.get, "/assets/roost.css", headers: ["If-None-Match": tag])
            #expect(again.status == 304 && again.text.isEmpty)
        }
    }

    @Test("Metrics count by route, never by address")
    func metrics() async throws {
        let probes = WebProbes(gauges: { [Gauge("roost_test", help: "A test.", labels: [("a", "x\"y")], 3)] })
        try await WebFixture(probes: probes).meetLive { guest in
            _ = try await guest.get("/api/v1/properties/prop_secret")
            _ = try await guest.get("/nothing/secret")
            let text = try await guest.get("/metrics").text
            #expect(
                text.contains(
                    "roost_http_requests_total{method=\"GET\",route=\"/api/v1/properties/{id}\",status=\"404\"} 1\n"))
            #expect(text.contains("le=\"+Inf\"} 1\n") && text.contains("roost_http_requests_in_flight 1\n"))
            #expect(text.contains("roost_test{a=\"x\\\"y\"} 3.0\n") && text.contains("process_resident_memory_bytes "))
            #expect(!text.contains("secret"))
        }
    }

    @Test(
        "Pages need nothing from elsewhere and have nothing inline",
        arguments: ["/", "/api/docs", "/login", "/register?next=//evil", "/de", "/ar/login", "/help", "/de/terms"])
    func pages(_ path: String) async throws {
        try await WebFixture().meetLive { guest in
            let page = try await guest.get(path)
            #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(page.text.contains("</html>") && !page.text.contains("{{"))
            #expect(!page.text.contains("<style") && !page.text.contains(" style=") && !page.text.contains("onclick"))
            #expect(!page.text.contains("\"//evil") && !page.text.contains("<script>"))
            let elsewhere = page.text.components(separatedBy: "=\"http").dropFirst().filter {
                !$0.hasPrefix("://roost.test")
            }
            #expect(elsewhere.isEmpty, "\(elsewhere)")
            #expect(page.header("Content-Security-Policy") == SecurityHeaders.contentSecurityPolicy)
        }
    }

    @Test("The forms sign in and lead on, never elsewhere")
    func forms() async throws {
        try await WebFixture().meetLive { guest in
            let form = "application/x-www-form-urlencoded"
            let fields = "name=Ada&email=ada%40example.org&password=a+long+and+quiet+river"
            let registered = try await guest.ask(.post, "/register", fields + "&next=/trips/bkg_1", type: form)
            #expect(registered.status == 303 && registered.header("Location") == "/trips/bkg_1")
            #expect(registered.header("Set-Cookie")?.hasPrefix("roost_session=") == true)
            let elsewhere = try await guest.ask(.post, "/login", fields + "&next=//evil.example", type: form)
            #expect(elsewhere.status == 303 && elsewhere.header("Location") == "/")
            let wrong = try await guest.ask(.post, "/login", "email=ada%40example.org&password=no", type: form)
            #expect(wrong.status == 401 && wrong.text.contains("role=\"alert\""))
            #expect(try await guest.ask(.post, "/login", "email=%", type: form).status == 400)
        }
    }

    @Test("A browser's form needs the token of the page that it was shown in, whoever it is")
    func tokens() async throws {
        try await WebFixture().meetLive { guest in
            let form = "application/x-www-form-urlencoded"
            let page = try await guest.get("/register")
            let cookie = try #require(page.header("Set-Cookie")).prefix { $0 != ";" }.description
            let token = try #require(page.text.firstMatch(of: #/name="token" value="([0-9a-f]+)"/#)).1
            let fields = "name=Ada&email=ada%40example.org&password=a+long+and+quiet+river"
            let headers = ["Cookie": cookie, "Accept": "text/html"]
            for wrong in [
                "", "&token=", "&token=\(String(token.reversed()))", "&token=\(token.dropLast(2))", "&token=é",
            ] {
                let answer = try await guest.ask(.post, "/register", fields + wrong, type: form, headers: headers)
                #expect(answer.status == 403 && answer.text.contains("<h1>"), "\(wrong)")
            }
            let right = try await guest.ask(
                .post, "/register", fields + "&token=\(token)", type: form, headers: headers)
            #expect(right.status == 303)
            let session = try #require(right.header("Set-Cookie")).prefix { $0 != ";" }.description
            // Another browser's token, also of the same person, is none.
            let out = try await guest.ask(
                .post, "/logout", "token=\(token)", type: form, headers: ["Cookie": "\(cookie); \(session)"])
            #expect(out.status == 403)
            let home = try await guest.ask(.get, "/", headers: ["Cookie": session])
            let own = try #require(home.text.firstMatch(of: #/name="token" value="([0-9a-f]+)"/#)).1
            let left = try await guest.ask(.post, "/logout", "token=\(own)", type: form, headers: ["Cookie": session])
            #expect(left.status == 303 && left.header("Set-Cookie")?.hasPrefix("roost_session=;") == true)
        }
    }

    @Test("The address decides the language; only pages have one")
    func languages() async throws {
        try await WebFixture().meetLive { guest in
            for (path, lang, words) in [
                ("/login", "en", "Sign in"), ("/de/login", "de", "Anmelden"), ("/ar/login", "ar", "dir=\"rtl\""),
            ] {
                let page = try await guest.get(path)
                #expect(page.text.contains("<html lang=\"\(lang)\"") && page.text.contains(words), "\(path)")
                #expect(page.header("Content-Language") == lang)
            }
            #expect(try await guest.get("/de/trips/bkg_1").header("Location") == "/de/login?next=/de/trips/bkg_1")
            for path in ["/de/api/v1/me", "/de/healthz", "/fr", "/en/login", "/de/de"] {
                #expect(try await guest.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test("Assets have their hash in their name and may be kept; browsers that take gzip get it")
    func assets() async throws {
        try await WebFixture().meetLive { guest in
            let home = try await guest.get("/")
            let css = try #require(home.text.firstMatch(of: #/href="(/assets/roost-[0-9a-f]+\.css)"/#)).1
            let plain = try await guest.get(String(css))
            #expect(plain.header("Cache-Control") == "public, max-age=31536000, immutable")
            #expect(plain.header("Content-Encoding") == nil && plain.text.contains("--primary"))
            let packed = try await guest.ask(.head, String(css), headers: ["Accept-Encoding": "br, gzip"])
            #expect(packed.header("Content-Encoding") == "gzip" && packed.header("Vary") == "Accept-Encoding")
            #expect(try await guest.get("/assets/roost-0.css").status == 404)
        }
    }
}

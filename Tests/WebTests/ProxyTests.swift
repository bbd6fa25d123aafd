import HTTPTypes
import TestSupport
import Testing

@Suite("Behind a proxy", .onEachEngine)
struct ProxyTests {
    /// Tries to sign in with a password that nobody has, until told to wait.
    private func guesses(by guest: Guest, _ headers: [String: String]) async throws -> Int {
        for count in 0..<200 {
            let body = "{\"email\": \"nobody-\(count)@example.com\", \"password\": \"a-guess-like-any\"}"
            let answer = try await guest.ask(.post, "/api/v1/auth/login", body, headers: headers)
            if answer.status == 429 { return count }
        }
        return 200
    }

    @Test("With a trusted proxy each client has limits of its own")
    func trusted() async throws {
        let fixture = try await WebFixture(
            settings: ["ROOST_RATE_LIMITS": "on", "ROOST_TRUSTED_PROXIES": "127.0.0.0/8, ::1"])
        try await fixture.meetLive { guest in
            let first = try await guesses(by: guest, ["X-Forwarded-For": "198.51.100.1"])
            #expect(first == 100)
            // What the client writes in front of it changes nothing.
            let forged = try await guesses(by: guest, ["X-Forwarded-For": "203.0.113.9, 198.51.100.1"])
            #expect(forged == 0)
            let second = try await guesses(by: guest, ["X-Forwarded-For": "198.51.100.2"])
            #expect(second == 100)
            let otherHeader = try await guesses(by: guest, ["Forwarded": "for=198.51.100.2"])
            #expect(otherHeader == 0)
        }
    }

    @Test("Without one no header counts")
    func untrusted() async throws {
        let fixture = try await WebFixture(settings: ["ROOST_RATE_LIMITS": "on"])
        try await fixture.meetLive { guest in
            let first = try await guesses(by: guest, ["X-Forwarded-For": "198.51.100.1"])
            #expect(first == 100)
            let second = try await guesses(by: guest, ["X-Forwarded-For": "198.51.100.2"])
            #expect(second == 0)
        }
    }
}

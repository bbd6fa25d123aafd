import Core
import Storage
import TestSupport
import Testing

@testable import AuthService

@Suite("Limits on tries", .onEachEngine)
struct SignInLimitTests {
    private let wrong = "wrong horse battery"

    @Test("Ten failures close an account for a quarter of an hour, on every node, for the right password too")
    func perAccount() async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register()
        for number in 0..<10 {
            fixture.clock.advance(.seconds(6))
            // Each from elsewhere: it is the account that is counted.
            let answer = await code { try await fixture.logIn("ADA@example.com", wrong, from: "192.0.2.\(number)") }
            #expect(answer == .unauthenticated)
        }
        let refused = await problem { try await fixture.logIn(from: "198.51.100.1") }
        #expect(refused?.code == .rateLimited)
        #expect(refused?.retryAfterSeconds == 15 * 60 - 54)
        let elsewhere = await code {
            _ = try await fixture.other().logIn(
                email: "ada@example.com", password: AccountsFixture.password, from: "198.51.100.1")
        }
        #expect(elsewhere == .rateLimited)
        #expect(await code { try await fixture.logIn("eve@example.com", wrong) } == .unauthenticated)
        fixture.clock.advance(.seconds(15 * 60 - 54))
        try await fixture.logIn()
    }

    @Test("An address without an account is limited as one with, so that nobody learns which has one")
    func unknownAccount() async throws {
        let fixture = try await AccountsFixture()
        for _ in 0..<10 {
            #expect(await code { try await fixture.logIn("eve@example.com", wrong) } == .unauthenticated)
        }
        #expect(await code { try await fixture.logIn("eve@example.com", wrong) } == .rateLimited)
    }

    @Test("A success forgets the failures of the account, not those of the address")
    func successClears() async throws {
        var limits = SignInLimits.standard
        limits.failuresPerAddress = 20
        let fixture = try await AccountsFixture(limits: limits)
        try await fixture.register()
        for _ in 0..<9 { _ = await code { try await fixture.logIn("ada@example.com", wrong) } }
        try await fixture.logIn()
        for _ in 0..<9 { #expect(await code { try await fixture.logIn("ada@example.com", wrong) } == .unauthenticated) }
        try await fixture.logIn()
        for _ in 0..<2 { #expect(await code { try await fixture.logIn("ada@example.com", wrong) } == .unauthenticated) }
        #expect(await code { try await fixture.logIn("ada@example.com", wrong) } == .rateLimited)
        try await fixture.logIn(from: "198.51.100.1")
    }

    @Test("A hundred failures close an address, for every account")
    func perAddress() async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register()
        for number in 0..<100 {
            #expect(await code { try await fixture.logIn("eve\(number)@example.com", wrong) } == .unauthenticated)
        }
        #expect(await problem { try await fixture.logIn() }?.retryAfterSeconds == 15 * 60)
        try await fixture.logIn(from: "198.51.100.1")
    }

    @Test("Of thirty guesses at once ten count, and a right one among the others counts for nothing")
    func manyAtOnce() async throws {
        let fixture = try await AccountsFixture(hashing: PasswordHashing(.cheap))
        try await fixture.register()
        let answers = await AccountsFixture.race(30) { _ in try await fixture.logIn("ada@example.com", wrong) }
        #expect(answers.count { $0 == .unauthenticated } == 10)
        #expect(answers.count { $0 == .rateLimited } == 20)
    }

    @Test("Thirty at once with the right password are all signed in")
    func manyAtOnceRight() async throws {
        let fixture = try await AccountsFixture(hashing: PasswordHashing(.cheap))
        try await fixture.register()
        let answers = await AccountsFixture.race(30) { _ in try await fixture.logIn() }
        #expect(answers.allSatisfy { $0 == nil })
    }

    @Test("An address registers a hundred times an hour, taken addresses counted")
    func registrations() async throws {
        let fixture = try await AccountsFixture()
        for number in 0..<99 { try await fixture.register("guest\(number)@example.com") }
        #expect(await code { try await fixture.register("guest0@example.com") } == .stateConflict)
        let refused = await problem { try await fixture.register("another@example.com") }
        #expect(refused?.code == .rateLimited)
        #expect(refused?.retryAfterSeconds == 3600)
        #expect(await code { try await fixture.register("guest0@example.com") } == .rateLimited)
        fixture.clock.advance(.seconds(3600))
        try await fixture.register("another@example.com")
    }

    @Test("Without limits nothing is counted")
    func off() async throws {
        let fixture = try await AccountsFixture(limits: nil)
        try await fixture.register()
        for _ in 0..<150 {
            #expect(await code { try await fixture.logIn("ada@example.com", wrong) } == .unauthenticated)
        }
        for number in 0..<150 { try await fixture.register("guest\(number)@example.com") }
        try await fixture.logIn()
        #expect(try await fixture.count("rate_window") == 0)
    }

    @Test(
        "Who has many addresses is counted once",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:DB8:1:2::1%eth0", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("unknown", "unknown", true), ("", "unknown", false),
        ])
    func networks(_ one: String, _ other: String, _ same: Bool) {
        #expect((ClientAddress.network(of: one) == ClientAddress.network(of: other)) == same)
    }
}

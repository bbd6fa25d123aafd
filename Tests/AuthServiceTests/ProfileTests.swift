import Core
import TestSupport
import Testing

@testable import AuthService

@Suite("What people change about their own account", .onEachEngine)
struct ProfileTests {
    @Test("A name and a language are changed apart, and every wrong one is named")
    func profile() async throws {
        let fixture = try await AccountsFixture()
        let ada = try await fixture.register().person
        let renamed = try await fixture.accounts.change(name: "  Ada Lovelace ", language: nil, for: ada.caller)
        #expect(renamed.name == "Ada Lovelace" && renamed.language == nil)
        let moved = try await fixture.accounts.change(name: nil, language: "de", for: ada.caller)
        #expect(moved.name == "Ada Lovelace" && moved.language == "de")
        #expect(try await fixture.accounts.person(ada.id) == moved)
        for (name, language, fields) in [
            ("", "d", ["name", "language"]), ("a\nb", "de", ["name"]),
            (String(repeating: "a", count: 101), nil, ["name"]),
            (nil, "DE", ["language"]), ("\u{202E}eve", nil, ["name"]),
        ] as [(String?, String?, [String])] {
            let problem = await problem {
                _ = try await fixture.accounts.change(name: name, language: language, for: ada.caller)
            }
            #expect(problem?.code == .validationFailed && problem?.errors.map(\.field) == fields)
        }
        #expect(try await fixture.accounts.person(ada.id) == moved)
    }

    @Test("Another password ends every other session, and a wrong guess changes nothing and is counted")
    func password() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register()
        let second = try await fixture.logIn()
        func change(_ current: String, _ new: String) async -> Problem? {
            await problem {
                try await fixture.accounts.changePassword(
                    from: current, to: new, for: first.person.caller, keeping: first.token, from: "192.0.2.9")
            }
        }
        #expect(await change("not the one", "a heron and an owl")?.errors.first?.field == "currentPassword")
        #expect(await change(AccountsFixture.password, "short")?.errors.first?.field == "newPassword")
        #expect(try await fixture.accounts.person(forToken: second.token) != nil)
        #expect(await change(AccountsFixture.password, "a heron and an owl") == nil)
        #expect(try await fixture.accounts.person(forToken: first.token) != nil)
        #expect(try await fixture.accounts.person(forToken: second.token) == nil)
        #expect(await code { try await fixture.logIn() } == .unauthenticated)
        try await fixture.logIn("ada@example.com", "a heron and an owl")
        for _ in 0..<SignInLimits.standard.failuresPerAccount { _ = await change("a guess", "a heron and an owl") }
        #expect(await change("a heron and an owl", "another heron still")?.code == .rateLimited)
    }

    @Test("Sessions are listed without their tokens, and ended one by one by their own person only")
    func sessions() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register()
        fixture.clock.advance(.seconds(60))
        let second = try await fixture.logIn()
        let eve = try await fixture.register("eve@example.com", name: "Eve")
        let listed = try await fixture.accounts.sessions(for: first.person.caller, token: second.token)
        #expect(listed.count == 2 && listed.map(\.isCurrent) == [true, false])
        #expect(!listed.contains { $0.id.text.contains(first.token) || $0.id.text.contains(second.token) })
        #expect(await code { try await fixture.accounts.endSession(listed[1].id, for: eve.person.caller) } == .notFound)
        try await fixture.accounts.endSession(listed[1].id, for: first.person.caller)
        #expect(try await fixture.accounts.person(forToken: first.token) == nil)
        #expect(try await fixture.accounts.person(forToken: second.token) != nil)
        #expect(
            await code { try await fixture.accounts.endSession(listed[1].id, for: first.person.caller) } == .notFound)
    }
}

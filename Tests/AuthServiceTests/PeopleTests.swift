import Core
import Storage
import TestSupport
import Testing

@testable import AuthService

@Suite("People as operators look for them", .onEachEngine)
struct PeopleTests {
    private let boss = Caller(id: UserID(stored: "usr_boss"), isOperator: true)
    private let guest = Caller(id: UserID(stored: "usr_guest"), isOperator: false)

    @Test("Found by a part of an address or a name, without case, page by page", arguments: Engine.available)
    func finds(on engine: Engine) async throws {
        let fixture = try await AccountsFixture(on: try await engine.database())
        let accounts = fixture.accounts
        for (email, name) in [
            ("ada@example.com", "Ada Lovelace"), ("bob_b@example.org", "Bob"), ("100%@example.com", "Percy"),
        ] {
            _ = try await accounts.add(email: email, name: name, isOperator: name == "Bob", password: nil)
            fixture.clock.advance(.seconds(1))
        }
        func found(_ text: String, role: Role? = nil) async throws -> [String] {
            try await accounts.people(matching: text, role: role, cursor: nil, limit: 10, for: boss).items
                .map(\.person.name)
        }
        #expect(try await found("") == ["Percy", "Bob", "Ada Lovelace"], "newest first")
        #expect(try await found("ADA") == ["Ada Lovelace"])
        #expect(try await found("  lovelace ") == ["Ada Lovelace"])
        #expect(try await found("EXAMPLE.org") == ["Bob"])
        #expect(try await found("%") == ["Percy"], "signs of patterns mean themselves")
        #expect(try await found("_") == ["Bob"])
        #expect(try await found("\\").isEmpty)
        #expect(try await found("", role: .operator) == ["Bob"])
        #expect(try await found("", role: .guest) == ["Percy", "Ada Lovelace"])
        let first = try await accounts.people(matching: "", role: nil, cursor: nil, limit: 2, for: boss)
        #expect(first.items.count == 2)
        let rest = try await accounts.people(matching: "", role: nil, cursor: first.nextCursor, limit: 2, for: boss)
        #expect(rest.items.map(\.person.name) == ["Ada Lovelace"] && rest.nextCursor == nil)
        #expect(
            await code { _ = try await accounts.people(matching: "", role: nil, cursor: "x", limit: 2, for: boss) }
                == .validationFailed)
    }

    @Test("Signed out everywhere, with a reason that the log keeps, once", arguments: Engine.available)
    func signsOut(on engine: Engine) async throws {
        let fixture = try await AccountsFixture(on: try await engine.database())
        let accounts = fixture.accounts
        let ada = try await fixture.register()
        try await fixture.logIn()
        let id = ada.person.id
        #expect(try await accounts.sessions(of: id, for: boss).count == 2)
        for reason in ["", " \n ", String(repeating: "x", count: 1001)] {
            #expect(
                await code { _ = try await accounts.endSessions(of: id, reason: reason, by: boss, once: nil) }
                    == .validationFailed)
        }
        let key = IdempotencyKey(person: boss.id, path: "/", key: "k")
        for _ in 0..<2 {
            let ended = try await accounts.endSessions(
                of: id, reason: " A lost phone. ", by: boss, once: Once(key: key, bodyHash: "b"))
            #expect(ended == 2)
        }
        #expect(try await accounts.person(forToken: ada.token) == nil)
        let acts = try await accounts.operatorActs(
            OperatorActFilter(subject: id.text), cursor: nil, limit: 10, for: boss)
        #expect(acts.map(\.act) == ["end sessions"] && acts.map(\.reason) == ["A lost phone."])
        #expect(acts.map(\.operatorId) == [boss.id] && acts.map(\.at) == [fixture.clock.now])
        #expect(
            await code {
                _ = try await accounts.endSessions(of: UserID(stored: "usr_x"), reason: "r", by: boss, once: nil)
            } == .notFound)
        #expect(try await fixture.count("operator_log") == 1)
    }

    @Test("Nobody but an operator")
    func forbidden() async throws {
        let accounts = try await AccountsFixture().accounts
        let id = UserID(stored: "usr_x")
        #expect(
            await code { _ = try await accounts.people(matching: "", role: nil, cursor: nil, limit: 1, for: guest) }
                == .forbidden)
        #expect(await code { _ = try await accounts.knownPerson(id, for: guest) } == .forbidden)
        #expect(await code { _ = try await accounts.sessions(of: id, for: guest) } == .forbidden)
        #expect(
            await code { _ = try await accounts.endSessions(of: id, reason: "r", by: guest, once: nil) } == .forbidden)
        #expect(
            await code {
                _ = try await accounts.operatorActs(OperatorActFilter(), cursor: nil, limit: 1, for: guest)
            } == .forbidden)
    }
}

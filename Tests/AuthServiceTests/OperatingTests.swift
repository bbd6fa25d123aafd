import Core
import Storage
import TestSupport
import Testing

@testable import AuthService

@Suite("Operators, imports and hosts", .onEachEngine)
struct OperatingTests {
    @Test("An operator is added with a name from the address, and gets no letter")
    func adds() async throws {
        let fixture = try await AccountsFixture()
        let person = try await fixture.accounts.add(
            email: "root@example.com", name: nil, isOperator: true, password: "violet-42-sea")
        #expect(person.name == "root")
        #expect(person.roles == [.guest, .operator])
        #expect(person.caller == Caller(id: person.id, isOperator: true))
        #expect(try await fixture.logIn("root@example.com", "violet-42-sea").person == person)
        #expect(try await fixture.count("outbox") == 0)
        let again = await code {
            _ = try await fixture.accounts.add(email: "ROOT@example.com", name: "R", isOperator: false, password: nil)
        }
        #expect(again == .stateConflict)
        let wrong = await problem {
            _ = try await fixture.accounts.add(email: "x", name: "", isOperator: false, password: "password")
        }
        #expect(wrong?.errors.map(\.field) == ["email", "password", "name"])
    }

    @Test("Setting a password ends every session and opens a closed account")
    func setsPassword() async throws {
        let fixture = try await AccountsFixture()
        let signedIn = try await fixture.register()
        for _ in 0..<10 { _ = await code { try await fixture.logIn("ada@example.com", "wrong") } }
        try await fixture.accounts.setPassword(email: " ADA@example.com", password: "violet-42-sea")
        #expect(try await fixture.accounts.person(forToken: signedIn.token) == nil)
        #expect(await code { try await fixture.logIn() } == .unauthenticated)
        try await fixture.logIn("ada@example.com", "violet-42-sea")
        #expect(
            await code { try await fixture.accounts.setPassword(email: "eve@example.com", password: "violet-42-sea") }
                == .notFound)
        #expect(
            await code { try await fixture.accounts.setPassword(email: "ada@example.com", password: "x") }
                == .validationFailed)
    }

    @Test("A sign-in that checked the old password while a new one was set is refused")
    func passwordChangedMeanwhile() async throws {
        let fixture = try await AccountsFixture()
        let id = try await fixture.register().person.id
        let store = fixture.accounts.store
        let checked = try #require(try await store.credential(forEmailKey: "ada@example.com")?.passwordHash)
        try await fixture.accounts.setPassword(email: "ada@example.com", password: "violet-42-sea")
        let (session, token) = Session.begin(at: fixture.clock.now, random: fixture.clock.world.random)
        let answer = await code {
            try await store.begin(session, of: id, checked: checked, upgraded: nil, failures: [])
        }
        #expect(answer == .unauthenticated)
        #expect(try await fixture.accounts.person(forToken: token) == nil)
    }

    @Test("Imported hosts are the same people the second time, by their addresses")
    func imports() async throws {
        let fixture = try await AccountsFixture()
        let ada = try await fixture.register()
        let hosts =
            (1...1200).map { ImportedHost(key: "\($0)", name: "Host \($0)", email: "host-\($0)@hosts.invalid") }
            + [ImportedHost(key: "ada", name: "Not Ada", email: "ADA@example.com")]
        let first = try await fixture.accounts.importHosts(hosts)
        let second = try await fixture.accounts.importHosts(hosts)
        #expect(first.count == 1201)
        #expect(first == second)
        #expect(Set(first.values).count == 1201)
        #expect(try await fixture.count("person") == 1201)
        #expect(try await fixture.count("credential") == 1)
        #expect(try await fixture.count("outbox") == 1)
        let people = try await fixture.accounts.people(Array(first.values))
        #expect(people.count == 1201)
        #expect(people.values.allSatisfy { $0.roles == [.guest, .host] })
        #expect(first["ada"] == ada.person.id)
        #expect(people[ada.person.id]?.name == "Ada")
    }

    @Test("Two keys with one address are one person, and a bad address stops the import with its reason")
    func importsOddly() async throws {
        let fixture = try await AccountsFixture()
        let both = try await fixture.accounts.importHosts([
            ImportedHost(key: "a", name: "Ann", email: "ann@hosts.invalid"),
            ImportedHost(key: "b", name: "Ann", email: "Ann@hosts.invalid"),
        ])
        #expect(both["a"] == both["b"])
        let bad = await code {
            _ = try await fixture.accounts.importHosts([ImportedHost(key: "c", name: "C", email: "c\n@x")])
        }
        #expect(bad == .validationFailed)
        #expect(try await fixture.accounts.importHosts([]).isEmpty)
    }

    @Test("Who lists a place becomes a host, though the event comes twice")
    func becomesHost() async throws {
        let fixture = try await AccountsFixture()
        let signedIn = try await fixture.register()
        let event = Event(source: "properties", subject: "prop_1", version: 1, kind: "property.created", body: "{}")
        try await fixture.accounts.makeHost(signedIn.person.id, event: event)
        try await fixture.accounts.makeHost(signedIn.person.id, event: event)
        #expect(try await fixture.accounts.person(forToken: signedIn.token)?.roles == [.guest, .host])
        // Someone who is not there stops nothing.
        let other = Event(source: "properties", subject: "prop_2", version: 1, kind: "property.created", body: "{}")
        try await fixture.accounts.makeHost(UserID(stored: "usr_gone"), event: other)
    }

    @Test("Migrating twice changes nothing")
    func migratesTwice() async throws {
        let fixture = try await AccountsFixture()
        try await fixture.database.migrate(AccountsMigrations.all, at: fixture.clock.now)
    }
}

import Core
import Storage
import TestSupport
import Testing

@testable import AuthService

@Suite("Registering", .onEachEngine)
struct RegistrationTests {
    @Test("Who registers is signed in for thirty days, is a guest, and the event waits for its letter")
    func registers() async throws {
        let fixture = try await AccountsFixture()
        let signedIn = try await fixture.register("  Ada.Lovelace@Example.com ", name: " Ada Lovelace ")
        #expect(signedIn.person.email == "Ada.Lovelace@Example.com")
        #expect(signedIn.person.name == "Ada Lovelace")
        #expect(signedIn.person.roles == [.guest])
        #expect(!signedIn.person.emailVerified)
        #expect(signedIn.expiresAt == fixture.clock.now + .seconds(30 * 86_400))
        #expect(try await fixture.accounts.person(forToken: signedIn.token) == signedIn.person)
        #expect(try await fixture.accounts.person(signedIn.person.id) == signedIn.person)
        let event = try await fixture.database.read { reader in
            try reader.first("SELECT subject, version, kind, body FROM outbox") { row in
                Event(source: "users", subject: try row[0], version: try row[1], kind: try row[2], body: try row[3])
            }
        }
        #expect(event?.kind == "person.registered")
        #expect(event?.subject == signedIn.person.id.text)
        #expect(event?.version == 1)
        #expect(try event?.decoded(as: PersonRegistered.self) == PersonRegistered(personId: signedIn.person.id))
    }

    @Test("Neither the token nor the password stands in the database")
    func keepsNoSecret() async throws {
        let fixture = try await AccountsFixture()
        let signedIn = try await fixture.register()
        let kept = try await fixture.database.read { reader in
            try reader.values("SELECT token_hash FROM session", as: String.self)
                + reader.values("SELECT password_hash FROM credential", as: String.self)
        }
        #expect(kept.count == 2)
        #expect(!kept.contains { $0.contains(signedIn.token) || $0.contains(AccountsFixture.password) })
        #expect(kept[1].hasPrefix("$scrypt$ln=4,r=1,p=1$"))
    }

    static let refusedEmails = [
        "", "   ", "ada", "@example.com", "ada@", "ada@@example.com", "ada@example", "ada@localhost", "ada@example@com",
        "ada b@example.com",
        "ada@example..com", ".ada@example.com", "ada.@example.com", "a..b@example.com", "ada@-example.com",
        "ada@example-.com", "ada@exam_ple.com", "ada@example.com\r\nBcc: eve@example.com", "ada\n@example.com",
        "ada@example.com\0", "ada\u{7F}@example.com", "ada@example.com,eve@example.com", "<ada@example.com>",
        "Ada <ada@example.com>", "\"ada\"@example.com", "ada@[192.0.2.1]", "ädä@example.com", "ada@exämple.com",
        "ada\u{202E}@example.com", "ada\u{2028}@example.com", String(repeating: "a", count: 65) + "@example.com",
        "ada@" + String(repeating: "b", count: 64) + ".com",
        "ada@" + String(repeating: "abcdefghi.", count: 25) + "com",
    ]

    @Test("What is no address, or could break a header, is refused", arguments: refusedEmails)
    func refusesEmail(_ email: String) async throws {
        let fixture = try await AccountsFixture()
        let problem = await problem { try await fixture.register(email) }
        #expect(problem?.code == .validationFailed)
        #expect(problem?.errors.map(\.field) == ["email"])
        #expect(try await fixture.count("person") == 0)
    }

    @Test(
        "Ordinary and odd addresses are taken",
        arguments: [
            "ada@example.com", "ADA+roost@sub.example.co.uk", "o'brien@example.ie", "host-1@hosts.invalid",
            "ada@xn--exmple-cua.com", "!#$%&'*+-/=?^_`{|}~@example.com",
            String(repeating: "a", count: 64) + "@example.com", "ada@example.com\n",
        ])
    func takesEmail(_ email: String) async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register(email)
        #expect(try await fixture.count("person") == 1)
    }

    @Test(
        "Passwords have 8 to 256 characters and are none of the commonest",
        arguments: [
            ("", "too_short"), ("1234567", "too_short"), ("äöüäöüä", "too_short"), ("password", "too_common"),
            ("PassWord123", "too_common"), ("iloveyou", "too_common"), ("12345678", "too_common"),
            ("zzzzzzzzzzzz", "too_common"), (String(repeating: "ab", count: 128) + "c", "too_long"),
            ("violet-42", nil), ("äöüäöüäö", nil), (String(repeating: "ab", count: 128), nil),
            ("with \n\0 inside", nil), (String(repeating: "z", count: 256), nil),
            (String(repeating: "é", count: 200), nil),
            (String(repeating: "z", count: 32), "too_common"),
        ] as [(String, String?)])
    func passwords(_ password: String, _ expected: String?) async throws {
        let fixture = try await AccountsFixture()
        let problem = await problem {
            _ = try await fixture.accounts.register(
                email: "ada@example.com", password: password, name: "Ada", from: AccountsFixture.address)
            _ = try await fixture.logIn("ada@example.com", password)
        }
        #expect(problem?.errors.first?.code == expected)
        #expect(problem?.errors.first?.field == expected.map { _ in "password" })
    }

    @Test(
        "Names have 1 to 100 characters on one line",
        arguments: [
            ("", "required"), (" \t ", "required"), ("\u{200B}", "required"), ("Ada\nBcc: eve", "invalid"),
            ("Ada\u{0}", "invalid"), ("Ada\u{2028}L", "invalid"), ("Ada\u{202E}evil", "invalid"),
            (String(repeating: "x", count: 101), "too_long"), (String(repeating: "x", count: 100), nil), ("李", nil),
            ("אדה", nil), ("Ada 👩🏽‍🚀 O’Neill-Ñandú", nil), ("<script>", nil), (" Ada ", nil),
        ] as [(String, String?)])
    func names(_ name: String, _ expected: String?) async throws {
        let fixture = try await AccountsFixture()
        let problem = await problem { try await fixture.register(name: name) }
        #expect(problem?.errors.first?.code == expected)
        #expect(problem?.errors.first?.field == expected.map { _ in "name" })
    }

    @Test("Every field that is wrong is named")
    func namesEveryField() async throws {
        let fixture = try await AccountsFixture()
        let problem = await problem {
            _ = try await fixture.accounts.register(email: "no", password: "short", name: " ", from: "192.0.2.1")
        }
        #expect(problem?.errors.map(\.field) == ["email", "password", "name"])
    }

    @Test(
        "An address is used once, whatever its case",
        arguments: ["ada@example.com", "ADA@example.COM", " Ada@Example.com"])
    func addressInUse(_ again: String) async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register()
        #expect(await code { try await fixture.register(again) } == .stateConflict)
        #expect(try await fixture.count("person") == 1)
    }

    @Test("Of many who want one address at once exactly one gets it")
    func oneAddressOnce() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/users.sqlite")
            let fixture = try await AccountsFixture(on: database)
            let answers = await AccountsFixture.race(24) { number in
                try await fixture.register(number.isMultiple(of: 2) ? "ada@example.com" : "ADA@EXAMPLE.COM")
            }
            #expect(answers.count { $0 == nil } == 1)
            #expect(answers.count { $0 == .stateConflict } == 23)
            #expect(try await fixture.count("person") == 1)
            #expect(try await fixture.count("credential") == 1)
            #expect(try await fixture.count("session") == 1)
            #expect(try await fixture.count("outbox") == 1)
            try database.close()
        }
    }
}

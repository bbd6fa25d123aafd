import Core
import Storage
import TestSupport
import Testing

@testable import AuthService

@Suite("Signing in", .onEachEngine)
struct SignInTests {
    @Test("The right password signs in, whatever the case of the address")
    func signsIn() async throws {
        let fixture = try await AccountsFixture()
        let registered = try await fixture.register()
        let signedIn = try await fixture.logIn(" ADA@example.com ")
        #expect(signedIn.person == registered.person)
        #expect(signedIn.token != registered.token)
        #expect(signedIn.token.utf8.count == 52)
    }

    @Test("The same password typed on another machine is the same")
    func normalises() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.accounts.register(
            email: "ada@example.com", password: "caf\u{E9} noir", name: "Ada", from: "192.0.2.1")
        try await fixture.logIn("ada@example.com", "cafe\u{301} noir")
    }

    @Test("A wrong password, an unknown address and an account without a password get one and the same answer")
    func sameAnswer() async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register()
        _ = try await fixture.accounts.add(email: "host@example.com", name: nil, isOperator: false, password: nil)
        for (email, password) in [
            ("ada@example.com", "wrong horse battery"), ("ada@example.com", ""), ("eve@example.com", "whatever it is"),
            ("host@example.com", "whatever it is"), ("no address", "x"), ("", ""),
            ("ada@example.com' OR '1'='1", "x"), (String(repeating: "x", count: 100_000), "x"),
        ] {
            let problem = await problem { try await fixture.logIn(email, password, from: "198.51.100.1") }
            #expect(problem == Problem.wrongCredentials)
            #expect(problem?.code == .unauthenticated)
        }
    }

    @Test("An unknown address, and one without a password, wait for the same costly hash")
    func sameWork() async throws {
        let hashing = PasswordHashing(.cheap, atOnce: 1, mostWaiting: 0)
        let fixture = try await AccountsFixture(hashing: hashing)
        try await fixture.register()
        _ = try await fixture.accounts.add(email: "host@example.com", name: nil, isOperator: false, password: nil)
        let gate = try #require(hashing.gate)
        try await holding(gate, 1) {
            for email in ["ada@example.com", "host@example.com", "eve@example.com"] {
                let problem = await problem { try await fixture.logIn(email, "wrong") }
                #expect(problem?.code == .unavailable, "\(email)")
                #expect(problem?.retryAfterSeconds == HashingGate.retryAfterSeconds)
            }
        }
        #expect(await code { try await fixture.logIn("eve@example.com", "wrong") } == .unauthenticated)
    }

    @Test("A token is dead at once when its session ends; others live on")
    func logsOut() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register()
        let second = try await fixture.logIn()
        try await fixture.accounts.logOut(token: first.token)
        try await fixture.accounts.logOut(token: first.token)
        try await fixture.accounts.logOut(token: "no token")
        #expect(try await fixture.other().person(forToken: first.token) == nil)
        #expect(try await fixture.other().person(forToken: second.token) == second.person)
    }

    @Test("A session ends after thirty days, and tidying removes it")
    func expires() async throws {
        let fixture = try await AccountsFixture()
        let signedIn = try await fixture.register()
        fixture.clock.advance(.seconds(30 * 86_400) - .milliseconds(1))
        #expect(try await fixture.accounts.person(forToken: signedIn.token) != nil)
        try await fixture.accounts.tidy()
        #expect(try await fixture.count("session") == 1)
        fixture.clock.advance(.milliseconds(1))
        #expect(try await fixture.accounts.person(forToken: signedIn.token) == nil)
        try await fixture.accounts.tidy()
        #expect(try await fixture.count("session") == 0)
        #expect(try await fixture.count("rate_window") == 0)
    }

    @Test("What is no token of ours is nobody", arguments: ["", "x", "' OR 1=1 --", String(repeating: "a", count: 52)])
    func unknownToken(_ token: String) async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register()
        #expect(try await fixture.accounts.person(forToken: token) == nil)
    }

    @Test("A person has at most a thousand sessions: the oldest end first")
    func mostSessions() async throws {
        let fixture = try await AccountsFixture()
        let oldest = try await fixture.register()
        for _ in 0..<Session.mostPerPerson {
            fixture.clock.advance(.milliseconds(1))
            try await fixture.logIn()
        }
        #expect(try await fixture.count("session") == Session.mostPerPerson)
        #expect(try await fixture.accounts.person(forToken: oldest.token) == nil)
    }
}

/// Runs `body` while so many jobs keep a gate busy.
func holding(_ gate: HashingGate, _ count: Int, _ body: () async throws -> Void) async throws {
    let lock = Latch()
    let begun = Latch.Counter()
    async let busy: Void = withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<count {
            group.addTask {
                try await gate.run {
                    begun.increment()
                    lock.wait()
                }
            }
        }
        try await group.waitForAll()
    }
    while begun.value < count { await Task.yield() }
    do {
        try await body()
    } catch {
        lock.open()
        throw error
    }
    lock.open()
    try await busy
}

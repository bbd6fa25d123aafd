import Core
import Crypto
import Foundation
import Storage
import TestSupport
import Testing

@testable import AuthService

@Suite("Hashing passwords")
struct PasswordHashingTests {
    @Test("The hash is scrypt: the third example of RFC 7914 section 12")
    func example() throws {
        let cost = PasswordHashing.Cost(rounds: 16384, blockSize: 8, parallelism: 1)
        let hash = try HashedPassword.make("pleaseletmein", salt: Array("SodiumChloride".utf8), cost: cost)
        let hex = hash.key.withUnsafeBytes { $0.map { String(format: "%02x", $0) }.joined() }
        #expect(hex == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    }

    @Test("At full cost a password signs in and a wrong one does not", .onEachEngine)
    func fullCost() async throws {
        let fixture = try await AccountsFixture(hashing: PasswordHashing())
        try await fixture.register()
        try await fixture.logIn()
        #expect(await code { try await fixture.logIn("ada@example.com", "wrong horse battery") } == .unauthenticated)
        let kept = try await fixture.database.read {
            try $0.value("SELECT password_hash FROM credential", as: String.self)
        }
        #expect(kept?.hasPrefix("$scrypt$ln=17,r=8,p=1$") == true)
    }

    @Test("A hash says its parameters and can be read back")
    func text() throws {
        let hash = try HashedPassword.make("violet-42", salt: [1, 2, 3], cost: .cheap)
        let again = try #require(HashedPassword(text: hash.text))
        #expect(again.cost == .cheap)
        #expect(try again.matches("violet-42"))
        #expect(try !again.matches("violet-43"))
        for broken in [
            "", "$scrypt$", "$argon2id$ln=4,r=1,p=1$AQID$AQID", "$scrypt$ln=99,r=1,p=1$AQID$AQID",
            "$scrypt$ln=4$AQID$AQID",
        ] {
            #expect(HashedPassword(text: broken) == nil)
        }
    }

    @Test("A hash that costs less than hashes cost now is made anew at the next sign-in", .onEachEngine)
    func upgrades() async throws {
        let fixture = try await AccountsFixture()
        try await fixture.register()
        let dearer = PasswordHashing(.init(rounds: 32, blockSize: 1, parallelism: 1))
        func kept() async throws -> String {
            try await fixture.database.read {
                try $0.value("SELECT password_hash FROM credential", as: String.self) ?? ""
            }
        }
        let old = try await kept()
        let accounts = fixture.other(hashing: dearer)
        #expect(
            await code { _ = try await accounts.logIn(email: "ada@example.com", password: "wrong", from: "x") }
                == .unauthenticated)
        #expect(try await kept() == old)
        _ = try await accounts.logIn(email: "ada@example.com", password: AccountsFixture.password, from: "x")
        let new = try await kept()
        #expect(new.hasPrefix("$scrypt$ln=5,r=1,p=1$"))
        _ = try await accounts.logIn(email: "ada@example.com", password: AccountsFixture.password, from: "x")
        #expect(try await kept() == new)
        // A node that still runs with the old cost does not weaken it again.
        try await fixture.logIn()
        #expect(try await kept() == new)
    }

    @Test("So many hash at once, so many wait, and the next is told when to come again")
    func bounded() async throws {
        let gate = HashingGate(atOnce: 2, mostWaiting: 3)
        let done = Latch.Counter()
        try await holding(gate, 2) {
            // Not awaited here: they wait behind the two.
            for _ in 0..<3 { Task { try await gate.run { done.increment() } } }
            while gate.waitingCount < 3 { await Task.yield() }
            let refused = await problem { try await gate.run { done.increment() } }
            #expect(refused?.code == .unavailable)
            #expect(refused?.retryAfterSeconds == HashingGate.retryAfterSeconds)
            #expect(done.value == 0)
        }
        while done.value < 3 { await Task.yield() }
        try await gate.run { done.increment() }
        #expect(done.value == 4)
    }

    @Test("An error of the work reaches who asked")
    func passesErrors() async throws {
        let gate = HashingGate(atOnce: 1, mostWaiting: 1)
        #expect(await code { try await gate.run { throw Problem.notFound("thing") } } == .notFound)
        #expect(try await gate.run { 7 } == 7)
    }
}

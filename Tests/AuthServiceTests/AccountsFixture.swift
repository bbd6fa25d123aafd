import Core
import Dispatch
import Foundation
import Storage
import TestSupport

@testable import AuthService

/// Accounts on a database of their own, with cheap hashes and a clock that only the test moves.
struct AccountsFixture {
    let clock = TestWorld()
    let database: any Database
    let accounts: Accounts

    static let password = "correct horse battery"
    static let address = "192.0.2.7"

    init(
        on database: (any Database)? = nil, hashing: PasswordHashing = .cheap, limits: SignInLimits? = .standard
    ) async throws {
        if let database { self.database = database } else { self.database = try await Engine.database() }
        try await self.database.migrate(AccountsMigrations.all, at: clock.now)
        accounts = Accounts(
            database: self.database, world: clock.world, outbox: Outbox(source: "users", receivers: { _ in ["mails"] }),
            hashing: hashing, limits: limits)
    }

    /// The same database, as another node or a later version would use it.
    func other(hashing: PasswordHashing = .cheap, limits: SignInLimits? = .standard) -> Accounts {
        Accounts(
            database: database, world: clock.world, outbox: Outbox(source: "users", receivers: { _ in [] }),
            hashing: hashing, limits: limits)
    }

    @discardableResult
    func register(_ email: String = "ada@example.com", name: String = "Ada") async throws -> SignedIn {
        try await accounts.register(
            email: email, password: Self.password, name: name, from: Self.address)
    }

    @discardableResult
    func logIn(
        _ email: String = "ada@example.com", _ password: String = Self.password, from address: String = Self.address
    ) async throws -> SignedIn {
        try await accounts.logIn(email: email, password: password, from: address)
    }

    func count(_ table: SQL) async throws -> Int {
        try await database.read { try $0.value("SELECT COUNT(*) FROM \(table)", as: Int.self) ?? 0 }
    }

    /// Everything that happens at once, each with its answer.
    static func race(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async -> [Problem.Code?] {
        await withTaskGroup(of: Problem.Code?.self) { group in
            for number in 0..<count {
                group.addTask { await code { try await work(number) } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// The code of the problem that was thrown; nothing where it went well.
func code(_ work: () async throws -> Void) async -> Problem.Code? {
    await problem(work)?.code
}

/// The problem that was thrown; nothing where it went well.
func problem(_ work: () async throws -> Void) async -> Problem? {
    do {
        try await work()
        return nil
    } catch let problem as Problem {
        return problem
    } catch {
        return Problem(.internal, "\(error)")
    }
}

/// A folder that is gone when the test is over.
func withTemporaryFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("roost-auth-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

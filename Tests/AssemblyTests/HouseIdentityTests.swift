import Core
import Storage
import TestSupport
import Testing

@testable import Assembly

@Suite("Whether four databases belong together", .onEachEngine)
struct HouseIdentityTests {
    private static let names = ["users", "properties", "bookings", "payments"]

    /// One of the four: `-` is not there, `e` has tables, `r` rows as well; then its id, with `?` while naming goes on.
    private static func standing(_ name: String, _ word: String) -> Standing {
        let id = word.dropFirst().prefix { $0 != "?" }
        return Standing(
            name: name, address: name, place: name, applied: word.hasPrefix("-") ? [] : Databases.names(of: name),
            id: id.isEmpty ? nil : String(id), isSettled: !id.isEmpty && !word.hasSuffix("?"),
            hasRows: word.hasPrefix("r"))
    }

    @Test(
        "One house, a new one, and what was interrupted go on; all else is refused",
        arguments: [
            ("- - - -", nil), ("e e e -", nil), ("rA rA rA rA", nil), ("rA eA eA eA", nil),
            ("e e e e", nil), ("r r r r", nil), ("r e e e", nil),
            // A first start that ended while it named them; then the same of an older house.
            ("eA? e e e", nil), ("eA? eA e -", nil), ("rA? rA r r", nil), ("rA? rA rA rA", nil),
            // Nobody and nothing is in it yet.
            ("eA eA - eA", nil), ("e eA eA eA", nil),
            ("rA rA - rA", "bookings (bookings) is empty"), ("- rA rA rA", "users (users) is empty"),
            ("rA rA e rA", "bookings (bookings) is empty"), ("r r - r", "bookings (bookings) is empty"),
            ("rA? rA r -", "payments (payments) is empty"), ("e eA rA rA", "users (users) is empty"),
            ("rA rA r rA", "bookings (bookings) does not bear the id"), ("r rA rA rA", "users (users) does not bear"),
            ("rA rB rA rA", "properties (properties) belongs to another house"),
            ("eA eA eA eB", "payments (payments) belongs to another house"),
        ] as [(String, String?)])
    func verdict(_ words: String, _ refusal: String?) throws {
        let all = zip(HouseIdentityTests.names, words.split(separator: " ")).map {
            HouseIdentityTests.standing($0, String($1))
        }
        guard let refusal else { return try HouseIdentity.verify(all) }
        let error = try #require(throws: HouseRefusal.self) { try HouseIdentity.verify(all) }
        let plain = error.description.replacing("ROOST_", with: "").replacing("_DATABASE", with: "").lowercased()
        #expect(plain.hasPrefix(refusal.lowercased()))
    }

    private func databases() async throws -> Databases {
        let made = Databases(
            users: try await Engine.database(), properties: try await Engine.database(),
            bookings: try await Engine.database(), payments: try await Engine.database())
        try await made.migrate(world: .live)
        return made
    }

    private func ids(_ databases: Databases) async throws -> [String?] {
        var found: [String?] = []
        for (_, database) in databases.all { found.append(try await database.identity()?.id) }
        return found
    }

    @Test("Several that start at once give one id to all four")
    func together() async throws {
        let databases = try await databases()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { try await HouseIdentity.name(databases, world: .live) } }
            try await group.waitForAll()
        }
        let found = try await ids(databases)
        #expect(Set(found).count == 1 && found[0]?.count == 32)
        #expect(try await databases.users.identity()?.isSettled == true)
    }

    @Test("Naming that fails at any of the four goes on with the same id", arguments: names)
    func interrupted(at failing: String) async throws {
        let databases = try await databases()
        let faulty = databases.wrapped { $0 == failing ? Unwritable(database: $1) : $1 }
        await #expect(throws: StorageError.self) { try await HouseIdentity.name(faulty, world: .live) }
        let begun = try await ids(databases).compactMap(\.self)
        #expect(begun.count == HouseIdentityTests.names.firstIndex(of: failing))
        #expect(try await databases.users.identity()?.isSettled != true)
        try await HouseIdentity.name(databases, world: .live)
        let found = try await ids(databases)
        #expect(Set(found).count == 1 && begun.allSatisfy { $0 == found[0] })
        #expect(try await databases.users.identity()?.isSettled == true)
    }

    @Test("Another id that came meanwhile is not taken over")
    func stranger() async throws {
        let databases = try await databases()
        try await databases.payments.write {
            try $0.execute("INSERT INTO house (one, id, is_settled) VALUES (1, \("another"), 1)")
        }
        try await databases.users.write {
            try $0.execute("INSERT INTO house (one, id, is_settled) VALUES (1, \("ours"), 1)")
        }
        await #expect(throws: HouseRefusal.self) { try await HouseIdentity.name(databases, world: .live) }
        #expect(try await ids(databases).last == "another")
    }
}

/// A database whose disk is full.
private struct Unwritable: Database {
    let database: any Database

    func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try await database.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        throw StorageError.unavailable("the disk is full")
    }

    func close() throws { try database.close() }
}

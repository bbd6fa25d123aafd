import Core
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("An idempotency key")
struct IdempotencyTests {
    let folder: TemporaryFolder
    let now = Instant(milliseconds: 1_000_000)
    init() throws { folder = try TemporaryFolder() }

    private func once(_ key: String, body: String = "a") -> Once {
        Once(
            key: IdempotencyKey(person: UserID(stored: "usr_1"), path: "/api/v1/bookings", key: key), bodyHash: body)
    }

    private func insert(_ name: String, on database: any Database, _ once: Once?) async throws -> Outcome<String> {
        let now = now
        return try await database.write { tx in
            try tx.once(once, at: now) { step in
                let count = try step.value("SELECT COUNT(*) FROM thing", as: Int.self) ?? 0
                try step.execute("INSERT INTO thing (name) VALUES (\("\(name)\(count)"))")
                if name == "refused" { throw Problem(.stateConflict, "no") }
                if name == "later" { throw Problem(.rateLimited, "later", retryAfterSeconds: 1) }
                return "did \(name)\(count)"
            }
        }
    }

    private func count(_ database: any Database, _ table: StaticString) async throws -> Int {
        try await database.read { try $0.value("SELECT COUNT(*) FROM \(raw: table)", as: Int.self) ?? 0 }
    }

    @Test("The same key gives the first answer again and does nothing more", arguments: Engine.allCases)
    func again(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        #expect(try await insert("a", on: database, once("k")).get() == "did a0")
        #expect(try await insert("a", on: database, once("k")).get() == "did a0")
        #expect(try await insert("a", on: database, once("other")).get() == "did a1")
        #expect(try await count(database, "thing") == 2)
    }

    @Test("A refusal is an answer too: undone, and given again", arguments: Engine.allCases)
    func refusal(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        for _ in 0..<2 {
            let outcome = try await insert("refused", on: database, once("k"))
            #expect(throws: Problem(.stateConflict, "no")) { try outcome.get() }
        }
        #expect(try await count(database, "thing") == 0)
        #expect(try await count(database, "idempotency_record") == 1)
    }

    @Test("Another body under the same key is refused", arguments: Engine.allCases)
    func reused(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        _ = try await insert("a", on: database, once("k"))
        await #expect(throws: Problem.self) { try await insert("a", on: database, once("k", body: "b")).get() }
        #expect(try await count(database, "thing") == 1)
    }

    @Test("What may pass leaves no record: asking again tries again", arguments: Engine.allCases)
    func mayPass(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        #expect(throws: Problem.self) { try (Outcome<String>.refused(Problem(.rateLimited, ""))).get() }
        let refused = try await insert("later", on: database, once("k"))
        #expect(throws: Problem.self) { try refused.get() }
        #expect(try await count(database, "idempotency_record") == 0)
        #expect(try await insert("a", on: database, once("k")).get() == "did a0")
    }

    @Test("Of twins that race one does it, and all get its answer")
    func race() async throws {
        let database = try await Engine.file.make(in: folder)
        let key = once("k")
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 { group.addTask { try await insert("a", on: database, key).get() } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == ["did a0"])
        #expect(try await count(database, "thing") == 1)
    }

    @Test("A lease lets one run, tells others to wait, and passes on when it ends")
    func lease() async throws {
        let database = try await Engine.memory.make(in: folder)
        let key = once("k")
        let start = now
        func take(at moment: Instant) async throws -> Lease<String> {
            try await database.write { try $0.take(key, at: moment, lease: Once.lease, as: String.self) }
        }
        guard case .granted = try await take(at: start) else { return #expect(Bool(false), "the first must be let in") }
        await #expect(throws: Problem.self) { _ = try await take(at: start + .seconds(59)) }
        guard case .granted = try await take(at: start + .seconds(61)) else {
            return #expect(Bool(false), "a lease ends")
        }
        try await database.write { try $0.record(Outcome.done("paid"), for: key) }
        guard case .answered(let outcome) = try await take(at: start + .seconds(62)) else {
            return #expect(Bool(false), "the answer is kept")
        }
        #expect(try outcome.get() == "paid")
    }

    @Test("The answer is looked up before anything that could refuse now", arguments: Engine.allCases)
    func looksUpFirst(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        func ask(_ refusal: Problem?) async throws -> Outcome<String> {
            try await database.once(once("k"), at: now) {
                if let refusal { throw refusal }
            } _: { tx, _ in
                try tx.execute("INSERT INTO thing (name) VALUES ('a')")
                return "done"
            }
        }
        #expect(try await ask(nil).get() == "done")
        #expect(try await ask(Problem(.notFound, "gone")).get() == "done")
        #expect(try await count(database, "thing") == 1)
    }

    @Test(
        "A refusal from before the transaction is kept as well, unless it may pass",
        arguments: [(Problem.Code.notFound, true), (.forbidden, true), (.rateLimited, false), (.unavailable, false)])
    func keepsEarlyRefusals(code: Problem.Code, isKept: Bool) async throws {
        let database = try await Engine.memory.make(in: folder)
        let refused: Outcome<String> = try await database.once(once("k"), at: now) {
            throw Problem(code, "first")
        } _: { _, _ in
            "done"
        }
        #expect(throws: Problem(code, "first")) { try refused.get() }
        let again: Outcome<String> = try await database.once(once("k"), at: now) {
        } _: { _, _ in
            "done"
        }
        if isKept {
            #expect(throws: Problem(code, "first")) { try again.get() }
        } else {
            #expect(try again.get() == "done")
        }
    }

    @Test("A refusal from outside is kept, and the first one is given again")
    func keepsFromOutside() async throws {
        let database = try await Engine.memory.make(in: folder)
        #expect(try await database.keep(Problem(.notFound, "first"), for: once("k"), at: now).detail == "first")
        #expect(
            try await database.keep(Problem(.validationFailed, "second"), for: once("k"), at: now).detail == "first")
        await #expect(throws: Problem.self) {
            _ = try await database.keep(Problem(.notFound, "other body"), for: once("k", body: "b"), at: now)
        }
    }

    @Test("Old answers are forgotten in transactions of a bounded size, young ones stay", arguments: Engine.allCases)
    func forgets(on engine: Engine) async throws {
        let database = CountedWrites(base: try await engine.make(in: folder))
        let now = Instant(milliseconds: 1_000_000_000_000)
        try await database.base.write { tx in
            for number in 0..<1010 {
                let age = number < 10 ? Once.kept - .seconds(1) : Once.kept + .seconds(1)
                try tx.execute(
                    """
                    INSERT INTO idempotency_record (person, path, key, body_hash, lease_until, created_at)
                    VALUES ('usr_anna', '/x', \("k\(number)"), 'h', \(now), \(now - age))
                    """)
            }
        }
        try await database.forgetOldAnswers(at: now)
        #expect(try await count(database.base, "idempotency_record") == 10)
        #expect(database.count.withLock { $0 } == 3)
    }

    /// Tells how many transactions there were.
    private final class CountedWrites: Database {
        let base: any Database
        let count = Mutex(0)

        init(base: any Database) { self.base = base }

        func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
            try await base.read(body)
        }

        func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            count.withLock { $0 += 1 }
            return try await base.write(body)
        }

        func close() throws { try base.close() }
    }

    @Test("When the process that began is known to be dead, nobody waits for its lease")
    func endsLeases() async throws {
        let database = try await Engine.memory.make(in: folder)
        let (key, now) = (once("k"), now)
        _ = try await database.write { try $0.take(key, at: now, lease: Once.lease, as: String.self) }
        try await database.write { try $0.endLeases(at: now) }
        let lease = try await database.write { try $0.take(key, at: now, lease: Once.lease, as: String.self) }
        guard case .granted = lease else { return #expect(Bool(false), "the lease was void") }
    }
}

import Core
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("An outbox")
struct OutboxTests {
    let folder: TemporaryFolder
    let time = TestWorld()
    init() throws { folder = try TemporaryFolder() }

    private struct Body: Codable { var number: Int }
    private struct Away: Error {}

    /// What a receiver has heard, and whom it does not answer.
    private final class Ear: Sendable {
        let heard = Mutex<[String]>([])
        let deaf = Mutex<Set<String>>([])

        func hear(_ event: Event) throws {
            if deaf.withLock({ $0.contains(event.subject) }) { throw Away() }
            heard.withLock { $0.append("\(event.subject)\(event.version)") }
        }
    }

    private func append(_ database: any Database, _ subject: String, _ version: Int64) async throws {
        let outbox = Outbox(source: "test") { $0 == "said" ? ["ear"] : [] }
        let now = time.now
        try await database.write { tx in
            try outbox.append("said", about: subject, version: version, body: Body(number: 1), at: now, in: tx)
            try outbox.append("unheard", about: subject, version: version, body: Body(number: 1), at: now, in: tx)
        }
    }

    private func delivery(_ database: any Database, _ ear: Ear) -> OutboxDelivery {
        OutboxDelivery(database: database, source: "test", handlers: ["ear": { try ear.hear($0) }], world: time.world)
    }

    @Test("Events of a subject arrive in order and once they are heard they are gone", arguments: Engine.allCases)
    func order(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let ear = Ear()
        for version in 1...3 as ClosedRange<Int64> {
            try await append(database, "a", version)
            try await append(database, "b", version)
        }
        #expect(try await delivery(database, ear).deliver("a") == ["ear"])
        #expect(ear.heard.withLock { $0 } == ["a1", "a2", "a3"])
        #expect(try await delivery(database, ear).deliver("a").isEmpty)
        // Nobody delivered b at once: the poller does, after the head start of the node that committed.
        #expect(try await delivery(database, ear).deliverDue() == 0)
        time.advance(.seconds(3))
        while try await delivery(database, ear).deliverDue() > 0 {}
        #expect(ear.heard.withLock { $0 } == ["a1", "a2", "a3", "b1", "b2", "b3"])
    }

    @Test("Who hears in the background is not waited for, and hears many at once", arguments: Engine.allCases)
    func unhurried(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let ear = Ear()
        let rounds = Mutex<[Int]>([])
        let delivery = OutboxDelivery(
            database: database, source: "test", handlers: [:],
            unhurried: [
                "ear": { events in
                    rounds.withLock { $0.append(events.count) }
                    for event in events { try ear.hear(event) }
                }
            ], world: time.world)
        let outbox = Outbox(source: "test", unhurried: ["ear"]) { _ in ["ear"] }
        func append(_ subjects: ClosedRange<Int>) async throws {
            let now = time.now
            try await database.write { tx in
                for number in subjects {
                    try outbox.append(
                        "said", about: "s\(number)", version: 1, body: Body(number: 1), at: now, in: tx)
                }
            }
        }
        try await append(1...10)
        #expect(try await delivery.deliver("s1").isEmpty)
        #expect(ear.heard.withLock { $0.isEmpty })
        // At once: no node has a head start.
        #expect(try await delivery.deliverDue() == 10)
        #expect(rounds.withLock { $0 } == [10])
        #expect(ear.heard.withLock { Set($0).count } == 10)
        #expect(try await database.read { try !$0.exists("SELECT 1 FROM outbox") })

        // One that can't be heard keeps no other, and is told of alone.
        ear.deaf.withLock { _ = $0.insert("s12") }
        try await append(11...13)
        #expect(try await delivery.deliverDue() == 2)
        let left = try await database.read { try $0.values("SELECT subject FROM outbox", as: String.self) }
        #expect(left == ["s12"])
        ear.deaf.withLock { $0 = [] }
        #expect(try await delivery.deliver("s12", unhurried: true) == ["ear"])
    }

    @Test("A receiver in the background whose database is away is asked once a round, and loses nothing")
    func unhurriedAway() async throws {
        let database = try await Engine.memory.make(in: folder)
        for number in 1...10 { try await append(database, "s\(number)", 1) }
        time.advance(.seconds(3))
        let asked = Mutex(0)
        let deaf = OutboxDelivery(
            database: database, source: "test", handlers: [:],
            unhurried: [
                "ear": { _ in
                    asked.withLock { $0 += 1 }
                    throw StorageError.overloaded
                }
            ], world: time.world)
        #expect(try await deaf.deliverDue() == 0)
        #expect(asked.withLock { $0 } == 1)
        let left = try await database.read { try $0.values("SELECT tries FROM outbox", as: Int.self) }
        #expect(left == [Int](repeating: 0, count: 10))
    }

    @Test("Who delivers while another removes what was heard shares a transaction", arguments: Engine.allCases)
    func together(on engine: Engine) async throws {
        let database = SlowWriter(try await engine.make(in: folder))
        let subjects = (1...8).map { "s\($0)" }
        for subject in subjects { try await append(database.base, subject, 1) }
        let ear = Ear()
        let delivery = delivery(database, ear)
        try await withThrowingTaskGroup(of: Set<String>.self) { group in
            for subject in subjects { group.addTask { try await delivery.deliver(subject) } }
            for try await hearers in group { #expect(hearers == ["ear"]) }
        }
        #expect(ear.heard.withLock { $0.sorted() } == subjects.map { $0 + "1" })
        #expect(try await database.read { try !$0.exists("SELECT 1 FROM outbox") })
        #expect(database.writes.withLock { $0 } < subjects.count)
    }

    @Test("Where what was heard can't be removed everybody is told, and it is heard once more")
    func notRemoved() async throws {
        let database = SlowWriter(try await Engine.memory.make(in: folder), failing: true)
        let subjects = (1...8).map { "s\($0)" }
        for subject in subjects { try await append(database.base, subject, 1) }
        let ear = Ear()
        let failing = delivery(database, ear)
        let failures = await withTaskGroup(of: Bool.self) { group in
            for subject in subjects {
                group.addTask {
                    do { return try await failing.deliver(subject).isEmpty } catch { return error is Away }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == subjects.count)
        for subject in subjects { #expect(try await delivery(database.base, ear).deliver(subject) == ["ear"]) }
        #expect(ear.heard.withLock { $0.count } == 2 * subjects.count)
    }

    /// A database whose writes take long enough for others to come meanwhile, or fail after that.
    private struct SlowWriter: Database {
        let base: any Database
        let isFailing: Bool
        let writes = Counter()

        final class Counter: Sendable {
            private let count = Mutex(0)
            func withLock<T>(_ body: (inout Int) -> T) -> T { count.withLock { body(&$0) } }
        }

        init(_ base: any Database, failing isFailing: Bool = false) {
            self.base = base
            self.isFailing = isFailing
        }

        func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
            try await base.read(body)
        }

        func write<T: Sendable>(
            _ body: @escaping @Sendable (borrowing Transaction) throws -> T
        ) async throws -> T {
            writes.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(50))
            if isFailing { throw Away() }
            return try await base.write(body)
        }

        func close() throws { try base.close() }
    }

    @Test("A subject that can't be delivered waits for itself only, and after twenty tries for a person")
    func stuck() async throws {
        let database = try await Engine.memory.make(in: folder)
        let ear = Ear()
        ear.deaf.withLock { _ = $0.insert("a") }
        for version in 1...2 as ClosedRange<Int64> {
            try await append(database, "a", version)
            try await append(database, "b", version)
        }
        for _ in 0..<60 {
            time.advance(.seconds(700))
            try await delivery(database, ear).deliverDue()
        }
        #expect(ear.heard.withLock { $0 } == ["b1", "b2"])
        let tries = try await database.read { try $0.values("SELECT tries FROM outbox ORDER BY version", as: Int.self) }
        #expect(tries == [OutboxDelivery.mostTries, 0])
        ear.deaf.withLock { _ = $0.remove("a") }
        #expect(try await delivery(database, ear).deliver("a") == ["ear"])  // a person has seen to it
        #expect(ear.heard.withLock { $0 } == ["b1", "b2", "a1", "a2"])
    }

    @Test(
        "More than a round takes goes in one call; of a backlog for who is away one batch is taken",
        arguments: Engine.allCases)
    func rounds(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let ear = Ear()
        let count = 3 * OutboxDelivery.batch + 7
        for number in 1...count { try await append(database, "s\(number)", 1) }
        time.advance(.seconds(3))
        let asked = Mutex(0)
        let deaf = OutboxDelivery(
            database: database, source: "test",
            handlers: [
                "ear": { _ in
                    asked.withLock { $0 += 1 }
                    throw StorageError.overloaded
                }
            ], world: time.world)
        #expect(try await deaf.deliverDue() == 0)
        #expect(asked.withLock { $0 } == 1)
        let tries = try await database.read { try $0.values("SELECT DISTINCT tries FROM outbox", as: Int.self) }
        #expect(tries == [0])
        let put = try await database.read {
            try $0.value("SELECT COUNT(*) FROM outbox WHERE last_error IS NOT NULL", as: Int.self)
        }
        #expect(put == OutboxDelivery.batch)
        time.advance(.seconds(11))
        #expect(try await delivery(database, ear).deliverDue() == count)
        #expect(ear.heard.withLock { Set($0).count } == count)
    }

    @Test("A backlog for a receiver that is away keeps nothing from another", arguments: Engine.allCases)
    func besideABacklog(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let outbox = Outbox(source: "test") { $0 == "said" ? ["away", "unknown"] : ["ear"] }
        let now = time.now
        let count = 2 * OutboxDelivery.batch
        for kind in ["said", "later"] {
            try await database.write { tx in
                for number in 1...count {
                    try outbox.append(kind, about: "s\(number)", version: 1, body: Body(number: 1), at: now, in: tx)
                }
            }
        }
        time.advance(.seconds(3))
        let ear = Ear()
        let asked = Mutex(0)
        let delivery = OutboxDelivery(
            database: database, source: "test",
            handlers: [
                "ear": { try ear.hear($0) },
                "away": { _ in
                    asked.withLock { $0 += 1 }
                    throw StorageError.unavailable("away")
                },
            ], world: time.world)
        #expect(try await delivery.deliverDue() == count)
        #expect(ear.heard.withLock { $0.count } == count && asked.withLock { $0 } == 1)
        // Whom nobody knows was tried, so that a person learns of it.
        let unknown = try await database.read {
            try $0.values(
                "SELECT DISTINCT last_error FROM outbox WHERE receiver = 'unknown' AND tries = 1", as: String.self)
        }
        #expect(unknown.count == 1)
    }

    @Test("What is given up is out of the way: it costs no write and holds up no other", arguments: Engine.allCases)
    func outOfTheWay(on engine: Engine) async throws {
        let database = SlowWriter(try await engine.make(in: folder))
        let ear = Ear()
        ear.deaf.withLock { _ = $0.insert("a") }
        for version in 1...3 as ClosedRange<Int64> { try await append(database.base, "a", version) }
        let delivery = delivery(database, ear)
        func due() async throws -> Instant? {
            try await database.read { try $0.value("SELECT due_at FROM outbox WHERE version = 1", as: Instant.self) }
        }
        for tries in 0..<OutboxDelivery.mostTries {
            #expect(try await due() != OutboxDelivery.never, "\(tries)")
            time.advance(.seconds(700))
            try await delivery.deliverDue()
        }
        #expect(try await due() == OutboxDelivery.never)
        // Two wait behind it, past their moments: looking for what is due takes nothing.
        let before = database.writes.withLock { $0 }
        for _ in 0..<5 {
            time.advance(.seconds(700))
            #expect(try await delivery.deliverDue() == 0)
        }
        #expect(database.writes.withLock { $0 } == before)
        #expect(try await delivery.standing().stuck == 1)
        let id = try #require(try await delivery.stuck(after: nil, limit: 9).first?.id)
        // A try in between changes nothing of that.
        try await delivery.deliver("a")
        #expect(try await due() == OutboxDelivery.never)
        try await append(database.base, "b", 1)
        time.advance(.seconds(3))
        #expect(try await delivery.deliverDue() == 1)

        ear.deaf.withLock { $0 = [] }
        _ = try await delivery.tryAgain(id, nil, once: nil)
        #expect(try await due() == time.now)
        #expect(try await delivery.deliverDue() == 3)
        #expect(ear.heard.withLock { $0 } == ["b1", "a1", "a2", "a3"])
        #expect(try await delivery.standing().count == 0)
    }

    @Test("How much waits is told, and since when", arguments: Engine.allCases)
    func standing(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        let ear = Ear()
        let delivery = delivery(database, ear)
        #expect(try await delivery.standing().oldest == nil)
        let first = time.now
        for version in 1...3 as ClosedRange<Int64> {
            try await append(database, "a", version)
            time.advance(.seconds(1))
        }
        let standing = try await delivery.standing()
        #expect(standing.count == 3 && standing.oldest == first && standing.stuck == 0)
    }

    @Test("What an earlier version gave up is out of the way too", arguments: Engine.allCases)
    func givenUpBefore(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        try await append(database, "a", 1)
        try await append(database, "b", 1)
        try await database.write { tx in
            try tx.execute("UPDATE outbox SET tries = 20, last_error = 'no' WHERE subject = 'a'")
            // As it was before that migration.
            try tx.connection.run(
                script: """
                    DROP INDEX outbox_due;
                    CREATE INDEX outbox_due ON outbox (due_at);
                    DELETE FROM schema_migration WHERE name = '0004-outbox-lines';
                    """)
        }
        try await database.migrate([], at: time.now)
        let never = try await database.read {
            try $0.values("SELECT subject FROM outbox WHERE due_at = \(OutboxDelivery.never)", as: String.self)
        }
        #expect(never == ["a"])
    }

    /// Seconds until an event is heard that waits, as a node with a beat of a second looks.
    private func secondsUntilHeard(_ database: any Database, _ ear: Ear) async throws -> Int {
        for seconds in 0..<600 {
            if try await delivery(database, ear).deliverDue() > 0 { return seconds }
            time.advance(.seconds(1))
        }
        return .max
    }

    @Test(
        "However long a receiver's database was away, it hears within some seconds of its return",
        arguments: Engine.allCases)
    func returns(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        for number in 1...8 { try await append(database, "s\(number)", 1) }
        let away = OutboxDelivery(
            database: database, source: "test", handlers: ["ear": { _ in throw StorageError.unavailable("away") }],
            world: time.world)
        for _ in 0..<1000 {
            time.advance(.seconds(7))
            try await away.deliverDue()
        }
        let ear = Ear()
        var seconds = 0
        while ear.heard.withLock({ $0.count }) < 8, seconds < 60 {
            seconds += try await secondsUntilHeard(database, ear)
        }
        #expect(seconds <= 11)
    }

    @Test("What a node died with is heard after its lease, within half a minute", arguments: Engine.allCases)
    func died(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        try await append(database, "a", 1)
        time.advance(.seconds(3))
        await #expect(throws: Away.self) { try await delivery(Dying(base: database), Ear()).deliverDue() }
        let ear = Ear()
        let seconds = try await secondsUntilHeard(database, ear)
        #expect(seconds > 1 && seconds < 30)
        #expect(ear.heard.withLock { $0 } == ["a1"])
    }

    /// A database that is lost to whoever has taken something.
    private struct Dying: Database {
        let base: any Database

        func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
            try await base.read(body)
        }

        func claim<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            try await base.claim(body)
        }

        func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            throw Away()
        }

        func close() throws { try base.close() }
    }

    @Test(
        "What only trouble that passes has kept for a day is shown to people, and tried on", arguments: Engine.allCases)
    func keptForADay(on engine: Engine) async throws {
        let database = try await engine.make(in: folder)
        for version in 1...2 as ClosedRange<Int64> { try await append(database, "a", version) }
        let slow = OutboxDelivery(
            database: database, source: "test", handlers: ["ear": { _ in throw StorageError.unavailable("too slow") }],
            world: time.world)
        func fail(for duration: Duration) async throws {
            let end = time.now + duration
            while time.now < end {
                time.advance(.seconds(600))
                try await slow.deliverDue()
            }
        }
        try await fail(for: .seconds(86_400 - 1200))
        #expect(try await slow.countStuck() == 0)
        #expect(try await slow.stuck(after: nil, limit: 9).isEmpty)
        try await fail(for: .seconds(1200))
        // The one behind it was not tried and is no case of its own.
        let found = try await slow.stuck(after: nil, limit: 9)
        #expect(found.map(\.id.version) == [1] && found.map(\.tries) == [0])
        #expect(try await slow.countStuck() == 1)

        // Asked for by a person it is as new; failing again it is shown again.
        let id = try #require(found.first?.id)
        _ = try await slow.tryAgain(id, nil, once: nil)
        #expect(try await slow.countStuck() == 0)
        await #expect(throws: Problem.self) { try await slow.tryAgain(id, nil, once: nil) }
        try await slow.deliverDue()
        #expect(try await slow.countStuck() == 1)

        // Nothing was given up: it is heard once the trouble is over, by itself.
        let ear = Ear()
        time.advance(.seconds(11))
        while try await delivery(database, ear).deliverDue() > 0 {}
        #expect(ear.heard.withLock { $0 } == ["a1", "a2"])
        #expect(try await slow.countStuck() == 0)
    }

    @Test("A receiver applies an event once, however often it comes, and nothing older after it")
    func inbox() async throws {
        let database = try await Engine.memory.make(in: folder)
        func receive(_ version: Int64) async throws -> Bool {
            let event = Event(source: "test", subject: "a", version: version, kind: "said", body: "{}")
            return try await database.write { tx in
                try tx.receive(event, as: "ear") {
                    try $0.execute("INSERT INTO thing (name) VALUES (\("v\(version)"))")
                }
            }
        }
        #expect(try await receive(1))
        #expect(try await receive(1) == false)
        #expect(try await receive(3))
        #expect(try await receive(2) == false)
    }
}

import BookingService
import Core
import Foundation
import PaymentService
import PropertyService
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Assembly

@Suite("Events and a database that is away", .onEachEngine)
struct OutageTests {
    /// A database that answers nobody for a while.
    private final class Outage: Database {
        let base: any Database
        private let state = Mutex((isAway: false, refused: 0))

        init(_ base: any Database) { self.base = base }

        var isAway: Bool {
            get { state.withLock { $0.isAway } }
            set { state.withLock { $0.isAway = newValue } }
        }
        var refused: Int { state.withLock { $0.refused } }

        private func answer() throws {
            try state.withLock { state in
                guard state.isAway else { return }
                state.refused += 1
                throw StorageError.unavailable("it is away")
            }
        }

        func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
            try answer()
            return try await base.read(body)
        }

        func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            try answer()
            return try await base.write(body)
        }

        func claim<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            try answer()
            return try await base.claim(body)
        }

        func close() throws { try base.close() }
    }

    private struct Waiting {
        let kind: String
        let tries: Int
        let dueAt: Instant
    }

    /// A house whose Payments database can be taken away.
    private func fixture(settings: [String: String] = [:]) async throws -> (HouseFixture, Outage) {
        let fixture = try await HouseFixture(settings: settings) { Outage($0) }
        return (fixture, try #require(fixture.databases.payments as? Outage))
    }

    private func waiting(_ fixture: HouseFixture) async throws -> [Waiting] {
        try await fixture.databases.bookings.read { reader in
            try reader.all("SELECT kind, tries, due_at FROM outbox WHERE receiver = 'payments' ORDER BY kind") { row in
                Waiting(kind: try row[0], tries: try row[1], dueAt: try row[2])
            }
        }
    }

    @Test("Payments away for many tries and back: the refund is made and the hold ends, and no event was given up")
    func comesBack() async throws {
        let (fixture, outage) = try await fixture()
        let place = try await fixture.place()
        let paid = try await fixture.hold(place)
        try await fixture.pay(paid)
        let held = try await fixture.hold(place, in: 30)
        outage.isAway = true

        // It is cancelled though the books can't be read, and the answer says so.
        let cancelled = try await fixture.house.bookings.cancel(paid.id, reason: nil, for: fixture.host, once: nil)
        #expect(cancelled.status == .cancelled && cancelled.paid == paid.total && cancelled.refunded.amount == 0)
        fixture.clock.advance(.seconds(1000))
        for _ in 0..<40 {
            await fixture.workThrough()
            let events = try await waiting(fixture)
            #expect(events.map(\.kind) == ["payable.closing", "payable.refund"])
            #expect(events.allSatisfy { $0.tries == 0 })
            // Each was tried or put off, by some ten seconds at the most.
            let now = fixture.clock.now
            #expect(events.allSatisfy { now < $0.dueAt && $0.dueAt <= now + .seconds(11) })
            fixture.clock.advance(.seconds(11))
        }
        #expect(outage.refused >= 40)
        outage.isAway = false
        #expect(try await fixture.house.stuckEventLines() == [])
        #expect(try await fixture.house.bookings.anyBooking(held.id)?.status != .expired)

        for _ in 0..<4 {
            fixture.clock.advance(.seconds(8))
            try await fixture.house.workOnce()
        }
        #expect(try await fixture.house.bookings.booking(paid.id, for: fixture.guest).refunded == paid.total)
        #expect(try await fixture.house.bookings.anyBooking(held.id)?.status == .expired)
        #expect(
            try await fixture.databases.bookings.read { try !$0.exists("SELECT 1 FROM claimed_night") },
            "nights are kept")
        #expect(try await waiting(fixture).isEmpty)
        #expect(try await Audit(fixture.house).once(atRest: true).map(\.description) == [])
    }

    @Test("An event that can't be applied is shown to operators, and goes on when one has it tried again")
    func poison() async throws {
        let (fixture, outage) = try await fixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.pay(booking)
        outage.isAway = true
        _ = try await fixture.house.bookings.cancel(booking.id, reason: nil, for: fixture.host, once: nil)
        outage.isAway = false
        let bookings = fixture.databases.bookings
        let body = try #require(
            try await bookings.read { reader in
                try reader.value("SELECT body FROM outbox WHERE kind = 'payable.refund'", as: String.self)
            })
        try await bookings.write { try $0.execute("UPDATE outbox SET body = '{' WHERE kind = 'payable.refund'") }
        for _ in 0..<OutboxDelivery.mostTries + 5 {
            fixture.clock.advance(.seconds(700))
            await fixture.workThrough()
        }
        let events = fixture.house.stuckEvents
        let found = try #require(try await events.list(nil, 10).items.first)
        #expect(found.kind == "payable.refund" && found.tries == OutboxDelivery.mostTries && found.lastError != nil)
        #expect(found.id.subject == booking.id.text && "\(found.id)".hasPrefix("bookings.payments."))
        #expect(StuckEvent.ID("\(found.id)") == found.id)
        #expect(try await events.count() == 1)
        #expect(try await fixture.house.stuckEventLines().first?.hasPrefix("\(found.id) ") == true)
        #expect(try await fixture.house.bookings.booking(booking.id, for: fixture.guest).refunded.amount == 0)

        // In vain: it is tried by itself again, and waits for nobody meanwhile.
        let boss = Caller(id: UserID(stored: "usr_boss"), isOperator: true)
        _ = try await events.tryAgain(found.id, "Let us see.", boss, nil)
        #expect(try await waiting(fixture).map(\.tries) == [1])
        #expect(try await events.count() == 0)
        let early = await #expect(throws: Problem.self) { try await events.tryAgain(found.id, "", boss, nil) }
        #expect(early?.code == .stateConflict)
        for _ in 0..<OutboxDelivery.mostTries + 5 {
            fixture.clock.advance(.seconds(700))
            await fixture.workThrough()
        }
        #expect(try await events.count() == 1)

        try await bookings.write { try $0.execute("UPDATE outbox SET body = \(body) WHERE kind = 'payable.refund'") }
        #expect(try await fixture.house.tryEventsAgain(nil).count == 1)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        #expect(try await fixture.house.bookings.booking(booking.id, for: fixture.guest).refunded == booking.total)
        let gone = await #expect(throws: Problem.self) { try await events.tryAgain(found.id, "", boss, nil) }
        #expect(gone?.code == .notFound)
        let acts = try await fixture.house.bookings.operatorActs(
            OperatorActFilter(subject: booking.id.text), cursor: nil, limit: 9, for: boss)
        #expect(acts.map(\.act) == ["deliver again"] && acts.map(\.reason) == ["Let us see."])
    }

    @Test("Events given up at one moment in several databases are listed page by page, each once")
    func pages() async throws {
        let (fixture, _) = try await fixture()
        let moment = fixture.clock.now
        for database in [fixture.databases.users, fixture.databases.bookings, fixture.databases.payments] {
            try await database.write { tx in
                for number in 1...3 {
                    try tx.execute(
                        """
                        INSERT INTO outbox (receiver, subject, version, kind, body, created_at, due_at, tries, last_error)
                        VALUES ('nobody', \("bkg_\(number)"), 1, 'said', '{}', \(moment), \(moment), 20, 'lost')
                        """)
                }
            }
        }
        let events = fixture.house.stuckEvents
        for limit in 1...4 {
            var seen: [String] = []
            var cursor: String?
            repeat {
                let page = try await events.list(cursor, limit)
                #expect(page.items.count <= limit)
                seen += page.items.map { "\($0.id)" }
                cursor = page.nextCursor
            } while cursor != nil && seen.count < 20
            #expect(
                seen
                    == ["bookings", "payments", "users"].flatMap { source in
                        (1...3).map { "\(source).nobody.1.bkg_\($0)" }
                    })
        }
        let wrong = await #expect(throws: Problem.self) { try await events.list("1.x", 5) }
        #expect(wrong?.code == .validationFailed)
    }
}

import Core
import Foundation
import PropertyService
import Storage
import TestSupport
import Testing

@testable import BookingService

@Suite("Nights kept to prepare")
struct PreparationTests {
    @Test(
        "They are no other booking's, on either side; two stays share those between them", arguments: Engine.available)
    func bothSides(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine)
        func begins(_ name: String, _ start: Int, _ nights: Int, preparing: Int = 2) async throws -> Bool {
            try await fixture.begin(fixture.record(name, fixture.stay(start, nights), preparing: preparing))
        }
        #expect(try await begins("a", 20, 3))
        #expect(try await fixture.gone() == [18, 19, 20, 21, 22, 23, 24])
        #expect(try await !begins("b", 24, 2), "one night lies between")
        #expect(try await !begins("c", 17, 2))
        #expect(try await !begins("d", 10, 9, preparing: 0), "what was agreed with the first stands")
        #expect(try await begins("e", 25, 1))
        #expect(try await begins("f", 15, 3))
        #expect(try await fixture.gone() == Array(13...27))
        #expect(try await !begins("g", 29, 1, preparing: 4), "a new stay keeps what the rules say now")
        #expect(try await begins("h", 30, 1, preparing: 4))
        #expect(try await !begins("i", 31, 1, preparing: 0))
    }

    /// One day serves both: the place is made ready once, after the one and before the other (docs/decisions/0006).
    @Test(
        "A day before and a day after are one night between two stays, not two", arguments: Engine.available,
        [(1, 1), (1, 0), (0, 1)])
    func oneServesBoth(on engine: Engine, days: (before: Int, after: Int)) async throws {
        let fixture = try await ClaimFixture(engine)
        let gap = Preparation(daysBefore: days.before, daysAfter: days.after).gap
        #expect(try await fixture.begin(fixture.record("a", fixture.stay(20, 2), preparing: gap)))
        #expect(try await !fixture.begin(fixture.record("b", fixture.stay(22, 1), preparing: gap)), "no night between")
        #expect(try await !fixture.begin(fixture.record("c", fixture.stay(19, 1), preparing: gap)))
        #expect(try await fixture.begin(fixture.record("d", fixture.stay(23, 1), preparing: gap)), "one between")
        #expect(try await fixture.begin(fixture.record("e", fixture.stay(18, 1), preparing: gap)))
    }

    @Test(
        "They come free with the booking, but not where another keeps them or the host closed them",
        arguments: Engine.available)
    func release(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine)
        let unit = fixture.units[0]
        let closed = ClaimFixture.today.advanced(by: 18)
        try await fixture.database.write { tx in
            _ = try tx.block(unit, closed, by: BlockSource.host, besideBookings: false)
        }
        #expect(
            try await fixture.begin(fixture.record("a", fixture.stay(20, 2), preparing: 2)), "closed nights need none")
        #expect(try await fixture.begin(fixture.record("b", fixture.stay(24, 1), preparing: 2)))
        #expect(try await fixture.gone() == Array(18...26))
        // Opening a night that is kept takes only the host's reason away.
        try await fixture.database.write { tx in
            _ = try tx.block(unit, closed.advanced(by: 1), by: BlockSource.host, besideBookings: false)
            try tx.unblock(unit, closed.advanced(by: 1), from: [BlockSource.host])
        }
        #expect(try await fixture.gone() == Array(18...26))
        #expect(try await fixture.move("a", .cancelled))
        #expect(try await fixture.gone() == [18, 22, 23, 24, 25, 26])
        #expect(try await fixture.move("b", .cancelled))
        #expect(try await fixture.gone() == [18])
        try await fixture.database.write { try $0.unblock(unit, closed, from: [BlockSource.host]) }
        #expect(try await fixture.gone() == [])
        #expect(try await fixture.database.read { try !$0.exists("SELECT 1 FROM night_block") })
    }

    @Test("Cancelled during the stay, those after it follow the last night slept", arguments: Engine.available)
    func duringTheStay(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine)
        #expect(try await fixture.begin(fixture.record("a", fixture.stay(0, 5), preparing: 2)))
        #expect(try await fixture.move("a", .paid))
        #expect(try await fixture.gone() == Array(-2...6))
        #expect(try await fixture.move("a", .cancelled, at: fixture.now + .hours(48)))
        #expect(try await fixture.gone() == [-2, -1, 0, 1, 2, 3])
        #expect(try await !fixture.begin(fixture.record("b", fixture.stay(3, 2))))
        #expect(try await fixture.begin(fixture.record("c", fixture.stay(4, 2), preparing: 2)))
    }

    @Test("An accepted request and one that was paid late keep what was agreed with them", arguments: Engine.available)
    func accepted(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine)
        #expect(try await fixture.begin(fixture.record("asks", fixture.stay(20, 1), preparing: 3, state: .requested)))
        #expect(try await fixture.gone() == [])
        #expect(try await fixture.begin(fixture.record("near", fixture.stay(23, 1))))
        await #expect(throws: Problem.self) { try await fixture.move("asks", .accepted, by: .host) }
        #expect(try await fixture.move("near", .cancelled))
        #expect(try await fixture.move("asks", .accepted, by: .host))
        #expect(try await fixture.gone() == Array(17...23))

        #expect(try await fixture.move("asks", .holdRanOut, by: .system))
        #expect(try await fixture.move("asks", .payableClosed, by: .system))
        #expect(try await fixture.gone() == [])
        #expect(try await fixture.begin(fixture.record("next", fixture.stay(22, 1))))
        #expect(try await fixture.move("asks", .paid, by: .system))
        #expect(try await fixture.gone() == [22], "too near to another stay by now: the money goes back")
        #expect(try await fixture.move("next", .cancelled))
        #expect(try await fixture.move("asks", .paid, by: .system))
        #expect(try await fixture.gone() == Array(17...23))
    }

    @Test("A unit taken off the property is claimed no more", arguments: Engine.available)
    func retired(on engine: Engine) async throws {
        let fixture = try await ClaimFixture(engine, units: 2)
        let first = fixture.units[0]
        try await fixture.database.write { try $0.execute("INSERT INTO retired_unit (unit_id) VALUES (\(first))") }
        #expect(try await fixture.begin(fixture.record("a", fixture.stay(20, 2))))
        #expect(try await fixture.owners().map(\.unit) == [fixture.units[1]])
        #expect(try await !fixture.begin(fixture.record("b", fixture.stay(21, 1))))
    }

    /// Stays next to each other at the same moment, with different gaps: as many as fit are held, and no two are nearer than
    /// the larger of what was agreed with each.
    @Test("Many at once never come nearer than was agreed", arguments: Engine.available, [1, 2])
    func race(on engine: Engine, units: Int) async throws {
        for round in 0..<(engine == .sqlite ? 10 : 4) {
            let fixture = try await ClaimFixture(engine, units: units)
            var chance = SystemRandomNumberGenerator()
            let records = (0..<24).map { number in
                fixture.record(
                    "\(number)", fixture.stay(.random(in: 10...24, using: &chance), .random(in: 1...3, using: &chance)),
                    preparing: .random(in: 0...2, using: &chance))
            }
            let held = try await withThrowingTaskGroup(of: BookingID?.self) { group in
                for record in records {
                    group.addTask { try await fixture.begin(record) ? record.id : nil }
                }
                return try await group.compactMap(\.self).reduce(into: Set<BookingID>()) { $0.insert($1) }
            }
            let owners = try await fixture.owners()
            #expect(Set(owners.map(\.id)) == held && owners.count == held.count, "round \(round)")
            let gaps = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0.preparation) })
            func areTooNear(_ one: (id: BookingID, stay: Stay), _ other: (id: BookingID, stay: Stay)) -> Bool {
                let gap = max(gaps[one.id] ?? 0, gaps[other.id] ?? 0)
                return one.stay.checkIn < other.stay.checkOut.advanced(by: gap)
                    && other.stay.checkIn < one.stay.checkOut.advanced(by: gap)
            }
            for (place, one) in owners.enumerated() {
                for other in owners.dropFirst(place + 1) where one.unit == other.unit {
                    #expect(!areTooNear((one.id, one.stay), (other.id, other.stay)), "\(one) and \(other)")
                }
            }
            for record in records where !held.contains(record.id) {
                for unit in fixture.units {
                    #expect(
                        owners.contains {
                            $0.unit == unit && areTooNear(($0.id, $0.stay), (record.id, record.wish.stay))
                        },
                        "\(record.id) would have fitted on \(unit)")
                }
            }
        }
    }
}

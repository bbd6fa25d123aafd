import Core
import PaymentService
import PropertyService
import Storage
import TestSupport
import Testing

@testable import BookingService

@Suite("Alterations in their database")
struct AlterationStoreTests {
    /// Ways through the course, each of its steps after the proposal.
    static let ways: [[AlterationCourse.Event]] = [
        [.accepted(owing: true), .paid],
        [.accepted(owing: true), .ranOut, .payableClosed, .paid],
        [.accepted(owing: true), .ranOut, .paid],
        [.accepted(owing: true), .withdrawn, .paid],
        [.accepted(owing: false)],
        [.declined], [.ranOut],
    ]

    @Test(
        "Each step may fail at its end and leaves nothing, may come twice, and does its work once",
        arguments: Engine.available)
    func steps(on engine: Engine) async throws {
        for (apart, preparing) in [(false, 0), (true, 0), (false, 2), (true, 2)] {
            for way in Self.ways {
                let fixture = try await AlterationStoreFixture(engine, units: 2, preparing: preparing)
                try await fixture.book("a", try fixture.stay(10, 3))
                try await fixture.propose("a", try apart ? fixture.stay(30, 5) : fixture.stay(9, 5))
                for event in way {
                    let before = try await fixture.everything()
                    await #expect(throws: StorageError.self) { try await fixture.step("a", event, failing: true) }
                    #expect(try await fixture.everything() == before, "\(way) \(event)")
                    try await fixture.step("a", event)
                    let after = try await fixture.everything()
                    #expect(after != before, "\(way) \(event)")
                    // Money that is refused is refused once more: the refund is made once by whoever hears of it.
                    let isApplied = try await fixture.state("a") == .applied
                    if event != .paid || isApplied {
                        try await fixture.step("a", event)
                        #expect(try await fixture.everything() == after, "\(way) \(event)")
                    }
                }
                let nights = try await fixture.nights(unit: 1) + fixture.nights(unit: 2)
                let isApplied = try await fixture.state("a") == .applied
                let own = nights.filter { $0.hasSuffix(" bkg_a") }.count
                #expect(own == (isApplied ? 5 : 3) && nights.count - own == 2 * preparing, "\(nights)")
            }
        }
    }

    @Test("Nights that overlap are kept, and those beside them come and go", arguments: Engine.available)
    func overlap(on engine: Engine) async throws {
        let fixture = try await AlterationStoreFixture(engine)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.propose("a", try fixture.stay(12, 3))
        #expect(try await fixture.nights() == ["10 bkg_a", "11 bkg_a", "12 bkg_a"])
        try await fixture.step("a", .accepted(owing: true))
        #expect(try await fixture.nights() == ["10 bkg_a", "11 bkg_a", "12 bkg_a", "13 bkg_a", "14 bkg_a"])
        try await fixture.step("a", .paid)
        #expect(try await fixture.nights() == ["12 bkg_a", "13 bkg_a", "14 bkg_a"])
    }

    @Test(
        "A night that its host closes beside the booking stays closed when the booking lets go of it",
        arguments: Engine.available)
    func closedBeside(on engine: Engine) async throws {
        let fixture = try await AlterationStoreFixture(engine)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.database.write { [units = fixture.units] tx in
            let night = AlterationStoreFixture.today.advanced(by: 10)
            _ = try tx.block(units[0], night, by: "import", besideBookings: true)
        }
        try await fixture.propose("a", try fixture.stay(11, 3))
        try await fixture.step("a", .accepted(owing: false))
        #expect(try await fixture.nights() == ["10 -", "11 bkg_a", "12 bkg_a", "13 bkg_a"])
    }

    @Test(
        "Where the own unit has no room, the whole new stay goes to another, under the change's name until it counts",
        arguments: Engine.available)
    func apart(on engine: Engine) async throws {
        let fixture = try await AlterationStoreFixture(engine, units: 2)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.book("b", try fixture.stay(13, 2), paid: false)
        try await fixture.propose("a", try fixture.stay(10, 4))
        try await fixture.step("a", .accepted(owing: true))
        let first = try await fixture.nights(unit: 1)
        #expect(first == ["10 bkg_a", "11 bkg_a", "12 bkg_a", "13 bkg_b", "14 bkg_b"])
        #expect(try await fixture.nights(unit: 2) == ["10 alt_a", "11 alt_a", "12 alt_a", "13 alt_a"])
        try await fixture.step("a", .paid)
        #expect(try await fixture.nights(unit: 1) == ["13 bkg_b", "14 bkg_b"])
        #expect(try await fixture.nights(unit: 2) == ["10 bkg_a", "11 bkg_a", "12 bkg_a", "13 bkg_a"])
    }

    @Test(
        "A booking that is cancelled lets go of both stays, and nothing can be paid any more",
        arguments: Engine.available)
    func cancelled(on engine: Engine) async throws {
        for (apart, preparing) in [(false, 0), (true, 0), (false, 2), (true, 2)] {
            let fixture = try await AlterationStoreFixture(engine, units: 2, preparing: preparing)
            try await fixture.book("a", try fixture.stay(10, 3))
            try await fixture.propose("a", try apart ? fixture.stay(20, 5) : fixture.stay(10, 5))
            try await fixture.step("a", .accepted(owing: true))
            try await fixture.move("a", .cancelled)
            #expect(try await fixture.state("a") == .ended)
            let nights = try await fixture.nights(unit: 1) + fixture.nights(unit: 2)
            #expect(nights == [])
            #expect(try await fixture.database.read { try !$0.exists("SELECT 1 FROM night_block") })
            #expect(try await fixture.events(PayableClosing.kind) == 1)
        }
    }

    @Test("Of changes and holds that want the same night at the same moment, one has it", arguments: Engine.available)
    func race(on engine: Engine) async throws {
        for _ in 0..<8 {
            let fixture = try await AlterationStoreFixture(engine)
            try await fixture.book("a", try fixture.stay(10, 3))
            try await fixture.book("b", try fixture.stay(16, 3))
            try await fixture.propose("a", try fixture.stay(10, 5))
            try await fixture.propose("b", try fixture.stay(14, 5))
            let stay = try fixture.stay(14, 1)
            let winners = await fixture.winners([
                { try await fixture.step("a", .accepted(owing: true)) },
                { try await fixture.step("b", .accepted(owing: true)) },
                { try await fixture.book("c", stay, paid: false) },
                { try await fixture.book("d", stay, paid: false) },
                { try await fixture.book("e", stay, paid: false) },
            ])
            #expect(winners == 1)
            #expect(try await fixture.nights().filter { $0.hasPrefix("14 ") }.count == 1)
        }
    }

    @Test("Of two proposals at the same moment one is written", arguments: Engine.available)
    func twoProposals(on engine: Engine) async throws {
        let fixture = try await AlterationStoreFixture(engine)
        try await fixture.book("a", try fixture.stay(10, 3))
        let (one, other) = (try fixture.stay(10, 4), try fixture.stay(10, 5))
        let refused = await withTaskGroup(of: Bool.self) { group in
            for (id, stay) in [("one", one), ("other", other)] {
                group.addTask {
                    do {
                        try await fixture.propose("a", stay, as: id)
                        return false
                    } catch { return (error as? Problem)?.code == .stateConflict }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused == 1)
    }
}

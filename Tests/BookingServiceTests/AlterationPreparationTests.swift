import Core
import PropertyService
import Storage
import TestSupport
import Testing

@testable import BookingService

/// A booking of the nights 10 to 12 by days from today, with two nights kept before and after, becomes another.
@Suite("Changes where nights are kept to prepare")
struct AlterationPreparationTests {
    struct Move: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let start: Int
        let nights: Int
        /// While the guest has yet to pay.
        let own: [Int]
        let kept: [Int]
        /// The new stay under the change's own name.
        var apart: [Int] = []
    }

    static let moves = [
        Move(testDescription: "a day later", start: 11, nights: 3, own: Array(10...13), kept: [8, 9, 14, 15]),
        Move(testDescription: "a day earlier", start: 9, nights: 3, own: Array(9...12), kept: [7, 8, 13, 14]),
        Move(testDescription: "a night longer", start: 10, nights: 4, own: Array(10...13), kept: [8, 9, 14, 15]),
        Move(testDescription: "a night shorter", start: 10, nights: 2, own: Array(10...12), kept: [8, 9, 13, 14]),
        Move(testDescription: "right after it", start: 13, nights: 2, own: Array(10...14), kept: [8, 9, 15, 16]),
        Move(
            testDescription: "nearer to it than is prepared", start: 14, nights: 2, own: Array(10...15),
            kept: [8, 9, 16, 17]),
        Move(
            testDescription: "just as far from it as is prepared", start: 15, nights: 2, own: [10, 11, 12],
            kept: [8, 9, 13, 14], apart: [15, 16]),
    ]

    @Test("Both stays keep theirs until it is paid, then the new one alone", arguments: Engine.available, moves)
    func applied(on engine: Engine, move: Move) async throws {
        let fixture = try await AlterationStoreFixture(engine, preparing: 2)
        let stay = try fixture.stay(move.start, move.nights)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.propose("a", stay)
        #expect(try await fixture.held("bkg_a") == ([10, 11, 12], [8, 9, 13, 14]), "a proposal claims nothing")
        try await fixture.step("a", .accepted(owing: true))
        #expect(try await fixture.held("bkg_a") == (move.own, move.kept))
        let (apart, keptApart) = try await fixture.held("alt_a")
        #expect(apart == move.apart && keptApart.count == (apart.isEmpty ? 0 : 4))
        // Nobody else comes near either of the two.
        for start in [move.own[0] - 2, (move.own + move.apart).max()! + 2] {
            await #expect(throws: Problem.self) { try await fixture.book("b\(start)", try fixture.stay(start, 1)) }
        }
        try await fixture.step("a", .paid)
        let (first, end) = (move.start, move.start + move.nights)
        #expect(try await fixture.held("bkg_a") == (Array(first..<end), [first - 2, first - 1, end, end + 1]))
        let nights = try await fixture.nights()
        #expect(nights.count == move.nights + 4, "the old ones are free: \(nights)")
        #expect(try await fixture.held("alt_a") == ([], []))
        try await fixture.book("c", try fixture.stay(end + 2, 1))
    }

    @Test("Where nobody pays, all is as it was", arguments: Engine.available, moves)
    func expired(on engine: Engine, move: Move) async throws {
        let fixture = try await AlterationStoreFixture(engine, preparing: 2)
        try await fixture.book("a", try fixture.stay(10, 3))
        let before = try await fixture.nights()
        try await fixture.propose("a", try fixture.stay(move.start, move.nights))
        for event: AlterationCourse.Event in [.accepted(owing: true), .ranOut, .payableClosed] {
            try await fixture.step("a", event)
        }
        #expect(try await fixture.nights() == before)
        #expect(try await fixture.held("bkg_a") == ([10, 11, 12], [8, 9, 13, 14]))
        #expect(try await fixture.held("alt_a") == ([], []))
    }

    /// The neighbour has the nights 18 and 19.
    @Test(
        "One that would come too near to a neighbour is refused with the nights that do, and changes nothing",
        arguments: Engine.available,
        [(10, 7, [16]), (10, 8, [16, 17]), (13, 4, [16]), (14, 5, [16, 17, 18]), (22, 2, []), (21, 2, [21])])
    func neighbour(on engine: Engine, row: (start: Int, nights: Int, taken: [Int])) async throws {
        let fixture = try await AlterationStoreFixture(engine, preparing: 2)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.book("b", try fixture.stay(18, 2))
        let before = try await fixture.everything()
        guard !row.taken.isEmpty else {
            return try await fixture.propose("a", try fixture.stay(row.start, row.nights))
        }
        do {
            try await fixture.propose("a", try fixture.stay(row.start, row.nights))
            Issue.record("it comes too near")
        } catch let problem as Problem {
            #expect(problem.code == .nightsUnavailable)
            #expect(problem.errors.allSatisfy { $0.code == "night_taken" && $0.field == "checkIn" })
            let days = row.taken.map { AlterationStoreFixture.today.advanced(by: $0) }
            #expect(problem.errors.map(\.message) == days.map { "The night of \($0) is taken." })
        }
        #expect(try await fixture.everything() == before)
    }

    @Test("Who came between the proposal and the answer keeps it from being agreed", arguments: Engine.available)
    func meanwhile(on engine: Engine) async throws {
        let fixture = try await AlterationStoreFixture(engine, preparing: 2)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.propose("a", try fixture.stay(11, 3))
        try await fixture.book("b", try fixture.stay(15, 1))
        let before = try await fixture.everything()
        await #expect(throws: Problem.self) { try await fixture.step("a", .accepted(owing: false)) }
        #expect(try await fixture.everything() == before)
        #expect(try await fixture.state("a") == .proposed)
    }

    @Test("A closed night in the nights kept does not stand in the way, and stays closed", arguments: Engine.available)
    func closed(on engine: Engine) async throws {
        let fixture = try await AlterationStoreFixture(engine, preparing: 2)
        try await fixture.book("a", try fixture.stay(10, 3))
        try await fixture.database.write { [units = fixture.units] tx in
            for day in [9, 15] {
                let night = AlterationStoreFixture.today.advanced(by: day)
                _ = try tx.block(units[0], night, by: BlockSource.host, besideBookings: false)
            }
        }
        try await fixture.propose("a", try fixture.stay(11, 3))
        try await fixture.step("a", .accepted(owing: false))
        #expect(try await fixture.held("bkg_a") == ([11, 12, 13], [9, 10, 14, 15]))
        try await fixture.move("a", .cancelled)
        #expect(try await fixture.nights() == ["9 -", "15 -"])
    }

    @Test(
        "Of changes and a hold that would come too near to each other, one has its nights", arguments: Engine.available)
    func race(on engine: Engine) async throws {
        for _ in 0..<6 {
            let fixture = try await AlterationStoreFixture(engine, preparing: 1)
            try await fixture.book("a", try fixture.stay(10, 3))
            try await fixture.book("b", try fixture.stay(16, 3))
            try await fixture.propose("a", try fixture.stay(10, 4))
            try await fixture.propose("b", try fixture.stay(14, 5))
            let between = try fixture.stay(14, 1)
            let winners = await fixture.winners([
                { try await fixture.step("a", .accepted(owing: true)) },
                { try await fixture.step("b", .accepted(owing: true)) },
                { try await fixture.book("c", between, paid: false) },
            ])
            #expect(winners == 1)
        }
    }
}

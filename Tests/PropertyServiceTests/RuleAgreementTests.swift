import RuleWorlds
import TestSupport
import Testing

/// `make prove` asks in a million worlds more, with an optimised build (`roost-bench agree`).
@Suite("In worlds of random rules, all who ask hear the same", .onEachEngine)
struct RuleAgreementTests {
    /// 5,000 worlds.
    private static let towns = 20

    @Test("Search, calendar, quote, hold, change and a plain model of the rules", arguments: 0..<towns)
    func agree(town: Int) async throws {
        guard !Engine.isSpared(town, oneIn: RuleAgreementTests.towns) else { return }
        let agreement = try await Agreement(town: town, on: try await Engine.database())
        #expect(agreement.disagreements.prefix(20) == [])
        #expect(agreement.refusedWorlds < Agreement.worldsInTown / 3, "most rules can be set")
    }

    @Test("A model that is wrong by one night is noticed")
    func wrongByOne() async throws {
        guard Engine.current == .sqlite else { return }
        let agreement = try await Agreement(town: 0, on: try await Engine.database(), minimumOff: 1)
        for who in ["the quote has", "search finds", "a hold has", "a change has", "the calendar lets leave"] {
            #expect(agreement.disagreements.contains { $0.contains(who) }, "\(who) something else")
        }
        let useless = agreement.disagreements.filter { $0.contains("below_minimum_nights though") }
        for isOfChange in [false, true] {
            #expect(useless.contains { $0.contains("StayChange") == isOfChange }, "a suggestion that does not help")
        }
    }
}

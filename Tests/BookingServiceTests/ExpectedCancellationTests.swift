import Core
import TestSupport
import Testing

@testable import BookingService

@Suite("What a guest was told that cancelling gives back")
struct ExpectedCancellationTests {
    @Test(
        "Where nobody knows what was paid, what was told is held against what comes back at most",
        arguments: [
            // refund, kept, whether it stands
            (20_000, 0, true), (19_999, 1, true), (0, 20_000, true),
            (20_001, 0, false), (0, 0, false),
            (Int64.max, 1, false), (1, .max, true), (.max, .max, false),
        ] as [(Int64, Int64, Bool)])
    func unknown(refund: Int64, kept: Int64, stands: Bool) async throws {
        let fixture = try await ClaimFixture(.sqlite)
        var record = fixture.record("a", fixture.stay(40, 2), state: .confirmed)
        record.total = Money(20_000, .usd)
        let told = ExpectedCancellation(refund: Money(refund, .usd), kept: Money(kept, .usd))
        func check() throws {
            try fixture.store.check(told, against: record, by: .guest, left: nil, at: fixture.now)
        }
        if stands { try check() } else { #expect(throws: Problem.self) { try check() } }
    }
}

import Core
import Synchronization
import TestSupport
import Testing

@testable import Outside

@Suite("Requests to a provider are kept apart")
struct PaceTests {
    /// When each of so many requests may leave, asked for at the same moment.
    private func places(_ count: Int, of pace: Pace, at now: Instant) -> [Duration] {
        (0..<count).compactMap { _ in pace.reserve(at: now) }
    }

    @Test("What comes at once leaves within the limit in every second", arguments: [1, 3, 10, 20, 100, 1000])
    func limit(_ perSecond: Int) {
        let waits = places(perSecond * 5, of: Pace(perSecond: perSecond), at: TestWorld().now)
        let burst = perSecond / 4 + 1
        for first in waits.indices {
            let within = waits[first...].prefix { $0 - waits[first] < .seconds(1) }.count
            // A burst stands at the very beginning only.
            #expect(within <= perSecond + burst)
        }
        #expect(waits.last.map { $0 <= .seconds(5) && $0 >= .seconds(3.7) } == true)
    }

    @Test("Nobody waits longer than five seconds: who comes later is told so, and takes no place")
    func crowded() async throws {
        let (pace, clock) = (Pace(perSecond: 10), TestWorld())
        let waits = places(1000, of: pace, at: clock.now)
        // Five seconds' worth, and the burst at the beginning.
        #expect(waits.count == 53 && waits.last == .milliseconds(4950))
        clock.advance(.seconds(1))
        #expect(places(1000, of: pace, at: clock.now).count == 10)

        let asked = Mutex(0)
        let line = ProviderLine(
            to: "peer",
            outside: Outside(exchange: { _ in
                asked.withLock { $0 += 1 }
                return OutsideAnswer(status: 200)
            }), world: clock.world, pace: pace)
        await #expect(throws: OutsideFailure.crowded) { try await line.ask(OutsideRequest(.get, "http://127.0.0.1/")) }
        #expect(asked.withLock { $0 } == 0 && line.restsUntil == nil)
        clock.advance(.seconds(1))
        #expect(try await line.ask(OutsideRequest(.get, "http://127.0.0.1/")).status == 200)
    }

    @Test("Who comes seldom never waits")
    func seldom() {
        let (pace, clock) = (Pace(perSecond: 10), TestWorld())
        for _ in 0..<50 {
            #expect(pace.reserve(at: clock.now) == .zero)
            clock.advance(.milliseconds(100))
        }
    }

    @Test("A line waits for its place, and one that rests takes none")
    func line() async throws {
        let clock = TestWorld()
        let start = clock.now
        let line = ProviderLine(
            to: "peer", outside: Outside(exchange: { _ in OutsideAnswer(status: 200) }), world: clock.world,
            pace: Pace(perSecond: 10))
        for _ in 0..<53 { _ = try await line.ask(OutsideRequest(.get, "http://127.0.0.1/")) }
        #expect(clock.now.since(start) == .milliseconds(4950))

        let broken = ProviderLine(
            to: "peer", outside: Outside(exchange: { _ throws(OutsideFailure) in throw .notSent("no") }),
            world: clock.world, patience: .once, pace: Pace(perSecond: 1))
        for _ in 0..<Breaker.mostFailures { _ = try? await broken.ask(OutsideRequest(.get, "http://127.0.0.1/")) }
        let rests = clock.now
        for _ in 0..<100 { _ = try? await broken.ask(OutsideRequest(.get, "http://127.0.0.1/")) }
        #expect(clock.now == rests)
    }
}

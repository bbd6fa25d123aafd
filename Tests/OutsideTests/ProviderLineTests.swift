import Core
import Synchronization
import TestSupport
import Testing

@testable import Outside

@Suite("The line to a provider")
struct ProviderLineTests {
    /// A provider that answers from a list, the last answer for ever, and a clock that moves with each pause.
    final class Script: Sendable {
        let clock: TestWorld
        private let answers: [Result<OutsideAnswer, OutsideFailure>]
        private let asked = Mutex(0)
        private let pauses = Mutex<[Duration]>([])

        init(_ answers: [Result<OutsideAnswer, OutsideFailure>], seed: UInt64 = 1) {
            self.answers = answers
            clock = TestWorld(seed: seed)
        }

        var askedCount: Int { asked.withLock { $0 } }
        var slept: [Duration] { pauses.withLock { $0 } }

        func line(tries: Int = 3, breaker: Breaker = Breaker()) -> ProviderLine {
            let world = clock.world
            return ProviderLine(
                to: "peer",
                outside: Outside(exchange: { _ async throws(OutsideFailure) in
                    let index = self.asked.withLock { count in
                        count += 1
                        return count - 1
                    }
                    return try self.answers[min(index, self.answers.count - 1)].get()
                }),
                world: World(
                    now: world.now, random: world.random,
                    sleep: { pause in
                        self.pauses.withLock { $0.append(pause) }
                        try await world.sleep(pause)
                    }),
                patience: .init(tries: tries), breaker: breaker)
        }
    }

    static func status(_ status: Int, _ headers: [(name: String, value: String)] = []) -> Result<
        OutsideAnswer, OutsideFailure
    > { .success(OutsideAnswer(status: status, headers: headers)) }

    static let get = OutsideRequest(.get, "http://127.0.0.1/things")
    static let keyed = OutsideRequest(.post, "http://127.0.0.1/things", mayRepeat: true)
    static let unkeyed = OutsideRequest(.post, "http://127.0.0.1/things")

    @Test(
        "Asks again only where that is safe and may help",
        arguments: [
            (get, status(503), 3), (keyed, status(500), 3), (unkeyed, status(500), 1), (unkeyed, status(429), 3),
            (get, status(404), 1), (keyed, status(402), 1), (get, .failure(.unknown("cut")), 3),
            (keyed, .failure(.unknown("cut")), 3), (unkeyed, .failure(.unknown("cut")), 1),
            (unkeyed, .failure(.notSent("refused")), 3),
        ])
    func repeats(
        _ request: OutsideRequest, _ answer: Result<OutsideAnswer, OutsideFailure>, _ times: Int
    ) async throws {
        let script = Script([answer])
        _ = try? await script.line().ask(request)
        #expect(script.askedCount == times)
    }

    @Test("An answer after trouble is the answer")
    func recovers() async throws {
        let script = Script([Self.status(503), .failure(.unknown("cut")), Self.status(200)])
        #expect(try await script.line().ask(Self.keyed).status == 200)
        #expect(script.slept.allSatisfy { $0 <= .seconds(1) })
    }

    @Test("Pauses are anywhere from nothing to a ceiling that doubles: many who failed together come apart")
    func fullJitter() async throws {
        var pauses: [[Duration]] = [[], []]
        for seed in 1...200 {
            let script = Script([Self.status(503)], seed: UInt64(seed))
            _ = try await script.line().ask(Self.get)
            for (number, pause) in script.slept.enumerated() { pauses[number].append(pause) }
        }
        for (number, ceiling) in [Duration.milliseconds(500), .milliseconds(1000)].enumerated() {
            let sorted = pauses[number].sorted()
            #expect(sorted.count == 200 && sorted[0] < ceiling / 20 && sorted[199] < ceiling)
            #expect(sorted[199] > ceiling * 19 / 20 && sorted[100] > ceiling / 3 && sorted[100] < ceiling * 2 / 3)
        }
    }

    @Test("Waits as long as Retry-After asks, in seconds or until a date")
    func retryAfter() async throws {
        let seconds = Script([Self.status(429, [("retry-after", "3")]), Self.status(200)])
        #expect(try await seconds.line().ask(Self.keyed).status == 200)
        #expect(seconds.slept.first.map { $0 >= .seconds(3) } == true)

        // The clock of the test shows noon of 1 July 2027.
        let date = Script([Self.status(503, [("Retry-After", "Thu, 01 Jul 2027 12:00:04 GMT")]), Self.status(200)])
        #expect(try await date.line().ask(Self.keyed).status == 200)
        #expect(date.slept.first.map { $0 >= .seconds(4) } == true)
    }

    @Test("After a Retry-After longer than anybody waits the provider is left alone so long", arguments: [429, 503])
    func longRetryAfter(_ status: Int) async throws {
        let script = Script([Self.status(status, [("Retry-After", "1800")]), Self.status(200)])
        let line = script.line()
        let until = script.clock.now + .seconds(1800)
        #expect(try await line.ask(Self.keyed).status == status)
        #expect(script.slept.isEmpty && line.restsUntil == until)
        script.clock.advance(.seconds(1799))
        await #expect(throws: OutsideFailure.resting(until: until)) { try await line.ask(Self.get) }
        #expect(script.askedCount == 1)
        script.clock.advance(.seconds(1))
        #expect(try await line.ask(Self.keyed).status == 200)
        #expect(line.restsUntil == nil)
    }

    @Test("Nobody is left alone for longer than an hour, whatever they ask")
    func endlessRetryAfter() async throws {
        let script = Script([Self.status(429, [("Retry-After", "86400")])])
        let line = script.line()
        _ = try await line.ask(Self.keyed)
        #expect(line.restsUntil == script.clock.now + Breaker.longestWish)
    }

    @Test("Who asked to be left alone is, though another request that was under way ends well")
    func wishStands() {
        let breaker = Breaker()
        let now = TestWorld(seed: 1).now
        breaker.rest(until: now + .seconds(1800), at: now)
        breaker.record(isWell: true, at: now + .seconds(1))
        #expect(breaker.restsUntil(at: now + .seconds(1)) == now + .seconds(1800))
        #expect(breaker.admit(at: now + .seconds(1799)) != nil)
        #expect(breaker.admit(at: now + .seconds(1800)) == nil, "then one tries")
        breaker.record(isWell: true, at: now + .seconds(1801))
        #expect(breaker.restsUntil(at: now + .seconds(1801)) == nil)
    }

    @Test("A provider that failed five times in a row is left alone, then tried by one")
    func breaker() async throws {
        let script = Script(Array(repeating: Self.status(500), count: 6) + [Self.status(200)])
        let line = script.line(tries: 1)
        for _ in 0..<Breaker.mostFailures { _ = try await line.ask(Self.keyed) }
        #expect(line.restsUntil == script.clock.now + Breaker.firstRest)
        await #expect(throws: OutsideFailure.resting(until: script.clock.now + Breaker.firstRest)) {
            try await line.ask(Self.keyed)
        }
        #expect(script.askedCount == 5)

        script.clock.advance(Breaker.firstRest)
        #expect(try await line.ask(Self.keyed).status == 500)
        #expect(line.restsUntil == script.clock.now + Breaker.firstRest * 2)

        script.clock.advance(Breaker.firstRest * 2)
        #expect(try await line.ask(Self.keyed).status == 200)
        #expect(line.restsUntil == nil)
    }

    @Test("While one tries a provider that rested, the others are told to wait")
    func oneTries() async throws {
        let breaker = Breaker()
        let broken = Script([Self.status(500)])
        for _ in 0..<Breaker.mostFailures { _ = try await broken.line(tries: 1, breaker: breaker).ask(Self.get) }
        broken.clock.advance(Breaker.firstRest)

        let inside = Mutex<OutsideFailure?>(nil)
        let world = broken.clock.world
        let other = broken.line(tries: 1, breaker: breaker)
        let trying = ProviderLine(
            to: "peer",
            outside: Outside(exchange: { _ async throws(OutsideFailure) in
                do throws(OutsideFailure) { _ = try await other.ask(Self.get) } catch { inside.withLock { $0 = error } }
                return OutsideAnswer(status: 200)
            }), world: world, patience: .once, breaker: breaker)
        #expect(try await trying.ask(Self.get).status == 200)
        guard case .resting = inside.withLock({ $0 }) else {
            Issue.record("the second was let through")
            return
        }
    }

    @Test("What waited for its turn until it was too late is not sent, and an earlier try's end stands")
    func notAfter() async throws {
        func request(_ end: Instant) -> OutsideRequest {
            OutsideRequest(.post, "http://127.0.0.1/things", mayRepeat: true, notAfter: end)
        }
        let late = Script([Self.status(200)])
        await #expect(throws: OutsideFailure.notSent("its turn came too late")) {
            try await late.line().ask(request(late.clock.now - .milliseconds(1)))
        }
        #expect(late.askedCount == 0)
        #expect(try await late.line().ask(request(late.clock.now)).status == 200)

        // The first try may have taken effect: that there was no second one says nothing about it.
        let pausing = Script([Self.status(500, [("Retry-After", "2")]), Self.status(200)])
        #expect(try await pausing.line().ask(request(pausing.clock.now + .seconds(1))).status == 500)
        #expect(pausing.askedCount == 1)

        // Nor that it may not be asked again, because others failed meanwhile.
        let breaker = Breaker()
        let failing = Script([.failure(.unknown("cut"))])
        for _ in 1..<Breaker.mostFailures { breaker.record(isWell: false, at: failing.clock.now) }
        await #expect(throws: OutsideFailure.unknown("cut")) { try await failing.line(breaker: breaker).ask(Self.get) }
        #expect(failing.askedCount == 1)
    }

    @Test(
        "No Retry-After, however odd, is more than an answer without one",
        arguments: [
            "Thu, 01 Jul 99999999999999999999 12:00:04 GMT", "Thu, 99999999999 Jul 2027 12:00:04 GMT",
            "Thu, 01 Jul -9223372036854775808 12:00:04 GMT", "Thu, 01 Jul 2027 9223372036854775807:00:00 GMT",
            "Thu, 31 Jun 2027 12:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "99999999999999999999",
            "-9223372036854775808", "Thu, 01 Jul 2027 :: GMT", "     GMT", "",
        ])
    func oddRetryAfter(_ text: String) {
        let answer = OutsideAnswer(status: 503, headers: [(name: "Retry-After", value: text)])
        let pause = answer.retryAfter(at: TestWorld().now)
        // The year 1 can be read, and is over.
        #expect(pause == (text.contains(" 0001 ") ? .zero : nil))
    }

    @Test("A refusal is no sign of an outage")
    func refusals() async throws {
        let script = Script([Self.status(400)])
        let line = script.line(tries: 1)
        for _ in 0..<20 { _ = try await line.ask(Self.keyed) }
        #expect(line.restsUntil == nil)
    }

    @Test(
        "A base is https, or http on this machine, without query, name or password",
        arguments: [
            ("https://api.example.com", true), ("https://api.example.com/v2/", true),
            ("http://127.0.0.1:9000/stripe", true),
            ("http://localhost:9000", true), ("http://[::1]:9000", true), ("http://api.example.com", false),
            ("http://127.0.0.1.example.com", false), ("ftp://127.0.0.1", false), ("api.example.com", false),
            ("https://user:pass@api.example.com", false), ("https://api.example.com?x=1", false), ("", false),
        ])
    func bases(_ text: String, _ isGood: Bool) {
        #expect((APIBase(text) != nil) == isGood)
        #expect(APIBase(text)?.url("/v1/x").contains("//v1") != true)
    }
}

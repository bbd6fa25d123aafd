import BookingService
import Core
import PaymentService
import PropertyService
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Assembly

@Suite("A payment provider that takes a request and never answers", .onEachEngine)
struct SilentProviderTests {
    /// A test provider that lets everybody wait who has a page closed or money given back, until it is told to speak.
    private final class SilentProvider: PaymentProvider {
        let inner: TestProvider
        private let state = Mutex((isSilent: false, waiting: [CheckedContinuation<Void, Never>](), asked: 0))

        init(_ inner: TestProvider) { self.inner = inner }

        var name: String { inner.name }
        var waiting: Int { state.withLock { $0.waiting.count } }
        var asked: Int { state.withLock { $0.asked } }

        func fallSilent() { state.withLock { $0.isSilent = true } }

        func speak() {
            let waiting = state.withLock { state in
                state.isSilent = false
                defer { state.waiting = [] }
                return state.waiting
            }
            for waiter in waiting { waiter.resume() }
        }

        private func think() async {
            await withCheckedContinuation { waiter in
                let isSilent = state.withLock { state in
                    state.asked += 1
                    if state.isSilent { state.waiting.append(waiter) }
                    return state.isSilent
                }
                if !isSilent { waiter.resume() }
            }
        }

        func open(_ request: SessionRequest, key: String) async -> OpenAnswer { await inner.open(request, key: key) }

        func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer {
            await inner.lookUp(session, key: key)
        }

        func close(_ session: SessionReference, key: String) async -> SessionAnswer {
            await think()
            return await inner.close(session, key: key)
        }

        func refund(_ request: RefundRequest, key: String) async -> RefundAnswer {
            await think()
            return await inner.refund(request, key: key)
        }

        func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer {
            await inner.lookUpRefund(refund, key: key)
        }
    }

    /// How long a wait lasts in truth, whatever it is by the clock of the test, which it moves on.
    private final class Pause: Sendable {
        private let mayPass = Atomic<Bool>(true)

        func stop() { mayPass.store(false, ordering: .relaxed) }
        func goOn() { mayPass.store(true, ordering: .relaxed) }

        func world(of clock: TestWorld) -> World {
            World(
                now: clock.world.now, random: clock.world.random,
                sleep: { duration in
                    let end = clock.now + duration
                    repeat { try await Task.sleep(for: .milliseconds(20)) } while !self.mayPass.load(ordering: .relaxed)
                    if clock.now < end { clock.move(to: end) }
                })
        }
    }

    private final class Answer: Sendable {
        private let isThere = Atomic<Bool>(false)

        var hasCome: Bool { isThere.load(ordering: .relaxed) }
        func come() { isThere.store(true, ordering: .relaxed) }
    }

    private struct Scene {
        let all: HouseFixture
        let silent: SilentProvider
        let pause: Pause
        let hands: Task<Void, Never>

        init() async throws {
            let pause = Pause()
            let given = Mutex<SilentProvider?>(nil)
            all = try await HouseFixture(
                settings: ["ROOST_RATE_LIMITS": "off"],
                outside: { databases, clock in
                    let world = pause.world(of: clock)
                    func provider(_ name: String) -> TestProvider {
                        TestProvider(
                            database: databases.payments, world: world, baseURL: "https://roost.example", name: name)
                    }
                    let silent = SilentProvider(provider("silent"))
                    given.withLock { $0 = silent }
                    return (world, [silent, provider("test")])
                })
            silent = try #require(given.withLock { $0 })
            self.pause = pause
            let carry = all.house.payments.carryingOn()
            hands = Task { await carry() }
        }

        func begin(_ booking: Booking, with provider: String) async throws {
            _ = try await all.house.bookings.startPayment(
                for: booking.id, provider: provider, for: all.guest, once: nil)
        }

        /// What a server does every second, but for asking providers about what is due.
        /// - Returns: how long each took, by its name: in a server each goes on by itself.
        @discardableResult
        func beat() async throws -> [String: Duration] {
            var took: [String: Duration] = [:]
            for chore in all.house.chores
            where chore.name == "moving bookings on" || chore.name.hasPrefix("delivering events") {
                let begun = all.clock.now
                try await chore.work()
                took[chore.name] = all.clock.now.since(begun)
            }
            return took
        }

        func status(_ booking: Booking) async throws -> BookingStatus? {
            try await all.house.bookings.anyBooking(booking.id)?.status
        }

        /// How many nights search believes to be taken.
        func nightsInSearch() async throws -> Int {
            try await all.databases.properties.read { try $0.value("SELECT COUNT(*) FROM booked_night") ?? -1 }
        }

        func eventually(_ holds: () async throws -> Bool) async throws -> Bool {
            for _ in 0..<1000 {
                if try await holds() { return true }
                try await Task.sleep(for: .milliseconds(5))
            }
            return false
        }

        func end() async {
            pause.goOn()
            silent.speak()
            hands.cancel()
            await hands.value
        }
    }

    @Test("Other holds that run out are free within five seconds, and letters go", .timeLimit(.minutes(10)))
    func holds() async throws {
        let scene = try await Scene()
        let place = try await scene.all.place(units: 20)
        var stuck: [Booking] = []
        for _ in 0..<10 {
            let booking = try await scene.all.hold(place)
            try await scene.begin(booking, with: "silent")
            stuck.append(booking)
        }
        let (paying, idle) = (try await scene.all.hold(place), try await scene.all.hold(place))
        try await scene.begin(paying, with: "test")
        scene.silent.fallSilent()
        scene.all.clock.advance(.seconds(3600))

        let took = try await scene.beat()
        #expect(took.values.allSatisfy { $0 <= .seconds(3) }, "\(took): with a beat of a second it is within five")
        #expect(try await scene.eventually { scene.silent.waiting == stuck.count })
        for booking in [paying, idle] {
            #expect(try await scene.eventually { try await scene.status(booking) == .expired })
            try await scene.beat()
            #expect(try await scene.all.letters(about: booking).contains("expired to guest"))
        }
        #expect(try await scene.eventually { try await scene.nightsInSearch() == 3 * stuck.count })
        // One more runs out while nobody waits for the silent one any more.
        let late = try await scene.all.hold(place)
        try await scene.begin(late, with: "silent")
        scene.all.clock.advance(.seconds(3600))
        scene.pause.stop()
        try await scene.beat()  // would never end if anybody waited
        for booking in stuck + [late] { #expect(try await scene.status(booking) != .expired) }

        // Once it answers, its holds are free too, though nobody else does anything.
        scene.silent.speak()
        #expect(
            try await scene.eventually {
                for booking in stuck + [late] where try await scene.status(booking) != .expired { return false }
                return true
            })
        #expect(try await scene.eventually { try await scene.nightsInSearch() == 0 })
        await scene.end()
    }

    @Test(
        "Nights of a hold that is cancelled are free in search before the provider is heard", .timeLimit(.minutes(10)))
    func cancelled() async throws {
        let scene = try await Scene()
        let booking = try await scene.all.hold(try await scene.all.place())
        try await scene.begin(booking, with: "silent")
        #expect(try await scene.nightsInSearch() == 3)
        scene.silent.fallSilent()
        scene.pause.stop()
        let (bookings, guest, answer) = (scene.all.house.bookings, scene.all.guest, Answer())
        let cancelling = Task {
            let after = try await bookings.cancel(booking.id, reason: nil, for: guest, once: nil)
            answer.come()
            return after
        }
        #expect(try await scene.eventually { try await scene.nightsInSearch() == 0 })
        #expect(try await scene.eventually { scene.silent.waiting == 1 })
        #expect(!answer.hasCome, "it still waits a moment")
        // The moment is over: the guest has the answer, and the provider is still silent.
        scene.pause.goOn()
        #expect(try await cancelling.value.status == .cancelled)
        #expect(scene.silent.waiting == 1)
        await scene.end()
    }

    @Test("A provider that answers is heard within the request, and asked once", .timeLimit(.minutes(10)))
    func quick() async throws {
        let scene = try await Scene()
        scene.pause.stop()
        let booking = try await scene.all.hold(try await scene.all.place())
        try await scene.begin(booking, with: "silent")
        scene.all.clock.advance(.seconds(3600))
        try await scene.all.house.bookings.moveDue()
        #expect(try await scene.status(booking) == .expired)
        #expect(scene.silent.asked == 1)
        await scene.end()
    }

    @Test("When the server ends nobody waits, and the next one finds what is left", .timeLimit(.minutes(10)))
    func ends() async throws {
        let scene = try await Scene()
        let booking = try await scene.all.hold(try await scene.all.place())
        try await scene.begin(booking, with: "silent")
        scene.all.clock.advance(.seconds(3600))
        scene.hands.cancel()
        await scene.hands.value
        try await scene.all.house.bookings.moveDue()
        #expect(try await scene.status(booking) != .expired)
        #expect(scene.silent.asked == 0)
        scene.all.clock.advance(.seconds(3))
        for _ in 0..<2 { try await scene.all.house.workOnce() }
        #expect(try await scene.status(booking) == .expired)
    }
}

import Core
import Storage
import Synchronization
import TestSupport
import Testing

@testable import NotificationService

@Suite("Mails to different people go at the same time", .onEachEngine)
struct SideBySideTests {
    /// Lets nobody go on before so many are there; gives up after a while, where they never come.
    final class Gate: Sendable {
        struct NobodyElseCame: Error {}

        private let inside = Mutex((now: 0, most: 0))
        let wanted: Int

        init(_ wanted: Int) { self.wanted = wanted }

        var most: Int { inside.withLock { $0.most } }

        func pass() async throws {
            inside.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            defer { inside.withLock { $0.now -= 1 } }
            // The others may wait for their database's threads, so there is time for those to run.
            for _ in 0..<20_000 where most < wanted { try await Task.sleep(for: .milliseconds(1)) }
            guard most >= wanted else { throw NobodyElseCame() }
            // Whoever might come too gets the chance.
            for _ in 0..<200 { await Task.yield() }
        }
    }

    private func people(_ count: Int) -> [UserID] { (1...count).map { UserID(stored: "usr_\($0)") } }

    private func fixture(_ people: [UserID]) async throws -> MailFixture {
        let fixture = try await MailFixture()
        for (index, person) in people.enumerated() {
            fixture.addresses.set(MailAddress(name: "Person", address: "person\(index)@example.com"), of: person)
            try await fixture.mails.queue(
                [Letter(.held, to: person, about: .christmas())], for: MailFixture.event(Int64(index) + 1))
        }
        return fixture
    }

    @Test("A provider that lets one wait holds up none of the others, and has so many at once and no more")
    func atOnce() async throws {
        let fixture = try await fixture(people(MailStore.batch * 2))
        let gate = Gate(MailStore.batch)
        fixture.provider.whileSending { try await gate.pass() }
        #expect(try await fixture.mails.sendDue() == MailStore.batch)
        #expect(fixture.provider.taken.count == MailStore.batch)
        #expect(gate.most == MailStore.batch)
        try await fixture.mails.sendAllDue()
        #expect(fixture.provider.taken.count == MailStore.batch * 2)
        #expect(gate.most == MailStore.batch)
    }

    @Test("A provider that takes few at once is given no more, by all rounds together")
    func fewPlaces() async throws {
        let provider = ScriptedProvider(takesUnreachable: false, mostAtOnce: 3)
        let fixture = try await MailFixture(providers: [provider])
        for number in 1...20 { try await queue(1, about: "bkg_\(number)", in: fixture) }
        let gate = Gate(3)
        provider.whileSending { try await gate.pass() }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try? await fixture.mails.sendAllDue() } }
        }
        #expect(provider.taken.count == 20)
        #expect(gate.most == 3)
    }

    @Test("Several rounds side by side send each mail once")
    func rounds() async throws {
        let everyone = people(40)
        let fixture = try await fixture(everyone)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try? await fixture.mails.sendAllDue() } }
        }
        #expect(fixture.provider.taken.count == 40)
        #expect(Set(fixture.provider.taken.map(\.to.address)).count == 40)
    }

    /// Queues a letter to the guest about a booking; which one it is stands in its subject line.
    private func queue(_ number: Int, about booking: String, in fixture: MailFixture) async throws {
        try await fixture.mails.queue(
            [letter(number, about: booking)], for: MailFixture.event(Int64(number), subject: booking))
        fixture.clock.advance(.milliseconds(1))
    }

    private func letter(_ number: Int, about booking: String) -> Letter {
        Letter(
            .held, to: MailFixture.guest,
            about: .christmas(of: BookingID(stored: booking), place: "Loft \(booking)/\(number)"))
    }

    @Test("Letters to one person about different bookings go at the same time")
    func onePerson() async throws {
        let fixture = try await MailFixture()
        for number in 1...5 { try await queue(1, about: "bkg_\(number)", in: fixture) }
        let gate = Gate(5)
        fixture.provider.whileSending { try await gate.pass() }
        #expect(try await fixture.mails.sendDue() == 5)
        #expect(gate.most == 5)
    }

    @Test("Those about one booking go one after the other, in their order, also where another round looks meanwhile")
    func inOrder() async throws {
        let fixture = try await MailFixture()
        for number in 1...5 { try await queue(number, about: "bkg_1", in: fixture) }
        let gate = Gate(1)
        let meanwhile = Mutex<[Int]>([])
        fixture.provider.whileSending {
            let found = try await fixture.mails.sendDue()
            meanwhile.withLock { $0.append(found) }
            try await gate.pass()
        }
        try await fixture.mails.sendAllDue()
        #expect(gate.most == 1)
        #expect(meanwhile.withLock { $0 } == [0, 0, 0, 0, 0])
        let places = fixture.provider.taken.map(\.subject)
        #expect(places.count == 5)
        for (index, subject) in places.enumerated() {
            #expect(subject.contains("Loft bkg_1/\(index + 1)"), "\(places)")
        }
    }

    @Test("Many rounds at once keep the order of each booking and send each letter once")
    func inOrderOnManyNodes() async throws {
        let fixture = try await MailFixture()
        let bookings = (1...10).map { "bkg_\($0)" }
        for number in 1...4 {
            for booking in bookings { try await queue(number, about: booking, in: fixture) }
        }
        fixture.provider.whileSending { try await Task.sleep(for: .milliseconds(3)) }
        for _ in 0..<400 where fixture.provider.taken.count < 40 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try? await fixture.mails.sendAllDue() } }
            }
        }
        let sent = fixture.provider.taken.map(\.subject)
        #expect(sent.count == 40)
        for booking in bookings {
            let numbers = sent.compactMap { subject in
                (1...4).first { subject.contains("Loft \(booking)/\($0)") }
            }
            #expect(numbers == [1, 2, 3, 4], "\(booking)")
        }
    }

    @Test("A sender that died holds up what comes later about the same booking, and nobody else")
    func diedSending() async throws {
        let fixture = try await MailFixture()
        try await queue(1, about: "bkg_1", in: fixture)
        try await fixture.takeAndDie()
        try await queue(2, about: "bkg_1", in: fixture)
        try await queue(1, about: "bkg_2", in: fixture)
        try await fixture.mails.sendAllDue()
        #expect(fixture.provider.taken.map(\.attempt) == [1])
        #expect(fixture.provider.taken.first?.subject.contains("Loft bkg_2/1") == true)
        fixture.clock.advance(fixture.lease)
        try await fixture.mails.sendAllDue()
        #expect(fixture.provider.taken.map(\.attempt) == [1, 2, 1])
        #expect(fixture.provider.taken.last?.subject.contains("Loft bkg_1/2") == true)
    }

    @Test("A later letter does not wait for one that is tried again")
    func overtakes() async throws {
        let fixture = try await MailFixture()
        fixture.provider.fail([MailFailure.mayPass("busy", after: .seconds(600))])
        try await fixture.mails.queue(
            [Letter(.held, to: MailFixture.guest, about: .christmas())], for: MailFixture.event(1))
        #expect(try await fixture.mails.sendDue() == 1)
        try await fixture.mails.queue(
            [Letter(.expired, to: MailFixture.guest, about: .christmas())], for: MailFixture.event(2))
        #expect(try await fixture.mails.sendDue() == 1)
        #expect(fixture.provider.taken.count == 1)
    }

    @Test("One that fails does not stop the others")
    func failure() async throws {
        let fixture = try await fixture(people(3))
        struct Lost: Error {}
        let isFirst = Mutex(true)
        fixture.provider.whileSending {
            let first = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            if first { throw Lost() }
        }
        #expect(try await fixture.mails.sendDue() == 3)
        #expect(fixture.provider.taken.count == 2)
    }
}

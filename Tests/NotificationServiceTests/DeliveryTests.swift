import Core
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@testable import NotificationService

@Suite("Delivering", .onEachEngine)
struct DeliveryTests {
    private let held = Letter(.held, to: MailFixture.guest, about: .christmas())

    @Test("An event heard twice makes one mail for each recipient and kind")
    func onceForAnEvent() async throws {
        let fixture = try await MailFixture(takesUnreachable: true)
        let letters = [held, Letter(.bookingReceived, to: MailFixture.host, about: .christmas())]
        try await fixture.mails.queue(letters, for: MailFixture.event())
        try await fixture.mails.queue(letters, for: MailFixture.event())
        #expect(try await fixture.deliveries().count == 2)
        #expect(try await fixture.mails.sendDue() == 2)
        #expect(try await fixture.mails.sendDue() == 0)
        try await fixture.mails.queue(letters, for: MailFixture.event())
        #expect(try await fixture.mails.sendDue() == 0)
        #expect(fixture.provider.taken.count == 2)
        #expect(Set(fixture.provider.taken.map(\.to.address)) == ["ada@example.com", "host@hosts.invalid"])
        try await fixture.mails.queue(letters, for: MailFixture.event(2))
        #expect(try await fixture.deliveries().count == 4)
    }

    @Test("Twice the same letter in one event is one mail, and the table itself sees to it")
    func uniqueInTheTable() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held, held], for: MailFixture.event())
        #expect(try await fixture.deliveries().count == 1)
    }

    @Test("What became of a mail can be read, by booking and by person")
    func deliveries() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event(7))
        let queued = try #require(try await fixture.deliveries().first)
        #expect(queued.state == .queued)
        #expect(queued.kind == .held)
        #expect(queued.event == "bookings/bkg_1/7")
        #expect(queued.recipient == MailFixture.guest)
        #expect(queued.tries == 0)
        #expect(queued.sentAt == nil)
        fixture.clock.advance(.seconds(5))
        try await fixture.mails.sendDue()
        let sent = try await fixture.mails.deliveries(to: MailFixture.guest)
        #expect(sent.map(\.state) == [.sent])
        #expect(sent.first?.sentAt == fixture.clock.now)
        #expect(sent.first?.tries == 1)
        #expect(try await fixture.mails.deliveries(to: MailFixture.host).isEmpty)
    }

    @Test("A provider that fails three times is asked again, later each time, with the same mail")
    func triesAgain() async throws {
        let fixture = try await MailFixture()
        fixture.provider.fail([
            MailFailure.mayPass("busy"), CancellationError(), StorageError.unavailable("line\r\nbroken"),
        ])
        try await fixture.mails.queue([held], for: MailFixture.event())
        for tries in 1...3 {
            #expect(try await fixture.mails.sendDue() == 1)
            #expect(try await fixture.mails.sendDue() == 0, "not before it is due again")
            let delivery = try #require(try await fixture.deliveries().first)
            #expect(delivery.state == .queued)
            #expect(delivery.tries == tries)
            #expect(delivery.lastError?.isEmpty == false)
            #expect(delivery.dueAt > fixture.clock.now)
            fixture.clock.move(to: delivery.dueAt)
        }
        #expect(try await fixture.mails.sendDue() == 1)
        #expect(try await fixture.deliveries().map(\.state) == [.sent])
        #expect(try await fixture.deliveries().first?.lastError == nil)
        #expect(fixture.provider.taken.map(\.attempt) == [4])
        #expect(fixture.provider.taken.first?.date == TestWorld().now)
        let attempts = try await fixture.database.read { reader in
            try reader.all("SELECT number, outcome, error FROM mail_attempt ORDER BY number") { row in
                "\(try row[0] as Int) \(try row[1] as String) \(try row[2] as String? ?? "-")"
            }
        }
        #expect(attempts.count == 4)
        #expect(attempts.first == "1 failed busy")
        #expect(attempts.last == "4 sent -")
    }

    @Test("After a day of tries a mail is given up, and the operator can see it")
    func givesUp() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event())
        fixture.provider.fail(Array(repeating: MailFailure.mayPass("busy"), count: 200))
        for _ in 0..<123 {
            try await fixture.mails.sendDue()
            #expect(try await fixture.deliveries().map(\.state) == [.queued])
            fixture.clock.advance(.seconds(700))
        }
        fixture.clock.advance(.seconds(700))
        try await fixture.mails.sendDue()
        #expect(fixture.provider.asked == 123)
        #expect(try await fixture.deliveries().map(\.state) == [.failed])
        let boss = Caller(id: UserID(stored: "usr_o"), isOperator: true)
        var filter = MailFilter()
        filter.state = .failed
        let failed = try await fixture.mails.mails(filter, limit: 10, cursor: nil, for: boss).items
        #expect(failed.map(\.lastError) == ["busy"])
    }

    @Test("What a provider refuses for good is not tried again")
    func final() async throws {
        let fixture = try await MailFixture()
        fixture.provider.fail([MailFailure.final("no such mailbox")])
        try await fixture.mails.queue([held], for: MailFixture.event())
        try await fixture.mails.sendDue()
        fixture.clock.advance(.seconds(86_400))
        #expect(try await fixture.mails.sendDue() == 0)
        #expect(try await fixture.deliveries().map(\.state) == [.failed])
    }

    @Test("One that fails does not hold up the others")
    func othersGoOn() async throws {
        let fixture = try await MailFixture(takesUnreachable: true)
        fixture.provider.fail([MailFailure.final("no")])
        let letters = [held, Letter(.bookingReceived, to: MailFixture.host, about: .christmas())]
        try await fixture.mails.queue(letters, for: MailFixture.event())
        #expect(try await fixture.mails.sendDue() == 2)
        #expect(Set(try await fixture.deliveries().map(\.state)) == [.failed, .sent])
    }

    @Test("While one node sends a mail another leaves it alone")
    func lease() async throws {
        let fixture = try await MailFixture()
        let second = ScriptedProvider(takesUnreachable: false)
        let other = try MailFixture.mails(on: fixture.database, fixture.clock, [second], fixture.addresses)
        let seen = Mutex<[MailDelivery.State]>([])
        fixture.provider.whileSending { [mails = fixture.mails] in
            _ = try await other.sendDue()
            let states = try await mails.deliveries(about: MailFixture.booking.text).map(\.state)
            seen.withLock { $0 = states }
        }
        try await fixture.mails.queue([held], for: MailFixture.event())
        try await fixture.mails.sendDue()
        #expect(seen.withLock { $0 } == [.sending])
        #expect(second.asked == 0)
        #expect(fixture.provider.taken.count == 1)
    }

    @Test("A mail whose sender died is sent by another once the lease is over")
    func leaseRunsOut() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event())
        #expect(try await fixture.takeAndDie().count == 1)
        #expect(try await fixture.mails.sendDue() == 0)
        fixture.clock.advance(fixture.lease - .milliseconds(1))
        #expect(try await fixture.mails.sendDue() == 0)
        fixture.clock.advance(.milliseconds(1))
        #expect(try await fixture.mails.sendDue() == 1)
        #expect(fixture.provider.taken.map(\.attempt) == [2])
        #expect(try await fixture.deliveries().map(\.state) == [.sent])
    }

    @Test("A sender that comes back after its lease changes nothing, unless it did send")
    func lateEnding() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event())
        let store = MailStore(database: fixture.database, outbox: MailFixture.outbox)
        let late = try #require(try await fixture.takeAndDie().first)
        fixture.clock.advance(fixture.lease)
        let second = try #require(try await fixture.takeAndDie().first)
        func record(_ ending: MailStore.Ending, of mail: MailStore.Taken) async throws {
            let now = fixture.clock.now
            try await store.record([
                MailStore.Ended(ending: ending, mail: mail, provider: nil, address: nil, nextTry: now, at: now)
            ])
        }
        try await record(.final("late"), of: late)
        #expect(try await fixture.deliveries().map(\.state) == [.sending])
        try await record(.sent(receipt: nil), of: late)
        #expect(try await fixture.deliveries().map(\.state) == [.sent])
        try await record(.mayPass("busy"), of: second)
        #expect(try await fixture.deliveries().map(\.state) == [.sent])
    }

    @Test("Nothing more goes to a mailbox that is none")
    func noMoreToNobody() async throws {
        let fixture = try await MailFixture()
        fixture.provider.fail([MailFailure.noSuchMailbox("550 unknown")])
        for version in 1...3 { try await fixture.mails.queue([held], for: MailFixture.event(Int64(version))) }
        for _ in 1...3 { #expect(try await fixture.mails.sendDue() == 1) }
        #expect(fixture.provider.taken.isEmpty)
        #expect(fixture.provider.asked == 1)
        #expect(
            try await fixture.deliveries().map(\.state).sorted { $0.rawValue < $1.rawValue } == [
                .failed, .suppressed, .suppressed,
            ])
    }

    @Test("Whoever dies in every try is given up too")
    func diesEveryTime() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event())
        for _ in 0..<MailStore.fewestTries {
            #expect(try await fixture.takeAndDie().count == 1)
            fixture.clock.advance(fixture.lease)
        }
        #expect(try await fixture.takeAndDie().isEmpty)
        #expect(try await fixture.deliveries().map(\.state) == [.failed])
    }

    @Test("Who was held up before sending keeps the mail first, for as long as sending may take")
    func heldUp() async throws {
        let fixture = try await MailFixture()
        let seen = Mutex<[MailDelivery]>([])
        fixture.addresses.whileLookedUp { [clock = fixture.clock, lease = fixture.lease] in
            clock.advance(lease - .seconds(1))
        }
        fixture.provider.whileSending {
            let delivery = try await fixture.deliveries()
            seen.withLock { $0 = delivery }
        }
        try await fixture.mails.queue([held], for: MailFixture.event())
        #expect(try await fixture.mails.sendDue() == 1)
        #expect(seen.withLock { $0.map(\.dueAt) } == [fixture.clock.now + fixture.lease])
        #expect(fixture.provider.taken.count == 1)
        #expect(try await fixture.deliveries().map(\.tries) == [1])
    }

    @Test("Who was held up for so long that another has the mail sends nothing")
    func lost() async throws {
        let fixture = try await MailFixture()
        let second = ScriptedProvider(takesUnreachable: false)
        let other = try MailFixture.mails(
            on: fixture.database, fixture.clock, [second], AddressBook(fixture.addresses.now))
        fixture.addresses.whileLookedUp { [clock = fixture.clock, lease = fixture.lease] in
            clock.advance(lease)
            _ = try await other.sendDue()
        }
        second.fail([MailFailure.mayPass("busy")])
        try await fixture.mails.queue([held], for: MailFixture.event())
        #expect(try await fixture.mails.sendDue() == 1)
        #expect(second.asked == 1 && fixture.provider.asked == 0)
        // As the other left it.
        let delivery = try #require(try await fixture.deliveries().first)
        #expect(delivery.state == .queued && delivery.tries == 2 && delivery.lastError == "busy")
    }

    @Test("Who waits for a place at the provider for so long that another has the mail sends nothing")
    func lostWhileWaiting() async throws {
        let provider = ScriptedProvider(takesUnreachable: false, mostAtOnce: 1)
        let fixture = try await MailFixture(providers: [provider])
        let second = ScriptedProvider(takesUnreachable: false)
        let other = try MailFixture.mails(
            on: fixture.database, fixture.clock, [second], AddressBook(fixture.addresses.now))
        let bookings = (1...4).map { "bkg_\($0)" }
        for (index, booking) in bookings.enumerated() {
            let letter = Letter(
                .held, to: MailFixture.guest, about: .christmas(of: BookingID(stored: booking)))
            try await fixture.mails.queue([letter], for: MailFixture.event(Int64(index) + 1, subject: booking))
        }
        // The first is with its provider for longer than all leases last, and another node takes the others.
        let isFirst = Mutex(true)
        let places = try #require(fixture.mails.places[provider.name])
        provider.whileSending { [clock = fixture.clock, lease = provider.patience + fixture.mails.firstDoubt] in
            let first = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            guard first else { return }
            while places.waitingCount < bookings.count - 1 { try await Task.sleep(for: .milliseconds(1)) }
            clock.advance(lease)
            // The first too: it is of unknown fate by then.
            let count = try await other.sendDue()
            #expect(count == bookings.count)
        }
        #expect(try await fixture.mails.sendDue() == bookings.count)
        #expect(provider.taken.count == 1)
        #expect(second.taken.count == bookings.count)
        let sent = Dictionary(grouping: provider.taken + second.taken) { $0.id }.mapValues(\.count)
        #expect(sent.values.sorted() == [1, 1, 1, 2])
    }

    @Test("Who waited for a place at the provider keeps the mail first, for as long as sending may take")
    func keptAfterWaiting() async throws {
        let provider = ScriptedProvider(takesUnreachable: false, mostAtOnce: 1)
        let fixture = try await MailFixture(providers: [provider])
        for number in 1...4 {
            let letter = Letter(
                .held, to: MailFixture.guest, about: .christmas(of: BookingID(stored: "bkg_\(number)")))
            try await fixture.mails.queue([letter], for: MailFixture.event(1, subject: "bkg_\(number)"))
        }
        // Each takes all the time it may, so that the later ones begin long after the leases they were taken with.
        let ends = Mutex<[Duration]>([])
        provider.whileSending { [database = fixture.database, clock = fixture.clock, patience = provider.patience] in
            let last = try await database.read { reader in
                try reader.value("SELECT MAX(due_at) FROM mail WHERE state = 'sending'", as: Instant.self)
            }
            ends.withLock { $0.append(last?.since(clock.now) ?? .zero) }
            clock.advance(patience)
        }
        #expect(try await fixture.mails.sendDue() == 4)
        #expect(provider.taken.count == 4 && provider.mostTogether == 1)
        #expect(ends.withLock { $0.allSatisfy { $0 >= provider.patience } }, "\(ends.withLock { $0 })")
        #expect(provider.taken.allSatisfy { $0.attempt == 1 })
    }

    @Test("Handing a mail over to the next provider begins a lease of its own")
    func leaseOfTheNext() async throws {
        let fixture = try await MailFixture()
        let second = ScriptedProvider(takesUnreachable: false)
        let both = try MailFixture.mails(
            on: fixture.database, fixture.clock, [fixture.provider, second], fixture.addresses)
        let seen = Mutex<[MailDelivery]>([])
        fixture.provider.fail([MailFailure.mayPass("busy")])
        fixture.provider.whileSending { [clock = fixture.clock] in clock.advance(.seconds(29)) }
        second.whileSending {
            let delivery = try await fixture.deliveries()
            seen.withLock { $0 = delivery }
        }
        try await both.queue([held], for: MailFixture.event())
        #expect(try await both.sendDue() == 1)
        #expect(seen.withLock { $0.map(\.dueAt) } == [fixture.clock.now + fixture.lease])
        #expect(seen.withLock { $0.map(\.tries) } == [2])
        #expect(second.taken.count == 1)
    }

    @Test("Addresses under .invalid are for providers that take them; who is gone gets nothing")
    func suppressed() async throws {
        let fixture = try await MailFixture()
        let toHost = Letter(.bookingReceived, to: MailFixture.host, about: .christmas())
        try await fixture.mails.queue([held, toHost], for: MailFixture.event())
        fixture.addresses.set(nil, of: MailFixture.guest)
        #expect(try await fixture.mails.sendDue() == 2)
        #expect(try await fixture.deliveries().map(\.state) == [.suppressed, .suppressed])
        #expect(fixture.provider.asked == 0)
        #expect(try await fixture.mails.sendDue() == 0)
    }

    @Test("The address is the one of the moment of sending, and a look-up that fails is tried again")
    func addressWhenSent() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event())
        fixture.addresses.goAway(true)
        try await fixture.mails.sendDue()
        #expect(try await fixture.deliveries().map(\.state) == [.queued])
        fixture.addresses.goAway(false)
        fixture.addresses.set(MailAddress(name: nil, address: "new@example.com"), of: MailFixture.guest)
        fixture.clock.advance(.seconds(60))
        try await fixture.mails.sendDue()
        #expect(fixture.provider.taken.map(\.to.address) == ["new@example.com"])
    }

    @Test("A letter that cannot be read any more is given up, not tried for ever")
    func unreadable() async throws {
        let fixture = try await MailFixture()
        try await fixture.mails.queue([held], for: MailFixture.event())
        try await fixture.database.write { try $0.execute("UPDATE mail SET letter = '{}'") }
        try await fixture.mails.sendDue()
        #expect(try await fixture.deliveries().map(\.state) == [.failed])
    }
}

import Core
import Foundation
import Storage
import Synchronization
import TestSupport

@testable import NotificationService

/// Mails on a database of their own, with a provider that does what the test says.
struct MailFixture {
    let clock = TestWorld()
    let database: any Database
    let provider: ScriptedProvider
    let addresses: AddressBook
    let mails: Mails

    static let guest = UserID(stored: "usr_guest")
    static let host = UserID(stored: "usr_host")
    static let booking = BookingID(stored: "bkg_1")

    init(
        on database: (any Database)? = nil, takesUnreachable: Bool = false, providers: [any MailProvider]? = nil,
        webhooks: MailWebhooks = MailWebhooks(), language: Language = .english
    ) async throws {
        if let database { self.database = database } else { self.database = try await Engine.database() }
        try await self.database.migrate(MailMigrations.all, at: clock.now)
        provider = ScriptedProvider(takesUnreachable: takesUnreachable)
        addresses = AddressBook([
            Self.guest: MailAddress(name: "Ada Lovelace", address: "ada@example.com"),
            Self.host: MailAddress(name: "Zoë “Zo” O’Neill", address: "host@hosts.invalid"),
        ])
        mails = try Self.mails(on: self.database, clock, providers ?? [provider], addresses, webhooks, language)
    }

    static func mails(
        on database: any Database, _ clock: TestWorld, _ providers: [any MailProvider], _ addresses: AddressBook,
        _ webhooks: MailWebhooks = MailWebhooks(), _ language: Language = .english
    ) throws -> Mails {
        try Mails(
            database: database, world: clock.world, outbox: outbox, providers: providers,
            readersOf: { try await addresses.addresses(of: $0).mapValues { LetterReader($0, language: language) } },
            words: Wordbook.shipped.get(), sender: MailAddress("Roost <no-reply@roost.example>")!,
            baseURL: "https://roost.example", webhooks: webhooks
        )
    }

    static let outbox = Outbox(source: "users") { _ in ["mails"] }

    static func event(_ version: Int64 = 1, subject: String = booking.text) -> Event {
        Event(source: "bookings", subject: subject, version: version, kind: "booking.changed", body: "{}")
    }

    /// Queues one letter with an event of its own and gives what the provider was handed.
    func sent(_ letter: Letter) async throws -> OutgoingMail {
        try await mails.queue([letter], for: Self.event(subject: "one_\(letter.kind.rawValue)"))
        try await mails.sendDue()
        guard let mail = provider.taken.last else { throw ParsedMail.Fault("nothing was sent") }
        return mail
    }

    /// How long a mail that the fixture's provider is given belongs to whoever gives it.
    var lease: Duration { provider.patience + mails.firstDoubt }

    /// Takes what is due as a node does that dies before it sends anything.
    @discardableResult
    func takeAndDie() async throws -> [MailStore.Taken] {
        try await MailStore(database: database, outbox: Self.outbox)
            .takeDue(by: provider.name, until: clock.now + lease, at: clock.now)
    }

    func deliveries() async throws -> [MailDelivery] { try await mails.deliveries(about: Self.booking.text) }
}

extension StayFacts {
    /// Three nights in Albany over Christmas, everything said.
    static func christmas(of booking: BookingID = MailFixture.booking, place: String = "Loft & Garden") -> StayFacts {
        var facts = StayFacts(
            bookingId: booking, code: "H7K2-9QXM", place: place,
            stay: Stay(from: LocalDay("2026-12-24")!, to: LocalDay("2026-12-27")!)!, guests: 2,
            total: Money(41230, Currency(code: "USD")!), zone: Zone("America/New_York")!,
            checkInFrom: TimeOfDay("15:00")!, checkOutBy: TimeOfDay("11:00")!)
        facts.lines = [
            .init("3 nights", Money(37500, .usd)), .init("Cleaning fee", Money(3730, .usd)),
        ]
        facts.area = "Albany, US"
        facts.guestName = "Ada Lovelace"
        facts.deadline = Instant(
            milliseconds: Int64(LocalDay("2026-12-20")!.number) * 86_400_000 + 19 * 3_600_000 + 300_000)
        facts.refund = Money(20615, .usd)
        facts.cancelledBy = .guest
        facts.reason = "Plans <changed>,\r\nsorry & thanks"
        return facts
    }
}

/// Takes mails, or fails as often as it is told to.
final class ScriptedProvider: MailProvider {
    private struct State {
        var failures: [any Error] = []
        var taken: [OutgoingMail] = []
        var asked = 0
        var together = 0
        var mostTogether = 0
    }

    let name = "scripted"
    let takesUnreachableAddresses: Bool
    let mostAtOnce: Int?
    private let state = Mutex(State())
    private let before = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init(takesUnreachable: Bool, mostAtOnce: Int? = nil) {
        takesUnreachableAddresses = takesUnreachable
        self.mostAtOnce = mostAtOnce
    }

    var taken: [OutgoingMail] { state.withLock { $0.taken } }
    var asked: Int { state.withLock { $0.asked } }
    /// How many mails it was sending at the same time, at the most.
    var mostTogether: Int { state.withLock { $0.mostTogether } }
    func fail(_ failures: [any Error]) { state.withLock { $0.failures = failures } }
    /// Runs while a mail is being sent.
    func whileSending(_ work: (@Sendable () async throws -> Void)?) { before.withLock { $0 = work } }

    func send(_ mail: OutgoingMail) async throws -> String? {
        state.withLock { state in
            state.together += 1
            state.mostTogether = max(state.mostTogether, state.together)
        }
        defer { state.withLock { $0.together -= 1 } }
        if let work = before.withLock({ $0 }) { try await work() }
        let failure = state.withLock { state -> (any Error)? in
            state.asked += 1
            if !state.failures.isEmpty { return state.failures.removeFirst() }
            state.taken.append(mail)
            return nil
        }
        if let failure { throw failure }
        return nil
    }
}

/// Who has which address now.
final class AddressBook: Sendable {
    struct Away: Error {}

    private let addresses: Mutex<[UserID: MailAddress]>
    private let isAway = Mutex(false)
    private let before = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init(_ addresses: [UserID: MailAddress?]) { self.addresses = Mutex(addresses.compactMapValues { $0 }) }

    var now: [UserID: MailAddress] { addresses.withLock { $0 } }
    /// Runs while somebody looks people up.
    func whileLookedUp(_ work: (@Sendable () async throws -> Void)?) { before.withLock { $0 = work } }

    func addresses(of ids: [UserID]) async throws -> [UserID: MailAddress] {
        if let work = before.withLock({ $0 }) { try await work() }
        if isAway.withLock({ $0 }) { throw Away() }
        return addresses.withLock { $0.filter { ids.contains($0.key) } }
    }

    func set(_ address: MailAddress?, of id: UserID) { addresses.withLock { $0[id] = address } }
    func goAway(_ away: Bool) { isAway.withLock { $0 = away } }
}

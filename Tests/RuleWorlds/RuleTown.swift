import Core
import Foundation
import PropertyService
import Storage
import Synchronization

/// The service on a database of its own, with a clock that only a world moves, and a place in a town of its own for each
/// world.
struct RuleTown: Sendable {
    let properties: Properties
    let host = Caller(id: UserID(stored: "usr_host"), isOperator: false)
    /// Thousandths of a percent.
    let serviceFee: Int
    private let clock: Clock

    /// Read once: it is mapped, and all worlds are on one earth.
    private static let gazetteer = Result { try Gazetteer() }

    init(on database: any Database, serviceFee: Int) async throws {
        let clock = Clock()
        self.clock = clock
        self.serviceFee = serviceFee
        try await database.migrate(PropertyMigrations.all, at: clock.now)
        properties = Properties(
            database: database, world: clock.world, outbox: Outbox(source: "properties") { _ in [] },
            gazetteer: try RuleTown.gazetteer.get(), operatorCurrency: .usd, courier: Courier { _ in },
            serviceFee: Percent(thousandths: serviceFee))
    }

    var now: Instant { clock.now }
    func move(to moment: Instant) { clock.move(to: moment) }

    /// A listed place but for what `change` says.
    func place(_ change: (inout PropertyDraft) -> Void) async throws -> Property {
        var draft = PropertyDraft()
        draft.title = "House by the river"
        draft.roomType = "entireHome"
        var location = LocationDraft()
        (location.country, location.latitude, location.longitude) = ("US", 42.65, -73.75)
        draft.location = location
        draft.status = "listed"
        change(&draft)
        return try await properties.create(draft, for: host, once: nil)
    }

    /// Hands an event of the Booking Service on, the first of its subject.
    func apply(_ kind: String, _ subject: String, _ body: some Encodable) async throws {
        try await properties.apply(
            Event(
                source: "bookings", subject: subject, version: 1, kind: kind,
                body: String(decoding: try JSONEncoder().encode(body), as: UTF8.self)))
    }

    func find(_ ask: (inout PropertySearch) -> Void) async throws -> SearchPage {
        var query = PropertySearch()
        ask(&query)
        return try await properties.search(query, for: nil)
    }

    private final class Clock: Sendable {
        private let state = Mutex((now: Instant(milliseconds: 0), chance: SeededGenerator(seed: 1)))

        var now: Instant { state.withLock { $0.now } }
        func move(to moment: Instant) { state.withLock { $0.now = moment } }

        var world: World {
            World(
                now: { self.now },
                random: { count in
                    self.state.withLock { state in
                        (0..<count).map { _ in UInt8(truncatingIfNeeded: state.chance.next()) }
                    }
                },
                sleep: { _ in })
        }
    }
}

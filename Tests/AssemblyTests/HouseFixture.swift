import Assembly
import AuthService
import BookingService
import Core
import Foundation
import NotificationService
import PaymentService
import PropertyService
import Storage
import TestSupport

/// The whole on databases of its own, with a clock that only the test moves. Nobody has a password.
struct HouseFixture {
    let clock = TestWorld()
    let databases: Databases
    let house: House
    let host: Caller
    let guest: Caller
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - payments, properties: what stands before the database of that name.
    ///   - wrap: what stands before each, by its name.
    ///   - outside: the world and the payment providers, where they are not those of the configuration.
    init(
        settings: [String: String] = [:], payments: @Sendable (any Database) -> any Database = { $0 },
        properties: @Sendable (any Database) -> any Database = { $0 },
        wrap: (_ name: String, _ database: any Database) -> any Database = { $1 },
        outside: ((Databases, TestWorld) -> (World, [any PaymentProvider]))? = nil
    ) async throws {
        folder = try TemporaryFolder()
        databases = Databases(
            users: try await Engine.database(), properties: properties(try await Engine.database()),
            bookings: try await Engine.database(), payments: payments(try await Engine.database())
        ).wrapped(wrap)
        try await databases.migrate(world: clock.world)
        let base = ["ROOST_BASE_URL": "https://roost.example", "ROOST_DATA_DIR": folder.url.path]
        let given = outside?(databases, clock)
        house = try House(
            try Configuration(base.merging(settings) { $1 }), databases: databases, world: given?.0 ?? clock.world,
            parts: House.Parts(providers: given?.1))
        host = try await house.accounts.add(email: "hana@example.com", name: "Hana", isOperator: false, password: nil)
            .caller
        guest = try await house.accounts.add(email: "anna@example.com", name: "Anna", isOperator: false, password: nil)
            .caller
    }

    /// A place in Albany, listed.
    func place(instantBook: Bool = true, units: Int = 1) async throws -> Property {
        var draft = PropertyDraft()
        draft.title = "Heron’s Rest"
        draft.roomType = RoomType.entireHome.rawValue
        var location = LocationDraft()
        location.country = "US"
        location.city = "Albany"
        location.latitude = 42.65
        location.longitude = -73.75
        draft.location = location
        draft.maximumGuests = 4
        draft.nightlyPrice = MoneyDraft(amount: 12_500, currency: "USD")
        draft.timeZone = "America/New_York"
        draft.instantBook = instantBook
        draft.unitCount = units
        draft.status = "listed"
        return try await house.properties.create(draft, for: host, once: nil)
    }

    /// Three nights from the tenth day from today on.
    func hold(_ place: Property, in days: Int = 10) async throws -> Booking {
        let today = place.zone.day(at: clock.now)
        guard let stay = Stay(from: today.advanced(by: days), to: today.advanced(by: days + 3)) else {
            throw StorageError.fault("no stay")
        }
        return try await house.bookings.hold(
            Wish(propertyId: place.id, stay: stay, party: Party(adults: 2)), expecting: nil, for: guest, once: nil)
    }

    /// A round of everything that is due; what fails is left for the next, as in the background.
    func workThrough() async {
        for chore in house.chores where !chore.isTidying { try? await chore.work() }
    }

    /// Has everybody hear what they hear in the background: letters become due, and none is sent.
    func hear() async throws {
        for delivery in house.deliveries { try await delivery.deliverDue() }
    }

    /// Pays with the test provider, as the payer does on its page.
    func pay(_ booking: Booking) async throws {
        let started = try await house.bookings.startPayment(
            for: booking.id, provider: "test", for: guest, once: nil)
        guard let token = started.payment.checkoutUrl?.split(separator: "/").last else {
            throw StorageError.fault("no page to pay on")
        }
        _ = try await house.payments.actAsTestPayer(token: String(token), outcome: .succeed)
        try await house.workOnce()
    }

    /// The letters about a booking, in the order in which they became due: `held to usr_…`.
    func letters(about booking: Booking) async throws -> [String] {
        try await house.mails.deliveries(about: booking.id.text).map { mail in
            "\(mail.kind.rawValue) to \(mail.recipient == guest.id ? "guest" : mail.recipient == host.id ? "host" : "?")"
        }
    }
}

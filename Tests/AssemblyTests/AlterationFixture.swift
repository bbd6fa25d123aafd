import Assembly
import AuthService
import BookingService
import Core
import Foundation
import PaymentService
import PropertyService
import Storage
import Testing

/// A confirmed booking of three nights from the tenth day on, at 125.00 USD a night, and what becomes of it.
struct AlterationFixture {
    let all: HouseFixture
    let place: Property
    let booking: Booking
    var house: House { all.house }

    init(settings: [String: String] = [:], units: Int = 1) async throws {
        all = try await HouseFixture(settings: settings)
        place = try await all.place(units: units)
        let held = try await all.hold(place)
        try await all.pay(held)
        booking = try await all.house.bookings.booking(held.id, for: all.guest)
    }

    /// So many days later or earlier than booked.
    func wish(checkIn: Int = 0, checkOut: Int = 0, total: Int64? = nil, party: Party? = nil) -> AlterationWish {
        AlterationWish(
            checkIn: checkIn == 0 ? nil : booking.stay.checkIn.advanced(by: checkIn),
            checkOut: checkOut == 0 ? nil : booking.stay.checkOut.advanced(by: checkOut), party: party,
            total: total.map { Money($0, .usd) })
    }

    func propose(_ wish: AlterationWish, by caller: Caller? = nil) async throws -> Alteration {
        try await house.bookings.propose(
            wish, for: booking.id, expecting: nil, message: nil, for: caller ?? all.guest, once: nil)
    }

    /// Proposed by the guest, accepted by the host.
    func agree(_ wish: AlterationWish) async throws -> Alteration {
        try await house.bookings.acceptAlteration(try await propose(wish).id, for: all.host, once: nil)
    }

    /// The token of the page on which the difference is paid.
    func page(of alteration: Alteration) async throws -> String {
        let started = try await house.bookings.startPayment(
            forAlteration: alteration.id, provider: "test", for: all.guest, once: nil)
        return String(try #require(started.payment.checkoutUrl?.split(separator: "/").last))
    }

    func pay(on page: String) async throws {
        _ = try await house.payments.actAsTestPayer(token: page, outcome: .succeed)
        try await rest()
    }

    /// All that is due is done, also what that brings about.
    func rest() async throws { for _ in 0..<4 { try await house.workOnce() } }

    func now(_ id: AlterationID) async throws -> AlterationStatus {
        try await house.bookings.alteration(id, for: all.guest).status
    }

    /// The booking as it is, with what the ledger says.
    func current() async throws -> Booking { try await house.bookings.booking(booking.id, for: all.guest) }

    /// Which nights somebody has or nobody can have, by days from the booked check-in.
    func taken() async throws -> [Int] {
        try await all.databases.bookings.read { reader in
            try reader.values("SELECT night FROM claimed_night ORDER BY night", as: LocalDay.self)
        }.map { booking.stay.checkIn.distance(to: $0) }
    }

    func findings(atRest: Bool = true) async throws -> [String] {
        for delivery in house.deliveries { try await delivery.deliverDue() }
        return try await Audit(house).once(atRest: atRest).map(\.description)
    }

    /// Another guest's hold of nights, by days from the booked check-in.
    func rival(_ from: Int, _ to: Int) async throws -> Booking {
        let stay = try #require(
            Stay(from: booking.stay.checkIn.advanced(by: from), to: booking.stay.checkIn.advanced(by: to)))
        let other = try await house.accounts.add(
            email: "rival-\(from)-\(to)@example.com", name: "Rita", isOperator: false, password: nil)
        return try await house.bookings.hold(
            Wish(propertyId: place.id, stay: stay, party: Party(adults: 1)), expecting: nil, for: other.caller,
            once: nil)
    }
}

import Core
import PropertyService
import Storage

/// Who has which nights of the units of a property for a while, as the claims have it.
struct UnitNights: Equatable {
    private enum Owner { case booking, nobody }

    private var units: [UnitID: [LocalDay: Owner]]

    /// - Parameter units: those that can be claimed; every night is free.
    init(_ units: [UnitID]) {
        self.units = Dictionary(uniqueKeysWithValues: units.map { ($0, [:]) })
    }

    /// A night that a booking has, or that is closed or kept to prepare.
    mutating func add(_ night: LocalDay, of unit: UnitID, isBooked: Bool) {
        units[unit]?[night] = isBooked ? .booking : .nobody
    }

    /// A stay takes its nights and keeps those around it.
    mutating func take(_ stay: Stay, preparing preparation: Int, on unit: UnitID) {
        for night in stay.surroundings(preparation) where units[unit]?[night] == nil {
            add(night, of: unit, isBooked: false)
        }
        for night in stay.nights { add(night, of: unit, isBooked: true) }
    }

    /// Whether some unit could be claimed for the whole stay.
    func fits(_ stay: Stay, preparing preparation: Int) -> Bool {
        units.keys.contains { fits(stay, preparing: preparation, on: $0) }
    }

    /// Whether that unit could be claimed for the whole stay.
    func fits(_ stay: Stay, preparing preparation: Int, on unit: UnitID) -> Bool {
        guard let nights = units[unit] else { return false }
        return stay.nights.allSatisfy { nights[$0] == nil }
            && stay.surroundings(preparation).allSatisfy { nights[$0] != .booking }
    }
}

extension BookingStore {
    /// How many requests one that is accepted may crowd out at once; any more can't be accepted and wait for an answer.
    private static let mostCrowdedOut = 500

    /// Open requests whose stays come near to one that is about to be claimed and that could be accepted now, and who
    /// has the nights around.
    func rivals(
        of record: BookingRecord, on units: [UnitID], at now: Instant, in tx: borrowing Transaction
    ) throws -> (requests: [BookingRecord], nights: UnitNights) {
        let (from, to) = (
            record.wish.stay.checkIn.advanced(by: -record.preparation),
            record.wish.stay.checkOut.advanced(by: record.preparation)
        )
        let near = try tx.all(
            """
            SELECT \(raw: BookingRecord.columns) FROM booking
            WHERE property_id = \(record.wish.propertyId) AND state = 'requested' AND id <> \(record.id)
                AND ends_at > \(now) AND check_in - preparation < \(to) AND check_out + preparation > \(from)
            ORDER BY created_at, id LIMIT \(BookingStore.mostCrowdedOut)
            """, BookingRecord.init)
        guard !near.isEmpty else { return ([], UnitNights([])) }
        let retired = try Set(
            tx.values("SELECT unit_id FROM retired_unit WHERE unit_id IN \(list: units)", as: UnitID.self))
        let known = units.filter { !retired.contains($0) }
        var nights = UnitNights(known)
        let first = near.map { $0.wish.stay.checkIn.advanced(by: -$0.preparation) }.min() ?? from
        let end = near.map { $0.wish.stay.checkOut.advanced(by: $0.preparation) }.max() ?? to
        try tx.forEach(
            """
            SELECT unit_id, night, booking_id FROM claimed_night
            WHERE unit_id IN \(list: known) AND night >= \(first) AND night < \(end)
            """
        ) { row in
            nights.add(try row[1], of: try row[0], isBooked: try row[2] as BookingID? != nil)
        }
        return (near.filter { nights.fits($0.wish.stay, preparing: $0.preparation) }, nights)
    }

    /// Declines the requests that no longer fit on any unit now that `record` has its nights.
    func declineCrowdedOut(
        _ rivals: (requests: [BookingRecord], nights: UnitNights), by record: BookingRecord, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        guard let unit = record.unitId, !rivals.requests.isEmpty else { return }
        var nights = rivals.nights
        nights.take(record.wish.stay, preparing: record.preparation, on: unit)
        for request in rivals.requests where !nights.fits(request.wish.stay, preparing: request.preparation) {
            let why: Booking.CrowdedOut = request.guestId == record.guestId ? .byOwnRequest : .byAnotherGuest
            let decline = Move(event: .declined, actor: .system, reason: why.rawValue)
            _ = try move(request, decline, at: now, in: tx)
        }
    }
}

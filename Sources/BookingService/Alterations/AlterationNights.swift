import Core
import PropertyService
import Storage

/// Nights that come to a booking or leave it, for the copy that search uses.
struct NightsMove: Sendable {
    let kind: String
    let owner: BookingID
    let unit: UnitID
    let nights: [LocalDay]
}

/// The nights of alterations: the new ones are claimed beside the old ones, which are never let go before.
extension Transaction {
    /// Claims the nights of the new stay on the booking's unit, where the stays overlap or touch; else, and where somebody
    /// else has some of them, on one unit for the whole new stay.
    /// - Throws: `Problem` `nights_unavailable`.
    func holdNights(
        of alteration: AlterationRecord, for record: BookingRecord, on units: [UnitID], at now: Instant
    ) throws -> (AlterationRecord.Holding, NightsMove) {
        guard let unit = record.unitId else { throw StorageError.fault("\(record.id) is altered and has no unit") }
        let (old, new) = (record.wish.stay, alteration.after.stay)
        let isNear = max(old.checkIn, new.checkIn) <= min(old.checkOut, new.checkOut)
        var others = units
        if isNear {
            do {
                let added = try savepoint { .keep(try $0.widen(old, to: new, on: unit, for: record.id)) }
                return (.widened, NightsMove(kind: NightsMoved.taken, owner: record.id, unit: unit, nights: added))
            } catch let refusal as Problem {
                others.removeAll { $0 == unit }
                // Nobody moves to another unit in the middle of a stay.
                guard !others.isEmpty, now < record.agreed.checkInAt else { throw refusal }
            }
        }
        let place = try claim(new, on: others, for: alteration.owner)
        return (
            .apart(place),
            NightsMove(kind: NightsMoved.taken, owner: alteration.owner, unit: place, nights: Array(new.nights))
        )
    }

    /// Gives the booking the nights of the new stay and lets go of those of the old one that are not in it.
    /// - Returns: its unit from now on, and what moved.
    func applyNights(
        of alteration: AlterationRecord, for record: BookingRecord
    ) throws -> (UnitID, [NightsMove]) {
        guard let unit = record.unitId, let holding = alteration.holding else {
            throw StorageError.fault("\(alteration.id) is applied and has no nights")
        }
        switch holding {
        case .widened:
            let freed = try narrow(record.id, on: unit, to: alteration.after.stay)
            return (unit, [NightsMove(kind: NightsMoved.freed, owner: record.id, unit: unit, nights: freed)])
        case .apart(let place):
            let freed = try release(record.id, from: record.wish.stay.checkIn)
            try execute("UPDATE claimed_night SET booking_id = \(record.id) WHERE booking_id = \(alteration.owner)")
            let new = Array(alteration.after.stay.nights)
            return (
                place,
                [
                    NightsMove(kind: NightsMoved.freed, owner: alteration.owner, unit: place, nights: new),
                    NightsMove(kind: NightsMoved.freed, owner: record.id, unit: unit, nights: freed),
                    NightsMove(kind: NightsMoved.taken, owner: record.id, unit: place, nights: new),
                ]
            )
        }
    }

    /// Lets go of the new nights that are not the booking's own.
    func releaseNights(of alteration: AlterationRecord, for record: BookingRecord) throws -> [NightsMove] {
        guard let unit = record.unitId, let holding = alteration.holding else { return [] }
        switch holding {
        case .widened:
            let freed = try narrow(record.id, on: unit, to: record.wish.stay)
            return [NightsMove(kind: NightsMoved.freed, owner: record.id, unit: unit, nights: freed)]
        case .apart(let place):
            let freed = try release(alteration.owner, from: alteration.after.stay.checkIn)
            return [NightsMove(kind: NightsMoved.freed, owner: alteration.owner, unit: place, nights: freed)]
        }
    }

    /// - Returns: the nights that came to it.
    private func widen(_ old: Stay, to new: Stay, on unit: UnitID, for booking: BookingID) throws -> [LocalDay] {
        let added = new.nights.filter { !old.nights.contains($0) }
        let isRetired = try exists("SELECT 1 FROM retired_unit WHERE unit_id = \(unit)")
        // In date order, so that overlapping claims wait for each other instead of deadlocking.
        let taken = try added.filter { night in
            try isRetired
                || execute(
                    """
                    INSERT INTO claimed_night (unit_id, night, booking_id) VALUES (\(unit), \(night), \(booking))
                    ON CONFLICT (unit_id, night) DO NOTHING
                    """) == 0
        }
        guard taken.isEmpty else { throw Problem.nightsUnavailable(taken) }
        return added
    }

    /// Lets go of a booking's nights outside of a stay; those that somebody closed stay blocked.
    /// - Returns: the nights let go.
    private func narrow(_ booking: BookingID, on unit: UnitID, to stay: Stay) throws -> [LocalDay] {
        let freed = try values(
            """
            UPDATE claimed_night SET booking_id = NULL WHERE booking_id = \(booking) AND unit_id = \(unit)
                AND (night < \(stay.checkIn) OR night >= \(stay.checkOut))
            RETURNING night
            """, as: LocalDay.self
        ).sorted()
        for night in freed {
            try execute(
                """
                DELETE FROM claimed_night WHERE unit_id = \(unit) AND night = \(night) AND NOT EXISTS (
                    SELECT 1 FROM night_block WHERE night_block.unit_id = \(unit) AND night_block.night = \(night))
                """)
        }
        return freed
    }
}

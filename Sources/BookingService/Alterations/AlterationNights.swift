import Core
import PropertyService
import Storage

/// Nights that come to a booking or leave it, for the copy that search uses.
struct NightsMove: Sendable {
    let kind: String
    let owner: BookingID
    let unit: UnitID
    let nights: [LocalDay]
    /// All nights that the owner keeps to prepare from now on.
    let prepared: [LocalDay]
}

/// The nights of alterations: the new ones are claimed beside the old ones, which are never let go before.
extension Transaction {
    /// Claims the nights of the new stay on the booking's unit, where the stays overlap, touch, or lie nearer than is
    /// prepared: what a booking keeps around its own stay is not kept from itself. Else, and where somebody else has some of
    /// them, on one unit for the whole new stay.
    /// - Throws: `Problem` `nights_unavailable`.
    func holdNights(
        of alteration: AlterationRecord, for record: BookingRecord, on units: [UnitID], at now: Instant
    ) throws -> (AlterationRecord.Holding, [NightsMove]) {
        guard let unit = record.unitId else { throw StorageError.fault("\(record.id) is altered and has no unit") }
        let (old, new) = (record.wish.stay, alteration.after.stay)
        var others = units
        let apart = min(old.checkOut, new.checkOut).distance(to: max(old.checkIn, new.checkIn))
        if apart < max(1, record.preparation) {
            do {
                let moves = try savepoint { step in
                    .keep(try step.reshape(record, on: unit, from: old, to: alteration.widened(old)))
                }
                return (.widened, moves)
            } catch let refusal as Problem {
                others.removeAll { $0 == unit }
                // Nobody moves to another unit in the middle of a stay.
                guard !others.isEmpty, now < record.agreed.checkInAt else { throw refusal }
            }
        }
        let place = try claim(new, preparing: record.preparation, on: others, for: alteration.owner)
        let taken = NightsMove(
            kind: NightsMoved.taken, owner: alteration.owner, unit: place, nights: Array(new.nights),
            prepared: new.surroundings(record.preparation))
        return (.apart(place), [taken])
    }

    /// Gives the booking the nights of the new stay and lets go of those of the old one that are not in it.
    /// - Returns: its unit from now on, and what moved.
    func applyNights(
        of alteration: AlterationRecord, for record: BookingRecord
    ) throws -> (UnitID, [NightsMove]) {
        guard let unit = record.unitId, let holding = alteration.holding else {
            throw StorageError.fault("\(alteration.id) is applied and has no nights")
        }
        let (old, new) = (record.wish.stay, alteration.after.stay)
        switch holding {
        case .widened:
            return (unit, try reshape(record, on: unit, from: alteration.widened(old), to: new))
        case .apart(let place):
            let (freed, _) = try release(
                old, preparing: record.preparation, on: unit, for: record.id, from: old.checkIn)
            try execute("UPDATE claimed_night SET booking_id = \(record.id) WHERE booking_id = \(alteration.owner)")
            try execute(
                """
                UPDATE night_block SET source = \(BlockSource.preparation(for: record.id))
                WHERE unit_id = \(place) AND source = \(BlockSource.preparation(for: alteration.owner))
                """)
            func move(
                _ kind: String, _ owner: BookingID, _ unit: UnitID, _ nights: [LocalDay], prepared: [LocalDay] = []
            )
                -> NightsMove
            { NightsMove(kind: kind, owner: owner, unit: unit, nights: nights, prepared: prepared) }
            let nights = Array(new.nights)
            return (
                place,
                [
                    move(NightsMoved.freed, alteration.owner, place, nights),
                    move(NightsMoved.freed, record.id, unit, freed),
                    move(
                        NightsMoved.taken, record.id, place, nights, prepared: new.surroundings(record.preparation)),
                ]
            )
        }
    }

    /// Lets go of the new nights that are not the booking's own.
    func releaseNights(of alteration: AlterationRecord, for record: BookingRecord) throws -> [NightsMove] {
        guard let unit = record.unitId, let holding = alteration.holding else { return [] }
        switch holding {
        case .widened:
            return try reshape(record, on: unit, from: alteration.widened(record.wish.stay), to: record.wish.stay)
        case .apart(let place):
            let (freed, _) = try release(
                alteration.after.stay, preparing: record.preparation, on: place, for: alteration.owner,
                from: alteration.after.stay.checkIn)
            return [
                NightsMove(
                    kind: NightsMoved.freed, owner: alteration.owner, unit: place, nights: freed, prepared: [])
            ]
        }
    }

    /// Gives a booking the nights of another stay on its unit: those in both are never let go, and nights that somebody
    /// closed beside it stay closed.
    /// - Throws: `Problem` `nights_unavailable` for nights that somebody else has, or has too near.
    private func reshape(
        _ record: BookingRecord, on unit: UnitID, from old: Stay, to new: Stay
    ) throws -> [NightsMove] {
        let (booking, gap) = (record.id, record.preparation)
        try unprepare(booking, on: unit, around: old, gap)
        let freed = try values(
            """
            UPDATE claimed_night SET booking_id = NULL WHERE booking_id = \(booking) AND unit_id = \(unit)
                AND (night < \(new.checkIn) OR night >= \(new.checkOut))
            RETURNING night
            """, as: LocalDay.self
        ).sorted()
        try free(old.checkIn..<old.checkOut, of: unit)
        let isRetired = try exists("SELECT 1 FROM retired_unit WHERE unit_id = \(unit)")
        // In date order, so that overlapping claims wait for each other instead of deadlocking.
        var taken: [LocalDay] = []
        var added: [LocalDay] = []
        for night in new.checkIn.advanced(by: -gap)..<new.checkOut.advanced(by: gap) {
            let isOwn = new.nights.contains(night)
            guard !(isOwn && old.nights.contains(night)) else { continue }
            let isNew =
                try execute(
                    """
                    INSERT INTO claimed_night (unit_id, night, booking_id)
                    VALUES (\(unit), \(night), \(isOwn ? booking : nil))
                    ON CONFLICT (unit_id, night) DO NOTHING
                    """) == 1
            if isOwn {
                if !isNew || isRetired { taken.append(night) } else { added.append(night) }
            } else if !isNew {
                // Locked, so that whoever takes the other reason away waits.
                let owner =
                    try value(
                        """
                        UPDATE claimed_night SET booking_id = booking_id WHERE unit_id = \(unit) AND night = \(night)
                        RETURNING booking_id
                        """, as: BookingID?.self) ?? nil
                if owner != nil { taken += new.nights.filter { abs($0.distance(to: night)) <= gap } }
            }
        }
        guard taken.isEmpty else { throw Problem.nightsUnavailable(Set(taken).sorted()) }
        let prepared = new.surroundings(gap)
        for night in prepared {
            try later(
                """
                INSERT INTO night_block (unit_id, night, source)
                VALUES (\(unit), \(night), \(BlockSource.preparation(for: booking)))
                ON CONFLICT (unit_id, night, source) DO NOTHING
                """)
        }
        var moves: [NightsMove] = []
        func move(_ kind: String, _ nights: [LocalDay]) {
            guard !nights.isEmpty else { return }
            moves.append(NightsMove(kind: kind, owner: booking, unit: unit, nights: nights, prepared: prepared))
        }
        move(NightsMoved.freed, freed)
        move(NightsMoved.taken, added)
        return moves
    }

    /// Takes back what a booking keeps around a stay; nights that have another reason stay blocked.
    private func unprepare(_ booking: BookingID, on unit: UnitID, around stay: Stay, _ gap: Int) throws {
        guard gap > 0 else { return }
        let around = stay.checkIn.advanced(by: -gap)..<stay.checkOut.advanced(by: gap)
        // The claims are locked first, as in `block`.
        try later(
            """
            UPDATE claimed_night SET booking_id = NULL WHERE unit_id = \(unit) AND night >= \(around.lowerBound)
                AND night < \(around.upperBound) AND booking_id IS NULL
            """)
        try later(
            """
            DELETE FROM night_block WHERE unit_id = \(unit) AND night >= \(around.lowerBound)
                AND night < \(around.upperBound) AND source = \(BlockSource.preparation(for: booking))
            """)
        try free(around, of: unit)
    }

    /// Nights that nobody has for any reason.
    private func free(_ nights: Range<LocalDay>, of unit: UnitID) throws {
        try later(
            """
            DELETE FROM claimed_night WHERE unit_id = \(unit) AND night >= \(nights.lowerBound)
                AND night < \(nights.upperBound) AND booking_id IS NULL AND NOT EXISTS (
                    SELECT 1 FROM night_block
                    WHERE night_block.unit_id = claimed_night.unit_id AND night_block.night = claimed_night.night)
            """)
    }
}

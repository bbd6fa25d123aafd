import Core
import PropertyService
import Storage

/// Where the stays to come at a property can go, so that units can be taken away from it. Pure: what is claimed was read
/// before.
struct UnitMoves {
    /// The units that stay.
    let staying: [UnitID]
    /// The nights of `staying` that bookings have.
    let booked: [(night: UnitNight, owner: BookingID)]
    /// Why nights of `staying` are closed or kept.
    let blocks: [(night: UnitNight, source: String)]

    /// A booking and the unit it is to have.
    typealias Move = (record: BookingRecord, unit: UnitID)

    /// Finds a unit for each of the stays, each whole and with the nights around it that it keeps; everybody else stays
    /// where they are. By check-in, and on its own unit where that will do: so the fewest units are needed for stays
    /// that nothing is fixed between.
    /// - Returns: nothing where one finds none.
    func places(for moving: [BookingRecord]) -> [Move]? {
        let ids = Set(moving.map(\.id))
        let theirs = Set(ids.map(BlockSource.preparation))
        var nights = UnitNights(staying)
        for block in blocks where !theirs.contains(block.source) {
            nights.add(block.night.night, of: block.night.unit, isBooked: false)
        }
        for claim in booked where !ids.contains(claim.owner) {
            nights.add(claim.night.night, of: claim.night.unit, isBooked: true)
        }
        var moves: [Move] = []
        for record in moving.sorted(by: { ($0.wish.stay.checkIn, $0.id.text) < ($1.wish.stay.checkIn, $1.id.text) }) {
            let own = staying.filter { $0 == record.unitId }
            let unit = (own + staying).first { unit in
                nights.fits(record.wish.stay, preparing: record.preparation, on: unit)
            }
            guard let unit else { return nil }
            nights.take(record.wish.stay, preparing: record.preparation, on: unit)
            moves.append((record, unit))
        }
        return moves
    }
}

extension BookingStore {
    /// How many stays are moved to other units at once: more would hold up everybody who books for too long.
    private static let mostMoved = 500

    /// Brings every stay to come off units that are taken away, each whole to one that stays: first only those that must
    /// go, and where that does not do, all stays to come anew. Nobody moves to another unit in the middle of a stay, nor
    /// while a change of it is open.
    /// - Returns: the bookings that moved.
    /// - Throws: `Problem` `nights_unavailable` where they find no room; then nothing may be kept of the transaction.
    func clear(
        _ leaving: [UnitID], into staying: [UnitID], from today: LocalDay, at now: Instant, in tx: borrowing Transaction
    ) throws -> [BookingID] {
        let owners = try tx.values(
            """
            SELECT DISTINCT booking_id FROM claimed_night WHERE unit_id IN \(list: leaving)
                AND night >= \(today) AND booking_id IS NOT NULL
            """, as: BookingID.self)
        guard !owners.isEmpty else { return [] }
        let movable = try movable(on: leaving + staying, from: today, at: now, in: tx)
        let mustGo = movable.filter { owners.contains($0.id) }
        guard mustGo.count == owners.count else {
            throw BookingStore.unitsClaimed(
                "A guest is on a unit that would go, or a change of their stay there is open. Wait until that is over.")
        }
        let plan = try plan(movable, on: staying, in: tx)
        let moves = plan.places(for: mustGo) ?? plan.places(for: movable)
        guard let moves else {
            throw BookingStore.unitsClaimed("Fewer units than are claimed is not possible: guests have all of them.")
        }
        let needed = moves.filter { $0.record.unitId != $0.unit }
        guard needed.count <= BookingStore.mostMoved else {
            throw BookingStore.unitsClaimed(
                "More than \(BookingStore.mostMoved) stays would have to move. Take fewer units away at once.")
        }
        try move(needed, at: now, in: tx)
        return needed.map(\.record.id)
    }

    private static func unitsClaimed(_ detail: String) -> Problem {
        Problem(
            .nightsUnavailable, detail,
            errors: [Problem.FieldError("unitCount", "night_taken", "Units with guests to come can't go.")])
    }

    /// The bookings that have nights to come on these units and can have others.
    private func movable(
        on units: [UnitID], from today: LocalDay, at now: Instant, in tx: borrowing Transaction
    ) throws -> [BookingRecord] {
        let altered = try Set(
            tx.values(
                """
                SELECT booking_id FROM alteration WHERE state IN \(list: AlterationCourse.openStates.map(\.rawValue))
                    AND booking_id IN (
                        SELECT booking_id FROM claimed_night WHERE unit_id IN \(list: units) AND night >= \(today))
                """, as: BookingID.self))
        return try tx.all(
            """
            SELECT \(raw: BookingRecord.columns) FROM booking WHERE id IN (
                SELECT booking_id FROM claimed_night WHERE unit_id IN \(list: units) AND night >= \(today))
            """, BookingRecord.init
        ).filter { $0.wish.stay.checkIn >= today && now < $0.agreed.checkInAt && !altered.contains($0.id) }
    }

    private func plan(
        _ movable: [BookingRecord], on staying: [UnitID], in tx: borrowing Transaction
    ) throws -> UnitMoves {
        let first = movable.map { $0.wish.stay.checkIn.advanced(by: -$0.preparation) }.min()
        guard let first else { return UnitMoves(staying: staying, booked: [], blocks: []) }
        return UnitMoves(
            staying: staying,
            booked: try tx.all(
                """
                SELECT unit_id, night, booking_id FROM claimed_night
                WHERE unit_id IN \(list: staying) AND night >= \(first) AND booking_id IS NOT NULL
                """
            ) { row in (night: UnitNight(unit: try row[0], night: try row[1]), owner: try row[2]) },
            blocks: try tx.all(
                "SELECT unit_id, night, source FROM night_block WHERE unit_id IN \(list: staying) AND night >= \(first)"
            ) { row in (night: UnitNight(unit: try row[0], night: try row[1]), source: try row[2]) })
    }

    /// All let go before any claims, so that two may change places; the claims decide, whatever the plan said.
    private func move(_ moves: [UnitMoves.Move], at now: Instant, in tx: borrowing Transaction) throws {
        var records: [BookingRecord] = []
        for (record, _) in moves {
            var record = record
            guard let unit = record.unitId else { throw StorageError.fault("\(record.id) owns nights of no unit") }
            let (freed, prepared) = try tx.release(
                record.wish.stay, preparing: record.preparation, on: unit, for: record.id,
                from: record.wish.stay.checkIn)
            try appendNights(NightsMoved.freed, freed, prepared: prepared, &record, at: now, in: tx)
            records.append(record)
        }
        for (record, move) in zip(records, moves) {
            var record = record
            record.unitId = try tx.claim(record, on: [move.unit])
            try appendTaken(&record, at: now, in: tx)
            try tx.save(record)
        }
    }
}

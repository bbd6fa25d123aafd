public import Core
import PropertyService
import Storage

/// Which of the bookings at their places hosts look at.
public enum HostedPart: String, Sendable, CaseIterable {
    /// Requests that are open, those that lapse first at the beginning.
    case toAnswer
    /// Held or confirmed, the next arrival first.
    case arriving
    /// Between check-in and check-out, on the clock at the place.
    case inStay
    /// Stays that are over, the last one first.
    case past
    /// Cancelled, declined, expired or lapsed, newest first.
    case ended
}

/// A night of a unit that is not free, as its host sees it.
public struct TakenNight: Sendable, Equatable {
    /// Who has it.
    public enum Holder: Sendable, Equatable {
        case booking(BookingID, code: String, status: BookingStatus)
        /// The host closed it, or a calendar that was brought in.
        case closed
        /// Kept free to prepare the place for a stay beside it.
        case kept
    }

    public let date: LocalDay
    /// The unit's number within its property, from 1.
    public let unit: Int
    public let holder: Holder
}

/// A change that a guest proposes, with the booking that it is about.
public struct OpenProposal: Sendable, Equatable {
    public let alteration: Alteration
    /// Without what was paid.
    public let booking: Booking
}

extension Bookings {
    /// Changes that guests propose at the caller's places and that wait for an answer, those that lapse first at the
    /// beginning.
    /// - Parameter property: only at this one; nothing for all.
    public func proposalsToAnswer(
        at property: PropertyID?, limit: Int, for caller: Caller
    ) async throws -> [OpenProposal] {
        try await store.proposalsToAnswer(of: caller.id, at: property, limit: limit, now: world.now())
    }

    /// The bookings at the caller's places, one part of them.
    /// - Parameters:
    ///   - property: only at this one; nothing for all. One of somebody else has none.
    ///   - cursor: where the page before ended.
    /// - Throws: `Problem` `validation_failed` for a cursor that is not ours.
    public func hosted(
        _ part: HostedPart, at property: PropertyID?, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<Booking> {
        let now = world.now()
        let list = "\(part)"
        var after: BookingCursor?
        if let cursor {
            guard let parsed = BookingCursor(cursor, of: list) else {
                throw Problem.invalid("cursor", "invalid", "This cursor is not one of ours. Begin again without it.")
            }
            after = parsed
        }
        let limit = min(max(limit, Page<Booking>.limits.lowerBound), Page<Booking>.limits.upperBound)
        // One more than asked for tells whether the list goes on.
        let found = try await store.hosted(
            part, of: caller.id, at: property, after: after, limit: limit + 1, now: now)
        let next = found.count > limit ? found.prefix(limit).last?.cursor.text(of: list) : nil
        // The database knows days, not the clock at each place: what lies on the edge is decided here.
        let items = found.prefix(limit).map(\.record.booking).filter { part.holds($0, at: now) }
        return Page(items: try await withBalances(items), nextCursor: next)
    }

    /// The nights of a place that are not free, by date and unit.
    /// - Throws: `Problem`: `not_found`, `forbidden` for another host's place; `validation_failed` for days out of order or
    ///   too many.
    public func takenNights(
        of property: PropertyID, from: LocalDay, to: LocalDay, for caller: Caller
    ) async throws -> [TakenNight] {
        let facts = try await hostedProperty(property, by: caller)
        guard from < to, from.distance(to: to) <= Stay.farthest else {
            throw Problem.invalid(
                "to", "out_of_range", "to is after from, and at most \(Stay.farthest) nights after it")
        }
        return try await store.takenNights(of: facts.units, from: from, to: to)
    }
}

extension HostedPart {
    func holds(_ booking: Booking, at now: Instant) -> Bool {
        switch self {
        case .toAnswer, .ended: true
        case .arriving: booking.status == .held || now < booking.agreed.checkInAt
        case .inStay: booking.agreed.checkInAt <= now && now < booking.agreed.checkOutAt
        case .past: booking.status == .completed || booking.agreed.checkOutAt <= now
        }
    }
}

extension BookingStore {
    func hosted(
        _ part: HostedPart, of host: UserID, at property: PropertyID?, after: BookingCursor?, limit: Int, now: Instant
    ) async throws -> [(record: BookingRecord, cursor: BookingCursor)] {
        let today = now.utcDay
        // A day more on both sides: somewhere it is tomorrow already.
        let (from, to) = (today.advanced(by: -1), today.advanced(by: 1))
        let (key, isFalling, which): (SQL, Bool, SQL) =
            switch part {
            case .toAnswer: ("ends_at", false, "state = 'requested' AND ends_at > \(now)")
            case .arriving: ("check_in", false, "state IN ('held', 'closing', 'confirmed') AND check_in >= \(from)")
            case .inStay: ("check_in", false, "state = 'confirmed' AND check_in <= \(to) AND check_out >= \(from)")
            case .past: ("check_out", true, "(state = 'completed' OR (state = 'confirmed' AND check_out <= \(to)))")
            case .ended:
                ("created_at", true, "state IN ('declined', 'expired', 'lapsed', 'abandoned', 'cancelled')")
            }
        var conditions: [SQL] = ["host_id = \(host)", which]
        if let property { conditions.append("property_id = \(property)") }
        if let after {
            let value = after.createdAt.milliseconds
            conditions.append(
                isFalling
                    ? "(\(key) < \(value) OR (\(key) = \(value) AND id < \(after.id)))"
                    : "(\(key) > \(value) OR (\(key) = \(value) AND id > \(after.id)))")
        }
        let order: SQL = isFalling ? "\(key) DESC, id DESC" : "\(key), id"
        let wanted = SQL.joined(conditions, by: " AND ")
        return try await database.read { reader in
            try reader.all(
                """
                SELECT \(raw: BookingRecord.columns) FROM booking WHERE \(wanted)
                ORDER BY \(order) LIMIT \(limit)
                """
            ) { row in
                let record = try BookingRecord(row)
                return (record, record.cursor(part))
            }
        }
    }

    func proposalsToAnswer(
        of host: UserID, at property: PropertyID?, limit: Int, now: Instant
    ) async throws -> [OpenProposal] {
        let place: SQL = if let property { "AND property_id = \(property)" } else { "" }
        return try await database.read { reader in
            let open = try reader.all(
                """
                SELECT \(raw: AlterationRecord.columns) FROM alteration
                WHERE due_at > \(now) AND state = 'proposed' AND proposed_by = 'guest'
                    AND EXISTS (SELECT 1 FROM booking WHERE id = alteration.booking_id AND host_id = \(host) \(place))
                ORDER BY due_at, id LIMIT \(limit)
                """, AlterationRecord.init)
            return try open.compactMap { record in
                try reader.booking(record.bookingId).map {
                    OpenProposal(alteration: record.alteration, booking: $0.booking)
                }
            }
        }
    }

    func takenNights(of units: [UnitID], from: LocalDay, to: LocalDay) async throws -> [TakenNight] {
        try await database.read { reader in
            // Why nobody's nights are taken; a night kept for preparing and closed besides is closed.
            var closed: Set<String> = []
            try reader.forEach(
                """
                SELECT unit_id, night FROM night_block WHERE unit_id IN \(list: units)
                    AND night >= \(from) AND night < \(to) AND source NOT LIKE 'preparation for %'
                """
            ) { row in closed.insert("\(try row[0] as String) \(try row[1] as LocalDay)") }
            return try reader.all(
                """
                SELECT c.unit_id, c.night, c.booking_id, b.code, b.state FROM claimed_night AS c
                LEFT JOIN booking AS b ON b.id = c.booking_id
                WHERE c.unit_id IN \(list: units) AND c.night >= \(from) AND c.night < \(to)
                ORDER BY c.night, c.unit_id
                """
            ) { row in
                let (unit, night): (UnitID, LocalDay) = (try row[0], try row[1])
                var holder = closed.contains("\(unit) \(night)") ? TakenNight.Holder.closed : .kept
                if let booking: BookingID = try row[2], let code: String = try row[3],
                    let state = Course.State(rawValue: try row[4])
                {
                    holder = .booking(booking, code: code, status: Course(state).status)
                }
                return TakenNight(date: night, unit: unit.ordinal ?? 1, holder: holder)
            }
        }
    }
}

extension BookingRecord {
    /// Where it stands in the order of a part: cursors are a number and an id.
    fileprivate func cursor(_ part: HostedPart) -> BookingCursor {
        let key: Int64 =
            switch part {
            case .toAnswer: endsAt?.milliseconds ?? 0
            case .arriving, .inStay: Int64(wish.stay.checkIn.number)
            case .past: Int64(wish.stay.checkOut.number)
            case .ended: createdAt.milliseconds
            }
        return BookingCursor(createdAt: Instant(milliseconds: key), id: id)
    }
}

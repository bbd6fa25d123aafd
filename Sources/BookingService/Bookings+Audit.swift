package import Core
import PropertyService
import Storage

/// The Booking database as one consistent look found it, for whoever compares it with the others.
package struct BookingsAudit: Sendable {
    /// What is wrong within this database alone. Must be empty.
    package let findings: [String]
    package let bookings: [AuditedBooking]
    /// Closed nights by unit and 64-night word.
    package let blocked: [UnitID: [Int64: Int64]]
    /// Units that can't be claimed any more, without those that are only just taken off.
    package let retired: [UnitID]
    package let alterations: [AuditedAlteration]
    /// What agreed alterations have on units by themselves.
    package let holdings: [AuditedHolding]
    /// Bookings and alterations that time should have moved on by now, or that wait for a provider.
    package let inFlight: Int
}

/// A booking and the nights it owns.
package struct AuditedBooking: Sendable {
    package let id: BookingID
    package let status: BookingStatus
    package let property: PropertyID
    package let guestId: UserID
    package let hostId: UserID
    package let wasRequest: Bool
    package let wasConfirmed: Bool
    /// Ended as a request nobody answered.
    package let lapsed: Bool
    package let total: Money
    /// What a cancelled booking must have given back of what was paid; nothing for the other states.
    package let refundDue: Money?
    package let unit: UnitID?
    package let nights: [LocalDay]
    /// Those kept from other bookings to prepare.
    package let prepared: [LocalDay]
}

extension Bookings {
    /// Reads everything at one moment.
    package func audit() async throws -> BookingsAudit {
        let now = world.now()
        return try await store.database.read { [store] reader in
            var findings: [String] = []
            var claims: [BookingID: [(unit: UnitID, night: LocalDay)]] = [:]
            try reader.forEach(
                """
                SELECT booking_id, unit_id, night FROM claimed_night WHERE booking_id IS NOT NULL
                ORDER BY unit_id, night
                """
            ) { row in claims[try row[0], default: []].append((try row[1], try row[2])) }

            var kept: [String: [(unit: UnitID, night: LocalDay)]] = [:]
            try reader.forEach(
                """
                SELECT source, unit_id, night FROM night_block WHERE NOT (\(BlockSource.isClosing))
                ORDER BY unit_id, night
                """
            ) { row in kept[try row[0], default: []].append((try row[1], try row[2])) }

            var bookings: [AuditedBooking] = []
            var alterations = try AlterationsAudit(reader, &claims, &kept, at: now)
            var inFlight = alterations.inFlight
            try reader.forEach("SELECT \(raw: BookingRecord.columns) FROM booking ORDER BY id") { row in
                let record = try BookingRecord(row)
                let owned = claims.removeValue(forKey: record.id) ?? []
                let prepared = kept.removeValue(forKey: BlockSource.preparation(for: record.id)) ?? []
                findings += record.faults(
                    owning: owned, preparing: prepared, insteadOf: alterations.stay(of: record))
                if record.course.state == .closing || record.dueAt.map({ $0 <= now }) == true { inFlight += 1 }
                bookings.append(
                    AuditedBooking(
                        id: record.id, status: record.course.status, property: record.wish.propertyId,
                        guestId: record.guestId, hostId: record.hostId,
                        wasRequest: record.beganAsRequest, wasConfirmed: record.confirmedAt != nil,
                        lapsed: record.course.state == .lapsed, total: record.total,
                        refundDue: record.course.state == .cancelled
                            ? record.total.percent(
                                store.refundPercent(
                                    of: record, by: record.cancelledBy ?? .system, at: record.cancelledAt ?? now))
                            : nil,
                        unit: record.unitId, nights: owned.map(\.night), prepared: prepared.map(\.night)))
            }
            findings += alterations.findings + alterations.strays
            for (id, nights) in claims.sorted(by: { $0.key < $1.key }) {
                findings.append("\(nights.count) nights belong to \(id), which is no booking")
            }
            for (source, nights) in kept.sorted(by: { $0.key < $1.key }) {
                findings.append("\(nights.count) nights are kept as \(source), which is no booking")
            }
            findings += try reader.all(
                """
                SELECT n.unit_id, n.night, n.source, c.booking_id
                FROM night_block AS n JOIN claimed_night AS c ON c.unit_id = n.unit_id AND c.night = n.night
                WHERE NOT (\(BlockSource.isClosing)) AND c.booking_id IS NOT NULL
                """
            ) { row in
                """
                \(try row[3] as String): has the night of \(try row[1] as LocalDay) on \(try row[0] as String), kept as \
                \(try row[2] as String)
                """
            }
            findings += try reader.all(
                """
                SELECT unit_id, night FROM claimed_night WHERE booking_id IS NULL AND NOT EXISTS (
                    SELECT 1 FROM night_block
                    WHERE night_block.unit_id = claimed_night.unit_id AND night_block.night = claimed_night.night)
                """
            ) { row in "\(try row[0] as String): the night of \(try row[1] as LocalDay) is blocked for no reason" }
            findings += try reader.all(
                """
                SELECT unit_id, night FROM night_block WHERE NOT EXISTS (
                    SELECT 1 FROM claimed_night
                    WHERE night_block.unit_id = claimed_night.unit_id AND night_block.night = claimed_night.night)
                """
            ) { row in
                "\(try row[0] as String): the night of \(try row[1] as LocalDay) is closed, but free to be booked"
            }

            var blocked: [UnitID: [Int64: Int64]] = [:]
            let closed: SQL = "SELECT DISTINCT unit_id, night FROM night_block WHERE \(BlockSource.isClosing)"
            try reader.forEach(closed) { row in
                let night: LocalDay = try row[1]
                blocked[try row[0], default: [:]][NightWord.word(of: night), default: 0] |= NightWord.bit(of: night)
            }
            let retired = try reader.values(
                "SELECT unit_id FROM retired_unit WHERE doubted_until IS NULL ORDER BY unit_id", as: UnitID.self)
            return BookingsAudit(
                findings: findings, bookings: bookings, blocked: blocked, retired: retired,
                alterations: alterations.audited,
                holdings: alterations.holdings, inFlight: inFlight)
        }
    }
}

extension BookingRecord {
    /// What is wrong with a booking, the nights it owns and those it keeps to prepare, in words.
    /// - Parameter due: the stay whose nights it should own where it owns any: its own, and an open alteration's.
    fileprivate func faults(
        owning owned: [(unit: UnitID, night: LocalDay)], preparing kept: [(unit: UnitID, night: LocalDay)],
        insteadOf due: Stay
    ) -> [String] {
        var faults: [String] = []
        func fault(_ what: String) { faults.append("\(id) (\(course.state.rawValue)): \(what)") }
        if Set(owned.map(\.unit)).count > 1 { fault("owns nights on more than one unit") }
        if let unitId, unitId.ordinal.map({ UnitID.of(wish.propertyId, $0) }) != unitId {
            fault("is of \(wish.propertyId), and its unit is not")
        }
        if let unit = owned.first?.unit, unit != unitId { fault("owns nights on another unit than its own") }
        let nights = owned.map(\.night).sorted()
        if Course.ownsNights(course.state) {
            if nights != Array(due.nights) {
                fault("owns \(nights.count) of its \(due.nightCount) nights, or others")
            }
        } else if course.state == .cancelled, let cancelledAt {
            // Cancelled during the stay: what was slept stays, what was to come is free.
            let slept = wish.stay.nights.filter { $0 < agreed.zone.day(at: cancelledAt) }
            if nights != slept { fault("owns \(nights.count) nights after it was cancelled") }
        } else if !nights.isEmpty {
            fault("owns \(nights.count) nights it let go")
        }
        let left = nights.last.flatMap { Stay(from: due.checkIn, to: $0.advanced(by: 1)) }
        if kept.map(\.night) != left?.surroundings(preparation) ?? [] || kept.contains(where: { $0.unit != unitId }) {
            fault("keeps \(kept.count) nights to prepare, \(preparation) before and after its stay were agreed")
        }
        if let sum = try? Money.sum(lines.map(\.amount), in: total.currency) {
            if sum != total { fault("its lines sum to \(sum), its total is \(total)") }
        } else {
            fault("its lines have no sum")
        }
        switch course.state {
        case .held, .requested, .closing: if endsAt == nil { fault("never ends") }
        case .confirmed, .completed: if confirmedAt == nil { fault("was never confirmed") }
        case .cancelled:
            if confirmedAt == nil || cancelledAt == nil { fault("has no moment of confirmation or cancellation") }
        case .abandoned: if cancelledAt == nil { fault("has no moment of cancellation") }
        case .declined, .expired, .lapsed: break
        }
        return faults
    }
}

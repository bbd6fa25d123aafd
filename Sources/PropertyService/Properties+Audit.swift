package import Core
import Storage

/// The copy of taken nights that search uses, as one consistent look found it.
package struct CopyAudit: Sendable {
    /// Nights by the booking that has them.
    package let booked: [BookingID: Set<BookedNight>]
    /// Nights kept from others to prepare, by the booking that keeps them.
    package let prepared: [BookingID: Set<BookedNight>]
    /// Closed nights by unit and 64-night word; words without one are left out.
    package let blocked: [UnitID: [Int64: Int64]]
}

/// A night of a unit.
package struct BookedNight: Sendable, Hashable {
    package let unit: UnitID
    package let night: LocalDay

    package init(unit: UnitID, night: LocalDay) {
        self.unit = unit
        self.night = night
    }
}

extension Properties {
    /// Reads the whole copy at one moment.
    package func auditCopy() async throws -> CopyAudit {
        try await store.database.read { reader in
            let booked = try Properties.nights(
                "SELECT booking_id, unit_id, night FROM booked_night", in: reader)
            let prepared = try Properties.nights(
                "SELECT booking_id, unit_id, night FROM prepared_night", in: reader)
            var blocked: [UnitID: [Int64: Int64]] = [:]
            try reader.forEach("SELECT unit_id, word, blocked FROM unit_word WHERE blocked <> 0") { row in
                blocked[try row[0], default: [:]][try row[1]] = try row[2]
            }
            return CopyAudit(booked: booked, prepared: prepared, blocked: blocked)
        }
    }

    /// Nights by booking.
    private static func nights(
        _ query: SQL, in reader: borrowing Reader
    ) throws -> [BookingID: Set<BookedNight>] {
        var nights: [BookingID: Set<BookedNight>] = [:]
        try reader.forEach(query) { row in
            nights[try row[0], default: []].insert(BookedNight(unit: try row[1], night: try row[2]))
        }
        return nights
    }
}

import Core
import PropertyService
import Storage

/// Claims on nights: the primary key of `claimed_night` is the whole double-booking rule, these are the statements.
extension Transaction {
    /// Claims every night of `stay` on one unit for a booking, or none on any, and keeps the nights around it from other
    /// bookings.
    /// - Parameters:
    ///   - preparation: so many nights before and after the stay may be no other booking's; closed ones may lie there.
    ///   - units: the property's units; the fullest is tried first, so that whole stays find room longest.
    /// - Returns: the unit.
    /// - Throws: `Problem` `nights_unavailable` naming the nights that can't be had on any unit, or that every night is
    ///   free on some unit and no unit for all of them.
    func claim(
        _ stay: Stay, preparing preparation: Int, on units: [UnitID], for booking: BookingID
    ) throws -> UnitID {
        var takenEverywhere: Set<LocalDay>?
        for unit in try fullestFirst(units, around: stay) {
            let taken = try savepoint { step -> Savepoint<[LocalDay]> in
                let taken = try step.claim(stay, preparing: preparation, on: unit, for: booking)
                return taken.isEmpty ? .keep([]) : .undo(taken)
            }
            if taken.isEmpty { return unit }
            takenEverywhere = takenEverywhere?.intersection(taken) ?? Set(taken)
        }
        throw Problem.nightsUnavailable(takenEverywhere.map { $0.sorted() } ?? Array(stay.nights))
    }

    /// One statement for all nights, however long the stay: a booking must take few round trips.
    /// - Returns: the nights of the stay that can't be had; empty where all are claimed.
    private func claim(
        _ stay: Stay, preparing preparation: Int, on unit: UnitID, for booking: BookingID
    ) throws -> [LocalDay] {
        let (first, end) = (stay.checkIn.advanced(by: -preparation), stay.checkOut.advanced(by: preparation))
        // In date order, so that overlapping claims wait for each other instead of deadlocking.
        let nights = SQL.joined((first..<end).map { "(\($0))" }, by: ", ")
        // A night to prepare may be there already, closed or kept by another stay too: it is locked, so that whoever
        // takes the other reason away waits. `DO NOTHING` takes no lock.
        let orElse: SQL = preparation == 0 ? "NOTHING" : "UPDATE SET booking_id = claimed_night.booking_id"
        let rows = try all(
            """
            INSERT INTO claimed_night (unit_id, night, booking_id)
            SELECT \(unit), v.column1,
                CASE WHEN v.column1 >= \(stay.checkIn) AND v.column1 < \(stay.checkOut) THEN \(booking) END
            FROM (VALUES \(nights)) AS v
            WHERE NOT EXISTS (SELECT 1 FROM retired_unit WHERE retired_unit.unit_id = \(unit))
            ON CONFLICT (unit_id, night) DO \(orElse)
            RETURNING night, booking_id
            """
        ) { row in (night: try row[0] as LocalDay, owner: try row[1] as BookingID?) }
        let own = Set(rows.filter { $0.owner == booking }.map(\.night))
        let others = rows.filter { $0.owner != nil && $0.owner != booking }.map(\.night)
        let taken = stay.nights.filter { night in
            !own.contains(night) || others.contains { abs(night.distance(to: $0)) <= preparation }
        }
        if taken.isEmpty { try keep(stay.surroundings(preparation), on: unit, for: booking) }
        return taken
    }

    /// Lets go of the nights of a booking from `first` on, and of those around them; nights that somebody closed or that
    /// another booking keeps stay blocked.
    /// - Returns: the nights let go, and those kept around what is left of the stay, where somebody has slept there.
    func release(
        _ stay: Stay, preparing preparation: Int, on unit: UnitID, for booking: BookingID, from first: LocalDay
    ) throws -> (freed: [LocalDay], prepared: [LocalDay]) {
        let first = min(max(first, stay.checkIn), stay.checkOut)
        let freed = try values(
            "UPDATE claimed_night SET booking_id = NULL WHERE booking_id = \(booking) AND night >= \(first) RETURNING night",
            as: LocalDay.self)
        let left = Stay(from: stay.checkIn, to: first)
        let prepared = left?.surroundings(preparation) ?? []
        let (from, to) = (stay.checkIn.advanced(by: -preparation), stay.checkOut.advanced(by: preparation))
        if preparation > 0 {
            // The claims are locked first, as in `block`.
            try later(
                """
                UPDATE claimed_night SET booking_id = NULL
                WHERE unit_id = \(unit) AND night >= \(from) AND night < \(to) AND booking_id IS NULL
                """)
            try later(
                """
                DELETE FROM night_block WHERE unit_id = \(unit) AND night >= \(from) AND night < \(to)
                    AND source = \(BlockSource.preparation(for: booking))
                """)
            try keep(prepared, on: unit, for: booking)
        }
        try later(
            """
            DELETE FROM claimed_night WHERE unit_id = \(unit) AND night >= \(from) AND night < \(to)
                AND booking_id IS NULL AND NOT EXISTS (
                    SELECT 1 FROM night_block
                    WHERE night_block.unit_id = claimed_night.unit_id AND night_block.night = claimed_night.night)
            """)
        return (freed.sorted(), prepared)
    }

    /// Writes down why nights that are claimed by nobody are not free: a stay beside them needs preparing.
    private func keep(_ nights: [LocalDay], on unit: UnitID, for booking: BookingID) throws {
        guard !nights.isEmpty else { return }
        let source = BlockSource.preparation(for: booking)
        try later(
            """
            INSERT INTO night_block (unit_id, night, source)
            VALUES \(SQL.joined(nights.map { "(\(unit), \($0), \(source))" }, by: ", "))
            ON CONFLICT (unit_id, night, source) DO NOTHING
            """)
    }

    /// Adds a block to a night: it takes the claim where the night is free, and stands beside a booking.
    /// - Returns: the booking that has the night, or nothing.
    func block(_ unit: UnitID, _ night: LocalDay, by source: String, besideBookings: Bool) throws -> BookingID? {
        // DO UPDATE, because DO NOTHING takes no lock and would race with a removal.
        let owner =
            try value(
                """
                INSERT INTO claimed_night (unit_id, night, booking_id) VALUES (\(unit), \(night), NULL)
                ON CONFLICT (unit_id, night) DO UPDATE SET booking_id = claimed_night.booking_id
                RETURNING booking_id
                """, as: BookingID?.self) ?? nil
        if owner == nil || besideBookings {
            try execute(
                """
                INSERT INTO night_block (unit_id, night, source) VALUES (\(unit), \(night), \(source))
                ON CONFLICT (unit_id, night, source) DO NOTHING
                """)
        }
        return owner
    }

    /// Takes the blocks of some sources off a night, and frees it where none is left and no booking has it.
    func unblock(_ unit: UnitID, _ night: LocalDay, from sources: [String]) throws {
        // The claim is locked first, as in `block`.
        let isClaimed =
            try execute(
                "UPDATE claimed_night SET booking_id = booking_id WHERE unit_id = \(unit) AND night = \(night)") > 0
        guard isClaimed else { return }
        try execute(
            "DELETE FROM night_block WHERE unit_id = \(unit) AND night = \(night) AND source IN \(list: sources)")
        try execute(
            """
            DELETE FROM claimed_night WHERE unit_id = \(unit) AND night = \(night) AND booking_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM night_block WHERE night_block.unit_id = \(unit) AND night_block.night = \(night))
            """)
    }

    /// The closed nights of the 64-night words that hold `nights`, as bits: what the copy for search is told. Nights kept
    /// for preparing go there with the booking that keeps them.
    func blockedWords(_ units: [UnitID], holding nights: some Sequence<LocalDay>) throws -> [BlockedWord] {
        let words = Set(nights.map { NightWord.word(of: $0) }).sorted()
        guard let first = words.first, let last = words.last else { return [] }
        return try units.flatMap { unit in
            let blocked = try values(
                """
                SELECT DISTINCT night FROM night_block WHERE unit_id = \(unit)
                    AND night >= \(NightWord.first(of: first)) AND night < \(NightWord.first(of: last + 1))
                    AND \(BlockSource.isClosing)
                """, as: LocalDay.self)
            let bits = Dictionary(grouping: blocked, by: NightWord.word(of:))
            return words.map { word in
                BlockedWord(unitId: unit, word: word, bits: (bits[word] ?? []).reduce(0) { $0 | NightWord.bit(of: $1) })
            }
        }
    }

    /// The units with the most claims around the stay first; in their own order where they are equally full.
    private func fullestFirst(_ units: [UnitID], around stay: Stay) throws -> [UnitID] {
        guard units.count > 1 else { return units }
        let margin = 14  // nights on both sides: gaps that far away no longer decide which unit to fill
        let counts = try all(
            """
            SELECT unit_id, COUNT(*) FROM claimed_night WHERE unit_id IN \(list: units)
                AND night >= \(stay.checkIn.advanced(by: -margin)) AND night < \(stay.checkOut.advanced(by: margin))
            GROUP BY unit_id
            """
        ) { row in (unit: try row[0] as UnitID, count: try row[1] as Int) }
        let fullness = Dictionary(uniqueKeysWithValues: counts.map { ($0.unit, $0.count) })
        return units.enumerated().sorted { one, other in
            let (a, b) = (fullness[one.element] ?? 0, fullness[other.element] ?? 0)
            return a == b ? one.offset < other.offset : a > b
        }.map(\.element)
    }
}

/// Why a night is blocked, as `night_block` has it.
enum BlockSource {
    static let host = "host"

    /// The nights before and after a stay that are kept from other bookings.
    static func preparation(for booking: BookingID) -> String { "preparation for \(booking)" }

    /// Whether a row of `night_block` closes the night, and does not only keep it for preparing.
    static let isClosing: SQL = "source NOT LIKE 'preparation for %'"
}

extension Stay {
    /// As many nights right before the first and right after the last.
    func surroundings(_ count: Int) -> [LocalDay] {
        Array(checkIn.advanced(by: -count)..<checkIn) + Array(checkOut..<checkOut.advanced(by: count))
    }
}

extension Problem {
    static func nightsUnavailable(_ nights: [LocalDay]) -> Problem {
        guard !nights.isEmpty else {
            return Problem(
                .nightsUnavailable,
                "Every night is free somewhere, but no single unit is free for the whole stay. Try other dates or a shorter stay.",
                errors: [
                    FieldError("checkIn", "no_unit_for_whole_stay", "No unit is free for all of these nights.")
                ])
        }
        return Problem(
            .nightsUnavailable, "Some of these nights are taken. Choose other dates.",
            errors: nights.map { FieldError("checkIn", "night_taken", "The night of \($0) is taken.") })
    }
}

/// Nights in words of 64, as the copy for search keeps them.
enum NightWord {
    static func word(of night: LocalDay) -> Int64 { Int64(night.number) >> 6 }
    static func bit(of night: LocalDay) -> Int64 { 1 << (Int64(night.number) & 63) }
    /// The number of the first night of a word.
    static func first(of word: Int64) -> Int64 { word << 6 }
}

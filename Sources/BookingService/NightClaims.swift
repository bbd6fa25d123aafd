import Core
import PropertyService
import Storage

/// Claims on nights: the primary key of `claimed_night` is the whole double-booking rule, these are the statements.
extension Transaction {
    /// Claims every night of `stay` on one unit for a booking, or none on any.
    /// - Parameter units: the property's units; the fullest is tried first, so that whole stays find room longest.
    /// - Returns: the unit.
    /// - Throws: `Problem` `nights_unavailable` naming the nights that are taken on every unit, or that every night is
    ///   free on some unit and no unit for all of them.
    func claim(_ stay: Stay, on units: [UnitID], for booking: BookingID) throws -> UnitID {
        // Travels with what is asked next.
        let retired = try soon("SELECT unit_id FROM retired_unit WHERE unit_id IN \(list: units)") { row in
            try row[0] as UnitID
        }
        var takenEverywhere: Set<LocalDay>?
        for unit in try fullestFirst(units, around: stay) {
            let taken = try savepoint { step -> Savepoint<[LocalDay]> in
                // One statement, however long the stay, in date order, so that overlapping claims wait for each other
                // instead of deadlocking.
                let nights = SQL.joined(stay.nights.map { "(\(unit), \($0), \(booking))" }, by: ", ")
                let claimed = try Set(
                    step.values(
                        """
                        INSERT INTO claimed_night (unit_id, night, booking_id) VALUES \(nights)
                        ON CONFLICT (unit_id, night) DO NOTHING RETURNING night
                        """, as: LocalDay.self))
                guard try !retired.all().contains(unit) else { return .undo(Array(stay.nights)) }
                let taken = stay.nights.filter { !claimed.contains($0) }
                return taken.isEmpty ? .keep([]) : .undo(taken)
            }
            if taken.isEmpty { return unit }
            takenEverywhere = takenEverywhere?.intersection(taken) ?? Set(taken)
        }
        throw Problem.nightsUnavailable(takenEverywhere.map { $0.sorted() } ?? Array(stay.nights))
    }

    /// Lets go of the nights of a booking from `first` on; nights that somebody closed stay blocked.
    /// - Returns: the nights let go.
    func release(_ booking: BookingID, from first: LocalDay) throws -> [LocalDay] {
        let nights = try values(
            "SELECT night FROM claimed_night WHERE booking_id = \(booking) AND night >= \(first) ORDER BY night",
            as: LocalDay.self)
        try execute(
            """
            DELETE FROM claimed_night WHERE booking_id = \(booking) AND night >= \(first) AND NOT EXISTS (
                SELECT 1 FROM night_block
                WHERE night_block.unit_id = claimed_night.unit_id AND night_block.night = claimed_night.night)
            """)
        try execute(
            "UPDATE claimed_night SET booking_id = NULL WHERE booking_id = \(booking) AND night >= \(first)")
        return nights
    }

    /// Adds a block to a night: it takes the claim where the night is free, and stands beside a booking.
    /// - Returns: the booking that has the night, or nothing.
    func block(_ unit: UnitID, _ night: LocalDay, by source: String, besideBookings: Bool) throws -> BookingID? {
        // DO UPDATE, because DO NOTHING takes no lock and would race with a removal.
        let owner = try value(
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
        let isClaimed = try execute(
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

    /// The blocked nights of the 64-night words that hold `nights`, as bits: what the copy for search is told.
    func blockedWords(_ units: [UnitID], holding nights: some Sequence<LocalDay>) throws -> [BlockedWord] {
        let words = Set(nights.map { NightWord.word(of: $0) }).sorted()
        guard let first = words.first, let last = words.last else { return [] }
        return try units.flatMap { unit in
            let blocked = try values(
                """
                SELECT DISTINCT night FROM night_block WHERE unit_id = \(unit)
                    AND night >= \(NightWord.first(of: first)) AND night < \(NightWord.first(of: last + 1))
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

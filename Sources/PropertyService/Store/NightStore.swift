import Core
import Storage

/// The SQL of nights: prices and minimums per date, and the copy of which nights are taken or closed.
enum NightStore {
    // MARK: Reading

    /// What the evaluator must know of nights in a row.
    /// - Parameter unitCount: nothing where nobody asks who has the nights.
    static func calendar(
        of property: PropertyID, _ nights: Range<LocalDay>, unitCount: Int?,
        in queries: borrowing some Queries & ~Copyable
    ) throws -> StayCalendar {
        let words = NightWord.numbers(of: nights)
        var runs: [NightRules.Run] = []
        try queries.forEach(
            """
            SELECT word, rules FROM property_word
            WHERE word IN \(list: padded(words)) AND property_id = \(property) AND rules <> '' ORDER BY word
            """
        ) { row in runs += NightRulesText.runs(of: try row[1], word: try row[0]) }
        guard let unitCount else { return StayCalendar(rules: NightRules(runs: runs), units: nil) }
        var taken = [[UInt64]](repeating: [], count: unitCount)
        try queries.forEach(
            """
            SELECT word, unit_id, blocked, booked FROM unit_word
            WHERE property_id = \(property) AND word BETWEEN \(words.lowerBound) AND \(words.upperBound)
            """
        ) { row in
            let unit: UnitID = try row[1]
            guard let ordinal = unit.ordinal, (1...unitCount).contains(ordinal) else { return }
            if taken[ordinal - 1].isEmpty { taken[ordinal - 1] = [UInt64](repeating: 0, count: words.count) }
            taken[ordinal - 1][Int(try row[0] - words.lowerBound)] = try bits(row, 2) | bits(row, 3)
        }
        return StayCalendar(
            rules: NightRules(runs: runs),
            units: taken.map { $0.isEmpty ? .none : TakenNights(firstWord: words.lowerBound, words: $0) })
    }

    /// Word numbers in lists of few different lengths, so that a database keeps few prepared statements.
    private static func padded(_ words: ClosedRange<Int64>) -> [Int64] {
        let length = words.count > 4 ? 16 : 4
        return Array(words) + [Int64](repeating: words.upperBound, count: max(0, length - words.count))
    }

    static func bits(_ row: Row, _ index: Int) throws -> UInt64 { UInt64(bitPattern: try row[index] as Int64) }

    // MARK: Events

    /// Nights that a booking took; again the same is nothing new.
    static func take(_ moved: NightsMoved, in tx: borrowing Transaction) throws {
        for night in moved.nights {
            try tx.execute(
                """
                INSERT INTO booked_night (unit_id, night, booking_id)
                VALUES (\(moved.unitId), \(night), \(moved.bookingId))
                ON CONFLICT (unit_id, night, booking_id) DO NOTHING
                """)
        }
        try countBooked(moved, in: tx)
    }

    /// Nights that a booking gave back: these and no others.
    static func free(_ moved: NightsMoved, in tx: borrowing Transaction) throws {
        for night in moved.nights {
            try tx.execute(
                """
                DELETE FROM booked_night
                WHERE unit_id = \(moved.unitId) AND night = \(night) AND booking_id = \(moved.bookingId)
                """)
        }
        try countBooked(moved, in: tx)
    }

    static func change(_ changed: CalendarChanged, in tx: borrowing Transaction) throws {
        for word in changed.blocked {
            try tx.execute(
                """
                INSERT INTO unit_word (property_id, word, unit_id, blocked, booked)
                VALUES (\(changed.propertyId), \(word.word), \(word.unitId), \(word.bits), 0)
                ON CONFLICT (property_id, word, unit_id) DO UPDATE SET blocked = excluded.blocked
                """)
        }
        try countTaken(of: changed.propertyId, Set(changed.blocked.map(\.word)), in: tx)
        for (word, nights) in Dictionary(grouping: changed.nights, by: { NightWord.number(of: $0.date) }) {
            try changeRules(of: changed.propertyId, word, in: tx) { rules in
                for night in nights {
                    let place = Int(night.date.number & 63)
                    rules[place].price = night.price.applied(to: rules[place].price)
                    rules[place].minimumNights = night.minimumNights.applied(to: rules[place].minimumNights)
                }
            }
        }
    }

    /// Gives all prices per date back to the rules.
    static func clearPrices(of property: PropertyID, in tx: borrowing Transaction) throws {
        let words = try tx.values(
            "SELECT word FROM property_word WHERE property_id = \(property) AND rules <> ''", as: Int64.self)
        for word in words {
            try changeRules(of: property, word, in: tx) { rules in
                for place in rules.indices { rules[place].price = nil }
            }
        }
    }

    private static func changeRules(
        of property: PropertyID, _ word: Int64, in tx: borrowing Transaction, _ change: (inout [NightRule]) -> Void
    ) throws {
        let text = try tx.value(
            "SELECT rules FROM property_word WHERE word = \(word) AND property_id = \(property)", as: String.self)
        var rules = NightRulesText.nights(of: text ?? "")
        change(&rules)
        try tx.execute(
            """
            INSERT INTO property_word (word, property_id, taken, rules)
            VALUES (\(word), \(property), 0, \(NightRulesText.text(of: rules)))
            ON CONFLICT (word, property_id) DO UPDATE SET rules = excluded.rules
            """)
    }

    // MARK: Words

    /// The words of booked nights anew from their rows: however events came, they end up right.
    private static func countBooked(_ moved: NightsMoved, in tx: borrowing Transaction) throws {
        let words = Set(moved.nights.map(NightWord.number(of:)))
        for word in words {
            let first = NightWord.firstNight(of: word)
            var booked: UInt64 = 0
            try tx.forEach(
                """
                SELECT night FROM booked_night
                WHERE unit_id = \(moved.unitId) AND night >= \(first) AND night < \(first.advanced(by: 64))
                """
            ) { booked |= NightWord.bit(of: try $0[0]) }
            try tx.execute(
                """
                INSERT INTO unit_word (property_id, word, unit_id, blocked, booked)
                VALUES (\(moved.propertyId), \(word), \(moved.unitId), 0, \(Int64(bitPattern: booked)))
                ON CONFLICT (property_id, word, unit_id) DO UPDATE SET booked = excluded.booked
                """)
        }
        try countTaken(of: moved.propertyId, words, in: tx)
    }

    /// Another number of units: a night that no unit had free may be free on a new one, or the other way round.
    static func countUnitsAgain(of property: PropertyID, unitCount: Int, in tx: borrowing Transaction) throws {
        let words = try tx.values(
            "SELECT DISTINCT word FROM unit_word WHERE property_id = \(property)", as: Int64.self)
        for word in words { try countTaken(of: property, word, unitCount: unitCount, in: tx) }
    }

    private static func countTaken(of property: PropertyID, _ words: Set<Int64>, in tx: borrowing Transaction) throws {
        guard !words.isEmpty else { return }
        // Without a row the property is unknown here; one unit then is the cautious answer, nobody can see it anyway.
        let unitCount = try tx.value("SELECT unit_count FROM property WHERE id = \(property)", as: Int.self) ?? 1
        for word in words { try countTaken(of: property, word, unitCount: unitCount, in: tx) }
    }

    private static func countTaken(
        of property: PropertyID, _ word: Int64, unitCount: Int, in tx: borrowing Transaction
    ) throws {
        var taken = UInt64.max
        var units = 0
        try tx.forEach(
            "SELECT unit_id, blocked, booked FROM unit_word WHERE property_id = \(property) AND word = \(word)"
        ) { row in
            let unit: UnitID = try row[0]
            guard let ordinal = unit.ordinal, (1...unitCount).contains(ordinal) else { return }
            taken &= try bits(row, 1) | bits(row, 2)
            units += 1
        }
        if units < unitCount { taken = 0 }  // a unit without a row has every night free
        try tx.execute(
            """
            INSERT INTO property_word (word, property_id, taken, rules)
            VALUES (\(word), \(property), \(Int64(bitPattern: taken)), '')
            ON CONFLICT (word, property_id) DO UPDATE SET taken = excluded.taken
            """)
    }
}

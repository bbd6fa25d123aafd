import Core
import Storage

/// The SQL of nights: prices and minimums per date, and the copy of which nights are taken or closed.
enum NightStore {
    // MARK: Reading

    /// What the evaluator must know of nights in a row.
    /// - Parameters:
    ///   - unitCount: nothing where nobody asks who has the nights.
    ///   - gap: how many nights lie at least between two stays.
    static func calendar(
        of property: PropertyID, _ nights: Range<LocalDay>, unitCount: Int?, gap: Int,
        in queries: borrowing some Queries & ~Copyable
    ) throws -> StayCalendar {
        let words = NightWord.numbers(of: nights.lowerBound.advanced(by: -gap)..<nights.upperBound.advanced(by: gap))
        let soonRuns = try runs(of: property, words, in: queries)
        guard let unitCount else {
            return StayCalendar(rules: NightRules(runs: try soonRuns.all().flatMap(\.self)), units: nil)
        }
        var taken = [TakenWords?](repeating: nil, count: unitCount)
        try queries.forEach(
            """
            SELECT word, unit_id, blocked, prepared, booked FROM unit_word
            WHERE property_id = \(property) AND word BETWEEN \(words.lowerBound) AND \(words.upperBound)
            """
        ) { row in
            let unit: UnitID = try row[1]
            guard let ordinal = unit.ordinal, (1...unitCount).contains(ordinal) else { return }
            taken[ordinal - 1, default: TakenWords(words)].add(
                word: try row[0], closed: try bits(row, 2), prepared: try bits(row, 3), booked: try bits(row, 4))
        }
        return StayCalendar(
            rules: NightRules(runs: try soonRuns.all().flatMap(\.self)),
            units: taken.map { $0?.nights(gap: gap) ?? .none })
    }

    /// Prices and minimums that differ from the property's, word by word.
    static func runs(
        of property: PropertyID, _ words: ClosedRange<Int64>, in queries: borrowing some Queries & ~Copyable
    ) throws -> Soon<[NightRules.Run]> {
        try queries.soon(
            """
            SELECT word, rules FROM property_word
            WHERE property_id = \(property) AND word BETWEEN \(words.lowerBound) AND \(words.upperBound)
                AND rules <> '' ORDER BY word
            """
        ) { row in NightRulesText.runs(of: try row[1], word: try row[0]) }
    }

    /// Closed, kept and booked nights of a unit while their words are read.
    struct TakenWords {
        private let words: ClosedRange<Int64>
        private var closed: [UInt64]
        private var prepared: [UInt64]
        private var booked: [UInt64]

        init(_ words: ClosedRange<Int64>) {
            self.words = words
            closed = [UInt64](repeating: 0, count: words.count)
            (prepared, booked) = (closed, closed)
        }

        mutating func add(word: Int64, closed: UInt64, prepared: UInt64, booked: UInt64) {
            self.closed[Int(word - words.lowerBound)] = closed
            self.prepared[Int(word - words.lowerBound)] = prepared
            self.booked[Int(word - words.lowerBound)] = booked
        }

        func nights(gap: Int) -> TakenNights {
            TakenNights(
                firstWord: words.lowerBound, closed: closed, prepared: prepared, booked: booked, gap: gap)
        }
    }

    static func bits(_ row: Row, _ index: Int) throws -> UInt64 { UInt64(bitPattern: try row[index] as Int64) }

    // MARK: Events

    /// Nights that a booking took; again the same is nothing new.
    static func take(_ moved: NightsMoved, in tx: borrowing Transaction) throws -> Recount {
        if !moved.nights.isEmpty {
            try tx.later(
                """
                INSERT INTO booked_night (unit_id, night, booking_id) VALUES \(rows(moved.nights, of: moved))
                ON CONFLICT (unit_id, night, booking_id) DO NOTHING
                """)
        }
        return try Recount(moved, in: tx)
    }

    /// Nights that a booking gave back: these and no others.
    static func free(_ moved: NightsMoved, in tx: borrowing Transaction) throws -> Recount {
        try tx.later(
            """
            DELETE FROM booked_night WHERE unit_id = \(moved.unitId) AND night IN \(list: moved.nights)
                AND booking_id = \(moved.bookingId)
            """)
        return try Recount(moved, in: tx)
    }

    private static func rows(_ nights: [LocalDay], of moved: NightsMoved) -> SQL {
        SQL.joined(nights.map { "(\(moved.unitId), \($0), \(moved.bookingId))" }, by: ", ")
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
        let frame = try Frame.of(changed.propertyId, in: tx)
        for word in Set(changed.blocked.map(\.word)) { try countTaken(of: changed.propertyId, word, frame, in: tx) }
        for (word, nights) in Dictionary(grouping: changed.nights, by: { NightWord.number(of: $0.date) }) {
            try changeRules(of: changed.propertyId, at: frame.place, word, in: tx) { rules in
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
        let place = try Frame.of(property, in: tx).place
        for word in words {
            try changeRules(of: property, at: place, word, in: tx) { rules in
                for place in rules.indices { rules[place].price = nil }
            }
        }
    }

    private static func changeRules(
        of property: PropertyID, at place: Int64, _ word: Int64, in tx: borrowing Transaction,
        _ change: (inout [NightRule]) -> Void
    ) throws {
        let text = try tx.value(
            "SELECT rules FROM property_word WHERE word = \(word) AND property_id = \(property)", as: String.self)
        var rules = NightRulesText.nights(of: text ?? "")
        change(&rules)
        try tx.execute(
            """
            INSERT INTO property_word (property_id, word, place, taken, rules)
            VALUES (\(property), \(word), \(place), 0, \(NightRulesText.text(of: rules)))
            ON CONFLICT (property_id, word) DO UPDATE SET rules = excluded.rules
            """)
    }

    // MARK: Words

    /// The words of a unit's booked and kept nights anew from their rows: however events came, they end up right. In
    /// steps, each of which asks what the next one needs, so that many events wait for the database as often as one.
    struct Recount {
        private let moved: NightsMoved
        private let frame: Soon<Frame>
        /// Those kept to prepare before.
        private let before: Soon<LocalDay>
        private var nights: [Int64: Soon<Night>] = [:]
        private var taken: [Int64: Soon<TakenUnit>] = [:]

        private struct Night {
            let bit: UInt64
            let isPrepared: Bool
        }

        /// Keeps the nights to prepare that the event names instead of those kept before.
        fileprivate init(_ moved: NightsMoved, in tx: borrowing Transaction) throws {
            self.moved = moved
            frame = try Frame.ask(moved.propertyId, in: tx)
            before = try tx.soon(
                "DELETE FROM prepared_night WHERE booking_id = \(moved.bookingId) RETURNING night"
            ) { try $0[0] }
            if !moved.prepared.isEmpty {
                try tx.later(
                    """
                    INSERT INTO prepared_night (unit_id, night, booking_id) VALUES \(rows(moved.prepared, of: moved))
                    """)
            }
            try ask(words: moved.nights + moved.prepared, in: tx)
        }

        private mutating func ask(words touched: [LocalDay], in tx: borrowing Transaction) throws {
            for word in Set(touched.map(NightWord.number(of:))) where nights[word] == nil {
                let first = NightWord.firstNight(of: word)
                let end = first.advanced(by: 64)
                nights[word] = try tx.soon(
                    """
                    SELECT night, 0 FROM booked_night
                    WHERE unit_id = \(moved.unitId) AND night >= \(first) AND night < \(end)
                    UNION SELECT night, 1 FROM prepared_night
                    WHERE unit_id = \(moved.unitId) AND night >= \(first) AND night < \(end)
                    """
                ) { Night(bit: NightWord.bit(of: try $0[0]), isPrepared: try $0[1]) }
            }
        }

        /// The unit's words.
        mutating func enterUnit(in tx: borrowing Transaction) throws {
            try ask(words: before.all(), in: tx)
            for (word, nights) in nights {
                var (booked, prepared): (UInt64, UInt64) = (0, 0)
                for night in try nights.all() {
                    if night.isPrepared { prepared |= night.bit } else { booked |= night.bit }
                }
                let (bookedBits, preparedBits) = (Int64(bitPattern: booked), Int64(bitPattern: prepared))
                try tx.later(
                    """
                    INSERT INTO unit_word (property_id, word, unit_id, blocked, booked, prepared)
                    VALUES (\(moved.propertyId), \(word), \(moved.unitId), 0, \(bookedBits), \(preparedBits))
                    ON CONFLICT (property_id, word, unit_id)
                    DO UPDATE SET booked = excluded.booked, prepared = excluded.prepared
                    """)
                taken[word] = try askTaken(of: moved.propertyId, word, in: tx)
            }
        }

        /// The words of the property.
        func enterProperty(in tx: borrowing Transaction) throws {
            let frame = try frame.all().first ?? .unknown
            for (word, units) in taken {
                try enterTaken(of: moved.propertyId, word, frame, try units.all(), in: tx)
            }
        }
    }

    /// Another number of units: a night that no unit had free may be free on a new one, or the other way round.
    static func countUnitsAgain(of property: PropertyID, in tx: borrowing Transaction) throws {
        let frame = try Frame.of(property, in: tx)
        let words = try tx.values(
            "SELECT DISTINCT word FROM unit_word WHERE property_id = \(property)", as: Int64.self)
        for word in words { try countTaken(of: property, word, frame, in: tx) }
    }

    /// The property is elsewhere on the map, and so are its words in their index.
    static func move(_ property: PropertyID, to place: Int64, in tx: borrowing Transaction) throws {
        try tx.execute("UPDATE property_word SET place = \(place) WHERE property_id = \(property)")
    }

    /// What words are counted by.
    private struct Frame {
        let unitCount: Int
        let place: Int64

        /// Without a row nobody can see the property; the words are kept as if it had one unit.
        static let unknown = Frame(unitCount: 1, place: 0)

        static func of(_ property: PropertyID, in tx: borrowing Transaction) throws -> Frame {
            try ask(property, in: tx).all().first ?? unknown
        }

        static func ask(_ property: PropertyID, in tx: borrowing Transaction) throws -> Soon<Frame> {
            try tx.soon("SELECT unit_count, latitude, longitude FROM property WHERE id = \(property)") { row in
                Frame(
                    unitCount: try row[0],
                    place: Grid.place(latitude: try row[1], longitude: try row[2], of: property))
            }
        }
    }

    /// A word of one unit: its nights that nobody can have.
    private struct TakenUnit {
        let ordinal: Int?
        let bits: UInt64
    }

    private static func countTaken(
        of property: PropertyID, _ word: Int64, _ frame: Frame, in tx: borrowing Transaction
    ) throws {
        try enterTaken(of: property, word, frame, try askTaken(of: property, word, in: tx).all(), in: tx)
    }

    private static func askTaken(
        of property: PropertyID, _ word: Int64, in tx: borrowing Transaction
    ) throws -> Soon<TakenUnit> {
        try tx.soon(
            """
            SELECT unit_id, blocked, booked, prepared FROM unit_word WHERE property_id = \(property) AND word = \(word)
            """
        ) { row in
            let unit: UnitID = try row[0]
            return TakenUnit(ordinal: unit.ordinal, bits: try bits(row, 1) | bits(row, 2) | bits(row, 3))
        }
    }

    private static func enterTaken(
        of property: PropertyID, _ word: Int64, _ frame: Frame, _ units: [TakenUnit], in tx: borrowing Transaction
    ) throws {
        let ours = units.filter { unit in unit.ordinal.map { (1...frame.unitCount).contains($0) } ?? false }
        // A unit without a row has every night free.
        let taken = ours.count < frame.unitCount ? 0 : ours.reduce(UInt64.max) { $0 & $1.bits }
        try tx.later(
            """
            INSERT INTO property_word (property_id, word, place, taken, rules)
            VALUES (\(property), \(word), \(frame.place), \(Int64(bitPattern: taken)), '')
            ON CONFLICT (property_id, word) DO UPDATE SET taken = excluded.taken
            """)
    }
}

extension Array {
    /// The element at a place, made where there is none yet.
    fileprivate subscript<Wrapped>(_ place: Int, default make: @autoclosure () -> Wrapped) -> Wrapped
    where Element == Wrapped? {
        get { self[place] ?? make() }
        set { self[place] = newValue }
    }
}

package import Core
import Storage

/// What search, calendar and quote read of places, as one consistent look found it.
package struct CopyAudit: Sendable {
    /// What is wrong within this database alone, by the place it is about. Must be empty.
    package let findings: [(property: PropertyID, what: String)]
    /// Every place there is, and how many units it has.
    package let properties: [PropertyID: Int]
    /// Nights by the booking that has them.
    package let booked: [BookingID: Set<UnitNight>]
    /// Nights kept from others to prepare, by the booking that keeps them.
    package let prepared: [BookingID: Set<UnitNight>]
    /// Closed nights by unit and 64-night word; words without one are left out.
    package let blocked: [UnitID: [Int64: Int64]]
}

extension Properties {
    /// Reads the whole copy at one moment, and holds what is made from it to it.
    package func auditCopy() async throws -> CopyAudit {
        try await store.database.read { reader in
            let booked = try Properties.nights(
                "SELECT booking_id, unit_id, night FROM booked_night", in: reader)
            let prepared = try Properties.nights(
                "SELECT booking_id, unit_id, night FROM prepared_night", in: reader)
            var words = WordsAudit(booked: booked, prepared: prepared)
            try words.look(in: reader)
            let entries = try EntriesAudit(in: reader)
            return CopyAudit(
                findings: words.findings + entries.findings, properties: entries.properties, booked: booked,
                prepared: prepared, blocked: words.blocked)
        }
    }

    /// Nights by booking.
    private static func nights(
        _ query: SQL, in reader: borrowing Reader
    ) throws -> [BookingID: Set<UnitNight>] {
        var nights: [BookingID: Set<UnitNight>] = [:]
        try reader.forEach(query) { row in
            nights[try row[0], default: []].insert(UnitNight(unit: try row[1], night: try row[2]))
        }
        return nights
    }
}

/// Whether the words that search, calendar and quote go by say what the rows behind them say.
private struct WordsAudit {
    private(set) var findings: [(property: PropertyID, what: String)] = []
    private(set) var blocked: [UnitID: [Int64: Int64]] = [:]
    /// What no row of a word has been found for yet.
    private var booked: [UnitWord: Int64]
    private var prepared: [UnitWord: Int64]

    private struct UnitWord: Hashable {
        let unit: UnitID
        let word: Int64
    }

    /// A word of a place while its units are read.
    private struct PlaceWord {
        let property: PropertyID
        let word: Int64
        /// Nothing where nobody can see the place.
        let unitCount: Int?
        let said: Int64
        var bits: Int64 = -1
        var unitsSeen = 0
    }

    init(booked: [BookingID: Set<UnitNight>], prepared: [BookingID: Set<UnitNight>]) {
        self.booked = WordsAudit.words(of: booked)
        self.prepared = WordsAudit.words(of: prepared)
    }

    private static func words(of nights: [BookingID: Set<UnitNight>]) -> [UnitWord: Int64] {
        var words: [UnitWord: Int64] = [:]
        for night in nights.values.joined() {
            words[UnitWord(unit: night.unit, word: NightWord.number(of: night.night)), default: 0] |=
                Int64(bitPattern: NightWord.bit(of: night.night))
        }
        return words
    }

    mutating func look(in reader: borrowing Reader) throws {
        var current: PlaceWord?
        try reader.forEach(
            """
            SELECT u.property_id, u.word, u.unit_id, u.blocked, u.booked, u.prepared, p.unit_count, w.taken
            FROM unit_word AS u LEFT JOIN property AS p ON p.id = u.property_id
            LEFT JOIN property_word AS w ON w.property_id = u.property_id AND w.word = u.word
            ORDER BY u.property_id, u.word, u.unit_id
            """
        ) { row in
            let (property, word, unit): (PropertyID, Int64, UnitID) = (try row[0], try row[1], try row[2])
            let (closed, booked, prepared): (Int64, Int64, Int64) = (try row[3], try row[4], try row[5])
            if closed != 0 { blocked[unit, default: [:]][word] = closed }
            let key = UnitWord(unit: unit, word: word)
            if (self.booked.removeValue(forKey: key) ?? 0) != booked
                || (self.prepared.removeValue(forKey: key) ?? 0) != prepared
            {
                findings.append(
                    (property, "\(unit): quotes take other nights for taken than bookings have, in word \(word)"))
            }
            if current?.property != property || current?.word != word {
                end(current)
                current = PlaceWord(property: property, word: word, unitCount: try row[6], said: try row[7] ?? 0)
            }
            guard let ordinal = unit.ordinal, (1...(current?.unitCount ?? 1)).contains(ordinal) else { return }
            current?.bits &= closed | booked | prepared
            current?.unitsSeen += 1
        }
        end(current)
        for key in Set(booked.keys).union(prepared.keys) {
            findings.append((key.unit.property, "\(key.unit): quotes do not know of nights taken in word \(key.word)"))
        }
        findings += try reader.all(
            """
            SELECT w.property_id, w.word FROM property_word AS w WHERE w.taken <> 0 AND NOT EXISTS (
                SELECT 1 FROM unit_word AS u WHERE u.property_id = w.property_id AND u.word = w.word)
            """
        ) { row in
            let property: PropertyID = try row[0]
            return (
                property, "\(property): search takes nights for taken that nobody has, in word \(try row[1] as Int64)"
            )
        }
    }

    private mutating func end(_ word: PlaceWord?) {
        guard let word, let unitCount = word.unitCount else { return }
        // A unit without a row has every night free.
        let taken = word.unitsSeen < unitCount ? 0 : word.bits
        guard taken != word.said else { return }
        findings.append(
            (
                word.property,
                "\(word.property): search takes other nights for taken than its units, in word \(word.word)"
            ))
    }
}

/// Whether a search knows of each listed place what the place says, and of no other.
private struct EntriesAudit {
    private(set) var findings: [(property: PropertyID, what: String)] = []
    private(set) var properties: [PropertyID: Int] = [:]

    init(in reader: borrowing Reader) throws {
        var entries: [PropertyID: SearchEntry] = [:]
        try reader.forEach(
            """
            SELECT \(SearchEntry.columns) FROM search_entry AS e JOIN search_text AS t ON t.property_id = e.property_id
            """
        ) { row in entries[try row[0]] = try SearchEntry(row) }
        var rules: [PropertyID: PropertyRules] = [:]
        try reader.forEach("SELECT property_id, rules FROM property_rules WHERE rules <> ''") { row in
            rules[try row[0]] = try RuleStore.rules(in: row[1])
        }
        var places: [PropertyID: Int64] = [:]
        try reader.forEach("SELECT \(PropertyRow.columns) FROM property") { row in
            let property = try PropertyRow.property(row)
            properties[property.id] = property.unitCount
            places[property.id] = Grid.place(of: property)
            let due = SearchEntry(property, rules[property.id] ?? .none)
            let there = entries.removeValue(forKey: property.id)
            guard due != there else { return }
            let what =
                due == nil
                ? "search shows it, and it is not listed"
                : there == nil
                    ? "it is listed, and search does not know it" : "search knows another thing of it than it says"
            findings.append((property.id, "\(property.id): \(what)"))
        }
        for id in entries.keys { findings.append((id, "\(id): search shows it, and there is no such place")) }
        try reader.forEach("SELECT DISTINCT property_id, place FROM property_word") { row in
            let id: PropertyID = try row[0]
            guard let place = places[id], place != (try row[1] as Int64) else { return }
            findings.append((id, "\(id): search looks for its nights elsewhere on the map"))
        }
    }
}

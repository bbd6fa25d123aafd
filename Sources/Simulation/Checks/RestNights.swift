import Core
import Storage

/// Who has which nights, as the claims say or as the copy for search has it.
struct RestNights: Sendable {
    private(set) var booked: [BookingID: Set<LocalDay>] = [:]
    /// Taken and closed nights of each unit, as text and in order: what a guest can't have.
    private var taken: Set<String> = []
    private var closed: Set<String> = []
    private var prepared: Set<String> = []

    init(claimsOf reader: borrowing Reader) throws {
        try reader.forEach("SELECT unit_id, night, booking_id FROM claimed_night WHERE booking_id IS NOT NULL") { row in
            let night: LocalDay = try row[1]
            booked[try row[2], default: []].insert(night)
            taken.insert("\(try row[0] as UnitID) \(night)")
        }
        try reader.forEach("SELECT unit_id, night, source FROM night_block") { row in
            let (night, source): (String, String) = ("\(try row[0] as UnitID) \(try row[1] as LocalDay)", try row[2])
            if source.hasPrefix("preparation for ") { prepared.insert(night) } else { closed.insert(night) }
        }
    }

    init(copyOf reader: borrowing Reader) throws {
        try reader.forEach("SELECT unit_id, night, booking_id FROM booked_night") { row in
            booked[try row[2], default: []].insert(try row[1])
        }
        try reader.forEach("SELECT unit_id, word, blocked, booked, prepared FROM unit_word") { row in
            let (unit, word): (UnitID, Int64) = (try row[0], try row[1])
            for night in RestNights.nights(of: word, try row[2]) { closed.insert("\(unit) \(night)") }
            for night in RestNights.nights(of: word, try row[3]) { taken.insert("\(unit) \(night)") }
            for night in RestNights.nights(of: word, try row[4]) { prepared.insert("\(unit) \(night)") }
        }
    }

    private static func nights(of word: Int64, _ bits: Int64) -> [LocalDay] {
        (0..<64).filter { bits & (1 << Int64($0)) != 0 }.map { LocalDay(number: Int32(word * 64) + Int32($0)) }
    }

    /// Where the copy is another one than the claims.
    func differences(from copy: RestNights) -> [String] {
        var findings: [String] = []
        for id in Set(booked.keys).union(copy.booked.keys).sorted() where booked[id] ?? [] != copy.booked[id] ?? [] {
            findings.append(
                "\(id): has \(copy.booked[id]?.count ?? 0) nights in the search, owns \(booked[id]?.count ?? 0)")
        }
        for night in taken.symmetricDifference(copy.taken).sorted() {
            findings.append(
                "\(night): search takes it for \(copy.taken.contains(night) ? "taken" : "free"), and it is not")
        }
        for night in closed.symmetricDifference(copy.closed).sorted() {
            findings.append(
                "\(night): search takes it for \(copy.closed.contains(night) ? "closed" : "open"), and it is not")
        }
        for night in prepared.symmetricDifference(copy.prepared).sorted() {
            findings.append(
                "\(night): search takes it for \(copy.prepared.contains(night) ? "kept" : "not kept") to prepare, and it is not so"
            )
        }
        return findings
    }
}

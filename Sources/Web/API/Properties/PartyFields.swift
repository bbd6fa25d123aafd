import Core
import PropertyService

/// Who comes, as it was asked: `guests` alone, or `adults` and whoever else; both where they agree.
struct PartyParts {
    var guests: Int?
    var adults: Int?
    var children: Int?
    var childAges: [Int]?
    var infants: Int?
    var pets: Int?

    /// The names of the parts, as parameters and as members.
    static let names = ["guests", "adults", "children", "childAges", "infants", "pets"]
    static let others = 0...Party.most

    /// - Parameter complain: told what does not fit together; a part that is wrong by itself was complained of before.
    func party(_ complain: (_ field: String, _ code: String, _ message: String) -> Void) -> Party? {
        let children = children ?? 0
        guard let adults = adults ?? guests.map({ $0 - children }) else { return nil }
        guard adults >= 1 else {
            complain("children", "out_of_range", "must be fewer than guests: an adult comes with them")
            return nil
        }
        guard guests == nil || guests == adults + children else {
            complain("guests", "contradiction", "must be adults and children together, or be left out")
            return nil
        }
        guard Bounds.guests.contains(adults + children) else {
            complain("children", "out_of_range", "must be at most \(Party.most) together with adults")
            return nil
        }
        if let childAges, childAges.count != children {
            complain("childAges", "contradiction", "must have an age for each of \(children) children, or be left out")
            return nil
        }
        return Party(
            adults: adults, children: children, childAges: childAges ?? [], infants: infants ?? 0, pets: pets ?? 0)
    }
}

extension Query {
    /// The party that is asked for; nothing where something of it is wrong, which is kept.
    mutating func party() -> Party? {
        let named = PartyParts.names.count { has($0) }
        if !has("adults") { require("guests") }
        let parts = PartyParts(
            guests: integer("guests", Bounds.guests), adults: integer("adults", Bounds.guests),
            children: integer("children", PartyParts.others), childAges: childAges(),
            infants: integer("infants", PartyParts.others), pets: integer("pets", PartyParts.others))
        guard named == parts.count else { return nil }
        return parts.party { complain($0, $1, $2) }
    }

    private mutating func childAges() -> [Int]? {
        let range = Party.childAgeRange
        return parsed(
            "childAges", "must be ages from \(range.lowerBound) to \(range.upperBound) with commas between, as 4,9"
        ) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let ages = parts.compactMap { part in part.utf8.count <= 2 ? Int(part) : nil }
            return ages.count == parts.count && ages.count <= Party.most && ages.allSatisfy(range.contains)
                ? ages : nil
        }
    }
}

extension Fields {
    /// The party that is asked for; nothing where something of it is wrong, which is kept.
    mutating func party() -> Party? {
        let named = PartyParts.names.count { has($0) }
        if !has("guests"), !has("adults") { complain("guests", "required", "is missing") }
        let parts = PartyParts(
            guests: optional("guests", .integer(Bounds.guests)), adults: optional("adults", .integer(Bounds.guests)),
            children: optional("children", .integer(PartyParts.others)),
            childAges: optional("childAges", .list(of: .integer(Party.childAgeRange), 0...Party.most)),
            infants: optional("infants", .integer(PartyParts.others)),
            pets: optional("pets", .integer(PartyParts.others)))
        guard named == parts.count else { return nil }
        return parts.party { complain($0, $1, $2) }
    }
}

extension PartyParts {
    /// How many parts were read; fewer than were named means that one is wrong by itself.
    fileprivate var count: Int {
        [guests, adults, children, childAges?.count, infants, pets].count { $0 != nil }
    }
}

extension Party: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { party in
            party.member("adults", adults)
            party.member("children", children)
            party.list("childAges", childAges) { $0.value($1) }
            party.member("infants", infants)
            party.member("pets", pets)
        }
    }
}

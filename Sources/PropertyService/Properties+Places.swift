public import Core
import Storage

/// A place by a name that somebody has begun to write.
public struct NamedPlace: Sendable, Equatable {
    /// What to search for: a search for it finds the place.
    public let name: String
    /// ISO 3166-1 alpha-2, upper case.
    public let country: String
    /// How many listed places there are; nothing for a town that only the gazetteer knows.
    public let count: Int?
}

extension Properties {
    /// Places whose names begin so: first cities and neighbourhoods that have listings, the one with most first, then
    /// larger towns of the world.
    /// - Parameter limit: 1 to 20.
    public func places(beginning text: String, limit: Int) async throws -> [NamedPlace] {
        let folded = Folding.fold(text)
        guard folded.count >= 2 else { return [] }
        let limit = min(max(limit, 1), 20)
        let pattern = folded.filter { $0 != "%" && $0 != "_" && $0 != "\\" } + "%"
        let listed = try await database.read { reader in
            try ["city", "neighbourhood"].flatMap { kind -> [NamedPlace] in
                let (name, folded): (SQL, SQL) =
                    kind == "city" ? ("p.city", "e.city") : ("p.neighbourhood", "e.neighbourhood")
                return try reader.all(
                    """
                    SELECT MIN(\(name)), p.country, COUNT(*) FROM search_entry AS e
                    JOIN property AS p ON p.id = e.property_id WHERE \(folded) LIKE \(pattern)
                    GROUP BY \(folded), p.country ORDER BY COUNT(*) DESC, \(folded) LIMIT \(limit)
                    """
                ) { row in NamedPlace(name: try row[0], country: try row[1], count: try row[2]) }
            }
        }
        var found: [NamedPlace] = []
        func add(_ place: NamedPlace) {
            let isThere = found.contains {
                Folding.fold($0.name) == Folding.fold(place.name) && $0.country == place.country
            }
            if found.count < limit, !isThere { found.append(place) }
        }
        listed.sorted { ($0.count ?? 0, $1.name) > ($1.count ?? 0, $0.name) }.forEach(add)
        for town in gazetteer.towns(beginning: folded, limit: limit) {
            // Only what a search by these words would find: the largest town of a name.
            add(NamedPlace(name: town.name, country: town.countryCode, count: nil))
        }
        return found
    }

    /// The most populous town of that name, with its position and time zone; nothing where the gazetteer knows none.
    /// What stands behind a comma is a country or a state: `Albany, NY`.
    public func town(named name: String) -> Town? { gazetteer.town(named: name) }

    /// Whether there is a town or a country of that name, whether or not anything is listed there.
    public func isPlace(named name: String) -> Bool {
        gazetteer.town(named: name) != nil || gazetteer.countryCode(named: name) != nil
    }

    /// Every listed place with when it last changed, in an order that does not move: for who makes a map of the site.
    /// - Parameter after: where the page before ended.
    public func listed(after: PropertyID?, limit: Int) async throws -> [(id: PropertyID, changedAt: Instant)] {
        let from = after?.text ?? ""
        return try await database.read { reader in
            try reader.all(
                """
                SELECT p.id, p.changed_at FROM property AS p WHERE p.status = 'listed' AND p.id > \(from)
                ORDER BY p.id LIMIT \(limit)
                """
            ) { row in (id: try row[0], changedAt: try row[1]) }
        }
    }
}

import Core
import Foundation
import Storage

/// Where a search looks: the part that SQL compares, and the circles that are measured on what it lets through.
struct Geography {
    /// The one around the point of the search first.
    private(set) var circles: [Circle] = []
    private(set) var conditions: [SQL] = []
    /// Cells to look in; nothing where the area is so wide that a look at everything is as good.
    private var ranges: [ClosedRange<Int64>]?

    /// - Returns: nothing where the place is known to nobody, or nothing can be found.
    init?(_ filter: SearchFilter, _ gazetteer: Gazetteer, in reader: borrowing Reader) throws {
        guard !filter.isUnanswerable else { return nil }
        circles = filter.circle.map { [$0] } ?? []
        if let place = filter.place {
            switch try PlaceName(place, gazetteer).meaning(in: reader) {
            case .listings(let named):
                conditions.append(named.condition)
                ranges = named.ranges
            case .around(let circle): circles.append(circle)
            case nil: return nil
            }
        }
        let boxes = circles.map(\.box) + (filter.box.map { [$0] } ?? [])
        for box in boxes {
            let (first, second) = box.longitudes
            let (from, to) = (second?.lowerBound ?? first.lowerBound, second?.upperBound ?? first.upperBound)
            conditions.append(
                """
                e.latitude BETWEEN \(box.south) AND \(box.north) AND (e.longitude BETWEEN \(first.lowerBound)
                AND \(first.upperBound) OR e.longitude BETWEEN \(from) AND \(to))
                """)
        }
        if ranges == nil { ranges = boxes.compactMap(Grid.ranges(covering:)).min { $0.count < $1.count } }
        if ranges != nil { conditions.append("e.place >= area.low AND e.place < area.high") }
    }

    /// What to read from: the entries, with the cells to look in before them and the texts behind, where needed.
    func source(_ filter: SearchFilter) -> SQL {
        var source: SQL = "search_entry AS e"
        if let ranges {
            // Lists of few different lengths, filled up with ranges that hold nothing.
            let length = [8, 32, 128, Geography.mostRanges].first { $0 >= ranges.count } ?? ranges.count
            let rows: [SQL] = (0..<length).map { index in
                let places = index < ranges.count ? Grid.places(in: ranges[index]) : 0..<0
                return
                    "SELECT CAST(\(places.lowerBound) AS BIGINT) AS low, CAST(\(places.upperBound) AS BIGINT) AS high"
            }
            source = """
                (\(SQL.joined(rows, by: " UNION ALL "))) AS area
                CROSS JOIN search_entry AS e
                """
        }
        guard !filter.words.isEmpty || !CommonAmenities.split(filter.amenities).rest.isEmpty else { return source }
        return "\(source) JOIN search_text AS t ON t.property_id = e.property_id"
    }

    /// Whether any listed place lies in a circle, or just at its edge.
    static func isAnyListed(in circle: Circle, _ reader: borrowing Reader) throws -> Bool {
        let box = circle.box
        let (first, second) = box.longitudes
        guard let ranges = Grid.ranges(covering: box), !ranges.isEmpty, ranges.count <= mostRanges else { return false }
        // As on a plane, which is right to some metres so near by. Over the antimeridian the box alone must do.
        let degree = 111.195
        let shrink = cos(circle.latitude * .pi / 180)
        let most = second == nil ? pow(circle.radiusKilometres / degree, 2) : 1e9
        let cells = SQL.joined(
            ranges.map { range in
                let places = Grid.places(in: range)
                return "(e.place >= \(places.lowerBound) AND e.place < \(places.upperBound))"
            }, by: " OR ")
        let (from, to) = (second?.lowerBound ?? first.lowerBound, second?.upperBound ?? first.upperBound)
        let (latitude, longitude) = (circle.latitude, circle.longitude)
        return try reader.exists(
            """
            SELECT 1 FROM search_entry AS e WHERE (\(cells))
                AND e.latitude BETWEEN \(box.south) AND \(box.north)
                AND (e.longitude BETWEEN \(first.lowerBound) AND \(first.upperBound)
                    OR e.longitude BETWEEN \(from) AND \(to))
                AND (e.latitude - \(latitude)) * (e.latitude - \(latitude))
                    + (e.longitude - \(longitude)) * (e.longitude - \(longitude)) * \(shrink * shrink) <= \(most)
            LIMIT 1
            """)
    }

    /// Listed places in a neighbourhood of a city, by their folded names, and the cells they lie in.
    static func named(_ neighbourhood: String, in city: String, _ reader: borrowing Reader) throws -> Named? {
        guard !neighbourhood.isEmpty, !city.isEmpty else { return nil }
        let cells = try reader.values(
            """
            SELECT DISTINCT cell FROM search_entry WHERE neighbourhood = \(neighbourhood) AND (city || '') = \(city)
            LIMIT \(mostCells)
            """, as: Int64.self)
        guard !cells.isEmpty else { return nil }
        return (
            "(e.neighbourhood || '') = \(neighbourhood) AND (e.city || '') = \(city)", ranges(of: Set(cells))
        )
    }

    private static func ranges(of cells: Set<Int64>) -> [ClosedRange<Int64>]? {
        let ranges = cells.count < mostCells ? Grid.ranges(of: cells) : nil
        return ranges.flatMap { $0.count <= mostRanges ? $0 : nil }
    }

    /// What SQL compares, and the cells to look in; nothing for everywhere.
    typealias Named = (condition: SQL, ranges: [ClosedRange<Int64>]?)

    /// As many as a circle of 500 km over the antimeridian has; SQLite takes at most 500 parts of a union.
    private static let mostRanges = 256

    /// Listed places in a neighbourhood, city or country of that name, and the cells they lie in; nothing where there
    /// are none.
    static func named(_ folded: String, _ country: String?, in reader: borrowing Reader) throws -> Named? {
        guard !folded.isEmpty else { return nil }  // an entry without a neighbourhood has an empty one
        // Joined to nothing, so that the order of the map is the index that is used, not the one of names.
        var conditions: [SQL] = []
        var cells: Set<Int64> = []
        func add(_ found: [Int64], _ condition: SQL) {
            if !found.isEmpty { conditions.append(condition) }
            cells.formUnion(found)
        }
        add(
            try reader.values("SELECT DISTINCT cell FROM search_entry WHERE city = \(folded) LIMIT \(mostCells)"),
            "(e.city || '') = \(folded)")
        add(
            try reader.values(
                "SELECT DISTINCT cell FROM search_entry WHERE neighbourhood = \(folded) LIMIT \(mostCells)"),
            "(e.neighbourhood || '') = \(folded)")
        if let country {
            add(
                try reader.values(
                    "SELECT DISTINCT cell FROM search_entry WHERE country = \(country) LIMIT \(mostCells)"),
                "(e.country || '') = \(country)")
        }
        guard !conditions.isEmpty else { return nil }
        return ("(\(SQL.joined(conditions, by: " OR ")))", ranges(of: cells))
    }

    /// A name that stands for more cells is a country, and is found by looking at everything.
    private static let mostCells = 1024
}

import Core
import Storage

/// Where a search looks: the part that SQL compares, and the circles that are measured on what it lets through.
struct Geography {
    /// The one around the point of the search first.
    private(set) var circles: [Circle] = []
    private(set) var conditions: [SQL] = []
    /// Cells to look in; nothing where the area is so wide that a look at everything is as good.
    private var ranges: [ClosedRange<Int64>]?

    /// - Returns: nothing where the place is known to nobody, or nothing can be found.
    init?(_ filter: SearchFilter, country: String?, town: Town?, in reader: borrowing Reader) throws {
        guard !filter.isUnanswerable else { return nil }
        circles = filter.circle.map { [$0] } ?? []
        if let place = filter.place {
            if let named = try Geography.named(Folding.fold(place), country, in: reader) {
                conditions.append(named.condition)
                ranges = named.ranges
            } else if let town {
                circles.append(
                    Circle(
                        latitude: town.latitude, longitude: town.longitude,
                        radiusKilometres: SearchIndex.townRadiusKilometres))
            } else {
                return nil
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

    /// As many as a circle of 500 km over the antimeridian has; SQLite takes at most 500 parts of a union.
    private static let mostRanges = 256

    /// Listed places in a neighbourhood, city or country of that name, and the cells they lie in; nothing where there
    /// are none.
    private static func named(
        _ folded: String, _ country: String?, in reader: borrowing Reader
    ) throws -> (condition: SQL, ranges: [ClosedRange<Int64>]?)? {
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
        let ranges = cells.count < mostCells ? Grid.ranges(of: cells) : nil
        return (
            "(\(SQL.joined(conditions, by: " OR ")))", ranges.flatMap { $0.count <= mostRanges ? $0 : nil }
        )
    }

    /// A name that stands for more cells is a country, and is found by looking at everything.
    private static let mostCells = 1024
}

import Core
import Storage

/// Where a search looks: the part that SQL compares, and the circles that are measured on what it lets through.
struct Geography {
    /// The one around the point of the search first.
    private(set) var circles: [Circle] = []
    private(set) var conditions: [SQL] = []
    /// Cells to look in; nothing where the place's name is the better index or the area is the world.
    private var ranges: [ClosedRange<Int64>]?

    /// - Returns: nothing where the place is known to nobody, or nothing can be found.
    init?(_ filter: SearchFilter, country: String?, town: Town?, in reader: borrowing Reader) throws {
        guard !filter.isUnanswerable else { return nil }
        circles = filter.circle.map { [$0] } ?? []
        var isNamed = false
        if let place = filter.place {
            if let named = try Geography.named(Folding.fold(place), country, in: reader) {
                conditions.append(named)
                isNamed = true
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
        guard !isNamed else { return }
        ranges = boxes.compactMap(Grid.ranges(covering:)).min { $0.count < $1.count }
        if ranges != nil { conditions.append("e.cell BETWEEN area.low AND area.high") }
    }

    /// What to read from: the entries, with the cells to look in before them and the texts behind, where needed.
    func source(_ filter: SearchFilter) -> SQL {
        var source: SQL = "search_entry AS e"
        if let ranges {
            // Lists of few different lengths, filled up with ranges that hold nothing.
            let length = [8, 32, 128, 256].first { $0 >= ranges.count } ?? ranges.count
            let rows: [SQL] = (0..<length).map { index in
                let range = index < ranges.count ? (ranges[index].lowerBound, ranges[index].upperBound) : (1, 0)
                return "SELECT CAST(\(range.0) AS BIGINT) AS low, CAST(\(range.1) AS BIGINT) AS high"
            }
            source = """
                (\(SQL.joined(rows, by: " UNION ALL "))) AS area
                CROSS JOIN search_entry AS e
                """
        }
        guard !filter.words.isEmpty || !CommonAmenities.split(filter.amenities).rest.isEmpty else { return source }
        return "\(source) JOIN search_text AS t ON t.property_id = e.property_id"
    }

    /// Listed places in a neighbourhood, city or country of that name; nothing where there are none.
    private static func named(_ folded: String, _ country: String?, in reader: borrowing Reader) throws -> SQL? {
        guard !folded.isEmpty else { return nil }  // an entry without a neighbourhood has an empty one
        var conditions: [SQL] = []
        if try reader.exists("SELECT 1 FROM search_entry WHERE city = \(folded) LIMIT 1") {
            conditions.append("e.city = \(folded)")
        }
        if try reader.exists("SELECT 1 FROM search_entry WHERE neighbourhood = \(folded) LIMIT 1") {
            conditions.append("e.neighbourhood = \(folded)")
        }
        if let country, try reader.exists("SELECT 1 FROM search_entry WHERE country = \(country) LIMIT 1") {
            conditions.append("e.country = \(country)")
        }
        return conditions.isEmpty ? nil : "(\(SQL.joined(conditions, by: " OR ")))"
    }
}

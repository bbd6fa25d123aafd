import Core
import Foundation

/// A part of the world between two parallels and two meridians.
struct Box: Sendable, Equatable {
    let west: Double
    let south: Double
    let east: Double
    let north: Double

    /// West greater than east: it crosses the antimeridian.
    var crossesAntimeridian: Bool { west > east }

    /// Longitudes as ranges that do not cross the antimeridian; the second is empty where one is enough.
    var longitudes: (ClosedRange<Double>, ClosedRange<Double>?) {
        crossesAntimeridian ? (west...180, -180...east) : (west...east, nil)
    }
}

/// All points within a distance of one.
struct Circle: Sendable, Equatable {
    let latitude: Double
    let longitude: Double
    let radiusKilometres: Double

    /// The mean radius of the earth (IUGG).
    private static let earthKilometres = 6371.0088

    /// Along the great circle, in millimetres: a whole number, so that pages can continue after it.
    func millimetres(toLatitude otherLatitude: Double, longitude otherLongitude: Double) -> Int64 {
        let one = latitude * .pi / 180
        let other = otherLatitude * .pi / 180
        let up = sin((other - one) / 2)
        let along = sin((otherLongitude - longitude) * .pi / 360)
        let haversine = min(1, up * up + cos(one) * cos(other) * along * along)
        return Int64((2 * Circle.earthKilometres * asin(haversine.squareRoot()) * 1_000_000).rounded())
    }

    var radiusMillimetres: Int64 { Int64((radiusKilometres * 1_000_000).rounded()) }

    /// The smallest box around it, a little larger so that rounding leaves nothing out.
    var box: Box {
        let angle = radiusKilometres / Circle.earthKilometres
        let up = angle * 180 / .pi + Circle.slack
        let (south, north) = (latitude - up, latitude + up)
        guard south > -90, north < 90 else {
            return Box(west: -180, south: max(south, -90), east: 180, north: min(north, 90))
        }
        let along = asin(min(1, sin(angle) / cos(latitude * .pi / 180))) * 180 / .pi + Circle.slack
        guard along < 180 else { return Box(west: -180, south: south, east: 180, north: north) }
        func wrapped(_ longitude: Double) -> Double {
            longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude
        }
        return Box(west: wrapped(longitude - along), south: south, east: wrapped(longitude + along), north: north)
    }

    /// About ten metres, in degrees.
    private static let slack = 0.0001
}

/// A grid over the world: rows of a tenth of a degree from the south, and in each row cells from the west. A city is a
/// few ranges of cell numbers, which one plain index finds on both engines.
enum Grid {
    private static let cellsInRow: Int64 = 4096
    private static let cellsInDegree = 10.0

    static func cell(latitude: Double, longitude: Double) -> Int64 {
        row(latitude) * cellsInRow + column(longitude)
    }

    /// A number for a property by which neighbours on the map are neighbours in an index: its cell and, below it, bits
    /// of its own. Two properties may share one; whoever joins by it compares the ids too.
    static func place(latitude: Double, longitude: Double, of id: PropertyID) -> Int64 {
        cell(latitude: latitude, longitude: longitude) << ownBits
            | Int64(Fingerprint.of(id.text) >> UInt64(64 - ownBits))
    }

    static func place(of property: Property) -> Int64 {
        place(latitude: property.location.latitude, longitude: property.location.longitude, of: property.id)
    }

    /// The places in cells that follow one another.
    static func places(in cells: ClosedRange<Int64>) -> Range<Int64> {
        (cells.lowerBound << ownBits)..<((cells.upperBound + 1) << ownBits)
    }

    /// Cells as ranges of such that follow one another.
    static func ranges(of cells: some Sequence<Int64>) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        for cell in cells.sorted() {
            if let last = ranges.last, last.upperBound >= cell - 1 {
                ranges[ranges.count - 1] = last.lowerBound...cell
            } else {
                ranges.append(cell...cell)
            }
        }
        return ranges
    }

    /// Cells have 23 bits, so that a place stays positive.
    private static let ownBits: Int64 = 40

    /// The ranges of cells that cover a box; nothing where it is so high that a plain look at all is as good.
    static func ranges(covering box: Box) -> [ClosedRange<Int64>]? {
        let rows = row(box.south)...row(box.north)
        guard rows.count <= mostRows else { return nil }
        let (first, second) = box.longitudes
        return rows.flatMap { row in
            [first, second].compactMap { $0 }.map { longitudes in
                (row * cellsInRow + column(longitudes.lowerBound))...(row * cellsInRow + column(longitudes.upperBound))
            }
        }
    }

    /// The largest circle a search may ask for has 91 rows.
    private static let mostRows = 128

    private static func row(_ latitude: Double) -> Int64 {
        Int64(((min(max(latitude, -90), 90) + 90) * cellsInDegree).rounded(.down))
    }

    private static func column(_ longitude: Double) -> Int64 {
        Int64(((min(max(longitude, -180), 180) + 180) * cellsInDegree).rounded(.down))
    }
}

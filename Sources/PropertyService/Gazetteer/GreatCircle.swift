import Foundation

/// Distances on a sphere of the Earth's mean radius; half a percent off at most, which is enough for "near".
enum GreatCircle {
    static let radiusKilometres = 6371.0088

    /// The haversine formula.
    static func kilometres(
        from one: (latitude: Double, longitude: Double), to other: (latitude: Double, longitude: Double)
    ) -> Double {
        let radians = Double.pi / 180
        let vertical = sin((other.latitude - one.latitude) * radians / 2)
        let horizontal = sin((other.longitude - one.longitude) * radians / 2)
        let chord =
            vertical * vertical
            + cos(one.latitude * radians) * cos(other.latitude * radians) * horizontal * horizontal
        return 2 * radiusKilometres * asin(min(1, chord.squareRoot()))
    }
}

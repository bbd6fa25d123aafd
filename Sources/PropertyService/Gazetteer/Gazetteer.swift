public import Foundation

/// The towns and countries of the world, for places that no listing names.
///
/// The data is a file that is mapped, not read: asking touches a few pages of it, and nothing is parsed at the start.
public struct Gazetteer: Sendable {
    /// Opens the gazetteer that ships with Roost.
    /// - Throws: `GazetteerError` where the file is missing or is not one that this version reads.
    public init() throws { fatalError("later") }

    /// Opens a gazetteer file.
    /// - Throws: `GazetteerError` where the file is missing or is not one that this version reads.
    public init(contentsOf file: URL) throws { fatalError("later") }

    /// The most populous town of that name, or nothing: `new york`, `Zürich`, `Albany, NY`, `Paris, Texas`, `Paris, FR`.
    public func town(named name: String) -> Town? { nil }

    /// The ISO 3166-1 alpha-2 code of a country, by its code, its English name, or its own: `DE`, `Germany`, `Deutschland`.
    public func countryCode(named name: String) -> String? { nil }

    /// The town nearest to a point, or nothing where there is none within `kilometres`.
    /// - Parameter population: smaller towns are passed over.
    public func nearestTown(
        latitude: Double, longitude: Double, population: Int = 0, within kilometres: Double = 100
    ) -> Town? { nil }
}

/// Why the gazetteer can't be opened.
public enum GazetteerError: Error, CustomStringConvertible {
    case missing(String)
    case damaged(String)

    public var description: String {
        switch self {
        case .missing(let path): "the gazetteer is missing: \(path)"
        case .damaged(let path): "this is not a gazetteer that this version reads: \(path)"
        }
    }
}

import Core
import Storage

/// A place as somebody typed it, and what it may mean. Tried in this order, and the first that is there counts:
///
/// 1. the whole as a neighbourhood, city or country of the listings,
/// 2. `Second Ward, Albany`: a neighbourhood within a city of the listings,
/// 3. a town of the gazetteer, where a comma stands before state or country,
/// 4. the same two with a blank instead of the comma: `Second Ward Albany`, `Albany NY`. Other punctuation is a blank.
struct PlaceName {
    enum Meaning {
        case listings(Geography.Named)
        case around(Circle)
    }

    private let text: String
    private let gazetteer: Gazetteer

    init(_ text: String, _ gazetteer: Gazetteer) {
        self.text = text
        self.gazetteer = gazetteer
    }

    /// Towns of one name that are looked at, the most populous first: each is a question to the database where none before
    /// it has listings.
    private static let mostTowns = 20
    /// More words are no name of a place.
    private static let mostWords = 12

    /// - Returns: nothing where nobody knows the place.
    func meaning(in reader: borrowing Reader) throws -> Meaning? {
        let folded = Folding.fold(text)
        if let named = try Geography.named(folded, gazetteer.countryCode(named: text), in: reader) {
            return .listings(named)
        }
        let parts = text.split(separator: ",").map { Folding.fold(String($0)) }.filter { !$0.isEmpty }
        if parts.count > 1, let named = try neighbourhood(parts[0], parts[1], parts.dropFirst(2), in: reader) {
            return .listings(named)
        }
        if let circle = try circle(gazetteer.towns(named: text, most: PlaceName.mostTowns), in: reader) {
            return .around(circle)
        }
        let words = folded.split(separator: " ")
        guard words.count > 1, words.count <= PlaceName.mostWords else { return nil }
        // The longest name first: it is New York, NY, not New of York NY.
        for split in (1..<words.count).reversed() {
            let (first, rest) = (words[..<split].joined(separator: " "), words[split...])
            if let named = try Geography.named(first, in: rest.joined(separator: " "), reader) {
                return .listings(named)
            }
            let towns = gazetteer.towns(of: first, behind: rest, most: PlaceName.mostTowns)
            if let circle = try circle(towns, in: reader) { return .around(circle) }
        }
        return nil
    }

    /// - Parameter areas: what stands behind the city: where the gazetteer knows no such town, it is no such place.
    private func neighbourhood(
        _ name: String, _ city: String, _ areas: ArraySlice<String>, in reader: borrowing Reader
    ) throws -> Geography.Named? {
        if !areas.isEmpty {
            let town = ([city] + areas).joined(separator: ",")
            guard gazetteer.town(named: town) != nil else { return nil }
        }
        return try Geography.named(name, in: city, reader)
    }

    /// Around the most populous of these towns that has listings near by, else the most populous.
    private func circle(_ towns: [Town], in reader: borrowing Reader) throws -> Circle? {
        let circles = towns.map { town in
            Circle(
                latitude: town.latitude, longitude: town.longitude,
                radiusKilometres: SearchIndex.townRadiusKilometres)
        }
        guard circles.count > 1 else { return circles.first }
        return try circles.first { try Geography.isAnyListed(in: $0, reader) } ?? circles[0]
    }
}

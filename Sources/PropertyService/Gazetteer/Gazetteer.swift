import Core
public import Foundation

/// The towns and countries of the world, for places that no listing names.
///
/// The data is a file that is mapped, not read: asking touches a few pages of it, and nothing is parsed at the start.
/// Place data: GeoNames (geonames.org), CC BY 4.0.
public struct Gazetteer: Sendable {
    private let file: GazetteerFile

    /// Opens the gazetteer that ships with Roost: from the folder of resources beside the program where there is one,
    /// so that a program that was moved with it works, else from where it was built.
    /// - Throws: `GazetteerError` where the file is missing or is not one that this version reads.
    public init() throws(GazetteerError) {
        try self.init(
            contentsOf: ShippedFile.url("gazetteer.bin", of: "PropertyService", built: Bundle.module.bundleURL))
    }

    /// Opens a gazetteer file.
    /// - Throws: `GazetteerError` where the file is missing or is not one that this version reads.
    public init(contentsOf file: URL) throws(GazetteerError) {
        self.file = try GazetteerFile(file)
    }

    /// The most populous town of that name, or nothing: `new york`, `Zürich`, `Albany, NY`, `Paris, Texas`, `Paris, FR`.
    ///
    /// What stands behind a comma is a country or a state of the United States, Canada, Australia or the United Kingdom,
    /// by name or code; where it is none of these, there is no such town.
    public func town(named name: String) -> Town? { towns(named: name, most: 1).first }

    /// The towns of that name, as `town(named:)` has it, the most populous first and each once.
    func towns(named name: String, most: Int) -> [Town] {
        let parts = name.split(separator: ",").map { Folding.fold(String($0)) }.filter { !$0.isEmpty }
        guard let town = parts.first else { return [] }
        return towns(of: town, in: Array(parts.dropFirst()), most: most)
    }

    /// The same for a name without commas: what stands behind a town may be one area or two, as in `albany ny usa`.
    /// - Parameter words: folded.
    func towns(of town: String, behind words: ArraySlice<Substring>, most: Int) -> [Town] {
        let whole = towns(of: town, in: [words.joined(separator: " ")], most: most)
        guard whole.isEmpty, words.count > 1 else { return whole }
        return (words.startIndex + 1..<words.endIndex).lazy.map { split in
            towns(
                of: town,
                in: [words[..<split].joined(separator: " "), words[split...].joined(separator: " ")], most: most)
        }.first { !$0.isEmpty } ?? []
    }

    /// - Parameter areas: countries and states, all of which a town must lie in; all folded.
    private func towns(of town: String, in areas: [String], most: Int) -> [Town] {
        let areas = areas.map { area in
            (regions: file.values(of: area, in: file.regions), countries: file.values(of: area, in: file.countries))
        }
        guard areas.allSatisfy({ !$0.regions.isEmpty || !$0.countries.isEmpty }) else { return [] }
        let found = candidates(named: town)
            .filter { candidate in
                areas.allSatisfy { area in
                    area.regions.contains(region(of: candidate.place))
                        || area.countries.contains(country(of: candidate.place))
                }
            }
            .sorted { ($0.weight, $1.place) > ($1.weight, $0.place) }
        var seen: Set<Int> = []
        let places = found.map(\.place).filter { seen.insert($0).inserted }
        return places.prefix(most).map(self.town)
    }

    /// The larger towns whose names begin so, the most populous first; each name once, for the town it means by itself.
    /// - Parameter folded: at least two characters, folded.
    func towns(beginning folded: String, limit: Int) -> [Town] {
        let places = file.places(beginning: folded, count: file.towns.count, most: Gazetteer.mostLookedAt) {
            Folding.fold(name(of: $0))
        }
        var names: Set<String> = []
        var found: [Town] = []
        for place in places.sorted(by: { population(of: $0) > population(of: $1) }) where found.count < limit {
            if names.insert(Folding.fold(name(of: place))).inserted { found.append(town(place)) }
        }
        return found
    }

    /// Two letters begin some thousand names; looking at more would take longer than typing a third.
    private static let mostLookedAt = 3000

    /// The ISO 3166-1 alpha-2 code of a country, by its code, its English name, or its own: `DE`, `Germany`, `Deutschland`.
    public func countryCode(named name: String) -> String? {
        let folded = Folding.fold(name)
        guard !folded.isEmpty else { return nil }
        return file.values(of: folded, in: file.countries).first.map(code)
    }

    /// The town nearest to a point, or nothing where there is none within `kilometres`.
    /// - Parameters:
    ///   - population: smaller towns are passed over.
    ///   - kilometres: all towns of the cells of two degrees that it touches are looked at, so better not much.
    public func nearestTown(
        latitude: Double, longitude: Double, population: Int = 0, within kilometres: Double = 100
    ) -> Town? {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        // A degree of latitude has 110.6 to 111.7 km; of longitude fewer the farther north, so at most all around.
        let tall = kilometres / 110
        let wide = min(tall / max(cos(latitude * .pi / 180), 0.01), 179)
        let rows = max(row(latitude - tall), 0)...min(row(latitude + tall), 89)
        var nearest: (place: Int, distance: Double)?
        for row in rows {
            for column in Int(((longitude - wide + 180) / 2).rounded(.down))...Int((longitude + wide + 180) / 2) {
                for place in towns(inCell: row * 180 + (column + 360) % 180)
                where self.population(of: place) >= population {
                    let there = position(of: place)
                    let distance = GreatCircle.kilometres(
                        from: (latitude, longitude), to: (there.latitude, there.longitude))
                    if distance <= min(nearest?.distance ?? kilometres, kilometres) { nearest = (place, distance) }
                }
            }
        }
        return nearest.map { town($0.place) }
    }

    // MARK: Towns of the file

    /// Bytes of a town's record.
    private static let townSize = 17
    /// How much more the own name of a town of some size counts than another name for a town: a Cologne of 7,000 people
    /// is not meant by "Cologne", but a Victoria of 300,000 is, though Hong Kong once had that name.
    private static let ownNameWeight = (factor: 30, fromPopulation: 15_000)

    private func candidates(named folded: String) -> [(place: Int, weight: Int)] {
        let own = file.places(of: folded, count: file.towns.count) { Folding.fold(name(of: $0)) }
            .map { place in
                let population = population(of: place)
                let own = Gazetteer.ownNameWeight
                return (place: place, weight: population * (population >= own.fromPopulation ? own.factor : 1))
            }
        let others = file.values(of: folded, in: file.others).map { (place: $0, weight: population(of: $0)) }
        return own + others
    }

    private func row(_ latitude: Double) -> Int { Int(((latitude + 90) / 2).rounded(.down)) }
    private func record(_ place: Int) -> Int { file.towns.offset + place * Gazetteer.townSize }
    private func population(of place: Int) -> Int { file.u32(record(place) + 9) }
    private func country(of place: Int) -> Int { file.u8(record(place) + 13) }
    private func region(of place: Int) -> Int { file.u8(record(place) + 14) }
    private func code(_ country: Int) -> String {
        file.text(file.codes.offset + 2 * country..<file.codes.offset + 2 * country + 2)
    }

    private func name(of place: Int) -> String {
        let names = file.names.offset
        return file.text(names + file.u24(record(place))..<names + file.u24(record(place + 1)))
    }

    private func position(of place: Int) -> (latitude: Double, longitude: Double) {
        let largest = Double(0xFF_FFFF)
        let latitude = Double(file.u24(record(place) + 3)) / largest * 180 - 90
        let longitude = Double(file.u24(record(place) + 6)) / largest * 360 - 180
        return (latitude, longitude)
    }

    private func town(_ place: Int) -> Town {
        let (latitude, longitude) = position(of: place)
        return Town(
            name: name(of: place), latitude: latitude, longitude: longitude, countryCode: code(country(of: place)),
            population: population(of: place), timeZone: file.key(file.u16(record(place) + 15), of: file.zones))
    }

    private func towns(inCell cell: Int) -> [Int] {
        let first = file.u32(file.cells.offset + 4 * cell)
        let end = file.u32(file.cells.offset + 4 * (cell + 1))
        return (first..<end).map { file.u24(file.entries.offset + 3 * $0) }
    }

    /// How many towns there are.
    package var townCount: Int { file.towns.count }

    /// The name of a town by its place in the order of folded names, from 0.
    package func townName(at place: Int) -> String { name(of: place) }
}

/// Why the gazetteer can't be opened.
public enum GazetteerError: Error, Equatable, CustomStringConvertible {
    case missing(String)
    case damaged(String)

    public var description: String {
        switch self {
        case .missing(let path): "the gazetteer is missing: \(path)"
        case .damaged(let path): "this is not a gazetteer that this version reads: \(path)"
        }
    }
}

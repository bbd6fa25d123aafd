import Core

/// Says where listings are whose file does not: their town and country.
///
/// What the person who imports says wins; then columns of the file, as the formats up to 2020 have them; then the nearest
/// town of the gazetteer, a large one before a small one, so that a district of a city is not taken for its city.
struct ImportPlaces {
    let city: String?
    let country: String?
    let gazetteer: Gazetteer
    /// The middle of the file's listings, for those without a position.
    var middle: ListingRow.Position?

    /// Tried in this order: at least so many people, at most so far away.
    private static let tiers: [(population: Int, kilometres: Double)] = [
        (100_000, 15), (15_000, 15), (1_000, 50), (0, 200),
    ]

    /// Whether a row can be placed; asked for every row, so without the gazetteer where that is not needed.
    func canPlace(_ row: ListingRow) -> Bool {
        if city != nil, country != nil, row.position ?? middle != nil { return true }
        return location(of: row) != nil
    }

    /// Nothing where there is no clue at all: no position, no city, and no other listing that has one.
    func location(of row: ListingRow) -> Location? {
        guard
            let position = row.position ?? middle
                ?? namedTown.map({ .init(latitude: $0.latitude, longitude: $0.longitude) })
        else { return nil }
        var near: Town?
        func nearest() -> Town? {
            if near == nil {
                near =
                    ImportPlaces.tiers.lazy.compactMap { tier in
                        gazetteer.nearestTown(
                            latitude: position.latitude, longitude: position.longitude, population: tier.population,
                            within: tier.kilometres)
                    }.first
            }
            return near
        }
        let rowCountry = row.country.flatMap { gazetteer.countryCode(named: $0) }
        guard let country = country ?? rowCountry ?? nearest()?.countryCode,
            let city = city ?? row.city ?? nearest()?.name ?? row.neighbourhood
        else { return nil }
        return Location(
            country: country, city: city, neighbourhood: row.neighbourhood, latitude: position.latitude,
            longitude: position.longitude)
    }

    private var namedTown: Town? {
        guard let city else { return nil }
        return country.flatMap { gazetteer.town(named: "\(city), \($0)") } ?? gazetteer.town(named: city)
    }
}

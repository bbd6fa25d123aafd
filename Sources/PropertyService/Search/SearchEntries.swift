import Core
import Storage

/// What a search knows of a listed place: its row of `search_entry`, and its text.
struct SearchEntry: Sendable, Equatable {
    let cell: Int64
    let place: Int64
    let sizes: Int64
    let amenities: Int64
    let price: Money
    let recommendation: Int
    let ratingHundredths: Int
    let latitude: Double
    let longitude: Double
    let country: String
    let city: String
    let neighbourhood: String
    let minimumNights: Int
    let maximumNights: Int
    let openUntil: LocalDay
    let unitCount: Int
    let zone: String
    /// Title and description, folded.
    let words: String
    let amenityCodes: String

    /// - Returns: nothing for a place that nobody finds: it is not listed, or has no price.
    init?(_ property: Property, _ rules: PropertyRules) {
        guard property.status == .listed, let price = property.nightlyPrice else { return nil }
        let at = property.location
        cell = Grid.cell(latitude: at.latitude, longitude: at.longitude)
        place = Grid.place(of: property)
        // A search for instant book promises it to whoever asks.
        sizes = PackedSizes.of(
            property, hasRules: rules != .none, isInstantForAll: property.instantBook(rules) == .everyone)
        amenities = CommonAmenities.split(property.amenities).mask
        self.price = price
        recommendation = SearchEntry.recommendation(property.rating)
        ratingHundredths = property.rating.hundredths ?? -1
        (latitude, longitude, country) = (at.latitude, at.longitude, at.country)
        city = Folding.fold(at.city)
        neighbourhood = Folding.fold(at.neighbourhood ?? "")
        (minimumNights, maximumNights) = (property.minimumNights, property.maximumNights)
        openUntil = property.openUntil ?? SearchEntries.noEnd
        unitCount = property.unitCount
        zone = property.zone.name
        words = Folding.fold(property.title + " " + property.description)
        amenityCodes = " " + property.amenities.joined(separator: " ") + " "
    }

    /// In the order in which `init(_ row:)` reads them, behind the id; of `search_entry AS e` and `search_text AS t`.
    static let columns: SQL = """
        e.property_id, e.cell, e.place, e.sizes, e.amenities, e.price, e.currency, e.recommendation, \
        e.rating_hundredths, e.latitude, e.longitude, e.country, e.city, e.neighbourhood, e.minimum_nights, \
        e.maximum_nights, e.open_until, e.unit_count, e.zone, t.words, t.amenities
        """

    init(_ row: Row) throws {
        cell = try row[1]
        place = try row[2]
        sizes = try row[3]
        amenities = try row[4]
        price = Money(try row[5], try row[6])
        recommendation = try row[7]
        ratingHundredths = try row[8]
        latitude = try row[9]
        longitude = try row[10]
        country = try row[11]
        city = try row[12]
        neighbourhood = try row[13]
        minimumNights = try row[14]
        maximumNights = try row[15]
        openUntil = try row[16]
        unitCount = try row[17]
        zone = try row[18]
        words = try row[19]
        amenityCodes = try row[20]
    }

    /// The rating as if ten more guests had given a good average one: a single five stars does not beat a hundred of
    /// 4.9, and a new place stands in the middle. Ten thousandths of a star.
    private static func recommendation(_ rating: Rating) -> Int {
        let (guests, usual) = (10, 450)
        let given = min(rating.count, 1_000_000) * (rating.hundredths ?? 0)
        let count = rating.hundredths == nil ? 0 : min(rating.count, 1_000_000)
        return (given + guests * usual) * 100 / (count + guests)
    }
}

/// The entries of all places, each kept in the transaction that changes the place.
enum SearchEntries {
    /// Far beyond every day that can be named: a place that is open without end.
    static let noEnd = LocalDay(number: Int32.max)

    static func replace(_ old: Property?, by new: Property, in tx: borrowing Transaction) throws {
        if let old, old.status == .listed {
            try tx.execute("DELETE FROM search_entry WHERE property_id = \(old.id)")
            try tx.execute("DELETE FROM search_text WHERE property_id = \(old.id)")
        }
        guard new.status == .listed, let entry = SearchEntry(new, try RuleStore.rules(of: new.id, in: tx)) else {
            return
        }
        try tx.execute(
            """
            INSERT INTO search_entry (property_id, cell, place, sizes, amenities, price, currency, recommendation,
                rating_hundredths, latitude, longitude, country, city, neighbourhood, minimum_nights, maximum_nights,
                open_until, unit_count, zone)
            VALUES (\(new.id), \(entry.cell), \(entry.place), \(entry.sizes), \(entry.amenities),
                \(entry.price.amount), \(entry.price.currency), \(entry.recommendation), \(entry.ratingHundredths),
                \(entry.latitude), \(entry.longitude), \(entry.country), \(entry.city), \(entry.neighbourhood),
                \(entry.minimumNights), \(entry.maximumNights), \(entry.openUntil), \(entry.unitCount),
                \(entry.zone))
            """)
        try tx.execute(
            """
            INSERT INTO search_text (property_id, words, amenities)
            VALUES (\(new.id), \(entry.words), \(entry.amenityCodes))
            """)
    }
}

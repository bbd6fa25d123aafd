import Core
import Storage

/// What a search knows of a listed place, kept in the transaction that changes the place.
enum SearchEntries {
    /// Far beyond every day that can be named: a place that is open without end.
    static let noEnd = LocalDay(number: Int32.max)

    static func replace(_ old: Property?, by new: Property, in tx: borrowing Transaction) throws {
        if let old, old.status == .listed {
            try tx.execute("DELETE FROM search_entry WHERE property_id = \(old.id)")
            try tx.execute("DELETE FROM search_text WHERE property_id = \(old.id)")
        }
        guard new.status == .listed, let price = new.nightlyPrice else { return }
        let at = new.location
        let rules = try RuleStore.rules(of: new.id, in: tx)
        // A search for instant book promises it to whoever asks.
        let sizes = PackedSizes.of(
            new, hasRules: rules != .none, isInstantForAll: new.instantBook(rules) == .everyone)
        try tx.execute(
            """
            INSERT INTO search_entry (property_id, cell, place, sizes, amenities, price, currency, recommendation,
                rating_hundredths, latitude, longitude, country, city, neighbourhood, minimum_nights, maximum_nights,
                open_until, unit_count, zone)
            VALUES (\(new.id), \(Grid.cell(latitude: at.latitude, longitude: at.longitude)), \(Grid.place(of: new)),
                \(sizes), \(CommonAmenities.split(new.amenities).mask), \(price.amount),
                \(price.currency), \(recommendation(new.rating)), \(new.rating.hundredths ?? -1), \(at.latitude),
                \(at.longitude), \(at.country), \(Folding.fold(at.city)), \(Folding.fold(at.neighbourhood ?? "")),
                \(new.minimumNights), \(new.maximumNights), \(new.openUntil ?? noEnd), \(new.unitCount),
                \(new.zone.name))
            """)
        let words = Folding.fold(new.title + " " + new.description)
        let amenities = " " + new.amenities.joined(separator: " ") + " "
        try tx.execute(
            """
            INSERT INTO search_text (property_id, words, amenities)
            VALUES (\(new.id), \(words), \(amenities))
            """)
    }

    /// The rating as if ten more guests had given a good average one: a single five stars does not beat a hundred of
    /// 4.9, and a new place stands in the middle. Ten thousandths of a star.
    static func recommendation(_ rating: Rating) -> Int {
        let (guests, usual) = (10, 450)
        let given = min(rating.count, 1_000_000) * (rating.hundredths ?? 0)
        let count = rating.hundredths == nil ? 0 : min(rating.count, 1_000_000)
        return (given + guests * usual) * 100 / (count + guests)
    }
}

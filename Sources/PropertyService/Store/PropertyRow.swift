import Core
import Storage

/// How a property lies in its row.
enum PropertyRow {
    /// Every column that a `Property` is made of, in the order that `property(_:)` reads them.
    static let columns: SQL = """
        id, version, host_id, status, title, room_type, country, city, neighbourhood, latitude, longitude,
        maximum_guests, bedrooms, beds, half_bathrooms, amenities, price, currency, minimum_nights, maximum_nights,
        instant_book, unit_count, cancellation_policy, rating_hundredths, rating_count, photos, zone, check_in_from,
        check_out_by, open_until, source_name, source_id, description
        """

    /// The same without the description, which can be long and which a summary leaves out.
    static let summaryColumns: SQL = """
        id, version, host_id, status, title, room_type, country, city, neighbourhood, latitude, longitude,
        maximum_guests, bedrooms, beds, half_bathrooms, amenities, price, currency, minimum_nights, maximum_nights,
        instant_book, unit_count, cancellation_policy, rating_hundredths, rating_count, photos, zone, check_in_from,
        check_out_by, open_until, source_name, source_id, '' AS description
        """

    static func property(_ row: Row) throws -> Property {
        let halfBathrooms: Int = try row[14]
        let amenities: String = try row[15]
        let price: Int64? = try row[16]
        let currency: Currency? = try row[17]
        let hundredths: Int? = try row[23]
        let sourceName: String? = try row[30]
        let sourceID: String? = try row[31]
        return Property(
            id: try row[0], hostId: try row[2], title: try row[4], description: try row[32],
            roomType: try named(row, 5),
            location: Location(
                country: try row[6], city: try row[7], neighbourhood: try row[8], latitude: try row[9],
                longitude: try row[10]),
            maximumGuests: try row[11], bedrooms: try row[12], beds: try row[13],
            bathrooms: Double(halfBathrooms) / 2, amenities: codes(in: amenities),
            nightlyPrice: price.flatMap { amount in currency.map { Money(amount, $0) } },
            minimumNights: try row[18], maximumNights: try row[19], instantBook: try row[20],
            unitCount: try row[21], cancellationPolicy: try named(row, 22),
            rating: Rating(average: hundredths.map { Double($0) / 100 }, count: try row[24]),
            photos: try photos(in: try row[25]), zone: try zone(try row[26]),
            checkInFrom: try time(try row[27]), checkOutBy: try time(try row[28]), status: try named(row, 3),
            openUntil: try row[29],
            source: sourceName.flatMap { name in sourceID.map { PropertySource(name: name, id: $0) } },
            version: try row[1])
    }

    static func photosText(_ photos: [Photo]) throws -> String {
        photos.isEmpty ? "" : try StoredJSON.text(of: photos)
    }

    static func codes(in text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: " ")).map { String($0) ?? "" }
    }

    private static func photos(in text: String) throws -> [Photo] {
        text.isEmpty ? [] : try StoredJSON.value(from: text)
    }

    static func zone(_ name: String) throws -> Zone {
        guard let zone = Zone(name) else { throw StorageError.fault("there is no zone \(name)") }
        return zone
    }

    private static func named<Value: RawRepresentable>(_ row: Row, _ index: Int) throws -> Value
    where Value.RawValue == String {
        let name: String = try row[index]
        guard let value = Value(rawValue: name) else { throw StorageError.fault("\(name) is not a \(Value.self)") }
        return value
    }

    static func time(_ text: String) throws -> TimeOfDay {
        guard let time = TimeOfDay(text) else { throw StorageError.fault("this is no time: \(text)") }
        return time
    }
}

import Core
import PropertyService

/// How a listing's members must look, wherever a host sends them. The Property Service checks what they mean together.
enum Listing {
    static let title = Shape<String>.text(1...200, lines: true)
    static let description = Shape<String>.text(0...20_000, lines: true)
    static let country = Shape<String>.parsed("a country of ISO 3166-1, as US") { text in
        text.utf8.count == 2 && text.allSatisfy { $0.isASCII && $0.isLetter } ? text : nil
    }
    static let place = Shape<String>.text(1...200)
    static let latitude = Shape<Double>.number(Bounds.latitude)
    static let longitude = Shape<Double>.number(Bounds.longitude)
    static let guests = Shape<Int>.integer(Bounds.guests)
    static let rooms = Shape<Int>.integer(Bounds.rooms)
    static let bathrooms = Shape<Double>.number(0...1000)
    static let amenities = Shape<[String]>.list(of: .text(1...100), 0...200)
    static let nights = Shape<Int>.integer(1...Stay.longest)
    static let units = Shape<Int>.integer(1...500)
    static let price = Shape<MoneyDraft> { value, field, complaints in
        Shape<Money>.money(NightChange.priceRange).read(value, field, &complaints).map {
            MoneyDraft(amount: $0.amount, currency: $0.currency.code)
        }
    }
    static let photos = Shape<[Photo]>.list(of: Shape { _, _, _ in nil }, 0...0)

    static var roomType: Shape<String> { name(of: RoomType.self) }
    static var policy: Shape<String> { name(of: CancellationPolicy.self) }
    static var status: Shape<String> { name(of: PropertyStatus.self) }
    static var zone: Shape<String> { text(of: .zone) }
    static var time: Shape<String> { text(of: .time) }

    private static func name<Choice: RawRepresentable & CaseIterable & SendableMetatype>(
        of choice: Choice.Type
    ) -> Shape<String> where Choice.RawValue == String {
        Shape { Shape<Choice>.choice.read($0, $1, &$2)?.rawValue }
    }

    private static func text<Value: CustomStringConvertible & SendableMetatype>(
        of shape: Shape<Value>
    ) -> Shape<String> {
        Shape { shape.read($0, $1, &$2)?.description }
    }
}

extension PropertyDraft {
    init?(_ fields: inout Fields) {
        self.init()
        title = fields.required("title", Listing.title)
        description = fields.optional("description", Listing.description)
        roomType = fields.required("roomType", Listing.roomType)
        location = fields.required("location", .object { LocationDraft(&$0) })
        maximumGuests = fields.required("maximumGuests", Listing.guests)
        bedrooms = fields.optional("bedrooms", Listing.rooms)
        beds = fields.optional("beds", Listing.rooms)
        bathrooms = fields.optional("bathrooms", Listing.bathrooms)
        amenities = fields.optional("amenities", Listing.amenities)
        nightlyPrice = fields.required("nightlyPrice", Listing.price)
        minimumNights = fields.optional("minimumNights", Listing.nights)
        maximumNights = fields.optional("maximumNights", Listing.nights)
        instantBook = fields.optional("instantBook", .flag)
        unitCount = fields.optional("unitCount", Listing.units)
        cancellationPolicy = fields.optional("cancellationPolicy", Listing.policy)
        timeZone = fields.required("timeZone", Listing.zone)
        checkInFrom = fields.optional("checkInFrom", Listing.time)
        checkOutBy = fields.optional("checkOutBy", Listing.time)
        status = fields.optional("status", Listing.status)
        if case .value(let day) = fields.nullable("openUntil", .day) { openUntil = day }
        photos = fields.optional("photos", Listing.photos)
    }
}

extension LocationDraft {
    init?(_ fields: inout Fields) {
        self.init()
        country = fields.required("country", Listing.country)
        city = fields.required("city", Listing.place)
        if case .value(let name) = fields.nullable("neighbourhood", Listing.place) { neighbourhood = name }
        latitude = fields.required("latitude", Listing.latitude)
        longitude = fields.required("longitude", Listing.longitude)
    }
}

extension PropertyChanges {
    init?(_ fields: inout Fields) {
        self.init()
        title = fields.change("title", Listing.title)
        description = fields.change("description", Listing.description)
        roomType = fields.change("roomType", Listing.roomType)
        location = fields.optional("location", .object { LocationChanges(&$0) })
        maximumGuests = fields.change("maximumGuests", Listing.guests)
        bedrooms = fields.change("bedrooms", Listing.rooms)
        beds = fields.change("beds", Listing.rooms)
        bathrooms = fields.change("bathrooms", Listing.bathrooms)
        amenities = fields.change("amenities", Listing.amenities)
        nightlyPrice = fields.changeOrClear("nightlyPrice", Listing.price)
        minimumNights = fields.change("minimumNights", Listing.nights)
        maximumNights = fields.change("maximumNights", Listing.nights)
        instantBook = fields.change("instantBook", .flag)
        unitCount = fields.change("unitCount", Listing.units)
        cancellationPolicy = fields.change("cancellationPolicy", Listing.policy)
        timeZone = fields.change("timeZone", Listing.zone)
        checkInFrom = fields.change("checkInFrom", Listing.time)
        checkOutBy = fields.change("checkOutBy", Listing.time)
        status = fields.change("status", Listing.status)
        openUntil = fields.changeOrClear("openUntil", .day)
        photos = fields.change("photos", Listing.photos)
    }
}

extension LocationChanges {
    init?(_ fields: inout Fields) {
        self.init()
        country = fields.change("country", Listing.country)
        city = fields.change("city", Listing.place)
        neighbourhood = fields.changeOrClear("neighbourhood", Listing.place)
        latitude = fields.change("latitude", Listing.latitude)
        longitude = fields.change("longitude", Listing.longitude)
    }
}

extension Fields {
    /// What a change says of a member that cannot be taken back: null is wrong.
    mutating func change<Value>(_ name: String, _ shape: Shape<Value>) -> Change<Value> {
        optional(name, shape).map { .set($0) } ?? .keep
    }

    /// Null takes the value back.
    mutating func changeOrClear<Value>(_ name: String, _ shape: Shape<Value>) -> Change<Value> {
        switch nullable(name, shape) {
        case .absent: .keep
        case .null: .clear
        case .value(let value): .set(value)
        }
    }
}

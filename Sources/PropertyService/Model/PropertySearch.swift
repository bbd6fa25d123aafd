public import Core

/// What to look for, as it was asked: numbers and days are parsed, everything else is checked by the search, which
/// names the parameter that is wrong.
public struct PropertySearch: Sendable, Equatable {
    /// A city, neighbourhood or country, free text.
    public var location: String?
    public var latitude: Double?
    public var longitude: Double?
    public var radiusKm: Double?
    /// `west,south,east,north` in degrees.
    public var bbox: String?
    public var checkIn: LocalDay?
    public var checkOut: LocalDay?
    /// So many adults, where `party` does not say it exactly.
    public var guests: Int?
    public var party: Party?
    /// Minor units per night.
    public var minPrice: Int64?
    public var maxPrice: Int64?
    public var currency: String?
    /// All of them must be there.
    public var amenities: [String] = []
    public var roomType: String?
    public var bedrooms: Int?
    public var beds: Int?
    public var bathrooms: Double?
    public var minRating: Double?
    /// `true` leaves only places on instant book; `false` asks for nothing.
    public var instantBook: Bool?
    public var q: String?
    /// `recommended`, `price`, `-price`, `rating` or `distance`.
    public var sort: String?
    /// 20 where left out.
    public var limit: Int?
    public var cursor: String?

    public init() {}
}

/// A place that was found, and what the stay costs where one was asked for.
public struct SearchHit: Sendable, Equatable {
    /// Without its description.
    public let property: Property
    /// With dates only: the whole stay.
    public let total: Money?

    public init(property: Property, total: Money?) {
        self.property = property
        self.total = total
    }
}

/// A page of what was found.
public struct SearchPage: Sendable {
    public let items: [SearchHit]
    public let nextCursor: String?
    /// How many there are on all pages, exactly.
    public let totalCount: Int

    public init(items: [SearchHit], nextCursor: String?, totalCount: Int) {
        self.items = items
        self.nextCursor = nextCursor
        self.totalCount = totalCount
    }
}

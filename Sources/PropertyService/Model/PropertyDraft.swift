public import Core

/// A new listing as it was asked for: nothing checked yet, so that every wrong field can be named at once.
public struct PropertyDraft: Sendable, Equatable {
    public var title: String?
    public var description: String?
    public var roomType: String?
    public var location: LocationDraft?
    public var maximumGuests: Int?
    public var bedrooms: Int?
    public var beds: Int?
    public var bathrooms: Double?
    /// Codes or words; words become codes.
    public var amenities: [String]?
    public var nightlyPrice: MoneyDraft?
    public var minimumNights: Int?
    public var maximumNights: Int?
    public var instantBook: Bool?
    public var unitCount: Int?
    public var cancellationPolicy: String?
    public var timeZone: String?
    public var checkInFrom: String?
    public var checkOutBy: String?
    public var status: String?
    public var openUntil: LocalDay?
    /// Only the empty list for now: photos are uploaded, not linked.
    public var photos: [Photo]?

    public init() {}
}

/// A place as it was asked for.
public struct LocationDraft: Sendable, Equatable {
    public var country: String?
    public var city: String?
    public var neighbourhood: String?
    public var latitude: Double?
    public var longitude: Double?

    public init() {}
}

/// An amount as it was asked for; the currency may be none.
public struct MoneyDraft: Sendable, Equatable, Codable {
    public var amount: Int64?
    public var currency: String?

    public init(amount: Int64?, currency: String?) {
        self.amount = amount
        self.currency = currency
    }
}

/// What a PATCH names, unchecked: `keep` where a member is missing, `clear` where it is null.
public struct PropertyChanges: Sendable, Equatable {
    public var title = Change<String>.keep
    public var description = Change<String>.keep
    public var roomType = Change<String>.keep
    /// The members within are changed one by one.
    public var location: LocationChanges?
    /// Whether `location` itself was null, which is refused.
    public var clearsLocation = false
    public var maximumGuests = Change<Int>.keep
    public var bedrooms = Change<Int>.keep
    public var beds = Change<Int>.keep
    public var bathrooms = Change<Double>.keep
    public var amenities = Change<[String]>.keep
    public var nightlyPrice = Change<MoneyDraft>.keep
    public var minimumNights = Change<Int>.keep
    public var maximumNights = Change<Int>.keep
    public var instantBook = Change<Bool>.keep
    public var unitCount = Change<Int>.keep
    public var cancellationPolicy = Change<String>.keep
    public var timeZone = Change<String>.keep
    public var checkInFrom = Change<String>.keep
    public var checkOutBy = Change<String>.keep
    public var status = Change<String>.keep
    public var openUntil = Change<LocalDay>.keep
    public var photos = Change<[Photo]>.keep

    public init() {}
}

/// What a PATCH names of the location.
public struct LocationChanges: Sendable, Equatable {
    public var country = Change<String>.keep
    public var city = Change<String>.keep
    public var neighbourhood = Change<String>.keep
    public var latitude = Change<Double>.keep
    public var longitude = Change<Double>.keep

    public init() {}
}

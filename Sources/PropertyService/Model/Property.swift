public import Core

/// A place to stay, as its host describes it and as guests see it.
public struct Property: Sendable, Codable, Equatable {
    public let id: PropertyID
    public var hostId: UserID
    public var title: String
    /// Plain text. Empty in the hits of a search, which are summaries.
    public var description: String
    public var roomType: RoomType
    public var location: Location
    public var maximumGuests: Int
    public var bedrooms: Int
    public var beds: Int
    /// In halves: 1.5.
    public var bathrooms: Double
    /// Codes, in the order given.
    public var amenities: [String]
    /// Nothing only for a draft.
    public var nightlyPrice: Money?
    public var minimumNights: Int
    public var maximumNights: Int
    public var instantBook: Bool
    public var unitCount: Int
    public var cancellationPolicy: CancellationPolicy
    public var rating: Rating
    public var photos: [Photo]
    public var zone: Zone
    public var checkInFrom: TimeOfDay
    public var checkOutBy: TimeOfDay
    public var status: PropertyStatus
    /// The first night that can't be booked any more.
    public var openUntil: LocalDay?
    public var source: PropertySource?
    /// Rises with each change, from 1.
    public var version: Int64
}

/// What is let.
public enum RoomType: String, Codable, Sendable, CaseIterable {
    case entireHome, privateRoom, sharedRoom, hotelRoom
}

/// Whether guests can find and book it.
public enum PropertyStatus: String, Codable, Sendable, CaseIterable {
    case draft, listed, paused
}

/// How much of what was paid a guest gets back; `Cancellation` in the contract has the table.
public enum CancellationPolicy: String, Codable, Sendable, CaseIterable {
    case flexible, moderate, firm, strict, nonRefundable
}

/// Where it is.
public struct Location: Sendable, Codable, Equatable {
    /// ISO 3166-1 alpha-2, upper case.
    public var country: String
    public var city: String
    public var neighbourhood: String?
    /// Degrees, -90 to 90.
    public var latitude: Double
    /// Degrees, -180 to 180.
    public var longitude: Double

    public init(country: String, city: String, neighbourhood: String?, latitude: Double, longitude: Double) {
        self.country = country
        self.city = city
        self.neighbourhood = neighbourhood
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// What guests gave it.
public struct Rating: Sendable, Codable, Equatable {
    /// 0 to 5 in hundredths; nothing without ratings.
    public let average: Double?
    public let count: Int

    public static let none = Rating(average: nil, count: 0)

    public init(average: Double?, count: Int) {
        self.average = average
        self.count = count
    }
}

public struct Photo: Sendable, Codable, Equatable {
    public let url: String
    public let alt: String

    public init(url: String, alt: String) {
        self.url = url
        self.alt = alt
    }
}

/// Where an imported listing came from.
public struct PropertySource: Sendable, Codable, Equatable {
    /// `inside-airbnb`.
    public let name: String
    /// As the source writes it; may be larger than a number of JSON can say exactly.
    public let id: String

    public init(name: String, id: String) {
        self.name = name
        self.id = id
    }
}

/// An amenity, and how many listed places have it.
public struct AmenityCount: Sendable, Codable, Equatable {
    public let code: String
    public let name: String
    public let count: Int
}

extension UnitID {
    /// What is booked: the unit of a property with this number, from 1. Units are named, not stored.
    public static func of(_ property: PropertyID, _ ordinal: Int) -> UnitID {
        UnitID(stored: "\(UnitKind.prefix)_\(property.text.dropFirst(PropertyKind.prefix.utf8.count + 1))_\(ordinal)")
    }

    /// The property whose unit it is.
    package var property: PropertyID {
        let end = text.lastIndex(of: "_") ?? text.endIndex
        return PropertyID(stored: "\(PropertyKind.prefix)_\(text[..<end].dropFirst(UnitKind.prefix.utf8.count + 1))")
    }

    /// The number of the unit within its property; nothing for a text that names none.
    package var ordinal: Int? {
        text.lastIndex(of: "_").flatMap { Int(text[text.index(after: $0)...]) }
    }
}

/// A night of a unit.
package struct UnitNight: Sendable, Hashable {
    package let unit: UnitID
    package let night: LocalDay

    package init(unit: UnitID, night: LocalDay) {
        self.unit = unit
        self.night = night
    }
}

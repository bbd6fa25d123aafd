public import Core

/// What becomes of one value that a change may name: left as it is, given back to the rules, or set.
public enum Change<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    case keep
    case clear
    case set(Value)

    /// What `current` becomes.
    public func applied(to current: Value?) -> Value? {
        switch self {
        case .keep: current
        case .clear: nil
        case .set(let value): value
        }
    }
}

/// What a host wants one night of a property to be.
public struct NightChange: Codable, Sendable, Equatable {
    public let date: LocalDay
    /// Nothing: left as it is.
    public let open: Bool?
    /// Minor units of the property's currency.
    public let price: Change<Int64>
    /// Counts for arrivals on this night and wins over the property's minimum.
    public let minimumNights: Change<Int>

    public init(
        date: LocalDay, open: Bool? = nil, price: Change<Int64> = .keep, minimumNights: Change<Int> = .keep
    ) {
        self.date = date
        self.open = open
        self.price = price
        self.minimumNights = minimumNights
    }

    /// The smallest and the largest minimum a night may have: a stay has at most 365 nights.
    public static let minimumNightsRange = 1...Stay.longest
    /// What a night may cost, in minor units: nothing is sold for nothing, because nothing could be paid.
    public static let priceRange = Int64(1)...Money.largestPrice
}

/// The event `nights.taken` or `nights.freed` of the Booking Service; its subject is the booking.
public struct NightsMoved: Codable, Sendable, Equatable {
    public static let taken = "nights.taken"
    public static let freed = "nights.freed"

    public let bookingId: BookingID
    public let propertyId: PropertyID
    public let unitId: UnitID
    /// The nights taken or given back, these and no others.
    public let nights: [LocalDay]
    /// All nights that the booking keeps from others to prepare, as it is now; none in events of before they were kept.
    public let prepared: [LocalDay]

    public init(
        bookingId: BookingID, propertyId: PropertyID, unitId: UnitID, nights: [LocalDay], prepared: [LocalDay] = []
    ) {
        self.bookingId = bookingId
        self.propertyId = propertyId
        self.unitId = unitId
        self.nights = nights
        self.prepared = prepared
    }

    public init(from decoder: any Decoder) throws {
        let all = try decoder.container(keyedBy: CodingKeys.self)
        bookingId = try all.decode(BookingID.self, forKey: .bookingId)
        propertyId = try all.decode(PropertyID.self, forKey: .propertyId)
        unitId = try all.decode(UnitID.self, forKey: .unitId)
        nights = try all.decode([LocalDay].self, forKey: .nights)
        prepared = try all.decodeIfPresent([LocalDay].self, forKey: .prepared) ?? []
    }
}

/// The event `calendar.changed` of the Booking Service; its subject is the property.
public struct CalendarChanged: Codable, Sendable, Equatable {
    public static let kind = "calendar.changed"

    public let propertyId: PropertyID
    /// Words of closed nights as they are now; words not named stay as they were.
    public let blocked: [BlockedWord]
    /// Prices and minimums as they are to be; nights not named stay as they were.
    public let nights: [NightPrice]

    public init(propertyId: PropertyID, blocked: [BlockedWord], nights: [NightPrice]) {
        self.propertyId = propertyId
        self.blocked = blocked
        self.nights = nights
    }
}

/// 64 nights of a unit, and which of them are closed.
public struct BlockedWord: Codable, Sendable, Equatable {
    public let unitId: UnitID
    /// The number of the day divided by 64, rounded down.
    public let word: Int64
    /// Bit n is the night `word * 64 + n`.
    public let bits: Int64

    public init(unitId: UnitID, word: Int64, bits: Int64) {
        self.unitId = unitId
        self.word = word
        self.bits = bits
    }
}

/// The price and minimum of one night; what is kept is not touched.
public struct NightPrice: Codable, Sendable, Equatable {
    public let date: LocalDay
    /// Minor units of the property's currency.
    public let price: Change<Int64>
    public let minimumNights: Change<Int>

    public init(date: LocalDay, price: Change<Int64>, minimumNights: Change<Int>) {
        self.date = date
        self.price = price
        self.minimumNights = minimumNights
    }
}

/// The event `property.created` of this service; its subject is the property.
public struct PropertyCreated: Codable, Sendable, Equatable {
    public static let kind = "property.created"

    public let propertyId: PropertyID
    public let hostId: UserID

    public init(propertyId: PropertyID, hostId: UserID) {
        self.propertyId = propertyId
        self.hostId = hostId
    }
}

import Core

/// What a search compares with "at least", side by side in one number: a single subtraction compares them all.
///
/// Each field has a guard bit above it, which is 0 in what is stored. With the guards set and the wish subtracted, a
/// guard is still set exactly where its field was not smaller; no field borrows from the next.
enum PackedSizes {
    private struct Field {
        let shift: Int
        let bits: Int

        var largest: Int { 1 << bits - 1 }
        var guardBit: Int64 { 1 << Int64(shift + bits) }
    }

    private static let guests = Field(shift: 0, bits: 10)
    private static let bedrooms = Field(shift: 11, bits: 10)
    private static let beds = Field(shift: 22, bits: 10)
    private static let halfBathrooms = Field(shift: 33, bits: 11)
    private static let rating = Field(shift: 45, bits: 10)
    private static let instantBook = Field(shift: 56, bits: 1)
    /// Above them a bit for each room type, which are compared by their own mask.
    private static let roomTypeShift: Int64 = 58
    /// The highest bit that leaves the number positive: whether the place has rules that are not in its entry.
    static let hasRules: Int64 = 1 << 62

    static let guards = [guests, bedrooms, beds, halfBathrooms, rating, instantBook].reduce(0) { $0 | $1.guardBit }

    static func of(_ property: Property, hasRules: Bool, isInstantForAll: Bool) -> Int64 {
        // One below the largest, which so can be wished for in vain.
        func stored(_ value: Int, _ field: Field) -> Int64 {
            Int64(min(value, field.largest - 1)) << Int64(field.shift)
        }
        let isInstant = Int64(isInstantForAll ? 1 : 0) << Int64(instantBook.shift)
        return stored(property.maximumGuests, guests) | stored(property.bedrooms, bedrooms)
            | stored(property.beds, beds)
            | stored(property.halfBathrooms, halfBathrooms) | stored((property.rating.hundredths ?? -1) + 1, rating)
            | isInstant | mask(of: property.roomType) | (hasRules ? PackedSizes.hasRules : 0)
    }

    /// The least of each that a search asks for. Adults count everywhere; who else does is one of a place's rules.
    static func wished(_ filter: SearchFilter) -> Int64 {
        func wished(_ value: Int, _ field: Field) -> Int64 { Int64(min(value, field.largest)) << Int64(field.shift) }
        let isInstant = Int64(filter.instantBook ? 1 : 0) << Int64(instantBook.shift)
        return wished(filter.party.adults, guests) | wished(filter.bedrooms, bedrooms) | wished(filter.beds, beds)
            | wished(filter.halfBathrooms, halfBathrooms) | wished(filter.ratingHundredths + 1, rating) | isInstant
    }

    static func isInstantForAll(in sizes: Int64) -> Bool { sizes & (1 << Int64(instantBook.shift)) != 0 }

    static func maximumGuests(in sizes: Int64) -> Int { Int(sizes >> Int64(guests.shift)) & guests.largest }

    /// The bit of a room type, or of all for none.
    static func mask(of roomType: RoomType?) -> Int64 {
        let types = roomType.map { [$0] } ?? RoomType.allCases
        return types.reduce(0) { mask, type in
            mask | (1 << (roomTypeShift + Int64(place(of: type))))
        }
    }

    private static func place(of roomType: RoomType) -> Int {
        switch roomType {
        case .entireHome: 0
        case .privateRoom: 1
        case .sharedRoom: 2
        case .hotelRoom: 3
        }
    }
}

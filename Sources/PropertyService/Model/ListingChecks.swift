import Core

/// What a request says of a listing, checked: values are there only where they were named and are right.
struct CheckedListing {
    var title: String?
    var description: String?
    var roomType: RoomType?
    var country: String?
    var city: String?
    var neighbourhood = Change<String>.keep
    var latitude: Double?
    var longitude: Double?
    var maximumGuests: Int?
    var bedrooms: Int?
    var beds: Int?
    var bathrooms: Double?
    var amenities: [ImportedAmenity]?
    var nightlyPrice = Change<Money>.keep
    var minimumNights: Int?
    var maximumNights: Int?
    var instantBook: Bool?
    var unitCount: Int?
    var cancellationPolicy: CancellationPolicy?
    var zone: Zone?
    var checkInFrom: TimeOfDay?
    var checkOutBy: TimeOfDay?
    var status: PropertyStatus?
    var openUntil = Change<LocalDay>.keep

    /// The longest title, in characters: it must fit a line of a page and the subject of a mail.
    static let longestTitle = 200
    /// The longest description, in characters.
    static let longestDescription = 20_000
    /// The longest name of a city or neighbourhood, in characters.
    static let longestName = 200
    /// Guests, bedrooms, beds and bathrooms of one unit: no real listing has a tenth of it.
    static let mostOfAKind = 1000
    /// Units of one property: each has a calendar that a quote reads.
    static let mostUnits = 500

    /// Checks each field that is named and refuses null where there must be a value.
    init(_ changes: PropertyChanges, gazetteer: Gazetteer, _ check: inout Check) {
        title = check.line(check.value(changes.title, "title"), "title", longest: CheckedListing.longestTitle)
        description = check.prose(
            check.value(changes.description, "description"), "description", longest: CheckedListing.longestDescription)
        roomType = check.oneOf(RoomType.self, check.value(changes.roomType, "roomType"), "roomType")
        if changes.clearsLocation { check.refuse("location", "required", "location can't be null") }
        if let location = changes.location { place(location, gazetteer, &check) }
        maximumGuests = check.count(changes.maximumGuests, "maximumGuests", from: 1)
        bedrooms = check.count(changes.bedrooms, "bedrooms", from: 0)
        beds = check.count(changes.beds, "beds", from: 0)
        bathrooms = check.within(
            0...Double(CheckedListing.mostOfAKind), check.value(changes.bathrooms, "bathrooms"), "bathrooms")
        if let bathrooms, (bathrooms * 2).rounded() != bathrooms * 2 {
            check.refuse("bathrooms", "invalid", "bathrooms come in halves, as 1.5")
        }
        amenities = check.value(changes.amenities, "amenities").flatMap { check.amenities($0) }
        price(changes.nightlyPrice, &check)
        minimumNights = check.within(
            1...Stay.longest, check.value(changes.minimumNights, "minimumNights"), "minimumNights")
        maximumNights = check.within(
            1...Stay.longest, check.value(changes.maximumNights, "maximumNights"), "maximumNights")
        instantBook = check.value(changes.instantBook, "instantBook")
        unitCount = check.within(1...CheckedListing.mostUnits, check.value(changes.unitCount, "unitCount"), "unitCount")
        cancellationPolicy = check.oneOf(
            CancellationPolicy.self, check.value(changes.cancellationPolicy, "cancellationPolicy"), "cancellationPolicy"
        )
        zone = check.value(changes.timeZone, "timeZone").flatMap { name in
            let zone = Zone(name)
            check.require(zone != nil, "timeZone", "unknown", "timeZone is an IANA name, as America/New_York")
            return zone
        }
        checkInFrom = check.time(changes.checkInFrom, "checkInFrom")
        checkOutBy = check.time(changes.checkOutBy, "checkOutBy")
        status = check.oneOf(PropertyStatus.self, check.value(changes.status, "status"), "status")
        openUntil = changes.openUntil
        if let photos = check.value(changes.photos, "photos"), !photos.isEmpty {
            check.refuse("photos", "invalid", "photos can't be given by address")
        }
    }

    private mutating func place(_ location: LocationChanges, _ gazetteer: Gazetteer, _ check: inout Check) {
        if let code = check.value(location.country, "location.country") {
            let upper = code.uppercased()
            let isCode = upper.utf8.count == 2 && upper.utf8.allSatisfy { (65...90).contains($0) }
            if isCode, gazetteer.countryCode(named: upper) == upper {
                country = upper
            } else {
                check.refuse("location.country", "unknown", "country is a two-letter code of ISO 3166-1, as US")
            }
        }
        let longest = CheckedListing.longestName
        city = check.line(check.value(location.city, "location.city"), "location.city", longest: longest)
        switch location.neighbourhood {
        case .keep, .clear: neighbourhood = location.neighbourhood
        case .set(let name):
            if let name = check.line(name, "location.neighbourhood", longest: longest) { neighbourhood = .set(name) }
        }
        latitude = check.within(-90...90, check.value(location.latitude, "location.latitude"), "location.latitude")
        longitude = check.within(
            -180...180, check.value(location.longitude, "location.longitude"), "location.longitude")
    }

    private mutating func price(_ change: Change<MoneyDraft>, _ check: inout Check) {
        switch change {
        case .keep: break
        case .clear: nightlyPrice = .clear
        case .set(let draft):
            check.require(draft.amount != nil, "nightlyPrice.amount", "required", "nightlyPrice needs an amount")
            check.require(draft.currency != nil, "nightlyPrice.currency", "required", "nightlyPrice needs a currency")
            let range = NightChange.priceRange
            if let amount = draft.amount, !range.contains(amount) {
                check.refuse(
                    "nightlyPrice.amount", "out_of_range",
                    "the amount is from \(range.lowerBound) to \(range.upperBound), in minor units")
            }
            guard let code = draft.currency else { return }
            guard let currency = Currency(code: code) else {
                return check.refuse("nightlyPrice.currency", "unknown", "currency is a code of ISO 4217, as USD")
            }
            if let amount = draft.amount, range.contains(amount) { nightlyPrice = .set(Money(amount, currency)) }
        }
    }

    /// Puts what was named into a listing.
    func apply(to property: inout Property) {
        property.title = title ?? property.title
        property.description = description ?? property.description
        property.roomType = roomType ?? property.roomType
        property.location.country = country ?? property.location.country
        property.location.city = city ?? property.location.city
        property.location.neighbourhood = neighbourhood.applied(to: property.location.neighbourhood)
        property.location.latitude = latitude ?? property.location.latitude
        property.location.longitude = longitude ?? property.location.longitude
        property.maximumGuests = maximumGuests ?? property.maximumGuests
        property.bedrooms = bedrooms ?? property.bedrooms
        property.beds = beds ?? property.beds
        property.bathrooms = bathrooms ?? property.bathrooms
        property.amenities = amenities?.map(\.code) ?? property.amenities
        property.nightlyPrice = nightlyPrice.applied(to: property.nightlyPrice)
        property.minimumNights = minimumNights ?? property.minimumNights
        property.maximumNights = maximumNights ?? property.maximumNights
        property.instantBook = instantBook ?? property.instantBook
        property.unitCount = unitCount ?? property.unitCount
        property.cancellationPolicy = cancellationPolicy ?? property.cancellationPolicy
        property.zone = zone ?? property.zone
        property.checkInFrom = checkInFrom ?? property.checkInFrom
        property.checkOutBy = checkOutBy ?? property.checkOutBy
        property.status = status ?? property.status
        property.openUntil = openUntil.applied(to: property.openUntil)
    }

    /// How the amenities were written, by code.
    var amenityNames: [String: String] {
        Dictionary((amenities ?? []).map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Check {
    /// The value that is set, or nothing; null is refused.
    mutating func value<Value>(_ change: Change<Value>, _ field: String) -> Value? {
        switch change {
        case .keep: return nil
        case .clear:
            refuse(field, "required", "\(field) can't be null")
            return nil
        case .set(let value): return value
        }
    }

    /// One line of text that says something.
    mutating func line(_ value: String?, _ field: String, longest: Int) -> String? {
        guard let value else { return nil }
        let text = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        require(!text.isInvisible, field, "required", "\(field) can't be empty")
        return prose(text.isInvisible ? nil : text, field, longest: longest)
    }

    /// Text of any number of lines, without control characters.
    mutating func prose(_ value: String?, _ field: String, longest: Int) -> String? {
        guard let value else { return nil }
        guard value.count <= longest else {
            refuse(field, "too_long", "\(field) has at most \(longest) characters")
            return nil
        }
        let isText = value.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control || scalar == "\n" || scalar == "\r" || scalar == "\t"
        }
        guard isText else {
            refuse(field, "invalid", "\(field) has a character that is not text")
            return nil
        }
        return value
    }

    mutating func count(_ change: Change<Int>, _ field: String, from least: Int) -> Int? {
        within(least...CheckedListing.mostOfAKind, value(change, field), field)
    }

    mutating func time(_ change: Change<String>, _ field: String) -> TimeOfDay? {
        guard let text = value(change, field) else { return nil }
        let time = TimeOfDay(text)
        require(time != nil, field, "invalid", "\(field) is a clock time, as 15:00")
        return time
    }

    mutating func amenities(_ words: [String]) -> [ImportedAmenity]? {
        guard words.count <= Amenity.most else {
            refuse("amenities", "too_many", "at most \(Amenity.most) amenities")
            return nil
        }
        var amenities: [ImportedAmenity] = []
        for (place, word) in words.enumerated() {
            guard let amenity = ImportedAmenity(name: word), amenity.code.count <= Amenity.longest else {
                refuse(
                    "amenities[\(place)]", "invalid",
                    "an amenity has letters or digits and at most \(Amenity.longest) characters")
                return nil
            }
            if !amenities.contains(where: { $0.code == amenity.code }) { amenities.append(amenity) }
        }
        return amenities
    }
}

import Core

extension SearchFilter {
    /// The longest free text, in characters: no place and no useful query is longer.
    static let longestText = 200
    /// So many words of a query count; more only cost.
    static let mostWords = 10
    /// So many amenities may be asked for.
    static let mostAmenities = 50
    static let defaultRadiusKilometres = 25.0
    static let largestRadiusKilometres = 500.0
    static let defaultLimit = 20

    /// Checks a search as it was asked.
    /// - Throws: `Problem` `validation_failed` that names every parameter that is wrong.
    static func checked(
        _ query: PropertySearch, operatorCurrency: Currency
    ) throws(Problem) -> (filter: SearchFilter, cursor: SearchCursor?, limit: Int) {
        var check = Check()
        var filter = SearchFilter()
        filter.place = check.text(query.location, "location")
        if let words = check.text(query.q, "q") {
            filter.words = Array(Folding.fold(words).split(separator: " ").map(String.init).prefix(mostWords))
            filter.isUnanswerable = filter.words.isEmpty
        }
        filter.circle = circle(query, &check)
        filter.box = query.bbox.flatMap { box($0, &check) }
        filter.stay = check.stay(from: query.checkIn, to: query.checkOut)
        filter.party = query.party ?? Party(adults: check.atLeast(1, query.guests, "guests") ?? 1)
        check.require(filter.party.adults >= 1, "adults", "out_of_range", "adults is at least 1")
        price(query, operatorCurrency, &filter, &check)
        check.require(
            query.amenities.count <= mostAmenities, "amenities", "too_many", "at most \(mostAmenities) amenities")
        for words in query.amenities.prefix(mostAmenities) {
            let code = Amenity.code(of: words)
            check.require(!code.isEmpty, "amenities", "invalid", "an amenity has letters or digits")
            if !filter.amenities.contains(code) { filter.amenities.append(code) }
        }
        filter.roomType = check.oneOf(RoomType.self, query.roomType, "roomType")
        filter.bedrooms = check.atLeast(0, query.bedrooms, "bedrooms") ?? 0
        filter.beds = check.atLeast(0, query.beds, "beds") ?? 0
        if let bathrooms = check.within(0...1000, query.bathrooms, "bathrooms") {
            filter.halfBathrooms = up(bathrooms * 2)
        }
        if let rating = check.within(0...5, query.minRating, "minRating") { filter.ratingHundredths = up(rating * 100) }
        filter.instantBook = query.instantBook ?? false
        filter.sort = check.oneOf(Sort.self, query.sort, "sort") ?? .recommended
        if filter.sort == .distance, query.latitude == nil, query.longitude == nil {
            check.refuse("sort", "invalid", "sorting by distance needs latitude and longitude")
        }
        let limit = query.limit ?? defaultLimit
        check.require(
            Page<SearchHit>.limits.contains(limit), "limit", "out_of_range",
            "limit is from \(Page<SearchHit>.limits.lowerBound) to \(Page<SearchHit>.limits.upperBound)")
        try check.end()
        guard let text = query.cursor else { return (filter, nil, limit) }
        guard let cursor = SearchCursor(text, for: filter) else {
            throw Problem.invalid("cursor", "invalid", "This cursor is not of this search. Begin again without one.")
        }
        return (filter, cursor, limit)
    }

    /// Rounded up to a whole number, forgiving what a Double can't say exactly.
    private static func up(_ value: Double) -> Int { Int(((value * 10_000).rounded() / 10_000).rounded(.up)) }

    private static func circle(_ query: PropertySearch, _ check: inout Check) -> Circle? {
        let latitude = check.within(-90...90, query.latitude, "latitude")
        let longitude = check.within(-180...180, query.longitude, "longitude")
        let radius = query.radiusKm
        if let radius, !(radius > 0 && radius <= largestRadiusKilometres) {
            check.refuse("radiusKm", "out_of_range", "radiusKm is above 0 and at most \(Int(largestRadiusKilometres))")
        }
        switch (query.latitude, query.longitude) {
        case (nil, nil):
            check.require(radius == nil, "radiusKm", "invalid", "radiusKm needs latitude and longitude")
        case (nil, _): check.refuse("latitude", "required", "longitude needs latitude")
        case (_, nil): check.refuse("longitude", "required", "latitude needs longitude")
        case (_, _): break
        }
        guard let latitude, let longitude else { return nil }
        return Circle(
            latitude: latitude, longitude: longitude, radiusKilometres: radius ?? defaultRadiusKilometres)
    }

    private static func box(_ text: String, _ check: inout Check) -> Box? {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.count == 4, let west = numbers[0], let south = numbers[1], let east = numbers[2],
            let north = numbers[3], (-180...180).contains(west), (-180...180).contains(east),
            (-90...90).contains(south), (-90...90).contains(north), south <= north
        else {
            check.refuse("bbox", "invalid", "bbox is west,south,east,north in degrees, with south not above north")
            return nil
        }
        return Box(west: west, south: south, east: east, north: north)
    }

    private static func price(
        _ query: PropertySearch, _ operatorCurrency: Currency, _ filter: inout SearchFilter, _ check: inout Check
    ) {
        let least = query.minPrice ?? 0
        let most = query.maxPrice ?? Int64.max
        check.require(least >= 0, "minPrice", "out_of_range", "minPrice is not below 0")
        check.require(most >= 0, "maxPrice", "out_of_range", "maxPrice is not below 0")
        if least >= 0, most >= 0 {
            check.require(least <= most, "minPrice", "out_of_range", "minPrice is above maxPrice")
            filter.price = min(least, most)...most
        }
        if let code = query.currency {
            filter.currency = Currency(code: code)
            check.require(filter.currency != nil, "currency", "unknown", "currency is a code of ISO 4217, as USD")
        } else if query.minPrice != nil || query.maxPrice != nil {
            filter.currency = operatorCurrency
        }
    }
}

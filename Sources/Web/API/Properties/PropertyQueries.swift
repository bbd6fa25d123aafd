import Core
import PropertyService

/// The bounds of what may be asked of places; the OpenAPI document names the same.
enum Bounds {
    /// No real party is larger; beyond it a number is a mistake.
    static let guests = 1...1000
    static let rooms = 0...1000
    static let text = 200
    static let amenities = 50
    static let radiusKm = 0.0...500.0
    static let latitude = -90.0...90.0
    static let longitude = -180.0...180.0
    /// The nights of the booking window and no more.
    static let nights = Stay.farthest
}

/// What `sort` may be.
enum SearchOrder: String, CaseIterable {
    case recommended, price, rating, distance
    case priceDescending = "-price"
}

extension PropertySearch {
    /// Reads the parameters of a search; what is wrong is kept in the query.
    init(_ query: inout Query) {
        self.init()
        location = query.text("location", upTo: Bounds.text)
        q = query.text("q", upTo: Bounds.text)
        readPlace(&query)
        if let stay = query.stay(isRequired: false) {
            checkIn = stay.checkIn
            checkOut = stay.checkOut
        }
        if PartyParts.names.contains(where: { $0 != "guests" && query.has($0) }) {
            party = query.party()
        } else {
            guests = query.integer("guests", Bounds.guests)
        }
        readPrice(&query)
        amenities = query.amenities()
        let roomType: RoomType? = query.choice("roomType")
        self.roomType = roomType?.rawValue
        bedrooms = query.integer("bedrooms", Bounds.rooms)
        beds = query.integer("beds", Bounds.rooms)
        bathrooms = query.number("bathrooms", 0...1000)
        minRating = query.number("minRating", 0...5)
        instantBook = query.flag("instantBook")
        let order: SearchOrder? = query.choice("sort")
        sort = order?.rawValue
        if order == .distance, latitude == nil || longitude == nil {
            query.complain("sort", "needs_point", "by distance needs latitude and longitude")
        }
        limit = query.limit()
        cursor = query.cursor()
    }

    private mutating func readPlace(_ query: inout Query) {
        latitude = query.number("latitude", Bounds.latitude)
        longitude = query.number("longitude", Bounds.longitude)
        radiusKm = query.number("radiusKm", Bounds.radiusKm)
        if query.has("latitude") || query.has("longitude") || query.has("radiusKm") {
            query.require("latitude")
            query.require("longitude")
        }
        bbox = query.parsed("bbox", "must be west,south,east,north in degrees, south not above north") { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Query.number($0) }
            guard parts.count == 4, text.split(separator: ",", omittingEmptySubsequences: false).count == 4,
                Bounds.longitude.contains(parts[0]), Bounds.longitude.contains(parts[2]),
                Bounds.latitude.contains(parts[1]), Bounds.latitude.contains(parts[3]), parts[1] <= parts[3]
            else { return nil }
            return text
        }
    }

    private mutating func readPrice(_ query: inout Query) {
        minPrice = query.integer("minPrice", 0...Money.largestPrice)
        maxPrice = query.integer("maxPrice", 0...Money.largestPrice)
        currency = query.currency("currency")?.code
        if let minPrice, let maxPrice, minPrice > maxPrice {
            query.complain("minPrice", "above_maximum", "must not be above maxPrice")
        }
    }
}

/// What a quote is asked for.
struct QuoteQuery: Sendable {
    let stay: Stay
    let party: Party

    init?(_ query: inout Query) {
        let stay = query.stay(isRequired: true)
        let party = query.party()
        guard let stay, let party else { return nil }
        if stay.nightCount > Bounds.nights {
            query.complain("checkOut", "out_of_range", "must be at most \(Bounds.nights) nights after checkIn")
        }
        self.stay = stay
        self.party = party
    }
}

/// Which nights of a calendar are asked for.
struct CalendarQuery: Sendable {
    let from: LocalDay
    let to: LocalDay

    init?(_ query: inout Query) {
        query.require("from")
        query.require("to")
        let from = query.day("from")
        let to = query.day("to")
        guard let from, let to else { return nil }
        if to <= from {
            query.complain("to", "not_after_from", "must be after from")
        } else if from.distance(to: to) > Bounds.nights {
            query.complain("to", "out_of_range", "must be at most \(Bounds.nights) nights after from")
        }
        self.from = from
        self.to = to
    }
}

extension Query {
    /// `checkIn` and `checkOut`: both or, where they may be left out, none.
    mutating func stay(isRequired: Bool) -> Stay? {
        if isRequired || has("checkIn") || has("checkOut") {
            require("checkIn")
            require("checkOut")
        }
        let checkIn = day("checkIn")
        let checkOut = day("checkOut")
        guard let checkIn, let checkOut else { return nil }
        guard let stay = Stay(from: checkIn, to: checkOut) else {
            complain("checkOut", "not_after_check_in", "must be after checkIn")
            return nil
        }
        return stay
    }

    /// Codes with commas between them; white space around them does not count.
    fileprivate mutating func amenities() -> [String] {
        guard let text = text("amenities", upTo: Bounds.text * Bounds.amenities) else { return [] }
        let codes = text.split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() }.filter {
            !$0.isEmpty
        }
        if codes.count > Bounds.amenities {
            complain("amenities", "out_of_range", "must be at most \(Bounds.amenities)")
        }
        return codes
    }
}

/// A page of a list that is short enough to be cut here: the cursor says how many came before.
struct Slice: Sendable {
    private let limit: Int
    private let offset: Int

    init(_ query: inout Query) {
        limit = query.limit()
        offset =
            query.parsed("cursor", "is none of ours: give back nextCursor as it was") { text in
                guard text.hasPrefix("o"), let offset = Int(text.dropFirst()), (1...1_000_000).contains(offset) else {
                    return nil
                }
                return offset
            } ?? 0
    }

    func page<Item: Sendable>(of items: [Item]) -> Page<Item> {
        let end = offset + limit
        return Page(
            items: Array(items.dropFirst(offset).prefix(limit)), nextCursor: end < items.count ? "o\(end)" : nil)
    }
}

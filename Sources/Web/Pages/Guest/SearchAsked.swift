import Core
import Foundation
import PropertyService

/// What the results page was asked for: the address of the page is the whole state, and its form shows it again.
struct SearchAsked {
    /// The parameters in the order in which they are written back, so that one search has one address.
    static let names = [
        "location", "bbox", "checkIn", "checkOut", "guests", "children", "childAges", "infants", "pets", "roomType",
        "bedrooms", "beds", "bathrooms", "minPrice", "maxPrice", "amenities", "minRating", "instantBook", "q", "sort",
    ]
    /// Those that narrow the search, each of which may be taken away again.
    static let filters = [
        "bbox", "roomType", "bedrooms", "beds", "bathrooms", "minPrice", "maxPrice", "amenities", "minRating",
        "instantBook", "q",
    ]

    /// As typed, without what is empty and without those of whom none come, each name once except amenities.
    private(set) var pairs: [(name: String, value: String)]
    private(set) var search = PropertySearch()
    private(set) var errors: [(field: String, message: String)] = []
    /// Where the pages before this one ended; the last is where this one begins.
    private(set) var cursors: [String]

    init(_ form: Form, currency: Currency, _ texts: Texts) {
        pairs = SearchAsked.names.flatMap { name -> [(String, String)] in
            let values = form.all(name).map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty && !($0 == "0" && PartyAsked.others.contains(name)) }
            return (name == "amenities" ? values : Array(values.prefix(1))).map { (name, String($0.prefix(300))) }
        }
        cursors = Array(form.all("cursor").prefix(SearchAsked.mostPages))
        read(currency, texts)
    }

    /// Further pages are for nobody: who wants less narrows the search.
    static let mostPages = 40

    subscript(_ name: String) -> String { pairs.first { $0.name == name }?.value ?? "" }
    var amenities: [String] { pairs.filter { $0.name == "amenities" }.map(\.value) }
    var stay: Stay? {
        guard let from = search.checkIn, let to = search.checkOut else { return nil }
        return Stay(from: from, to: to)
    }

    private mutating func read(_ currency: Currency, _ texts: Texts) {
        func text(_ name: String) -> String? { self[name].isEmpty ? nil : self[name] }
        var wrong: [(String, String)] = []
        func parsed<Value>(_ name: String, _ message: String, _ make: (String) -> Value?) -> Value? {
            guard let text = text(name) else { return nil }
            guard let value = make(text) else {
                wrong.append((name, texts("searchPage.error.\(message)")))
                return nil
            }
            return value
        }
        search.location = text("location")
        search.bbox = text("bbox")
        search.checkIn = parsed("checkIn", "day") { LocalDay($0) }
        search.checkOut = parsed("checkOut", "day") { LocalDay($0) }
        if search.checkIn != nil, text("checkOut") == nil {
            wrong.append(("checkOut", texts("searchPage.error.checkOut")))
        }
        if search.checkOut != nil, text("checkIn") == nil {
            wrong.append(("checkIn", texts("searchPage.error.checkIn")))
        }
        if let from = search.checkIn, let to = search.checkOut, to <= from {
            wrong.append(("checkOut", texts("searchPage.error.reversed")))
        }
        if pairs.contains(where: { PartyAsked.names.contains($0.name) }) {
            let who = PartyAsked(Form(pairs), otherwise: Party(adults: 2), texts)
            search.party = who.party
            wrong += who.errors
        }
        func amount(_ text: String) -> Int64? { SearchAsked.minorUnits(text, currency) }
        search.minPrice = parsed("minPrice", "price", amount)
        search.maxPrice = parsed("maxPrice", "price", amount)
        if let least = search.minPrice, let most = search.maxPrice, least > most {
            wrong.append(("minPrice", texts("searchPage.error.prices")))
        }
        search.amenities = amenities
        search.roomType = text("roomType")
        search.bedrooms = parsed("bedrooms", "number") { Int($0) }
        search.beds = parsed("beds", "number") { Int($0) }
        search.bathrooms = parsed("bathrooms", "number") { Query.number($0) }
        search.minRating = parsed("minRating", "number") { Query.number($0) }
        search.instantBook = text("instantBook") == nil ? nil : true
        search.q = text("q")
        search.sort = text("sort")
        search.cursor = cursors.last
        errors = wrong
    }

    /// `120` or `99.50`, in minor units.
    static func minorUnits(_ text: String, _ currency: Currency) -> Int64? {
        let parts = text.replacing(",", with: ".").split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), whole >= 0, whole <= 1_000_000_000 else {
            return nil
        }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard parts[1].count <= currency.exponent, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            fraction = Int64(parts[1] + String(repeating: "0", count: currency.exponent - parts[1].count)) ?? 0
        }
        return whole * currency.minorUnitsPerMajor + fraction
    }

    // MARK: Addresses

    /// The same search without some parameters (or one value of amenities), and with others; always on its first page
    /// unless cursors are given.
    func address(
        without names: Set<String> = [], amenity: String? = nil, with more: [(name: String, value: String)] = [],
        cursors: [String] = []
    ) -> String {
        let replaced = Set(more.map(\.name)).union(names)
        let kept = pairs.filter { pair in
            !replaced.contains(pair.name) && !(pair.name == "amenities" && pair.value == amenity)
        }
        let all = kept + more + cursors.map { ("cursor", $0) }
        guard !all.isEmpty else { return "/search" }
        return "/search?" + all.map { "\($0.name)=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
    }

    /// The same without a filter, to be asked again.
    func without(_ name: String, amenity: String? = nil) -> PropertySearch {
        var search = search
        search.cursor = nil
        switch name {
        case "bbox": search.bbox = nil
        case "roomType": search.roomType = nil
        case "bedrooms": search.bedrooms = nil
        case "beds": search.beds = nil
        case "bathrooms": search.bathrooms = nil
        case "minPrice": search.minPrice = nil
        case "maxPrice": search.maxPrice = nil
        case "minRating": search.minRating = nil
        case "instantBook": search.instantBook = nil
        case "q": search.q = nil
        case "amenities": search.amenities = search.amenities.filter { $0 != amenity }
        default: break
        }
        return search
    }

    /// What the place's page is told: days, and who comes.
    var stayQuery: HTML {
        let told = pairs.filter { (["checkIn", "checkOut"] + PartyAsked.names).contains($0.name) }
        let query = told.map { "\($0.name)=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
        return told.isEmpty ? "" : "?\(query)"
    }
}

import Core
import Foundation

/// A row of a listings file that can be loaded, with what has to be said about it. What the calendar adds is not in it.
struct ListingRow {
    var number: Int64 = 0
    var host: Int64 = 0
    /// Nothing where the row has none: the listing then is a draft, and its host says where it is before it is published.
    var position: Position?
    var title = ""
    var description = ""
    var roomType = RoomType.privateRoom
    var city: String?
    var country: String?
    var neighbourhood: String?
    var maximumGuests = ListingRow.usualGuests
    var bedrooms = 1
    var beds = 1
    var bathrooms = 1.0
    var amenities: [ImportedAmenity] = []
    /// Minor units.
    var price: Int64?
    var minimumNights = 1
    var maximumNights = Stay.longest
    var instantBook = true
    var policy = CancellationPolicy.moderate
    var score: Score?
    /// Parts that the row does not say, because there is no such column, nothing in it, or nothing that can be read.
    var unsaid: Set<SourceField> = []
    var warnings: [String] = []

    /// What guests gave it, on the scale of the file.
    struct Score: Equatable, Sendable {
        /// 0 to 100.
        var average: Double
        var count: Int
    }

    struct Position: Equatable, Sendable {
        var latitude: Double
        var longitude: Double
    }

    /// Takes over what the row says of a part, or notes that it says nothing.
    mutating func take<Value>(_ value: Value?, _ path: WritableKeyPath<ListingRow, Value>, _ part: SourceField) {
        if let value { self[keyPath: path] = value } else { unsaid.insert(part) }
    }

    /// Why a row can't be loaded.
    struct Fault: Error, Equatable {
        let id: String?
        let why: String
    }

    /// What is said of guests where the file has no such column, as the short one: two are welcome nearly everywhere.
    static let usualGuests = 2
    /// As the longest of the real listings that are listings: 24 guests, 50 beds.
    static let mostGuests = 50
    /// In characters: what a card and the subject of a mail can show; longer ones are cut with a warning.
    static let longestTitle = 200
    /// In characters, of a description: ten times the longest that the site takes.
    static let longestDescription = 20_000
    /// In characters: no real place has a longer name.
    static let longestPlaceName = 100
}

/// Reads rows of every format from 16 to 106 columns into one shape.
struct ListingRowReader {
    let csv: CSVTable
    let currency: Currency

    /// Columns that every format has: without them it is no listings file.
    static let required = ["id", "name", "host_id", "latitude", "longitude", "room_type", "price"]

    func row() throws(ListingRow.Fault) -> ListingRow {
        let idText = (try? text("id", of: nil)) ?? ""
        let id = idText.isEmpty ? nil : idText
        if let fault = csv.recordFault { throw ListingRow.Fault(id: id, why: fault) }
        var row = ListingRow()
        row.number = try number("id", of: id, missing: "there is no id")
        row.host = try number("host_id", of: id, missing: "there is no host")
        row.position = try position(of: id, &row.warnings)
        row.price = try price(of: id)
        if let type = try roomType(of: id, &row.warnings) { row.roomType = type } else { row.unsaid.insert(.roomType) }
        row.city = place(try text("city", of: id))
        row.country = try text("country_code", of: id).uppercased()
        if row.country?.isEmpty ?? true { row.country = try text("country", of: id) }
        // The detailed file has the name as Inside Airbnb found it in a second column; the first is the host's words.
        row.neighbourhood = place(
            try text(
                csv.place(of: "neighbourhood_cleansed") != nil ? "neighbourhood_cleansed" : "neighbourhood", of: id))
        if row.neighbourhood == nil { row.unsaid.insert(.neighbourhood) }
        row.title = try title(of: id, row)
        if row.title.count > ListingRow.longestTitle {
            row.warnings.append("the name has \(row.title.count) characters: cut to \(ListingRow.longestTitle)")
            row.title = String(row.title.prefix(ListingRow.longestTitle))
        }
        if row.title.isInvisible {
            row.unsaid.insert(.title)
            row.title = ListingRowReader.untitled(row)
            row.warnings.append("there is no name: “\(row.title)” instead")
        }
        try readDescription(of: id, into: &row)
        try readShape(of: id, into: &row)
        try readTerms(of: id, into: &row)
        try readRating(of: id, into: &row)
        return row
    }

    // MARK: What it is

    private func title(of id: String?, _ row: ListingRow) throws(ListingRow.Fault) -> String {
        PlainText.collapsed(try text("name", of: id))
    }

    private static func untitled(_ row: ListingRow) -> String {
        let kind =
            switch row.roomType {
            case .entireHome: "Home"
            case .privateRoom: "Private room"
            case .sharedRoom: "Shared room"
            case .hotelRoom: "Hotel room"
            }
        return (row.neighbourhood ?? row.city).map { "\(kind) in \($0)" } ?? kind
    }

    private func readDescription(of id: String?, into row: inout ListingRow) throws(ListingRow.Fault) {
        var html = try text("description", of: id)
        if html.isEmpty { html = try text("summary", of: id) }
        row.description = PlainText.of(html: html)
        if row.description.isEmpty { row.unsaid.insert(.description) }
        if row.description.count > ListingRow.longestDescription {
            row.warnings.append("the description is cut to \(ListingRow.longestDescription) characters")
            row.description = String(row.description.prefix(ListingRow.longestDescription))
        }
    }

    private func roomType(of id: String?, _ warnings: inout [String]) throws(ListingRow.Fault) -> RoomType? {
        let text = try text("room_type", of: id)
        switch text.lowercased() {
        case "entire home/apt", "entire home", "entire place": return .entireHome
        case "private room": return .privateRoom
        case "shared room": return .sharedRoom
        case "hotel room": return .hotelRoom
        default:
            // The kind that promises a guest neither the whole place nor a hotel.
            warnings.append("the room type is unknown: “\(text.prefix(40))”; taken as a private room")
            return nil
        }
    }

    private func readShape(of id: String?, into row: inout ListingRow) throws(ListingRow.Fault) {
        let most = ListingRow.mostGuests
        row.take(try count("accommodates", of: id, in: 1...most), \.maximumGuests, .maximumGuests)
        row.take(try count("bedrooms", of: id, in: 0...most), \.bedrooms, .bedrooms)
        row.take(try count("beds", of: id, in: 0...most), \.beds, .beds)
        let worded = try text("bathrooms_text", of: id)
        let numeric = try text("bathrooms", of: id)
        row.take(FieldText.bathrooms(worded) ?? FieldText.bathrooms(numeric), \.bathrooms, .bathrooms)
        if let amenities = AmenityText.amenities(try text("amenities", of: id)) {
            row.amenities = amenities
        } else {
            row.warnings.append("the amenities can't be read: none are taken")
        }
        if row.amenities.isEmpty { row.unsaid.insert(.amenities) }
    }

    // MARK: On what terms

    private func price(of id: String?) throws(ListingRow.Fault) -> Int64? {
        guard let place = csv.place(of: "price") else { return nil }
        switch FieldText.price(csv.reader.bytes(place), in: currency) {
        case .unknown: return nil
        case .amount(let amount): return amount
        case .garbage:
            throw ListingRow.Fault(id: id, why: "the price is not a positive number: \(csv.reader.shown(place))")
        }
    }

    private func readTerms(of id: String?, into row: inout ListingRow) throws(ListingRow.Fault) {
        row.take(try nights("minimum_nights", of: id, &row.warnings), \.minimumNights, .minimumNights)
        row.take(try nights("maximum_nights", of: id, &row.warnings), \.maximumNights, .maximumNights)
        if row.minimumNights > row.maximumNights {
            row.warnings.append(
                "the minimum of \(row.minimumNights) nights is over the maximum of \(row.maximumNights): taken for both"
            )
            row.maximumNights = row.minimumNights
        }
        let instant = try text("instant_bookable", of: id)
        row.take(instant.isEmpty ? nil : instant != "f", \.instantBook, .instantBook)
        let policy = try text("cancellation_policy", of: id).lowercased()
        row.take(ListingRowReader.policies[policy], \.policy, .cancellationPolicy)
        if !policy.isEmpty, row.unsaid.contains(.cancellationPolicy) {
            row.warnings.append("the cancellation policy is unknown: “\(policy.prefix(40))”; taken as moderate")
        }
    }

    /// The nearest of ours. Strict with 14 days of grace is exactly our strict; the super strict ones give half back
    /// until 30 or 60 days before, which none of ours does: strict is the nearest that gives anything back.
    private static let policies: [String: CancellationPolicy] = [
        "flexible": .flexible, "moderate": .moderate, "firm": .firm, "strict": .strict,
        "strict_14_with_grace_period": .strict, "super_strict_30": .strict, "super_strict_60": .strict,
        "no_refunds": .nonRefundable, "non_refundable": .nonRefundable,
    ]

    private func nights(
        _ column: String, of id: String?, _ warnings: inout [String]
    ) throws(ListingRow.Fault) -> Int? {
        let text = try text(column, of: id)
        guard !text.isEmpty else { return nil }
        guard let place = csv.place(of: column),
            let count = FieldText.count(FieldText.trimmed(csv.reader.bytes(place))), count >= 1
        else {
            warnings.append("\(column) is no number from 1: “\(text.prefix(40))”; passed over")
            return nil
        }
        return min(count, Stay.longest)
    }

    private func readRating(of id: String?, into row: inout ListingRow) throws(ListingRow.Fault) {
        let last = try text("last_review", of: id)
        if !last.isEmpty, LocalDay(last) == nil {
            row.warnings.append("last_review is no day: “\(last.prefix(40))”")
        }
        let text = try text("review_scores_rating", of: id)
        guard !text.isEmpty else { return }
        guard let average = FieldText.score(text) else {
            row.warnings.append("the rating is no number from 0 to 100: “\(text.prefix(40))”; none is taken")
            return
        }
        guard let count = try count("number_of_reviews", of: id, in: 0...Int(Int32.max)), count > 0 else { return }
        row.score = ListingRow.Score(average: average, count: count)
    }

    // MARK: Where it is

    private func position(
        of id: String?, _ warnings: inout [String]
    ) throws(ListingRow.Fault) -> ListingRow.Position? {
        let (latitudeText, longitudeText) = (try text("latitude", of: id), try text("longitude", of: id))
        if latitudeText.isEmpty || longitudeText.isEmpty {
            warnings.append("there is no position: a draft")
            return nil
        }
        guard let latitude = Double(latitudeText), (-90...90).contains(latitude) else {
            throw ListingRow.Fault(id: id, why: "latitude is not from -90 to 90: “\(latitudeText.prefix(40))”")
        }
        guard let longitude = Double(longitudeText), (-180...180).contains(longitude) else {
            throw ListingRow.Fault(id: id, why: "longitude is not from -180 to 180: “\(longitudeText.prefix(40))”")
        }
        if abs(latitude) < 0.01, abs(longitude) < 0.01 {
            warnings.append("the position is 0, 0, in the open sea: a draft")
            return nil
        }
        return ListingRow.Position(latitude: latitude, longitude: longitude)
    }

    /// A name of a place, or nothing.
    private func place(_ text: String) -> String? {
        let name = PlainText.collapsed(text)
        return name.isInvisible || name.count > ListingRow.longestPlaceName ? nil : name
    }

    // MARK: Fields

    /// A field without blanks at its ends; empty where there is no such column.
    private func text(_ column: String, of id: String?) throws(ListingRow.Fault) -> String {
        guard let place = csv.place(of: column), place < csv.reader.fieldCount else { return "" }
        let bytes = FieldText.trimmed(csv.reader.bytes(place))
        guard !bytes.contains(0) else {
            // PostgreSQL's text can't hold one, and no text of a person has one.
            throw ListingRow.Fault(id: id, why: "\(column) has a NUL character")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ListingRow.Fault(id: id, why: "\(column) is not UTF-8")
        }
        return text
    }

    private func number(
        _ column: String, of id: String?, missing: String
    ) throws(ListingRow.Fault) -> Int64 {
        let text = try text(column, of: id)
        guard !text.isEmpty else { throw ListingRow.Fault(id: id, why: missing) }
        guard let place = csv.place(of: column),
            let number = FieldText.wholeNumber(FieldText.trimmed(csv.reader.bytes(place)))
        else {
            throw ListingRow.Fault(id: id, why: "\(column) is no whole number: “\(text.prefix(40))”")
        }
        return number
    }

    /// A number of something, bounded; nothing where the field is empty or no number.
    private func count(
        _ column: String, of id: String?, in range: ClosedRange<Int>
    ) throws(ListingRow.Fault) -> Int? {
        guard let number = Double(try text(column, of: id)), number.isFinite else { return nil }
        return min(max(Int(exactly: number.rounded()) ?? range.upperBound, range.lowerBound), range.upperBound)
    }
}

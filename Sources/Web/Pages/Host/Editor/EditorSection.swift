import Core
import PropertyService

/// A part of a listing that is edited and saved on its own.
struct EditorSection: Sendable {
    /// Which document of the API its fields are of.
    enum Document: Sendable { case listing, rules }

    /// Of its address; its words are `host.section.NAME`.
    let name: String
    let document: Document
    let fields: [EditorField]
    /// Objects that are null where nothing in them is filled in.
    var collapsing: [String] = []

    static let groups: [(name: String, sections: [String])] = [
        ("about", ["basics", "place", "spaces", "amenities", "description", "times"]),
        ("money", ["price", "weekend", "seasons", "discounts", "fees", "taxes"]),
        ("stays", ["nights", "days", "booking", "party", "policy", "refunds"]),
    ]

    /// All but the lists (`EditorList`).
    static let all = [
        EditorSection(
            name: "basics", document: .listing,
            fields: [
                EditorField("title", .line(longest: 200)),
                EditorField("roomType", .choice(RoomType.allCases.map(\.rawValue))),
                EditorField("unitCount", .whole(1...500)), EditorField("instantBook", .flag),
            ]),
        EditorSection(
            name: "place", document: .listing,
            fields: [
                EditorField("location.country", .line(longest: 2)), EditorField("location.city", .line(longest: 200)),
                EditorField("location.neighbourhood", .line(longest: 200), optional: true),
                EditorField("location.latitude", .decimal), EditorField("location.longitude", .decimal),
                EditorField("timeZone", .line(longest: 64)),
            ]),
        EditorSection(
            name: "spaces", document: .listing,
            fields: [
                EditorField("maximumGuests", .whole(1...1000)), EditorField("bedrooms", .whole(0...1000)),
                EditorField("beds", .whole(0...1000)), EditorField("bathrooms", .decimal),
            ]),
        EditorSection(name: "amenities", document: .listing, fields: [EditorField("amenities", .amenities)]),
        EditorSection(
            name: "description", document: .listing, fields: [EditorField("description", .prose(longest: 20_000))]),
        EditorSection(
            name: "times", document: .listing,
            fields: [EditorField("checkInFrom", .time), EditorField("checkOutBy", .time)]),
        EditorSection(name: "price", document: .listing, fields: [EditorField("nightlyPrice", .price)]),
        EditorSection(
            name: "weekend", document: .rules,
            fields: [EditorField("weekend.price", .money, optional: true), EditorField("weekend.days", .weekdays)]),
        EditorSection(
            name: "discounts", document: .rules,
            fields: [
                EditorField("discounts.lengthOfStay", .steps("nights")),
                EditorField("discounts.earlyBird", .steps("days")), EditorField("discounts.lastMinute", .steps("days")),
            ]),
        EditorSection(
            name: "fees", document: .rules,
            fields: [
                EditorField("fees.cleaning", .money, optional: true),
                EditorField("fees.extraGuest.amount", .money, optional: true),
                EditorField("fees.extraGuest.includedGuests", .whole(1...1000), optional: true),
            ], collapsing: ["fees.extraGuest"]),
        EditorSection(
            name: "nights", document: .listing,
            fields: [
                EditorField("minimumNights", .whole(1...Stay.longest)),
                EditorField("maximumNights", .whole(1...Stay.longest)), EditorField("openUntil", .day, optional: true),
            ]),
        EditorSection(
            name: "days", document: .rules,
            fields: [
                EditorField("stays.arrivalDays", .weekdays, optional: true),
                EditorField("stays.departureDays", .weekdays, optional: true),
                EditorField("stays.minimumNightsByArrival", .byWeekday(1...Stay.longest)),
                EditorField("stays.maximumNightsByArrival", .byWeekday(1...Stay.longest)),
            ]),
        EditorSection(
            name: "booking", document: .rules,
            fields: [
                EditorField("booking.noticeDays", .whole(0...Stay.longest)),
                EditorField("booking.cutOff", .time, optional: true),
                EditorField("booking.windowMonths", .whole(1...24), optional: true),
                EditorField("booking.instantBookFor", .choice(InstantBookFor.allCases.map(\.rawValue))),
                EditorField("preparation.daysBefore", .whole(0...30)),
                EditorField("preparation.daysAfter", .whole(0...30)),
            ]),
        EditorSection(
            name: "party", document: .rules,
            fields: [
                EditorField("party.countsChildren", .flag), EditorField("party.countsInfants", .flag),
                EditorField("party.maximumChildren", .whole(PartyParts.others), optional: true),
                EditorField("party.maximumInfants", .whole(PartyParts.others), optional: true),
                EditorField("party.maximumPets", .whole(PartyParts.others), optional: true),
            ]),
        EditorSection(name: "policy", document: .listing, fields: [EditorField("cancellationPolicy", .policy)]),
        EditorSection(
            name: "refunds", document: .rules,
            fields: [
                EditorField("cancellation.steps", .steps("daysBefore"), optional: true),
                EditorField("cancellation.graceHours", .whole(CancellationRules.graceRange), optional: true),
            ]),
    ]

    /// What the form has where nothing was changed.
    func form(of document: JSONValue, currency: Currency) -> Form {
        Form(fields.flatMap { $0.pairs(of: document, currency: currency) })
    }

    /// What the API is sent for a filled-in form, and what can't be sent.
    func document(from form: Form, currency: Currency) -> (JSONValue, Complaints) {
        var complaints = Complaints()
        var document = JSONValue.object([])
        for field in fields {
            guard let value = field.value(from: form, currency: currency, &complaints) else { continue }
            document = document.with(value, at: field.path.split(separator: "."))
        }
        for path in collapsing where document.at(path)?.isNothing ?? true {
            document = document.with(.null, at: path.split(separator: "."))
        }
        return (document, complaints)
    }
}

/// A list of the rules whose items are edited and saved one by one.
struct EditorList: Sendable {
    /// Of its address; its words are `host.section.NAME`.
    let name: String
    /// An item, as a document of its own.
    let item: EditorSection

    static let all = [
        EditorList(
            name: "seasons",
            item: EditorSection(
                name: "season", document: .rules,
                fields: [
                    EditorField("name", .line(longest: PropertyRules.longestName)), EditorField("from", .day),
                    EditorField("to", .lastDay), EditorField("price", .money, optional: true),
                    EditorField("weekendPrice", .money, optional: true),
                    EditorField("minimumNights", .whole(1...Stay.longest), optional: true),
                    EditorField("maximumNights", .whole(1...Stay.longest), optional: true),
                    EditorField("rank", .whole(-100...100)),
                    EditorField("arrivalDays", .weekdays, optional: true),
                    EditorField("departureDays", .weekdays, optional: true),
                    EditorField("minimumNightsByArrival", .byWeekday(1...Stay.longest)),
                    EditorField("maximumNightsByArrival", .byWeekday(1...Stay.longest)),
                ])),
        EditorList(
            name: "taxes",
            item: EditorSection(
                name: "tax", document: .rules,
                fields: [
                    EditorField("name", .line(longest: PropertyRules.longestName)),
                    EditorField("percent", .decimal, optional: true),
                    EditorField("of", .some(TaxedPart.allCases.map(\.rawValue)), optional: true),
                    EditorField("amount", .money, optional: true),
                    EditorField("per", .choice(TaxCount.allCases.map(\.rawValue)), optional: true),
                    EditorField("included", .flag),
                    EditorField("mostNights", .whole(1...Stay.longest), optional: true),
                    EditorField("exemptFromNights", .whole(2...Stay.longest), optional: true),
                    EditorField("exemptUnderAge", .whole(2...18), optional: true),
                ])),
    ]

    /// What an item is sent as. The choices of a tax that belong to the other way of charging are left out.
    func document(from form: Form, currency: Currency) -> (JSONValue, Complaints) {
        var (document, complaints) = item.document(from: form, currency: currency)
        guard name == "taxes", case .object(let members) = document else { return (document, complaints) }
        let isPercent = document.at("percent") != nil
        let isAmount = document.at("amount") != nil
        if !isPercent, !isAmount, !complaints.errors.contains(where: { ["percent", "amount"].contains($0.field) }) {
            complaints.add("percent", "no_charge", "a tax is a percentage or an amount")
        }
        document = .object(members.filter { ($0.name != "of" || isPercent) && ($0.name != "per" || isAmount) })
        return (document, complaints)
    }

    /// What the form of a new item begins with.
    func fresh() -> Form {
        switch name {
        case "taxes": Form(["nights", "cleaningFee", "extraGuestFee"].map { ("of", $0) } + [("per", "night")])
        default: Form([("rank", "0")])
        }
    }
}

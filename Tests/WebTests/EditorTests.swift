import Core
import PropertyService
import Testing

@testable import Web

@Suite("The editor of a listing")
struct EditorTests {
    @Test(
        "Amounts as people type them; what could be read in two ways is not read",
        arguments: [
            ("120", 12_000), ("120.5", 12_050), ("120,50", 12_050), ("0.01", 1), ("007", 700), ("1,234", nil),
            ("1.234.50", nil), ("", nil), (".5", nil), ("5.", nil), ("-1", nil), ("1e3", nil), ("١٢", nil),
            ("12 ", nil),
            ("9999999999999999", nil),
        ] as [(String, Int64?)])
    func amounts(_ text: String, _ amount: Int64?) throws {
        #expect(Money(typed: text, .usd)?.amount == amount)
        let yen = try #require(Currency(code: "JPY"))
        #expect(Money(typed: "500", yen)?.amount == 500 && Money(typed: "500.0", yen) == nil)
    }

    @Test("What a section shows is what it sends: saving without a change changes nothing")
    func roundTrip() throws {
        let (document, rules) = (try Self.listing(), Self.rules)
        for section in EditorSection.all {
            let whole: JSONValue = section.document == .listing ? document : .document(of: rules)
            let form = section.form(of: whole, currency: .usd)
            let (sent, complaints) = section.document(from: form, currency: .usd)
            #expect(complaints.errors.isEmpty, "\(section.name): \(complaints.errors)")
            switch section.document {
            case .listing:
                let (changes, wrong) = Fields.read(sent) { PropertyChanges(&$0) }
                #expect(changes != nil && wrong.errors.isEmpty, "\(section.name): \(wrong.errors)")
                for field in section.fields {
                    #expect(Self.same(sent.at(field.path), whole.at(field.path)), "\(field.path)")
                }
            case .rules:
                let (changes, wrong) = Fields.read(sent) { PropertyRulesChanges(&$0, whenAbsent: .keep) }
                #expect(changes != nil && wrong.errors.isEmpty, "\(section.name): \(wrong.errors)")
                for field in section.fields {
                    #expect(Self.same(sent.at(field.path), whole.at(field.path)), "\(field.path)")
                }
            }
        }
        for list in EditorList.all {
            for item in JSONValue.document(of: rules).at(list.name)?.items ?? [] {
                let (sent, complaints) = list.document(from: list.item.form(of: item, currency: .usd), currency: .usd)
                #expect(complaints.errors.isEmpty)
                for field in list.item.fields { #expect(Self.same(sent.at(field.path), item.at(field.path))) }
            }
        }
    }

    /// Every day of the week without a number is no document about days.
    private static func same(_ one: JSONValue?, _ other: JSONValue?) -> Bool {
        func plain(_ value: JSONValue?) -> String {
            guard let value, !value.isNothing else { return "null" }
            guard case .object(let members) = value else { return value.written() }
            return JSONValue.object(members.filter { !$0.value.isNothing }).written()
        }
        return plain(one) == plain(other)
    }

    private static func listing() throws -> JSONValue {
        let text = """
            {"title": "A place", "description": "One.\\nTwo.", "roomType": "privateRoom", "instantBook": true, "unitCount": 3,
             "location": {"country": "US", "city": "Albany", "neighbourhood": null, "latitude": 42.65, "longitude": -73.75},
             "maximumGuests": 4, "bedrooms": 0, "beds": 2, "bathrooms": 1.5, "amenities": ["wifi", "canoe"],
             "nightlyPrice": {"amount": 12550, "currency": "USD"}, "minimumNights": 1, "maximumNights": 30,
             "cancellationPolicy": "firm", "timeZone": "America/New_York", "checkInFrom": "15:00", "checkOutBy": "11:00",
             "openUntil": null}
            """
        return try JSONParser.parse(Array(text.utf8))
    }

    private static var rules: PropertyRules {
        var rules = PropertyRules.none
        func usd(_ amount: Int64) -> Money { Money(amount, .usd) }
        rules.weekend = Weekend(days: WeekdaySet([.friday]), price: usd(15_000))
        var stays = StayLimits()
        stays.minimumNights = 2
        stays.minimumNightsByArrival[.saturday] = 7
        stays.arrivalDays = WeekdaySet([.saturday])
        if let nights = Stay(from: LocalDay(number: 20_000), to: LocalDay(number: 20_030)) {
            rules.seasons = [Season(name: "Summer", nights: nights, rank: -1, price: usd(18_000), stays: stays)]
        }
        rules.stays.departureDays = WeekdaySet([.sunday, .monday])
        rules.discounts.lengthOfStay = [.init(7, Percent(thousandths: 8_875)), .init(28, Percent(thousandths: 20_000))]
        rules.fees.extraGuest = .init(usd(1_000), includedGuests: 2)
        rules.taxes = [
            Tax(
                name: "One", charge: .percent(Percent(thousandths: 8_000), of: [.nights, .serviceFee]), isIncluded: true
            ),
            Tax(name: "Two", charge: .perPersonAndNight(usd(200)), mostNights: 7, exemptUnderAge: 12),
        ]
        rules.booking.cutOff = TimeOfDay(hour: 18)
        rules.party.maximumPets = 0
        rules.cancellation = CancellationRules(steps: [.init(daysBefore: 7, percent: 50)], graceHours: 24)
        return rules
    }

    @Test("Every field and section has its words in the catalogue")
    func words() throws {
        let texts = try Pages().texts(.english)
        for field in EditorSection.all.flatMap(\.fields) + EditorList.all.flatMap(\.item.fields) {
            #expect(texts.known("host.field.\(field.name)") != nil, "\(field.name)")
        }
        for section in EditorSection.groups.flatMap(\.sections) {
            #expect(
                texts.known("host.section.\(section).title") != nil
                    && texts.known("host.section.\(section).about") != nil)
        }
    }

    @Test("A stylesheet is sent without comments and blanks, and means the same")
    func stylesheet() {
        let written = """
            /* Tokens: "x" */
            a :hover, td:not(.b) > i { margin: 0 auto; content: ": {  }"; }

            @media (min-width: 10px) { .c { width: calc(1px + 2px); } }
            """
        let sent =
            "a :hover,td:not(.b) > i{margin:0 auto;content:\": {  }\"}"
            + "@media (min-width:10px){.c{width:calc(1px + 2px)}}"
        #expect(String(decoding: Stylesheet.packed(Array(written.utf8)), as: UTF8.self) == sent)
    }

    @Test("A table's cells are text, whatever somebody typed")
    func table() throws {
        var csv = CSVText(["name", "amount"])
        csv.row(["=HYPERLINK(\"x\")", "-12.50"])
        csv.row(["Lund, Léa\n2", "+1"])
        #expect(
            csv.written == "name,amount\r\n\"'=HYPERLINK(\"\"x\"\")\",-12.50\r\n\"Lund, Léa\n2\",'+1\r\n")
    }
}

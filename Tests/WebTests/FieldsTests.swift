import Core
import Testing

@testable import Web

@Suite("Every wrong field is named")
struct FieldsTests {
    private func complaints(_ body: String, _ read: (inout Fields) -> Int?) -> [String] {
        do {
            _ = try Visit.decode(Array(body.utf8), read)
            return []
        } catch {
            #expect(error.code == .validationFailed)
            return error.errors.map { "\($0.field) \($0.code)" }
        }
    }

    @Test("Missing, unknown, doubled and wrong members are all told at once")
    func all() {
        let body = """
            {"title": " ", "nightlyPrice": {"amount": 1.5, "currency": "usd", "x": 1}, "roomType": 3, "maximumGuests": 1e30,
             "location": {"country": "USA", "latitude": 91, "longitude": "1"}, "timeZone": "EST", "title": "twice",
             "amenities": ["ok", 7], "colour": "red", "openUntil": "2027-02-29", "instantBook": "yes", "checkInFrom": "25:00"}
            """
        let found = Set(
            complaints(body) { fields in
                _ = PropertyDraftReading.read(&fields)
                return 1
            })
        #expect(
            found == [
                "title duplicate", "title too_short", "nightlyPrice.amount wrong_type", "nightlyPrice.currency invalid",
                "nightlyPrice.x unknown", "roomType wrong_type", "maximumGuests out_of_range",
                "location.country invalid",
                "location.city required", "location.latitude out_of_range", "location.longitude wrong_type",
                "timeZone invalid", "amenities[1] wrong_type", "colour unknown", "openUntil invalid",
                "instantBook wrong_type", "checkInFrom invalid",
            ])
    }

    @Test("A body that is no object is a wrong type", arguments: ["[]", "1", "null", "\"a\"", "true"])
    func noObject(_ body: String) {
        #expect(complaints(body) { _ in 1 } == ["body wrong_type"])
    }

    @Test("Text without a character that a database or a page could choke on")
    func controls() {
        #expect(complaints("{\"a\": \"x\\u0000\"}") { $0.required("a", .text(1...9)).map { _ in 1 } } == ["a invalid"])
        #expect(complaints("{\"a\": \"x\\ny\"}") { $0.required("a", .text(1...9)).map { _ in 1 } } == ["a invalid"])
        #expect(complaints("{\"a\": \"x\\ny\"}") { $0.required("a", .text(1...9, lines: true)).map { _ in 1 } } == [])
        #expect(
            complaints("{\"a\": \"\\ud800\"}") { $0.required("a", .text(1...9)).map { _ in 1 } } == ["a wrong_type"])
    }

    @Test("Numbers are numbers, and their bounds hold")
    func numbers() {
        let cases = [
            ("2", ""), ("2.0", ""), ("\"2\"", "a wrong_type"), ("2.5", "a wrong_type"), ("1e400", "a out_of_range"),
            ("11", "a out_of_range"), ("-1", "a out_of_range"), ("null", "a wrong_type"), ("true", "a wrong_type"),
        ]
        for (value, expected) in cases {
            let found = complaints("{\"a\": \(value)}") { $0.required("a", .integer(0...10)) }
            #expect(found.first ?? "" == expected, "\(value)")
        }
    }

    @Test("A flood of unknown members is not given back whole")
    func flood() {
        let body = "{" + (0..<5000).map { "\"m\($0)\":1" }.joined(separator: ",") + "}"
        #expect(complaints(body) { _ in 1 }.count == Complaints.most)
        let long = String(repeating: "x", count: 10_000)
        #expect(complaints("{\"\(long)\":1}") { _ in 1 }[0].count < 100)
    }
}

@Suite("Queries are read strictly")
struct QueryTests {
    @Test("Broken percent-encoding is no query", arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "%C0%80=1"])
    func encoding(_ raw: String) {
        #expect(throws: Problem.self) { try Query(raw) }
    }

    @Test("Unknown and doubled parameters are refused, by name")
    func unknown() throws {
        var query = try Query("limit=5&limit=6&minprice=3")
        #expect(query.limit() == 5)
        let problem = #expect(throws: Problem.self) { try query.check() }
        #expect(problem?.errors.map { "\($0.field) \($0.code)" } == ["limit duplicate", "minprice unknown"])
    }

    @Test("A flood of parameters is refused at once, with one complaint")
    func flood() throws {
        let raw = (0..<101).map { "p\($0)=1" }.joined(separator: "&")
        let problem = #expect(throws: Problem.self) { try Query(raw) }
        #expect(problem?.errors.map { "\($0.field) \($0.code)" } == ["query too_many"])
        #expect(throws: Never.self) { try Query((0..<100).map { "p\($0)=1" }.joined(separator: "&")) }
    }

    @Test("A parameter is there once and read once, also with an empty name or value")
    func once() throws {
        var query = try Query("a=1&&b&=c&d==")
        #expect(query.integer("a", Int64(0)...9) == 1)
        #expect(query.integer("a", Int64(0)...9) == nil)
        #expect(query.parsed("b", "") { $0 } == "")
        #expect(query.parsed("", "") { $0 } == "c")
        #expect(query.parsed("d", "") { $0 } == "=")
        try query.check()
    }

    @Test("Bounds of a page", arguments: ["0", "101", "-1", "abc", "", "1.5", "99999999999999999999", "+5", "%20"])
    func limits(_ text: String) throws {
        var query = try Query("limit=\(text)")
        _ = query.limit()
        #expect(throws: Problem.self) { try query.check() }
    }

    @Test("Plus and percent are decoded")
    func decoding() throws {
        var query = try Query("q=New+York%21&location=Z%C3%BCrich")
        #expect(query.text("q", upTo: 50) == "New York!")
        #expect(query.text("location", upTo: 50) == "Zürich")
        try query.check()
    }

    @Test("Tokens are found where clients put them")
    func credentials() {
        #expect(Credentials.bearer("Bearer abc") == "abc")
        #expect(Credentials.bearer("bearer  abc") == "abc")
        #expect(Credentials.bearer("Basic abc") == nil)
        #expect(Credentials.cookie("roost_session", in: "a=b; roost_session=xyz; c=d") == "xyz")
        #expect(Credentials.cookie("roost_session", in: "xroost_session=xyz") == nil)
        #expect(MediaType.isJSON("application/json; charset=\"UTF-8\""))
        #expect(!MediaType.isJSON("application/json; charset=latin1"))
        #expect(!MediaType.isJSON("text/json"))
    }

    @Test("What is put into a page is text")
    func pages() {
        let piece: HTML = "<p>\("<b>&\"'")</p>"
        #expect(piece.text == "<p>&lt;b&gt;&amp;&quot;&#39;</p>")
        #expect(("<i>\(piece)</i>" as HTML).text == "<i>\(piece.text)</i>")
    }
}

import Core
import Foundation
import Testing

@testable import Storage

@Suite("Values as JSON text in a column")
struct StoredJSONTests {
    /// Everything that a type of ours may be made of.
    struct Everything: Codable, Equatable {
        enum Choice: String, Codable { case one, two }
        enum Case: Codable, Equatable {
            case bare
            case number(Int)
            indirect case named(text: String, inner: Case?)
        }
        struct Empty: Codable, Equatable {}
        struct Numbers: Codable, Equatable {
            var small = Int8.min
            var byte = UInt8.max
            var wide = Int64.min
            var widest = UInt64.max
            var half = 0.1
            var tiny = 1.25e-300
            var single = Float(1.5)
        }

        var text = "plain \"\\/\n\u{0}\u{1F}\u{7F} é😀 \u{2028}"
        var flag = true
        var missing: Int?
        var present: Int? = 7
        var choice = Choice.two
        var cases = [Case.bare, .number(-3), .named(text: "a", inner: .named(text: "", inner: nil))]
        var lists: [[Int?]] = [[], [1, nil, 3], [nil]]
        var empty = Empty()
        var numbers = Numbers()
        var money = Money(12345, Currency(code: "EUR") ?? .usd)
        var day = LocalDay(year: 2028, month: 2, day: 29)
        var moment = Instant(milliseconds: 1_900_000_000_123)
        var problem = Problem(.validationFailed, "No.", errors: [Problem.FieldError("checkIn", "required", "Missing.")])
        var names = ["": 1]
    }

    @Test("What is written is read again, also by Foundation's coders, and what those wrote is read")
    func roundTrip() throws {
        let value = Everything()
        let text = try StoredJSON.text(of: value)
        #expect(try StoredJSON.value(Everything.self, from: text) == value)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(text.utf8)) == value)
        let foundation = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        #expect(try StoredJSON.value(Everything.self, from: foundation) == value)
    }

    @Test("Values that are no object stand alone")
    func alone() throws {
        #expect(try StoredJSON.text(of: [1, 2]) == "[1,2]")
        #expect(try StoredJSON.text(of: "a") == "\"a\"")
        #expect(try StoredJSON.text(of: Int?.none) == "null")
        #expect(try StoredJSON.value(Int?.self, from: "null") == nil)
        #expect(try StoredJSON.value([String].self, from: " [ ] ") == [])
    }

    @Test("Members stand in the order of their declaration, the same each time, and what is nothing is left out")
    func order() throws {
        struct Two: Codable {
            let zebra: Int
            let nothing: Int?
            let ant: [Everything.Case]
        }
        let text = try StoredJSON.text(of: Two(zebra: 1, nothing: nil, ant: [.named(text: "x", inner: .bare)]))
        #expect(text == #"{"zebra":1,"ant":[{"named":{"text":"x","inner":{"bare":{}}}}]}"#)
    }

    @Test(
        "What is not of the type is refused, with where it stands",
        arguments: [
            (#"{"a":{"b":[1,"x"]}}"#, "a.b.1"), (#"{"a":{"b":[300]}}"#, "a.b.0"), (#"{"a":{"b":[1.5]}}"#, "a.b.0"),
            (#"{"a":{"b":[null]}}"#, "a.b.0"), (#"{"a":{"b":{}}}"#, "a.b"), (#"{"a":{"c":[]}}"#, "a"),
            (#"{"a":[]}"#, "a"),
            (#"{"a":null}"#, "a"), ("[]", ""), ("", ""), ("{", ""), (#"{"a":{"b":[]}} x"#, ""),
        ])
    func refused(_ text: String, _ place: String) throws {
        struct Outer: Codable {
            struct Inner: Codable { let b: [UInt8] }
            let a: Inner
        }
        let error = try #require(throws: DecodingError.self) { try StoredJSON.value(Outer.self, from: text) }
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: throw error
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        #expect(path == place)
    }

    @Test("A number that JSON has no word for is refused")
    func notANumber() {
        #expect(throws: EncodingError.self) { try StoredJSON.text(of: [Double.nan]) }
        #expect(throws: EncodingError.self) { try StoredJSON.text(of: [Float.infinity]) }
    }
}

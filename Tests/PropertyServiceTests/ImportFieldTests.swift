import Core
import Foundation
import Testing

@testable import PropertyService

@Suite("Fields of an import")
struct ImportFieldTests {
    @Test(
        "A price is in the currency's minor units, and never a guess",
        arguments: [
            ("$1,234.00", "USD", 123_400), ("90", "USD", 9_000), (" 80 ", "USD", 8_000), ("$1,234.00", "JPY", 1_234),
            ("89534293", "CLP", 89_534_293), ("$89,534,293.00", "USD", 8_953_429_300), ("1.25", "KWD", 1_250),
            ("€99.50", "EUR", 9_950), ("1234.5", "JPY", 1_235), ("0.01", "USD", 1), ("12.345", "USD", 1_235),
            ("7.", "USD", 700),
        ])
    func price(_ text: String, _ currency: String, _ expected: Int64) throws {
        #expect(try parsed(text, currency) == .amount(expected))
    }

    @Test("An empty price and zero are unknown, not free", arguments: ["", "  ", "0", "$0.00", "0.001"])
    func unknownPrice(_ text: String) throws {
        #expect(try parsed(text, "USD") == .unknown)
    }

    @Test(
        "What is no positive number is no price",
        arguments: [
            "-50", "$-50.00", "-$50", "abc", "1,23", "12,34.00", "1.2.3", "1e3", "$", "USD 5", "NaN", "inf", "９０",
            "99999999999999999999", "10000000000.01", ".5", "1, 234",
        ])
    func noPrice(_ text: String) throws {
        #expect(try parsed(text, "USD") == .garbage)
    }

    private func parsed(_ text: String, _ currency: String) throws -> FieldText.Price {
        let currency = try #require(Currency(code: currency))
        return Array(text.utf8).withUnsafeBytes { FieldText.price($0, in: currency) }
    }

    @Test(
        "An id is a whole number of 64 bits and nothing else",
        arguments: [
            ("1717081230062550815", 1_717_081_230_062_550_815), ("9223372036854775807", Int64.max),
            ("9223372036854775808", nil), ("21.0", nil), ("1.7E+18", nil), ("-1", nil), ("+1", nil), ("", nil),
            ("1 2", nil),
        ] as [(String, Int64?)])
    func wholeNumber(_ text: String, _ expected: Int64?) {
        #expect(Array(text.utf8).withUnsafeBytes { FieldText.wholeNumber($0) } == expected)
    }

    @Test(
        "Bathrooms are read from words",
        arguments: [
            ("1 bath", 1), ("1.5 shared baths", 1.5), ("Half-bath", 0.5), ("Shared half-bath", 0.5),
            ("Private half-bath", 0.5), ("0 baths", 0), ("2.0", 2), ("", nil), ("lovely", nil),
        ] as [(String, Double?)])
    func bathrooms(_ text: String, _ expected: Double?) {
        #expect(FieldText.bathrooms(text) == expected)
    }

    @Test(
        "A score is a number from 0 to 100",
        arguments: [("4.81", 4.81), ("96", 96), ("101", nil), ("-1", nil), ("x", nil), ("nan", nil)]
            as [(String, Double?)])
    func score(_ text: String, _ expected: Double?) {
        #expect(FieldText.score(text) == expected)
    }

    @Test(
        "Ratings of both scales become 0 to 5; one that is not of its file's scale is none",
        arguments: [
            ([4.81, 5, 0, 6], [4.81, 5, 0, nil]), ([96, 100, 20, 93, 4.8, 0], [4.8, 5, 1, 4.65, nil, 0]),
            ([5, 6], [5, nil]),
            ([96], [4.8]),
        ] as [([Double], [Double?])])
    func scales(_ scores: [Double], _ expected: [Double?]) {
        let scale = RatingScale(of: scores)
        #expect(scores.map { scale.rating(of: ListingRow.Score(average: $0, count: 1))?.average } == expected)
    }

    @Test(
        "Amenities of both forms become codes",
        arguments: [
            ("{TV,\"Cable TV\",Wifi}", ["tv", "cable-tv", "wifi"]), ("[\"Hot tub\", \"Wifi\"]", ["hot-tub", "wifi"]),
            ("[\"Private backyard \\u2013 Fully fenced\"]", ["private-backyard-fully-fenced"]), ("[]", []), ("{}", []),
            ("", []), ("{\"translation missing: en.hosting_amenity_49\",Gym}", ["gym"]),
            ("[\"Wifi\",\"WIFI\"]", ["wifi"]),
            ("{\"55\\\" TV\"}", ["55-tv"]), ("[\"Café\", \"···\"]", ["cafe"]),
        ])
    func amenities(_ text: String, _ codes: [String]) {
        #expect(AmenityText.amenities(text)?.map(\.code) == codes)
    }

    @Test("Amenities that are neither are none, and said to be", arguments: ["TV, Wifi", "{\"TV", "[1]", "[\"TV\""])
    func noAmenities(_ text: String) {
        #expect(AmenityText.amenities(text) == nil)
    }

    @Test(
        "A description becomes plain text",
        arguments: [
            ("One<br />two<br>three<BR/>four", "One\ntwo\nthree\nfour"),
            ("<b>The space</b><br />Nice", "The space\nNice"),
            ("<p>a</p><p>b</p>", "a\n\nb"), ("<div class=\"x\">a</div>", "a"),
            ("Fish &amp; chips &#39;n&#x2019; &eacute;", "Fish & chips 'n’ é"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"), ("&lt;script&gt;", "<script>"),
            ("<Newly built! 2 < 3", "<Newly built! 2 < 3"),
            ("<Professional> host", "<Professional> host"), ("a <3 b", "a <3 b"),
            ("AT&T & co; R&D;", "AT&T & co; R&D;"),
            ("x<script>alert(1)</script>y", "xy"), ("a\r\nb\rc\n\n\n\nd", "a\nb\nc\n\nd"),
            ("  a   b \u{A0} c  ", "a b c"),
            ("<b", "<b"), ("<b <i>x</i>", "<b x"), ("&#0;&#xD800;&#x110000;", "&#0;&#xD800;&#x110000;"), ("", ""),
        ])
    func plainText(_ html: String, _ text: String) {
        #expect(PlainText.of(html: html) == text)
    }

    @Test(
        "Text of a megabyte of marks is read in time that grows with it, not with its square", .timeLimit(.minutes(1)))
    func longText() {
        #expect(PlainText.of(html: String(repeating: "<", count: 100_000)).count == 100_000)
        #expect(PlainText.of(html: String(repeating: "<b a", count: 20_000)).count == 80_000)
        #expect(PlainText.of(html: String(repeating: "&", count: 100_000)).count == 100_000)
    }

    @Test("A host has the same made-up name and address each time, under .invalid")
    func hosts() {
        let host = ListingHost(number: 4_621_559)
        #expect(host == ListingHost(number: 4_621_559))
        #expect(host.email == "host-4621559@inside-airbnb.invalid")
        #expect(Set((1...2000).map { ListingHost(number: $0).name }).count > 1000)
        #expect(ListingHost(email: "ana@example.org").name == "ana")
    }
}

import Testing

@testable import Core

@Suite("JSON is read strictly")
struct JSONParserTests {
    @Test(
        "Bytes that are not JSON are refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "01", "1.", ".5", "-", "+1", "1e", "nul", "truee",
            "\"\t\"",
            "\"\\x\"", "\"\\u12\"", "\"abc", "{}{}", "[1 2]", "{\"a\" 1}", "\u{FEFF}{}", "NaN", "[[[[", "// no\n1",
            "\"a\u{0}\"",
            String(repeating: "[", count: 40) + String(repeating: "]", count: 39),
            String(repeating: "[", count: 20) + "{\"a\":}" + String(repeating: "]", count: 20),
        ])
    func notJSON(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0xED, 0xA0, 0x80]])
    func notUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
    }

    @Test("Escapes, numbers and nesting come through")
    func values() throws {
        let value = try JSONParser.parse(
            Array(" {\"a\\u00e9\\ud83d\\ude00\" : [ -1.5e+3 , true,false , null, \"\\n\\\"\" ] } ".utf8))
        guard case .object(let members) = value, case .list(let items) = members[0].value else {
            Issue.record("not an object with a list")
            return
        }
        #expect(members[0].name == "aé😀")
        #expect(items.map(\.kind) == ["a number", "a boolean", "a boolean", "null", "a string"])
        if case .number(let text) = items[0] { #expect(text == "-1.5e+3") }
        if case .text(let text) = items[4] { #expect(text == "\n\"") }
    }

    @Test(
        "Half a surrogate pair is JSON, but no text", arguments: ["\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\""])
    func halfPair(_ text: String) throws {
        guard case .unusable = try JSONParser.parse(Array(text.utf8)) else {
            Issue.record("read as text")
            return
        }
    }

    @Test("Nesting beyond reason is checked without recursion and is no value", arguments: [17, 30_000])
    func deep(_ depth: Int) throws {
        let lists = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        _ = try JSONParser.parse(Array(lists.utf8))
        let objects = String(repeating: "{\"a\":", count: depth) + "{}" + String(repeating: "}", count: depth)
        _ = try JSONParser.parse(Array(objects.utf8))
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(lists.dropLast().utf8)) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array((objects + "}").utf8)) }
    }

    @Test(
        "A whole number is whole however it is written",
        arguments: [
            ("12", WholeNumber.value(12)), ("12.0", .value(12)), ("1.2e1", .value(12)), ("120e-1", .value(12)),
            ("-0", .value(0)),
            ("0e999999999999999999999", .value(0)), ("0.5", .fraction), ("12e-1", .fraction), ("1e-400", .fraction),
            ("9223372036854775807", .value(.max)), ("9223372036854775808", .tooLarge), ("1e400", .tooLarge),
            ("-9223372036854775808", .value(.min)), ("1e99999999999999999999", .tooLarge),
            ("1e-99999999999999999999", .fraction),
            ("9007199254740993", .value(9_007_199_254_740_993)), ("100000000000000000000.5e-2", .fraction),
        ])
    func wholeNumbers(_ text: String, _ expected: WholeNumber) {
        #expect(WholeNumber(text) == expected)
    }
}

@Suite("JSON is written")
struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test("Members come in order, with null where there is nothing")
    func members() throws {
        let usd = try #require(Currency(code: "USD"))
        let text = written {
            $0.object { json in
                json.member("a", 1)
                json.member("b", nil as String?)
                json.list("c", [1, 2]) { $0.value($1) }
                json.object("d") { _ in }
                json.list("e", [Int]()) { $0.value($1) }
                json.member("f", true)
                json.member("g", 1.5)
                json.member("h", Double.nan)
                json.member("i", Money(-5, usd))
                json.list("j", [1, 2]) { json, number in json.object { $0.member("n", number) } }
            }
        }
        #expect(
            text == """
                {"a":1,"b":null,"c":[1,2],"d":{},"e":[],"f":true,"g":1.5,"h":null,"i":{"amount":-5,"currency":"USD"},"j":[{"n":1},{"n":2}]}
                """)
    }

    @Test(
        "Every text comes back as it was, and nothing ends a line or a string",
        arguments: [
            "plain", "", "\"\\/", "\u{0}\u{1}\u{1F}\u{7F}\n\r\t", "é😀€", "a\u{2028}b\u{2029}c", "\u{E2}\u{20AC}",
            "ends {", "ends :", "ends [",
            "</script><!--", "\u{2027}\u{202A}",
        ])
    func texts(_ text: String) throws {
        let json = written { $0.list([text, text]) { $0.value($1) } }
        #expect(
            !json.unicodeScalars.contains {
                $0.value < 0x20 || $0.value == 0x2028 || $0.value == 0x2029 || $0.value == 0x7F
            })
        guard case .list(let items) = try JSONParser.parse(Array(json.utf8)), items.count == 2,
            case .text(let back) = items[1]
        else {
            Issue.record("not two texts: \(json)")
            return
        }
        #expect(back == text)
    }
}

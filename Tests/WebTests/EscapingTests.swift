import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

/// Marks that join what stands beside them to one `Character`: a search by characters does not find the `<` or the `"`
/// in it, and who reads the bytes does.
@Suite("What is escaped is escaped beside marks that join it", .onEachEngine)
struct EscapingTests {
    /// U+0D4E and U+0600 join what follows (`Grapheme_Cluster_Break=Prepend`), U+0301 what stands before it.
    static let before = ["", "\u{0D4E}", "\u{0600}", "\u{110BD}"]

    @Test("Facts for search engines can't be left by a title")
    func structuredData() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            for mark in Self.before {
                let title = "\(mark)</script>\(mark)<meta name=pwned>"
                let place = try await host.list()
                let named = try await host.ask(.patch, "/api/v1/properties/\(place)", "{\"title\":\"\(title)\"}")
                #expect(named.status == 200, "\(named)")
                let page = Array(try await stranger.get("/properties/\(place)").text.unicodeScalars)
                #expect(page.firstRange(of: Array("<meta name=pwned".unicodeScalars)) == nil)
                let open = try #require(
                    page.firstRange(of: Array("<script type=\"application/ld+json\">".unicodeScalars)))
                let rest = page[open.upperBound...]
                let close = try #require(rest.firstRange(of: Array("</script>".unicodeScalars)))
                var text = String.UnicodeScalarView()
                text.append(contentsOf: rest[..<close.lowerBound])
                let facts = try JSONSerialization.jsonObject(with: Data(String(text).utf8)) as? [String: Any]
                let rental = (facts?["@graph"] as? [[String: Any]])?.first
                #expect(rental?["name"] as? String == title)
            }
        }
    }

    @Test("A quote in a cell is doubled, whatever mark stands on it")
    func table() {
        for (cell, written) in [
            ("a\"b", "\"a\"\"b\""), ("a\"\u{301},b", "\"a\"\"\u{301},b\""), ("\u{0600}\",=1", "\"\u{0600}\"\",=1\""),
        ] {
            #expect(Array(CSVText([cell]).written.utf8) == Array((written + "\r\n").utf8))
        }
    }

    @Test("A label of a gauge ends where it should")
    func label() {
        let escaped = OperatorRoutes.escaped("a\\\u{301}\"\u{301}\nb")
        #expect(Array(escaped.utf8) == Array("a\\\\\u{301}\\\"\u{301}\\nb".utf8))
    }
}

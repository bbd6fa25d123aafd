import Core
import Foundation
import Testing

@testable import PropertyService

/// Every planted fault against what `expected.json` says of it. Reviews are not imported.
@Suite("Edge cases of an import")
struct ImportEdgeCaseTests {
    private struct Expected: Decodable {
        struct Row: Decodable {
            let line: Int
            let id: String
            let outcome: String
        }
        let rows: [Row]
    }

    private func load(_ name: String) async throws -> (summary: ImportSummary, places: [ImportedPlace]) {
        let checked = try ImportFiles.check(try ImportFiles.choices(ImportFiles.edgeCase(name)))
        return (checked.summary, try await ImportFiles.places(of: checked))
    }

    /// The physical line on which each record begins, the header left out.
    private func lines(of name: String) throws -> [Int] {
        let reader = try CSVReader(ImportFiles.edgeCase(name))
        var lines: [Int] = []
        while try reader.next() { lines.append(reader.line) }
        return Array(lines.dropFirst())
    }

    @Test("Each faulty row of the listings is loaded, warned of or left out as expected, and named by its line")
    func listings() async throws {
        let text = try Data(contentsOf: ImportFiles.edgeCase("expected.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        let part = try JSONSerialization.data(withJSONObject: try #require(object["listings-faults.csv"]))
        let expected = try JSONDecoder().decode(Expected.self, from: part).rows
        let lines = try lines(of: "listings-faults.csv")
        let (summary, places) = try await load("listings-faults.csv")
        try #require(expected.count == lines.count)
        for row in expected {
            let issues = summary.issues.filter { $0.line == lines[row.line - 1] }
            let outcome = issues.contains { $0.severity == .reject } ? "reject" : issues.isEmpty ? "ok" : "warn"
            #expect(outcome == row.outcome, "record \(row.line): \(issues)")
            if let issue = issues.first, !row.id.isEmpty { #expect(issue.id == row.id) }
        }
        #expect(lines[12] == 15, "the record before has a newline in its name")
        // All but five rejected rows and the second of a double id.
        let ids = places.map { ImportFiles.listing($0).source.id }
        #expect(
            ids == [
                "1717081230062550815", "2", "3", "4", "6", "7", "10", "11", "12", "13", "14", "15", "17", "18", "19",
                "20", "22",
            ])
        #expect(summary.listings == 17)
        #expect(summary.rejected == 6)
    }

    @Test("What is loaded of the faulty rows is what a guest may see")
    func values() async throws {
        let places = try await load("listings-faults.csv").places
        var listings: [String: ImportedListing] = [:]
        for place in places { listings[ImportFiles.listing(place).source.id] = ImportFiles.listing(place) }
        #expect(listings["2"]?.nightlyPrice?.amount == 123_400)
        #expect(listings["2"]?.title == "Flat")
        for id in ["3", "4", "10", "11"] { #expect(listings[id]?.status == .draft) }
        #expect(listings["3"]?.nightlyPrice == nil)
        #expect(listings["4"]?.nightlyPrice == nil)
        #expect(listings["6"]?.minimumNights == 365)
        #expect(listings["7"]?.minimumNights == 1)
        #expect(listings["10"]?.location.latitude == 51.2)
        #expect(listings["12"]?.title == "Line one line two, \"quoted\"")
        #expect(listings["13"]?.title.contains("🏠 Ñuñoa") == true)
        #expect(listings["14"]?.title == "<b>Bold</b><script>alert(1)</script>")
        #expect(listings["15"]?.title == "Home in Centre")
        #expect(listings["17"]?.roomType == .privateRoom)
        #expect(listings["19"]?.title.count == 200)
        #expect(listings["20"]?.nightlyPrice?.amount == 8_953_429_300)
        #expect(listings["22"]?.nightlyPrice?.amount == 8_000)
        #expect(listings["2"]?.location.city == "Antwerp")
        #expect(listings["2"]?.location.neighbourhood == "Centre")
        #expect(listings["2"]?.rating == Rating.none)
    }

    @Test(
        "Files with odd forms are read",
        arguments: [
            ("bom-crlf.csv", 3, 0), ("reordered-and-extra.csv", 3, 0), ("short-and-long-rows.csv", 1, 2),
            ("invalid-utf8.csv", 2, 1),
            ("nul-byte.csv", 2, 1), ("header-only.csv", 0, 0),
        ])
    func forms(_ name: String, _ listings: Int, _ rejected: Int) async throws {
        let (summary, places) = try await load(name)
        #expect(summary.listings == listings)
        #expect(places.count == listings)
        #expect(summary.rejected == rejected)
        #expect(summary.issues.allSatisfy { $0.line > 1 })
    }

    @Test(
        "What is no such CSV is refused whole, in one sentence",
        arguments: [
            ("semicolons.csv", 1, "semicolons"), ("missing-column.csv", 1, "no column “id”"),
            ("empty.csv", nil, "empty"),
            ("unterminated-quote.csv", 3, "never closed"), ("truncated.csv.gz", nil, "cut short"),
            ("calendar-faults.csv", 1, "no column"), ("no-such-file.csv", nil, "can't be read"),
        ] as [(String, Int?, String)])
    func refused(_ name: String, _ line: Int?, _ words: String) throws {
        #expect {
            _ = try ImportFiles.check(try ImportFiles.choices(ImportFiles.edgeCase(name)))
        } throws: { error in
            guard let refusal = error as? ImportRefusal else { return false }
            return refusal.file == name && refusal.line == line && refusal.why.contains(words)
                && refusal.description.hasSuffix("nothing was loaded")
        }
    }

    @Test("Each faulty row of a calendar is used, warned of or left out as expected")
    func calendar() async throws {
        let checked = try ImportFiles.check(
            try ImportFiles.choices(
                ImportFiles.edgeCase("bom-crlf.csv"), calendar: ImportFiles.edgeCase("calendar-faults.csv")))
        let issues = checked.summary.issues.map { "\($0.line) \($0.severity.rawValue)" }
        #expect(issues == ["3 warn", "5 warn", "6 reject", "7 reject", "9 warn"])
        let places = try await ImportFiles.places(of: checked)
        let hundred = try #require(places.first?.calendar)
        #expect(hundred.closed.map(\.description) == ["2027-01-01"])
        #expect(hundred.openUntil == LocalDay("2027-01-08"))
        #expect(hundred.nights.map(\.minimumNights) == [.set(30)])
        #expect(places[1].calendar?.openUntil == LocalDay("2027-01-02"))
        #expect(places[2].calendar == nil)
    }
}

import Core
import Foundation
import Testing

@testable import PropertyService

/// The real files, where they lie beside the project; left out, and said to be, where they do not.
@Suite(
    "Real data of an import",
    .enabled(if: ImportFiles.hasRealData, "left out: the real data does not lie beside the project"))
struct ImportRealDataTests {
    struct File: CustomTestStringConvertible, Sendable {
        let path: String
        let rows: Int
        var testDescription: String { path }
    }

    /// Files of a kind and their rows, from the table of the data's README.
    private static func files(_ kind: String) -> [File] {
        guard let readme = try? String(contentsOf: ImportFiles.realData.appending(path: "README.md"), encoding: .utf8)
        else {
            return []
        }
        return readme.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count > 5, cells[0].contains("/\(kind)"), cells[0].hasSuffix(".csv.gz"),
                let rows = Int(cells[1].replacingOccurrences(of: ",", with: ""))
            else { return nil }
            return File(path: cells[0], rows: rows)
        }
    }

    private static func url(_ path: String) -> URL {
        ImportFiles.realData.appending(path: "inside-airbnb/\(path)")
    }

    /// In a sample those of under 3,000 rows, which are of every format but the one of 74 columns.
    private static let listingFiles = files("listings").filter { ImportFiles.readsAll || $0.rows < 3_000 }

    @Test("Every listings file is read whole: as many rows as it has, none left out", arguments: listingFiles)
    func listings(_ file: File) async throws {
        let checked = try ImportFiles.check(
            try ImportFiles.choices(ImportRealDataTests.url(file.path)))
        #expect(checked.summary.listingRows == file.rows)
        #expect(checked.summary.listings == file.rows)
        #expect(checked.summary.rejected == 0, "\(checked.summary.issues.filter { $0.severity == .reject }.prefix(5))")
        #expect(checked.summary.warned * 100 < file.rows, "\(checked.summary.issues.prefix(5))")
    }

    /// In a sample the small ones: 160,000 rows each.
    private static let calendars = files("calendar").filter { ImportFiles.readsAll || $0.rows < 200_000 }

    @Test("Every calendar is read whole", arguments: calendars)
    func calendar(_ file: File) async throws {
        let folder = ImportRealDataTests.url(file.path).deletingLastPathComponent()
        // One place has a calendar of another year than its listings.
        let own = folder.appending(path: "listings.csv.gz")
        let listings =
            FileManager.default.fileExists(atPath: own.path)
            ? own : ImportRealDataTests.url("jersey-city/2025-09-25/listings.csv.gz")
        let checked = try ImportFiles.check(
            try ImportFiles.choices(listings, calendar: ImportRealDataTests.url(file.path)))
        #expect(checked.summary.calendarRows == file.rows)
        #expect(checked.summary.rejected == 0)
        if listings == own { #expect(checked.summary.nights == file.rows) }
    }

    @Test("What is loaded of a real calendar is what its rows say, counted by hand")
    func closedNights() async throws {
        let folder = ImportFiles.realData.appending(path: "samples/singapore-12")
        let checked = try ImportFiles.check(
            try ImportFiles.choices(
                folder.appending(path: "listings.csv"), calendar: folder.appending(path: "calendar.csv"),
                currency: "SGD",
                city: "Singapore", country: "SG"))
        let calendar = try String(contentsOf: folder.appending(path: "calendar.csv"), encoding: .utf8)
        let closed = calendar.split(whereSeparator: \.isNewline).count { $0.split(separator: ",")[2] == "f" }
        let places = try await ImportFiles.places(of: checked)
        #expect(places.count == 12)
        #expect(places.reduce(0) { $0 + ($1.calendar?.closed.count ?? 0) } == closed)
        #expect(checked.summary.nights == 4_380)
    }
}

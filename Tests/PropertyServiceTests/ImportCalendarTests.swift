import Core
import Foundation
import Testing

@testable import PropertyService

@Suite("Calendar of an import")
struct ImportCalendarTests {
    private static let header = "listing_id,date,available,price,adjusted_price,minimum_nights,maximum_nights\n"
    private static let listings = "id,name,host_id,latitude,longitude,room_type,price,minimum_nights\n"

    private func day(_ text: String) throws -> LocalDay { try #require(LocalDay(text)) }

    private func load(
        _ listings: String, _ rows: String, shiftTo: LocalDay? = nil
    ) async throws -> (summary: ImportSummary, places: [ImportedPlace]) {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "roost-\(ProcessInfo.processInfo.globallyUniqueString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (listingsFile, calendarFile) = (
            folder.appending(path: "listings.csv"), folder.appending(path: "calendar.csv")
        )
        try Data((ImportCalendarTests.listings + listings).utf8).write(to: listingsFile)
        try Data((ImportCalendarTests.header + rows).utf8).write(to: calendarFile)
        let checked = try ImportFiles.check(
            try ImportFiles.choices(listingsFile, calendar: calendarFile, shiftTo: shiftTo))
        return (checked.summary, try await ImportFiles.places(of: checked))
    }

    @Test("Closed nights, prices and minimums that differ, and the end are taken over")
    func nights() async throws {
        let rows = """
            1,2027-01-01,t,$90.00,,2,365
            1,2027-01-02,f,$90.00,,2,365
            1,2027-01-03,t,$120.00,,2,365
            1,2027-01-04,t,,,5,365
            1,2027-01-05,t,$100.00,,1125,1125

            """
        let calendar = try #require(
            try await load("1,Flat,7,51.2,4.4,Private room,90,2\n", rows).places.first?.calendar)
        #expect(calendar.closed == [try day("2027-01-02")])
        #expect(calendar.openUntil == (try day("2027-01-06")))
        #expect(calendar.first == (try day("2027-01-01")))
        #expect(
            calendar.nights == [
                NightPrice(date: try day("2027-01-03"), price: .set(12_000), minimumNights: .clear),
                NightPrice(date: try day("2027-01-04"), price: .clear, minimumNights: .set(5)),
                NightPrice(date: try day("2027-01-05"), price: .set(10_000), minimumNights: .set(365)),
            ])
    }

    @Test("A listing without a price takes the median of its calendar's, the lower of two middles; else it is a draft")
    func median() async throws {
        let listings =
            "1,A,7,51.2,4.4,Private room,,1\n2,B,7,51.2,4.4,Private room,0,1\n3,C,7,51.2,4.4,Private room,,1\n"
        let rows = """
            1,2027-01-01,t,$40.00,,1,9
            1,2027-01-02,f,$10.00,,1,9
            1,2027-01-03,t,$30.00,,1,9
            1,2027-01-04,t,$20.00,,1,9
            2,2027-01-01,t,$7.00,,1,9
            3,2027-01-01,t,,,1,9

            """
        let (summary, places) = try await load(listings, rows)
        let loaded = places.map(ImportFiles.listing)
        #expect(loaded.map { $0.nightlyPrice?.amount } == [2_000, 700, nil])
        #expect(loaded.map(\.status) == [.listed, .listed, .draft])
        #expect(summary.drafts == 1)
        #expect(summary.issues.isEmpty)
    }

    @Test("Rows of a listing need not follow one another, nor be in order")
    func interleaved() async throws {
        let listings = "1,A,7,51.2,4.4,Private room,90,1\n2,B,7,51.2,4.4,Private room,90,1\n"
        var rows: [String] = []
        for day in 0..<60 {
            for listing in 1...2 {
                let date = try dayNumber(day)
                rows.append(
                    "\(listing),\(date),\((day + listing).isMultiple(of: 3) ? "f" : "t"),$\(50 + day % 4).00,,1,9\n")
            }
        }
        let inOrder = try await load(listings, rows.sorted().joined())
        let byDay = try await load(listings, rows.joined())
        let backwards = try await load(listings, rows.reversed().joined())
        #expect(inOrder.places.count == 2)
        #expect(inOrder.places.first?.calendar?.closed.count == 20)
        #expect(inOrder.places == byDay.places)
        #expect(inOrder.places == backwards.places)
        #expect(backwards.summary.warned == 0)
    }

    private func dayNumber(_ number: Int) throws -> LocalDay { try day("2027-01-01").advanced(by: number) }

    @Test(
        "A moved calendar begins on one of the last seven days, moved by whole weeks",
        arguments: [
            "2026-12-25", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-07", "2027-01-08", "2030-02-28",
            "2020-02-29",
        ])
    func shift(_ today: String) async throws {
        let today = try day(today)
        let loaded = try await load(
            "1,A,7,51.2,4.4,Private room,90,1\n", "1,2027-01-01,f,,,1,9\n1,2027-01-02,t,,,1,9\n", shiftTo: today)
        let first = try #require(loaded.places.first?.calendar?.first)
        #expect((0...6).contains(first.distance(to: today)))
        #expect(first.weekday == (try day("2027-01-01").weekday))
        #expect(loaded.places.first?.calendar?.openUntil == first.advanced(by: 2))
        #expect(loaded.places.first?.calendar?.closed == [first])
        #expect(loaded.summary.shiftDays.isMultiple(of: 7))
    }

    @Test(
        "A day said to be open and closed is closed, with a warning that names the second row; saying it twice alike is not"
    )
    func contradiction() async throws {
        let rows = """
            1,2027-01-01,f,,,1,9
            1,2027-01-02,t,,,1,9
            1,2027-01-02,t,,,1,9
            1,2027-01-01,t,,,1,9

            """
        let (summary, places) = try await load("1,A,7,51.2,4.4,Private room,90,1\n", rows)
        #expect(places.first?.calendar?.closed == [try day("2027-01-01")])
        #expect(summary.issues.map(\.line) == [5])
        #expect(summary.issues.first?.file == .calendar)
    }
}

import Assembly
import Core
import Foundation
import AuthService
import PropertyService
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Importing into the whole", .onEachEngine)
struct ImportTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/edge-cases")

    private func request(_ listings: URL, calendar: URL? = nil, host: String? = nil) -> AirbnbImport.Request {
        AirbnbImport.Request(
            listings: listings, calendar: calendar, currency: "USD", timeZone: "America/New_York", city: "Albany",
            country: "US", host: host, shiftsDates: false)
    }

    private func listing(_ folder: TemporaryFolder, price: String = "90") throws -> URL {
        let header = """
            id,name,host_id,host_name,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,\
            minimum_nights,number_of_reviews,last_review,reviews_per_month,calculated_host_listings_count,\
            availability_365,number_of_reviews_ltm,license
            """
        let row = "17,Flat,7,Ana,,Centre,42.65,-73.75,Entire home/apt,\(price),2,3,2024-05-01,0.2,1,100,1,"
        let file = folder.url.appending(path: "listings.csv")
        try Data("\(header)\n\(row)\n".utf8).write(to: file)
        return file
    }

    private func calendar(_ folder: TemporaryFolder, open: String) throws -> URL {
        var text = "listing_id,date,available,price,adjusted_price,minimum_nights,maximum_nights\n"
        for day in 1...5 { text += "17,2027-08-0\(day),\(day == 3 ? open : "t"),$100.00,$100.00,2,30\n" }
        let file = folder.url.appending(path: "calendar-\(open).csv")
        try Data(text.utf8).write(to: file)
        return file
    }

    @Test("A place, its host and its closed nights come into three databases, and the second time changes nothing")
    func twice() async throws {
        let fixture = try await HouseFixture()
        let folder = try TemporaryFolder()
        let (listings, calendar) = (try listing(folder), try calendar(folder, open: "f"))
        let run = AirbnbImport(fixture.house)
        let first = try await run.run(request(listings, calendar: calendar), progress: { _ in }, issue: { _ in })
        #expect((first.new, first.calendarsChanged, first.rejected) == (1, 1, 0))

        var search = PropertySearch()
        search.location = "Albany"
        let found = try #require(try await fixture.house.properties.search(search, for: nil).items.first?.property)
        #expect(found.title == "Flat")
        let host = try await fixture.house.accounts.person(found.hostId)
        #expect(host?.email.hasSuffix(".invalid") == true)
        let days = try await fixture.house.properties.calendar(
            found.id, from: try #require(LocalDay("2027-08-01")), to: try #require(LocalDay("2027-08-05")), for: nil)
        #expect(days.map(\.available) == [true, true, false, true])

        let second = try await run.run(request(listings, calendar: calendar), progress: { _ in }, issue: { _ in })
        #expect((second.new, second.changed, second.unchanged, second.calendarsChanged) == (0, 0, 1, 0))
        #expect(try await Audit(fixture.house).once(atRest: false).isEmpty)
    }

    /// A database that another import keeps busy for so many writes.
    private final class Crowded: Database {
        let base: any Database
        private let refusals = Mutex(0)

        init(_ base: any Database) { self.base = base }

        func refuse(_ count: Int) { refusals.withLock { $0 = count } }

        func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
            try await base.read(body)
        }

        func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
            try refusals.withLock { left in
                guard left > 0 else { return }
                left -= 1
                throw StorageError.overloaded
            }
            return try await base.write(body)
        }

        func close() throws { try base.close() }
    }

    @Test("A batch that finds the database crowded, as by another import, waits its turn, and not for ever")
    func crowded() async throws {
        let fixture = try await HouseFixture(properties: { Crowded($0) })
        let crowd = try #require(fixture.databases.properties as? Crowded)
        let folder = try TemporaryFolder()
        let listings = try listing(folder)
        let run = AirbnbImport(fixture.house)
        crowd.refuse(1000)
        await #expect(throws: StorageError.self) {
            try await run.run(request(listings), progress: { _ in }, issue: { _ in })
        }
        crowd.refuse(20)
        let report = try await run.run(request(listings), progress: { _ in }, issue: { _ in })
        #expect((report.new, report.unchanged) == (1, 0))
    }

    @Test("A folder imported without a calendar is at rest: whoever became a host has been told")
    func atRest() async throws {
        let fixture = try await HouseFixture()
        let folder = try TemporaryFolder()
        let listings = try listing(folder)
        let run = AirbnbImport(fixture.house)
        _ = try await run.run(request(listings), progress: { _ in }, issue: { _ in })
        func waiting() async throws -> Int? {
            try await fixture.databases.properties.read { try $0.value("SELECT COUNT(*) FROM outbox", as: Int.self) }
        }
        #expect(try await waiting() == 0)
        #expect(try await Audit(fixture.house).once(atRest: true).isEmpty)

        // As a run leaves it that was broken off between its commit and the delivery: the next makes it good.
        let now = fixture.house.world.now()
        let found = try await fixture.house.properties.search(PropertySearch(), for: nil).items
        let place = try #require(found.first?.property)
        try await fixture.databases.properties.write { tx in
            try Outbox(source: "properties", receivers: { _ in ["accounts"] }).append(
                PropertyCreated.kind, about: place.id.text, version: 2,
                body: PropertyCreated(propertyId: place.id, hostId: place.hostId), at: now, in: tx)
        }
        #expect(try await waiting() == 1)
        #expect(try await run.run(request(listings), progress: { _ in }, issue: { _ in }).unchanged == 1)
        #expect(try await waiting() == 0)
    }

    @Test("A newer calendar gives back to the rules what the older one had set")
    func newerCalendar() async throws {
        let fixture = try await HouseFixture()
        let folder = try TemporaryFolder()
        let listings = try listing(folder)
        let run = AirbnbImport(fixture.house)
        func nights() async throws -> [Int64?] {
            let found = try await fixture.house.properties.search(PropertySearch(), for: nil).items
            let id = try #require(found.first?.property.id)
            return try await fixture.house.properties.calendar(
                id, from: try #require(LocalDay("2027-08-01")), to: try #require(LocalDay("2027-08-06")), for: nil
            ).map { $0.price?.amount }
        }
        func load(_ prices: [Int]) async throws -> AirbnbImport.Report {
            var text = "listing_id,date,available,price,adjusted_price,minimum_nights,maximum_nights\n"
            for (day, price) in prices.enumerated() { text += "17,2027-08-0\(day + 1),t,$\(price).00,,2,30\n" }
            let file = folder.url.appending(path: "calendar.csv")
            try Data(text.utf8).write(to: file)
            return try await run.run(request(listings, calendar: file), progress: { _ in }, issue: { _ in })
        }
        _ = try await load([100, 120, 90, 90, 90])
        #expect(try await nights() == [10_000, 12_000, 9000, 9000, 9000])
        #expect(try await load([90, 130, 90, 90, 95]).calendarsChanged == 1)
        #expect(try await nights() == [9000, 13_000, 9000, 9000, 9500])
        #expect(try await load([90, 130, 90, 90, 95]).calendarsChanged == 0)
    }

    @Test("With an owner named, all places are theirs")
    func owner() async throws {
        let fixture = try await HouseFixture()
        let folder = try TemporaryFolder()
        _ = try await AirbnbImport(fixture.house).run(
            request(try listing(folder), host: "hana@example.com"), progress: { _ in }, issue: { _ in })
        var search = PropertySearch()
        search.location = "Albany"
        #expect(
            try await fixture.house.properties.search(search, for: nil).items.map(\.property.hostId) == [
                fixture.host.id
            ])
    }

    @Test("Rows that can't be used are told by their line; a file that is no such CSV loads nothing")
    func faults() async throws {
        let fixture = try await HouseFixture()
        let issues = Mutex<[String]>([])
        let report = try await AirbnbImport(fixture.house).run(
            request(Self.fixtures.appending(path: "listings-faults.csv")), progress: { _ in },
            issue: { issue in issues.withLock { $0.append(issue) } })
        #expect(report.rejected > 0 && report.new > 0)
        #expect(issues.withLock { $0.count } >= report.rejected)
        #expect(issues.withLock { $0.allSatisfy { $0.contains("line") } })

        for file in ["missing-column.csv", "empty.csv", "semicolons.csv"] {
            let bare = try await HouseFixture()
            await #expect(throws: (any Error).self) {
                try await AirbnbImport(bare.house).run(
                    request(Self.fixtures.appending(path: file)), progress: { _ in }, issue: { _ in })
            }
            #expect(
                try await bare.databases.properties.read { try $0.value("SELECT COUNT(*) FROM property", as: Int.self) }
                    == 0)
        }
    }

    @Test("A currency or zone that does not exist is named before a file is read")
    func choices() async throws {
        let fixture = try await HouseFixture()
        for (currency, zone, field) in [("XXY", "UTC", "currency"), ("USD", "Mars/Olympus", "time-zone")] {
            let request = AirbnbImport.Request(
                listings: URL(fileURLWithPath: "/nowhere"), calendar: nil, currency: currency, timeZone: zone,
                city: nil, country: nil, host: nil, shiftsDates: false)
            let problem = await #expect(throws: Problem.self) {
                try await AirbnbImport(fixture.house).run(request, progress: { _ in }, issue: { _ in })
            }
            #expect(problem?.errors.map(\.field) == [field])
        }
    }
}

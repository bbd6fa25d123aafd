import Core
import Foundation
import Testing

@testable import PropertyService

@Suite("Formats of an import")
struct ImportFormatTests {
    private func first(_ name: String, currency: String, city: String? = nil) async throws -> ImportedListing {
        let file = ImportFiles.fixtures.appending(path: "inside-airbnb/\(name).csv")
        let checked = try ImportFiles.check(
            try ImportFiles.choices(file, currency: currency, city: city, country: nil))
        #expect(checked.summary.listings == 4)
        #expect(checked.summary.issues.isEmpty)
        return ImportFiles.listing(try #require(try await ImportFiles.places(of: checked).first))
    }

    @Test("96 columns, 2017: city and policy are in the file, ratings go to 100")
    func columns96() async throws {
        let listing = try await first("barossa-valley-2017-96", currency: "AUD")
        #expect(listing.source == PropertySource(name: "inside-airbnb", id: "4551374"))
        #expect(listing.title == "Barossa Valley Bed and Breakfast")
        #expect(listing.nightlyPrice?.amount == 28_500)
        #expect(listing.location.city == "Stockwell")
        #expect(listing.location.country == "AU")
        #expect(listing.cancellationPolicy == .strict)
        #expect(listing.rating == Rating(average: 5, count: 3))
        #expect(listing.amenities.prefix(2).map(\.code) == ["tv", "wireless-internet"])
        #expect((listing.minimumNights, listing.maximumNights) == (1, 365))
        #expect((listing.maximumGuests, listing.bedrooms, listing.beds, listing.bathrooms) == (5, 2, 4, 1))
        #expect(!listing.instantBook)
        #expect(!listing.description.isEmpty)
    }

    @Test("106 columns, 2019")
    func columns106() async throws {
        let listing = try await first("jersey-city-2019-106", currency: "USD")
        #expect(listing.location.city == "Jersey City")
        #expect(listing.cancellationPolicy == .moderate)
        #expect(listing.rating == Rating(average: 4.6, count: 37))
        #expect(listing.instantBook)
        #expect(listing.maximumNights == 120)
    }

    @Test("74 columns, 2021: bathrooms in words, amenities as a list, the country from the gazetteer")
    func columns74() async throws {
        let listing = try await first("hong-kong-2021-74", currency: "HKD")
        #expect(listing.location.country == "HK")
        #expect(listing.location.neighbourhood == "Central & Western")
        #expect(listing.bathrooms == 1)
        #expect(listing.amenities.contains { $0.code == "smoke-alarm" })
        #expect(listing.rating == Rating(average: 4.83, count: 134))
        #expect(listing.cancellationPolicy == .moderate)
        #expect(!listing.description.contains("<"))
    }

    @Test("75 columns, 2023: a row without bedrooms has one")
    func columns75() async throws {
        let listing = try await first("singapore-2023-75", currency: "SGD")
        #expect(listing.location.country == "SG")
        #expect(listing.bedrooms == 1)
        #expect(listing.minimumNights == 92)
    }

    @Test("79 columns, 2025")
    func columns79() async throws {
        let listing = try await first("albany-2025-79", currency: "USD")
        #expect(listing.location.city == "Albany")
        #expect(listing.nightlyPrice?.amount == 9_300)
    }

    @Test("16 and 18 columns: what the short file lacks has the usual values")
    func summaries() async throws {
        let old = try await first("cape-town-2019-16", currency: "ZAR")
        #expect(old.nightlyPrice?.amount == 66_100)
        #expect(old.location.country == "ZA")
        #expect(old.location.neighbourhood == "Ward 57")
        #expect(old.instantBook)
        #expect(old.description.isEmpty)
        #expect(old.rating == Rating.none)
        let new = try await first("zurich-2024-18", currency: "CHF")
        #expect(new.location.city == "Zürich")
        #expect(new.status == .draft)
        #expect(new.minimumNights == 365)
        #expect(new.maximumNights == 365)
    }

    @Test(
        "The policies of the site become the nearest of ours",
        arguments: [
            ("flexible", CancellationPolicy.flexible), ("moderate", .moderate), ("strict", .strict), ("firm", .firm),
            ("strict_14_with_grace_period", .strict), ("super_strict_30", .strict), ("super_strict_60", .strict),
            ("", .moderate),
        ])
    func policies(_ text: String, _ policy: CancellationPolicy) async throws {
        let csv =
            "id,name,host_id,latitude,longitude,room_type,price,cancellation_policy\n1,A,7,51,4,Private room,9,\(text)\n"
        let checked = try ImportFiles.with(csv) { file in (file, try ImportFiles.check(try ImportFiles.choices(file))) }
        #expect(checked.1.summary.issues.isEmpty)
        try Data(csv.utf8).write(to: checked.0)
        defer { try? FileManager.default.removeItem(at: checked.0) }
        let listing = ImportFiles.listing(try #require(try await ImportFiles.places(of: checked.1).first))
        #expect(listing.cancellationPolicy == policy)
    }

    @Test("All belong to one person where one is named; else each host is somebody with a made-up name")
    func hosts() async throws {
        let file = ImportFiles.fixtures.appending(path: "inside-airbnb/albany-2025-79.csv")
        let one = try ImportFiles.check(try ImportFiles.choices(file, host: "ana@example.org"))
        #expect(Set(try await ImportFiles.places(of: one).map(\.host.email)) == ["ana@example.org"])
        let many = try ImportFiles.check(try ImportFiles.choices(file))
        let hosts = try await ImportFiles.places(of: many).map(\.host)
        #expect(Set(hosts.map(\.key)).count > 1)
        #expect(hosts.allSatisfy { $0.email.hasSuffix(".invalid") })
    }

    @Test("The city that ships with Roost has no names of people and no addresses of other sites, and loads whole")
    func demo() async throws {
        let folder = ImportFiles.package.appending(path: "Demo/albany")
        let listings = folder.appending(path: "listings.csv.gz")
        let table = try CSVTable(listings, what: "listings", required: [])
        while try table.reader.next() {
            for column in [
                "host_name", "host_about", "host_url", "host_picture_url", "picture_url", "listing_url", "license",
            ] {
                let place = try #require(table.place(of: column))
                #expect(table.reader.bytes(place).isEmpty)
            }
        }
        let checked = try ImportFiles.check(
            try ImportFiles.choices(
                listings, calendar: folder.appending(path: "calendar.csv.gz"), city: "Albany", country: "US",
                shiftTo: LocalDay("2026-11-22")))
        #expect(checked.summary.listings == 461)
        #expect(checked.summary.calendarRows == 168_265)
        #expect(checked.summary.rejected == 0)
        #expect(checked.summary.drafts == 36)
    }
}

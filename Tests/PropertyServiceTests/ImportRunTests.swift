import Core
import Foundation
import PropertyService
import Testing

@Suite("Run of an import")
struct ImportRunTests {
    /// Doors that keep what they are handed, and find it again by the source's ids.
    private actor Town {
        var people: [String: UserID] = [:]
        var listings: [String: ImportedListing] = [:]
        var calendars: [PropertyID: ImportedCalendar] = [:]
        var delivered: Set<PropertyID> = []

        func hosts(_ hosts: [ListingHost]) -> [String: UserID] {
            for host in hosts where people[host.key] == nil { people[host.key] = UserID(stored: "usr_\(host.key)") }
            return people.filter { entry in hosts.contains { $0.key == entry.key } }
        }

        func load(_ batch: [ImportedListing]) -> [String: ImportedProperty] {
            var outcomes: [String: ImportedProperty] = [:]
            for listing in batch {
                let id = PropertyID(stored: "prop_\(listing.source.id)")
                let known = listings.updateValue(listing, forKey: listing.source.id)
                outcomes[listing.source.id] = ImportedProperty(
                    id: id, outcome: known == nil ? .new : known == listing ? .unchanged : .changed)
            }
            return outcomes
        }

        func load(_ batch: [(property: PropertyID, calendar: ImportedCalendar)]) -> Int {
            batch.count { calendars.updateValue($0.calendar, forKey: $0.property) != $0.calendar }
        }

        func deliver(_ properties: [PropertyID]) { delivered.formUnion(properties) }

        nonisolated var doors: ListingImport.Doors {
            ListingImport.Doors(
                hosts: { await self.hosts($0) }, listings: { await self.load($0) }, calendars: { await self.load($0) },
                deliver: { await self.deliver($0) })
        }
    }

    private func importDemo(into town: Town) async throws -> ListingImport.Result {
        let folder = ImportFiles.package.appending(path: "Demo/albany")
        let choices = try ImportFiles.choices(
            folder.appending(path: "listings.csv.gz"), calendar: folder.appending(path: "calendar.csv.gz"),
            city: "Albany",
            country: "US", shiftTo: LocalDay("2026-11-22"))
        let gazetteer = try #require(ImportFiles.gazetteer)
        return try await ListingImport(choices, gazetteer: gazetteer, through: town.doors).run()
    }

    @Test("The first run loads every listing and calendar, the second changes nothing")
    func twice() async throws {
        let town = Town()
        let first = try await importDemo(into: town)
        #expect(first.new == 461)
        #expect(first.calendarsChanged == 461)
        let second = try await importDemo(into: town)
        #expect((second.new, second.changed, second.unchanged, second.calendarsChanged) == (0, 0, 461, 0))
        #expect(await town.listings.values.allSatisfy { $0.openUntil != nil })
        #expect(await town.delivered.count == 461)
    }

    @Test("Where a file is refused no door is asked")
    func refused() async throws {
        let town = Town()
        let choices = try ImportFiles.choices(ImportFiles.edgeCase("truncated.csv.gz"))
        let gazetteer = try #require(ImportFiles.gazetteer)
        await #expect(throws: ImportRefusal.self) {
            try await ListingImport(choices, gazetteer: gazetteer, through: town.doors).run()
        }
        #expect(await town.people.isEmpty)
        #expect(await town.listings.isEmpty)
    }
}

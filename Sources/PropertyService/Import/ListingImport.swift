package import Core

/// Loads files of Inside Airbnb through the doors of three services, which `Assembly` hands in.
///
/// Both files are read to their ends first. Then people, listings and calendars follow in this order, batch by batch; each
/// door finds what it has by the source's ids, so that a second run changes nothing and a run that was broken off is made
/// good by the next.
package struct ListingImport: Sendable {
    /// The doors of the services.
    package struct Doors: Sendable {
        /// Makes people of hosts and gives their ids by key; the same person for the same address.
        package let hosts: @Sendable ([ListingHost]) async throws -> [String: UserID]
        /// Makes or changes properties and gives what became of them by the source's id.
        package let listings: @Sendable ([ImportedListing]) async throws -> [String: ImportedProperty]
        /// Closes nights and sets prices; tells of how many properties anything changed.
        package let calendars: @Sendable ([(property: PropertyID, calendar: ImportedCalendar)]) async throws -> Int
        /// Hands on what the other services have not heard yet of these places, also from a run that was broken off.
        package let deliver: @Sendable ([PropertyID]) async -> Void

        package init(
            hosts: @escaping @Sendable ([ListingHost]) async throws -> [String: UserID],
            listings: @escaping @Sendable ([ImportedListing]) async throws -> [String: ImportedProperty],
            calendars: @escaping @Sendable ([(property: PropertyID, calendar: ImportedCalendar)]) async throws -> Int,
            deliver: @escaping @Sendable ([PropertyID]) async -> Void
        ) {
            self.hosts = hosts
            self.listings = listings
            self.calendars = calendars
            self.deliver = deliver
        }
    }

    /// What was done.
    package struct Result: Sendable, Equatable {
        package var summary: ImportSummary
        package var new = 0
        package var changed = 0
        package var unchanged = 0
        /// Of all of them, those that are drafts now.
        package var drafts = 0
        /// Of the unchanged and changed ones, those that keep something of an earlier import which the file does not say.
        package var keepingUnsaid = 0
        package var calendarsChanged = 0
    }

    /// How many listings one transaction takes: enough to share an fsync, few enough that others need not wait for long.
    package static let batchSize = 200

    private let files: InsideAirbnbFiles
    private let doors: Doors

    package init(_ choices: ImportChoices, gazetteer: Gazetteer, through doors: Doors) {
        files = InsideAirbnbFiles(choices, gazetteer: gazetteer)
        self.doors = doors
    }

    /// - Throws: `ImportRefusal` where a file is no such CSV, and then nothing was loaded; else what a door throws.
    package func run(progress: (ImportProgress) -> Void = { _ in }) async throws -> Result {
        let checked = try files.check(progress: progress)
        var result = Result(summary: checked.summary)
        /// Those seen before need not be asked about again; one id for each host of the file.
        var hosts: [String: UserID] = [:]
        try await checked.forEachBatch(of: ListingImport.batchSize, progress: progress) { batch in
            let unknown = Set(batch.map(\.host).filter { hosts[$0.key] == nil })
            if !unknown.isEmpty {
                let made = try await doors.hosts(unknown.sorted { $0.key < $1.key })
                hosts.merge(made) { first, _ in first }
            }
            let listings = batch.compactMap { place in hosts[place.host.key].map(place.listing) }
            let properties = try await doors.listings(listings)
            var calendars: [(property: PropertyID, calendar: ImportedCalendar)] = []
            for place in batch {
                guard let property = properties[place.sourceId] else { continue }
                result.add(property, of: place)
                if case .refused = property.outcome { continue }
                if let calendar = place.calendar { calendars.append((property.id, calendar)) }
            }
            if !calendars.isEmpty { result.calendarsChanged += try await doors.calendars(calendars) }
            await doors.deliver(properties.values.map(\.id))
        }
        return result
    }
}

extension ListingImport.Result {
    fileprivate mutating func add(_ property: ImportedProperty, of place: ImportedPlace) {
        func issue(_ severity: ImportIssue.Severity, _ message: String) -> ImportIssue {
            ImportIssue(file: .listings, line: place.line, id: place.sourceId, severity: severity, message: message)
        }
        switch property.outcome {
        case .new: new += 1
        case .changed: changed += 1
        case .unchanged: unchanged += 1
        case .refused(let why): return summary.add(issue(.reject, why))
        }
        if property.isDraft { drafts += 1 }
        if property.keepsUnsaid { keepingUnsaid += 1 }
        if let warning = property.warning { summary.add(issue(.warn, warning)) }
    }
}

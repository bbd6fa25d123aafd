import AuthService
import BookingService
import Core
public import Foundation
import NotificationService
import PaymentService
import PropertyService
import Storage

/// Loads listings with their hosts and calendars: people into the Users DB, places into the Properties DB, closed nights
/// into the Booking DB, whose events carry nights and prices on to the copy for search.
public struct AirbnbImport: Sendable {
    private let house: House

    public init(_ house: House) { self.house = house }

    /// What to load, in the words of the command.
    public struct Request: Sendable {
        public var listings: URL
        public var calendar: URL?
        public var currency: String
        public var timeZone: String
        public var city: String?
        public var country: String?
        public var host: String?
        public var shiftsDates: Bool

        public init(
            listings: URL, calendar: URL?, currency: String, timeZone: String, city: String?, country: String?,
            host: String?, shiftsDates: Bool
        ) {
            self.listings = listings
            self.calendar = calendar
            self.currency = currency
            self.timeZone = timeZone
            self.city = city
            self.country = country
            self.host = host
            self.shiftsDates = shiftsDates
        }
    }

    /// What became of the rows.
    public struct Report: Sendable {
        public var new = 0
        public var changed = 0
        public var unchanged = 0
        public var drafts = 0
        /// Listings that keep something of an earlier import which the files do not say.
        public var keepingUnsaid = 0
        public var calendarRows = 0
        public var calendarsChanged = 0
        public var warned = 0
        public var rejected = 0
        /// By how many days the calendar was moved.
        public var shiftDays = 0
    }

    /// How far it is, in one line.
    public typealias Progress = @Sendable (String) -> Void

    /// Reads the files to their ends, then loads them. Running it again changes nothing.
    /// - Parameters:
    ///   - progress: told every few thousand rows.
    ///   - issue: told each row that was left out or taken with a warning, by its line.
    /// - Throws: a refusal, with nothing loaded, where a file is not such a CSV; `StorageError.overloaded`, with whole batches
    ///   loaded, where a database had no room for half a minute and longer.
    public func run(
        _ request: Request, progress: @escaping Progress, issue: @escaping @Sendable (String) -> Void
    ) async throws -> Report {
        let result = try await ListingImport(
            try choices(of: request), gazetteer: try Gazetteer(), through: doors
        ).run { progress($0.line) }
        for found in result.summary.issues { issue(found.description) }
        return Report(
            new: result.new, changed: result.changed, unchanged: result.unchanged, drafts: result.drafts,
            keepingUnsaid: result.keepingUnsaid, calendarRows: result.summary.calendarRows,
            calendarsChanged: result.calendarsChanged,
            warned: result.summary.warned, rejected: result.summary.rejected, shiftDays: result.summary.shiftDays)
    }

    /// People go into the Users DB, places into the Properties DB, closed nights into the Booking DB, whose events carry
    /// nights and prices on to the copy for search.
    private var doors: ListingImport.Doors {
        ListingImport.Doors(
            hosts: { hosts in
                try await patiently {
                    try await house.accounts.importHosts(
                        hosts.map { ImportedHost(key: $0.key, name: $0.name, email: $0.email) })
                }
            },
            listings: { listings in try await patiently { try await house.properties.importListings(listings) } },
            calendars: { calendars in
                try await patiently {
                    try await house.bookings.importCalendars(
                        calendars.map { property, calendar in
                            CalendarImport(
                                property: property, range: calendar.first..<calendar.openUntil, closed: calendar.closed,
                                nights: calendar.nights, digest: calendar.digest)
                        })
                }
            },
            deliver: { properties in
                // Side by side, so that their commits are shared.
                await withTaskGroup(of: Void.self) { group in
                    for property in properties { group.addTask { await house.courier.deliver(property.text) } }
                }
            })
    }

    /// How often a batch is tried where the database is crowded, a second apart.
    private static let mostTries = 30

    /// Does a batch that may have to wait for another import of the same city, whose batch can take longer than a statement
    /// waits for a row. Nothing of it is done before it is done.
    private func patiently<T: Sendable>(_ batch: @Sendable () async throws -> T) async throws -> T {
        for _ in 1..<AirbnbImport.mostTries {
            do { return try await batch() } catch StorageError.overloaded { try await house.world.sleep(.seconds(1)) }
        }
        return try await batch()
    }

    private func choices(of request: Request) throws -> ImportChoices {
        guard let currency = Currency(code: request.currency) else {
            throw Problem.invalid(
                "currency", "invalid", "--currency takes a code of ISO 4217 such as USD, not \(request.currency).")
        }
        guard let zone = Zone(request.timeZone) else {
            throw Problem.invalid(
                "time-zone", "invalid", "--time-zone takes a name such as America/New_York, not \(request.timeZone).")
        }
        return ImportChoices(
            listings: request.listings, calendar: request.calendar, currency: currency, zone: zone, city: request.city,
            country: request.country, hostEmail: request.host,
            shiftTo: request.shiftsDates ? house.world.now().utcDay : nil)
    }
}

extension ImportProgress {
    fileprivate var line: String {
        let percent = bytesTotal > 0 ? " (\(bytesRead * 100 / bytesTotal) %)" : ""
        switch step {
        case .checkingListings: return "checking listings: \(rows) rows\(percent)"
        case .readingCalendar: return "reading calendar: \(rows) rows\(percent)"
        case .loading: return "loading: \(rows) rows\(percent)"
        }
    }
}

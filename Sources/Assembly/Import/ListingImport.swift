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
public struct ListingImport: Sendable {
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
        public var calendarRows = 0
        public var calendarsChanged = 0
        public var warned = 0
        public var rejected = 0
        /// By how many days the calendar was moved.
        public var shiftDays = 0
    }

    /// How far it is, in one line.
    public typealias Progress = @Sendable (String) -> Void

    /// How many listings share a transaction: enough to share its fsync, few enough to stay small in memory.
    private static let batch = 200

    /// Reads the files to their ends, then loads them. Running it again changes nothing.
    /// - Parameters:
    ///   - progress: told every few thousand rows.
    ///   - issue: told each row that was left out or taken with a warning, by its line.
    /// - Throws: a refusal, with nothing loaded, where a file is not such a CSV.
    public func run(
        _ request: Request, progress: @escaping Progress, issue: @escaping @Sendable (String) -> Void
    ) async throws -> Report {
        let choices = try choices(of: request)
        let checked = try InsideAirbnbFiles(choices, gazetteer: try Gazetteer()).check { progress($0.line) }
        for found in checked.summary.issues { issue(found.description) }
        var report = Report()
        report.drafts = checked.summary.drafts
        report.calendarRows = checked.summary.calendarRows
        report.warned = checked.summary.warned
        report.rejected = checked.summary.rejected
        report.shiftDays = checked.summary.shiftDays
        let total = checked.summary.listings
        var loaded = 0
        try await checked.forEachBatch(of: ListingImport.batch) { places in
            try await load(places, into: &report)
            loaded += places.count
            progress("loading: \(loaded) of \(total) listings")
        }
        return report
    }

    private func choices(of request: Request) throws -> ImportChoices {
        guard let currency = Currency(code: request.currency) else {
            throw Problem.invalid("currency", "invalid", "--currency takes a code of ISO 4217 such as USD, not \(request.currency).")
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

    private func load(_ places: [ImportedPlace], into report: inout Report) async throws {
        let hosts = Set(places.map(\.host)).sorted { $0.key < $1.key }
        let people = try await house.accounts.importHosts(
            hosts.map { ImportedHost(key: $0.key, name: $0.name, email: $0.email) })
        let listings = places.compactMap { place in people[place.host.key].map(place.listing) }
        let imported = try await house.properties.importListings(listings)
        for property in imported.values {
            switch property.outcome {
            case .new: report.new += 1
            case .changed: report.changed += 1
            case .unchanged: report.unchanged += 1
            }
        }
        let calendars = places.compactMap { place in
            place.calendar.flatMap { calendar in
                imported[calendar.sourceId].map { property in
                    CalendarImport(
                        property: property.id, closed: calendar.closed, nights: calendar.nights, digest: calendar.digest)
                }
            }
        }
        guard !calendars.isEmpty else { return }
        report.calendarsChanged += try await house.bookings.importCalendars(calendars)
        // Side by side, so that their commits are shared.
        await withTaskGroup(of: Void.self) { group in
            for calendar in calendars {
                group.addTask { await house.courier.deliver(calendar.property.text) }
            }
        }
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

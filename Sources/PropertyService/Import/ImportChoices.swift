package import Core
package import Foundation

/// What the person who imports says about the files.
package struct ImportChoices: Sendable {
    package let listings: URL
    /// Nothing: every night is open.
    package let calendar: URL?
    /// The files do not name it.
    package let currency: Currency
    package let zone: Zone
    /// Wins over what the files say; with it goes `country`.
    package let city: String?
    /// ISO 3166-1 alpha-2.
    package let country: String?
    /// The address of the person who lets all of them; nothing: each host becomes a person with a made-up name.
    package let hostEmail: String?
    /// The day it is (UTC), where the calendar is to begin in the week before it; nothing: its days stay as they are.
    package let shiftTo: LocalDay?

    package init(
        listings: URL, calendar: URL? = nil, currency: Currency, zone: Zone, city: String? = nil,
        country: String? = nil, hostEmail: String? = nil, shiftTo: LocalDay? = nil
    ) {
        self.listings = listings
        self.calendar = calendar
        self.currency = currency
        self.zone = zone
        self.city = city
        self.country = country
        self.hostEmail = hostEmail
        self.shiftTo = shiftTo
    }
}

/// How far a pass over a file is.
package struct ImportProgress: Sendable, Equatable {
    package enum Step: String, Sendable { case checkingListings, readingCalendar, loading }

    package let step: Step
    /// Records read, without the header.
    package let rows: Int
    /// Of the file as it lies there, packed or not.
    package let bytesRead: Int
    package let bytesTotal: Int

    /// How many rows lie between two reports: often enough for a line that moves, rarely enough to cost nothing.
    static let interval = 5_000
}

/// What the files hold, after both were read to their ends.
package struct ImportSummary: Sendable, Equatable {
    /// Listings that will be loaded.
    package var listings = 0
    /// Of these, how many the files give no price or no position: new ones become drafts.
    package var drafts = 0
    package var listingRows = 0
    package var calendarRows = 0
    /// Rows of the calendar that were used.
    package var nights = 0
    package var warned = 0
    package var rejected = 0
    /// In the order they were met, the listings first; at most 10,000.
    package var issues: [ImportIssue] = []
    /// By how many days the calendar is moved, whole weeks.
    package var shiftDays = 0

    /// Counts what is found while rows are loaded, behind what the check has found.
    mutating func add(_ issue: ImportIssue) {
        switch issue.severity {
        case .warn: warned += 1
        case .reject: rejected += 1
        }
        if issues.count < IssueList.most { issues.append(issue) }
    }
}

/// A listing as it is to be loaded.
package struct ImportedPlace: Sendable, Equatable {
    /// The physical line on which its record begins.
    package let line: Int
    /// The listing's id in the source.
    package let sourceId: String
    package let host: ListingHost
    /// For the host who was made a person; `listing.hostId` is not known here.
    package let listing: @Sendable (UserID) -> ImportedListing
    /// Nothing where the calendar does not know it, or there is none.
    package let calendar: ImportedCalendar?

    package static func == (one: Self, other: Self) -> Bool {
        let someone = UserID(stored: "usr_someone")
        return one.line == other.line && one.host == other.host && one.calendar == other.calendar
            && one.listing(someone) == other.listing(someone)
    }
}

/// The nights of an imported listing.
package struct ImportedCalendar: Sendable, Equatable {
    /// The first night that the calendar names.
    package let first: LocalDay
    /// The day after the last night that the calendar names.
    package let openUntil: LocalDay
    /// In order.
    package let closed: [LocalDay]
    /// Nights whose price or minimum is not the listing's, in order.
    package let nights: [NightPrice]

    /// The same for the same nights, on every machine and in every run: a second import can tell that nothing is new.
    package var digest: String {
        var text = "\(first)/\(openUntil)"
        for day in closed { text += " \(day.number)" }
        for night in nights {
            text +=
                " \(night.date.number):\(night.price.applied(to: nil) ?? 0):\(night.minimumNights.applied(to: nil) ?? 0)"
        }
        return String(Fingerprint.of(text), radix: 16)
    }
}

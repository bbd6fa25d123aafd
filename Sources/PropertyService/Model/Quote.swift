public import Core

/// One line of a price. All lines of a stay sum to its total.
public struct PriceLine: Sendable, Codable, Equatable {
    /// What a line is for; the raw values are the contract's.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case night, cleaningFee, extraGuestFee, serviceFee, discount, tax
        /// What guest and host agreed on more or less than the rules say; no rule makes it.
        case adjustment
    }

    public let kind: Kind
    public let label: String
    /// The night it is for; nothing where it is for the whole stay.
    public let date: LocalDay?
    public let amount: Money
    /// A tax that the other lines contain already: its own amount is zero, so that the lines still sum to the total.
    public let included: Money?

    public init(kind: Kind, label: String, date: LocalDay?, amount: Money, included: Money? = nil) {
        self.kind = kind
        self.label = label
        self.date = date
        self.amount = amount
        self.included = included
    }
}

/// Why a stay is not possible, in words, and the smallest change that would satisfy this rule.
public struct Reason: Sendable, Codable, Equatable {
    /// One of the contract's: `night_taken`, `below_minimum_nights` …
    public let code: String
    public let message: String
    public let suggestion: String?
    /// The part of the request that it is about: `checkIn`, `checkOut`, `guests`, `pets` …
    public let field: String
    /// The same apart from its words.
    public let facts: ReasonFacts

    public init(code: String, message: String, suggestion: String?, field: String, facts: ReasonFacts = ReasonFacts()) {
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.field = field
        self.facts = facts
    }
}

/// What a reason says apart from its words: for whoever says it in another language. What does not belong to its code is
/// not there.
public struct ReasonFacts: Sendable, Codable, Equatable {
    /// Nights, guests, children, infants or pets; days ahead of a notice; months ahead of a booking window.
    public var limit: Int?
    /// When the day it is about begins or ends to count: a notice's cut-off.
    public var cutOff: TimeOfDay?
    /// On which days of the week stays begin or end.
    public var weekdays: [Weekday] = []
    /// The nights that are taken; the day a window ends or from which nothing is open.
    public var days: [LocalDay] = []
    /// The smallest change that would satisfy the rule.
    public var suggestion: StaySuggestion?

    public init() {}
}

/// A change of a stay that would satisfy a rule.
public enum StaySuggestion: Sendable, Codable, Equatable {
    case beginOnOrAfter(LocalDay)
    case beginOnOrBefore(LocalDay)
    /// One or two days, the nearest.
    case beginOn([LocalDay])
    case leaveOnOrAfter(LocalDay)
    case leaveOnOrBefore(LocalDay)
    /// One or two days, the nearest.
    case leaveOn([LocalDay])
    case nightsBefore(LocalDay)
    /// So many of those the rule counts, or fewer.
    case comeWith(Int)
    /// A part of the stay can be had.
    case part(Stay)
    /// The nearest stay of the same length that is free.
    case nearest(Stay)
    case otherDates
}

/// Whether a stay is possible and what it costs.
public struct Quote: Sendable, Codable, Equatable {
    public let propertyId: PropertyID
    public let checkIn: LocalDay
    public let checkOut: LocalDay
    public let party: Party
    public let nights: Int
    public let available: Bool
    /// Every rule that stands against it; the codes are the contract's `reasons`, the whole its `reasonDetails`.
    public let reasons: [Reason]
    /// The nearest stays of the same length that are possible; only where this one is not.
    public let alternatives: [Alternative]
    public let lines: [PriceLine]
    /// The sum of the lines.
    public let total: Money
    /// The rule behind each line, in their order; only for those who may change the rules.
    public let trace: [Step]?
    /// Who books at once; the others ask the host first.
    public let instantBook: InstantBook
    /// What cancelling would give back if it were booked now.
    public let cancellation: CancellationTerms

    /// The rule behind one line.
    public struct Step: Sendable, Codable, Equatable {
        /// The place of the line among the lines, from 0.
        public let line: Int
        /// A code: `season_price`, `tax` …
        public let rule: String
        /// Where the rule is set: `rules.seasons[0].price`.
        public let source: String
        /// How the amount came about, for whoever says it in another language than `words`.
        public let origin: PriceOrigin

        public var words: String { origin.words }
    }

    /// Another stay of the same length.
    public struct Alternative: Sendable, Codable, Equatable {
        public let checkIn: LocalDay
        public let checkOut: LocalDay
        public let total: Money
    }
}

/// The rule behind a line of a price, and what its amount was reckoned from.
public enum PriceOrigin: Sendable, Codable, Equatable {
    /// The listing's price.
    case base
    case weekend
    case season(name: String, Stay, isOfWeekend: Bool)
    /// The price of this date in the calendar.
    case date
    /// From so many nights on.
    case lengthOfStay(nights: Int, Percent, of: Money)
    /// Booked at least so many days ahead.
    case earlyBird(days: Int, Percent, of: Money)
    case lastMinute(Percent, of: Money)
    case cleaning
    /// So many guests above those that are included.
    case extraGuests(Int, nights: Int, each: Money)
    case serviceFee(Percent, of: Money)
    case tax(name: String, Basis, isIncluded: Bool)

    /// What a tax is reckoned from.
    public enum Basis: Sendable, Codable, Equatable {
        case percent(Percent, of: Money)
        case nights(Int, each: Money)
        case persons(Int, nights: Int, each: Money)
    }
}

/// One night of a calendar.
public struct CalendarDay: Sendable, Codable, Equatable {
    public let date: LocalDay
    /// Whether the night can be slept: a unit is free, it is not past, and not beyond what can be booked.
    public let available: Bool
    /// Nothing only where the property has no price yet.
    public let price: Money?
    /// For arrivals on this night.
    public let minimumNights: Int
    public let maximumNights: Int
    /// Of all possible stays that begin on this day, the first and the last day of leaving; nothing where there is none.
    public let departures: ClosedRange<LocalDay>?
    /// Whether some possible stay ends on this day.
    public let canLeave: Bool

    /// Whether some possible stay begins on this day.
    public var canArrive: Bool { departures != nil }
}

/// Whose booking holds the nights at once; all others ask the host first.
public enum InstantBook: String, Sendable, Codable, CaseIterable {
    case everyone
    /// Guests who have slept to the end of a stay somewhere on this Roost.
    case guestsWithFinishedStay
    case nobody
}

/// Who lets a property, and what is agreed with it, whatever its status.
public struct PropertyFacts: Sendable, Codable, Equatable {
    public let id: PropertyID
    public let hostId: UserID
    public let title: String
    public let status: PropertyStatus
    public let zone: Zone
    /// Of its price; nothing where it has none yet.
    public let currency: Currency?
    public let checkInFrom: TimeOfDay
    public let checkOutBy: TimeOfDay
    /// In the order of their numbers.
    public let units: [UnitID]
    public let instantBook: InstantBook
    public let cancellationPolicy: CancellationPolicy
    /// What the host has set besides the policy, or in its place.
    public let cancellation: CancellationRules
    /// Days kept free around each stay; other bookings' nights can't lie in them.
    public let preparation: Preparation
    /// Who fits in, where anybody else would be refused.
    public let room: PartyRoom

    public init(
        id: PropertyID, hostId: UserID, title: String, status: PropertyStatus, zone: Zone, currency: Currency?,
        checkInFrom: TimeOfDay, checkOutBy: TimeOfDay, units: [UnitID], instantBook: InstantBook,
        cancellationPolicy: CancellationPolicy, cancellation: CancellationRules = .none,
        preparation: Preparation = .none, room: PartyRoom
    ) {
        self.id = id
        self.hostId = hostId
        self.title = title
        self.status = status
        self.zone = zone
        self.currency = currency
        self.checkInFrom = checkInFrom
        self.checkOutBy = checkOutBy
        self.units = units
        self.instantBook = instantBook
        self.cancellationPolicy = cancellationPolicy
        self.cancellation = cancellation
        self.preparation = preparation
        self.room = room
    }
}

/// How many of whom may come to a place.
public struct PartyRoom: Sendable, Codable, Equatable {
    /// Of those who count as guests together: adults, and others as the place counts them.
    public let guests: Int
    public let countsChildren: Bool
    public let countsInfants: Bool
    public let children: Int
    public let infants: Int
    public let pets: Int

    /// - Parameter maximumGuests: how many guests the place takes; at least 1.
    public init(maximumGuests: Int, _ limits: PartyLimits) {
        guests = maximumGuests
        (countsChildren, countsInfants) = (limits.countsChildren, limits.countsInfants)
        // An adult comes with every child and infant.
        let others = maximumGuests - 1
        children = min(limits.maximumChildren ?? Party.most, countsChildren ? others : Party.most)
        infants = min(limits.maximumInfants ?? Party.most, countsInfants ? others : Party.most)
        pets = limits.maximumPets ?? Party.most
    }
}

/// Days that a host keeps free to prepare a place: before the first night of a stay and after its last.
public struct Preparation: Sendable, Codable, Hashable {
    public let daysBefore: Int
    public let daysAfter: Int

    public static let none = Preparation(daysBefore: 0, daysAfter: 0)

    public init(daysBefore: Int, daysAfter: Int) {
        self.daysBefore = daysBefore
        self.daysAfter = daysAfter
    }

    /// How many nights lie at least between two stays: what one leaves after it, the other may use before it.
    public var gap: Int { max(daysBefore, daysAfter) }
}

/// On what terms a stay can be held: the rules and the price. Whether its nights are free is decided by the claims.
public struct Terms: Sendable, Equatable {
    public let facts: PropertyFacts
    public let party: Party
    /// Empty where the rules allow it.
    public let reasons: [Reason]
    public let lines: [PriceLine]
    /// The sum of the lines; nothing where there is no price.
    public let total: Money?

    public init(facts: PropertyFacts, party: Party, reasons: [Reason], lines: [PriceLine], total: Money?) {
        self.facts = facts
        self.party = party
        self.reasons = reasons
        self.lines = lines
        self.total = total
    }
}

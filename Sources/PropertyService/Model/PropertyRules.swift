public import Core

/// Everything a host decides about stays and prices besides the listing itself and single nights of the calendar.
///
/// Each default means "no rule". docs/rules.md says in words what each does and which wins.
public struct PropertyRules: Sendable, Codable, Equatable {
    public var weekend = Weekend()
    /// In no order; where two cover a night, the higher rank is asked first.
    public var seasons: [Season] = []
    public var stays = StayLimits()
    public var discounts = Discounts()
    public var fees = Fees()
    public var taxes: [Tax] = []
    public var preparation = Preparation.none
    public var booking = BookingLimits()
    public var party = PartyLimits()
    public var cancellation = CancellationRules.none

    public static let none = PropertyRules()

    public init() {}

    /// Limits on lists: a quote reads them all.
    public static let mostSeasons = 200
    public static let mostTaxes = 20
    /// Of a list of discounts, and of what comes back when.
    public static let mostSteps = 20
    /// The longest name of a season or tax, in characters.
    public static let longestName = 100

    /// Sections that a document of an older version lacks have no rule.
    public init(from decoder: any Decoder) throws {
        let all = try decoder.container(keyedBy: CodingKeys.self)
        weekend = try all.decodeIfPresent(Weekend.self, forKey: .weekend) ?? Weekend()
        seasons = try all.decodeIfPresent([Season].self, forKey: .seasons) ?? []
        stays = try all.decodeIfPresent(StayLimits.self, forKey: .stays) ?? StayLimits()
        discounts = try all.decodeIfPresent(Discounts.self, forKey: .discounts) ?? Discounts()
        fees = try all.decodeIfPresent(Fees.self, forKey: .fees) ?? Fees()
        taxes = try all.decodeIfPresent([Tax].self, forKey: .taxes) ?? []
        preparation = try all.decodeIfPresent(Preparation.self, forKey: .preparation) ?? .none
        booking = try all.decodeIfPresent(BookingLimits.self, forKey: .booking) ?? BookingLimits()
        party = try all.decodeIfPresent(PartyLimits.self, forKey: .party) ?? PartyLimits()
        cancellation = try all.decodeIfPresent(CancellationRules.self, forKey: .cancellation) ?? .none
    }

    private enum CodingKeys: CodingKey {
        case weekend, seasons, stays, discounts, fees, taxes, preparation, booking, party, cancellation
    }
}

/// Which nights are the weekend's and what they cost outside of seasons.
public struct Weekend: Sendable, Codable, Equatable {
    public var days = WeekdaySet([.friday, .saturday])
    public var price: Money?

    public init(days: WeekdaySet = WeekdaySet([.friday, .saturday]), price: Money? = nil) {
        self.days = days
        self.price = price
    }
}

/// Nights of a time of the year with prices and limits of their own; what it leaves out is as without it.
public struct Season: Sendable, Codable, Equatable {
    public var name: String
    /// Half open.
    public var nights: Stay
    /// Where two seasons cover a night, the higher is asked first; equal ranks can't overlap.
    public var rank: Int
    public var price: Money?
    /// On nights of the weekend, in place of `price`.
    public var weekendPrice: Money?
    /// For arrivals on its nights; the departure days for stays whose last night is one of its.
    public var stays: StayLimits

    public init(
        name: String, nights: Stay, rank: Int = 0, price: Money? = nil, weekendPrice: Money? = nil,
        stays: StayLimits = StayLimits()
    ) {
        self.name = name
        self.nights = nights
        self.rank = rank
        self.price = price
        self.weekendPrice = weekendPrice
        self.stays = stays
    }
}

/// How long a stay is and on which days of the week it begins and ends.
public struct StayLimits: Sendable, Codable, Equatable {
    /// Of seasons only: a property's own are members of the listing.
    public var minimumNights: Int?
    public var maximumNights: Int?
    /// Wins over `minimumNights` and the listing's for arrivals on these days of the week.
    public var minimumNightsByArrival = NightsByWeekday()
    public var maximumNightsByArrival = NightsByWeekday()
    /// Nothing: any day.
    public var arrivalDays: WeekdaySet?
    public var departureDays: WeekdaySet?

    public init() {}
}

/// A number of nights for some days of the week.
public struct NightsByWeekday: Sendable, Codable, Equatable {
    /// By day, Monday first, 0 for none; empty where no day has one.
    private var counts: [Int] = []

    public init() {}

    public var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    public subscript(_ day: Weekday) -> Int? {
        get { self[index: day.index] }
        set {
            if counts.isEmpty { counts = [Int](repeating: 0, count: 7) }
            counts[day.index] = newValue ?? 0
            if isEmpty { counts = [] }
        }
    }

    package subscript(index index: Int) -> Int? {
        guard index < counts.count, counts[index] > 0 else { return nil }
        return counts[index]
    }

    public init(from decoder: any Decoder) throws {
        let decoded = try decoder.singleValueContainer().decode([Int].self)
        counts = decoded.count == 7 ? decoded : []
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(counts)
    }
}

/// What is taken off the nights' prices. Of each list one step counts; steps of several lists are added up.
public struct Discounts: Sendable, Codable, Equatable {
    public struct Step: Sendable, Codable, Equatable {
        /// Nights of the stay, or days from today to arrival.
        public var threshold: Int
        public var percent: Percent

        public init(_ threshold: Int, _ percent: Percent) {
            self.threshold = threshold
            self.percent = percent
        }
    }

    /// From so many nights on; the longest that is reached counts.
    public var lengthOfStay: [Step] = []
    /// Booked at least so many days ahead; the farthest that is reached counts.
    public var earlyBird: [Step] = []
    /// Booked at most so many days ahead; the nearest that is kept counts.
    public var lastMinute: [Step] = []

    public init() {}
}

/// What is paid besides the nights.
public struct Fees: Sendable, Codable, Equatable {
    /// Once a stay.
    public var cleaning: Money?
    public var extraGuest: ExtraGuest?

    public init() {}

    /// For each night and each guest above those included.
    public struct ExtraGuest: Sendable, Codable, Equatable {
        public var amount: Money
        public var includedGuests: Int

        public init(_ amount: Money, includedGuests: Int) {
            self.amount = amount
            self.includedGuests = includedGuests
        }
    }
}

/// A tax on stays.
public struct Tax: Sendable, Codable, Equatable {
    public enum Charge: Sendable, Codable, Equatable {
        case percent(Percent, of: TaxedParts)
        case perNight(Money)
        case perPersonAndNight(Money)
    }

    public var name: String
    public var charge: Charge
    /// Only the first so many nights are taxed.
    public var mostNights: Int?
    /// Of taxes by the person: the younger are left out.
    public var exemptUnderAge: Int?
    /// Stays of so many nights or more are left out.
    public var exemptFromNights: Int?
    /// Whether the prices contain it; else it is added to them.
    public var isIncluded: Bool

    public init(
        name: String, charge: Charge, mostNights: Int? = nil, exemptUnderAge: Int? = nil, exemptFromNights: Int? = nil,
        isIncluded: Bool = false
    ) {
        self.name = name
        self.charge = charge
        self.mostNights = mostNights
        self.exemptUnderAge = exemptUnderAge
        self.exemptFromNights = exemptFromNights
        self.isIncluded = isIncluded
    }
}

/// Which parts of a price a percentage is of.
public struct TaxedParts: OptionSet, Sendable, Codable, Hashable {
    public let rawValue: Int

    /// The nights less their discounts.
    public static let nights = TaxedParts(rawValue: 1)
    public static let cleaningFee = TaxedParts(rawValue: 2)
    public static let extraGuestFee = TaxedParts(rawValue: 4)
    public static let serviceFee = TaxedParts(rawValue: 8)

    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// When a stay can be booked.
public struct BookingLimits: Sendable, Codable, Equatable {
    /// So many days lie at least between the day of booking and the day of arrival.
    public var noticeDays = 0
    /// From this time on at the property, the day of booking counts as the next.
    public var cutOff: TimeOfDay?
    /// A stay begins at most so many months ahead.
    public var windowMonths: Int?
    /// Instant book only for guests with a finished stay; the others ask first.
    public var instantBookNeedsFinishedStay = false

    public init() {}
}

/// Who may come, and who of them counts as a guest.
public struct PartyLimits: Sendable, Codable, Equatable {
    public var countsChildren = true
    public var countsInfants = false
    public var maximumChildren: Int?
    public var maximumInfants: Int?
    public var maximumPets: Int?

    public init() {}

    /// How many of a party count towards the guests a place takes and those that are included.
    public func counted(_ party: Party) -> Int {
        party.adults + (countsChildren ? party.children : 0) + (countsInfants ? party.infants : 0)
    }
}

/// What a guest who cancels gets back, where it is another thing than the listing's policy says.
public struct CancellationRules: Sendable, Codable, Hashable {
    /// Until so many days before check-in, so much of what was paid comes back.
    public struct Step: Sendable, Codable, Hashable {
        /// Civil days at the property, to the time of check-in; 0 is check-in itself.
        public var daysBefore: Int
        /// 1 to 100.
        public var percent: Int

        public init(daysBefore: Int, percent: Int) {
            self.daysBefore = daysBefore
            self.percent = percent
        }
    }

    /// In place of the listing's policy, in no order; nothing: as the listing's policy says.
    public var steps: [Step]?
    /// Whoever cancels within so many hours after the booking was confirmed gets everything back, up to check-in.
    public var graceHours: Int?

    public static let none = CancellationRules()

    public init(steps: [Step]? = nil, graceHours: Int? = nil) {
        self.steps = steps
        self.graceHours = graceHours
    }

    /// How far before check-in a step may end: as far as anything can be booked.
    public static let daysRange = 0...Stay.farthest
    public static let percentRange = 1...100
    /// A week: more is a policy of its own.
    public static let graceRange = 1...168
}

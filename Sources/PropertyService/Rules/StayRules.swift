package import Core

/// What the evaluator knows of a property: everything that decides whether a stay is possible and what it costs, and
/// nothing else: the listing's own members, and the sheet of all the other rules.
package struct StayRules: Sendable, Equatable {
    package var isListed: Bool
    /// Nothing for a draft without a price.
    package var nightlyPrice: Money?
    package var minimumNights: Int
    package var maximumNights: Int
    package var maximumGuests: Int
    /// The first night that can't be booked any more.
    package var openUntil: LocalDay?
    /// When check-in begins at a place whose host answers requests first: from then on nobody can be told in time for the same
    /// day. Nothing where everyone books at once.
    package var answersUntil: TimeOfDay?
    package var sheet: RuleSheet

    package init(
        isListed: Bool, nightlyPrice: Money?, minimumNights: Int, maximumNights: Int, maximumGuests: Int,
        openUntil: LocalDay?, answersUntil: TimeOfDay? = nil, sheet: RuleSheet = .none
    ) {
        self.isListed = isListed
        self.nightlyPrice = nightlyPrice
        self.minimumNights = minimumNights
        self.maximumNights = maximumNights
        self.maximumGuests = maximumGuests
        self.openUntil = openUntil
        self.answersUntil = answersUntil
        self.sheet = sheet
    }

    package init(_ property: Property, _ sheet: RuleSheet) {
        self.init(
            isListed: property.status == .listed, nightlyPrice: property.nightlyPrice,
            minimumNights: property.minimumNights, maximumNights: property.maximumNights,
            maximumGuests: property.maximumGuests, openUntil: property.openUntil,
            answersUntil: property.instantBook(sheet.rules) == .everyone ? nil : property.checkInFrom, sheet: sheet)
    }
}

/// What is special about single nights: prices and minimums per date, and who has which night.
package struct StayCalendar: Sendable, Equatable {
    package var rules: NightRules
    /// One for each unit; nothing where nobody asks whether nights are free, because the claims decide that.
    package var units: [TakenNights]?

    package init(rules: NightRules = .none, units: [TakenNights]?) {
        self.rules = rules
        self.units = units
    }
}

/// What a host set for one night.
package struct NightRule: Sendable, Equatable {
    /// Minor units of the property's currency; nothing: as the rules say.
    package var price: Int64?
    /// For arrivals on this night; nothing: as the rules say.
    package var minimumNights: Int?

    package static let none = NightRule(price: nil, minimumNights: nil)

    package init(price: Int64?, minimumNights: Int?) {
        self.price = price
        self.minimumNights = minimumNights
    }
}

/// What a host set for single nights, as runs of nights that are alike.
package struct NightRules: Sendable, Equatable {
    package static let none = NightRules(runs: [])

    package struct Run: Sendable, Equatable {
        package let nights: Range<LocalDay>
        package let rule: NightRule

        package init(nights: Range<LocalDay>, rule: NightRule) {
            self.nights = nights
            self.rule = rule
        }
    }

    /// In order of their nights, without overlaps.
    package let runs: [Run]

    package init(runs: [Run]) { self.runs = runs }

    package func rule(on night: LocalDay) -> NightRule {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].nights.upperBound <= night { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].nights.contains(night) ? runs[low].rule : .none
    }
}

/// The civil day and the clock at a property: what "today" means to its rules.
package struct LocalMoment: Sendable, Equatable {
    package let day: LocalDay
    package let time: TimeOfDay

    package init(_ now: Instant, in zone: Zone) {
        (day, time) = zone.local(at: now)
    }
}

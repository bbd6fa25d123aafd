import Core
import PropertyService

/// What becomes of a section that a document of rules leaves out.
enum AbsentSection { case keep, clear }

extension PropertyRulesChanges {
    init?(_ fields: inout Fields, whenAbsent absent: AbsentSection) {
        self.init()
        weekend = fields.section("weekend", .weekend, absent)
        seasons = fields.section("seasons", .list(of: .season, 0...PropertyRules.mostSeasons), absent)
        stays = fields.section("stays", .object { StayLimits(&$0) }, absent)
        discounts = fields.section("discounts", .discounts, absent)
        fees = fields.section("fees", .fees, absent)
        taxes = fields.section("taxes", .list(of: .tax, 0...PropertyRules.mostTaxes), absent)
        preparation = fields.section("preparation", .preparation, absent)
        booking = fields.section("booking", .bookingLimits, absent)
        party = fields.section("party", .partyLimits, absent)
        cancellation = fields.section("cancellation", .cancellation, absent)
    }
}

extension Fields {
    fileprivate mutating func section<Value>(
        _ name: String, _ shape: Shape<Value>, _ absent: AbsentSection
    ) -> Change<Value> {
        switch nullable(name, shape) {
        case .absent: absent == .keep ? .keep : .clear
        case .null: .clear
        case .value(let value): .set(value)
        }
    }

    /// Nothing where it is left out or null.
    fileprivate mutating func value<Value>(_ name: String, _ shape: Shape<Value>) -> Value? {
        if case .value(let value) = nullable(name, shape) { value } else { nil }
    }
}

extension Shape where Value == Weekend {
    static var weekend: Shape {
        .object { fields in
            let usual = Weekend()
            return Weekend(
                days: fields.optional("days", .weekdays) ?? usual.days,
                price: fields.value("price", .money(NightChange.priceRange)))
        }
    }
}

extension Shape where Value == Season {
    static var season: Shape {
        .object { fields in
            let name = fields.required("name", .text(1...PropertyRules.longestName))
            let from = fields.required("from", .day)
            let to = fields.required("to", .day)
            let rank = fields.optional("rank", .integer(-100...100)) ?? 0
            let price = fields.value("price", .money(NightChange.priceRange))
            let weekendPrice = fields.value("weekendPrice", .money(NightChange.priceRange))
            var stays = StayLimits(&fields)
            stays.minimumNights = fields.value("minimumNights", .integer(1...Stay.longest))
            stays.maximumNights = fields.value("maximumNights", .integer(1...Stay.longest))
            guard let name, let from, let to else { return nil }
            guard let nights = Stay(from: from, to: to) else {
                fields.complain("to", "not_after_from", "must be after from: the first night that is not the season's")
                return nil
            }
            return Season(
                name: name, nights: nights, rank: rank, price: price, weekendPrice: weekendPrice, stays: stays)
        }
    }
}

extension StayLimits {
    /// What seasons and the property itself have in common.
    fileprivate init(_ fields: inout Fields) {
        self.init()
        minimumNightsByArrival = fields.value("minimumNightsByArrival", .nightsByWeekday) ?? NightsByWeekday()
        maximumNightsByArrival = fields.value("maximumNightsByArrival", .nightsByWeekday) ?? NightsByWeekday()
        arrivalDays = fields.value("arrivalDays", .weekdays)
        departureDays = fields.value("departureDays", .weekdays)
    }
}

extension Shape where Value == NightsByWeekday {
    fileprivate static var nightsByWeekday: Shape {
        .object { fields in
            var nights = NightsByWeekday()
            for day in Weekday.allCases { nights[day] = fields.value(day.rawValue, .integer(1...Stay.longest)) }
            return nights
        }
    }
}

extension Shape where Value == WeekdaySet {
    /// An empty list is read: that it leaves no day is for the rules to say.
    static var weekdays: Shape {
        let list = Shape<[Weekday]>.list(of: .choice, 0...7)
        return Shape { value, field, complaints in
            guard let days = list.read(value, field, &complaints) else { return nil }
            guard Set(days).count == days.count else {
                complaints.add(field, "duplicate", "must name each day once")
                return nil
            }
            return WeekdaySet(days)
        }
    }
}

extension Shape where Value == Discounts {
    fileprivate static var discounts: Shape {
        .object { fields in
            var discounts = Discounts()
            func steps(_ what: String, _ range: ClosedRange<Int>) -> Shape<[Discounts.Step]> {
                .list(of: .step(what, range), 0...PropertyRules.mostSteps)
            }
            discounts.lengthOfStay = fields.optional("lengthOfStay", steps("nights", 2...Stay.longest)) ?? []
            discounts.earlyBird = fields.optional("earlyBird", steps("days", 1...Stay.farthest)) ?? []
            discounts.lastMinute = fields.optional("lastMinute", steps("days", 0...Stay.farthest)) ?? []
            return discounts
        }
    }
}

extension Shape where Value == Discounts.Step {
    fileprivate static func step(_ what: String, _ range: ClosedRange<Int>) -> Shape {
        .object { fields in
            let threshold = fields.required(what, .integer(range))
            let percent = fields.required("percent", .percent)
            guard let threshold, let percent else { return nil }
            return Discounts.Step(threshold, percent)
        }
    }
}

extension Shape where Value == Percent {
    static var percent: Shape {
        Shape { value, field, complaints in
            guard case .number(let text) = value else {
                complaints.wrongType(field, value, expected: "a number")
                return nil
            }
            guard let percent = Percent(text) else {
                complaints.add(field, "out_of_range", "must be from 0 to 100 with at most three decimals, as 8.875")
                return nil
            }
            return percent
        }
    }
}

extension Shape where Value == Fees {
    fileprivate static var fees: Shape {
        .object { fields in
            var fees = Fees()
            fees.cleaning = fields.value("cleaning", .money(NightChange.priceRange))
            fees.extraGuest = fields.value(
                "extraGuest",
                .object { fee in
                    let amount = fee.required("amount", .money(NightChange.priceRange))
                    let included = fee.required("includedGuests", .integer(1...Party.most))
                    guard let amount, let included else { return nil }
                    return Fees.ExtraGuest(amount, includedGuests: included)
                })
            return fees
        }
    }
}

extension Shape where Value == Preparation {
    fileprivate static var preparation: Shape {
        .object { fields in
            Preparation(
                daysBefore: fields.optional("daysBefore", .integer(0...30)) ?? 0,
                daysAfter: fields.optional("daysAfter", .integer(0...30)) ?? 0)
        }
    }
}

/// For whom instant book is.
enum InstantBookFor: String, CaseIterable {
    case everyone, guestsWithFinishedStay
}

extension Shape where Value == BookingLimits {
    fileprivate static var bookingLimits: Shape {
        .object { fields in
            var limits = BookingLimits()
            limits.noticeDays = fields.optional("noticeDays", .integer(0...Stay.longest)) ?? 0
            limits.cutOff = fields.value("cutOff", .time)
            limits.windowMonths = fields.value("windowMonths", .integer(1...24))
            let instant: InstantBookFor? = fields.optional("instantBookFor", .choice)
            limits.instantBookNeedsFinishedStay = instant == .guestsWithFinishedStay
            return limits
        }
    }
}

extension Shape where Value == CancellationRules {
    fileprivate static var cancellation: Shape {
        .object { fields in
            let step = Shape<CancellationRules.Step>.object { step in
                let days = step.required("daysBefore", .integer(CancellationRules.daysRange))
                let percent = step.required("percent", .integer(CancellationRules.percentRange))
                guard let days, let percent else { return nil }
                return CancellationRules.Step(daysBefore: days, percent: percent)
            }
            return CancellationRules(
                steps: fields.value("steps", .list(of: step, 1...PropertyRules.mostSteps)),
                graceHours: fields.value("graceHours", .integer(CancellationRules.graceRange)))
        }
    }
}

extension Shape where Value == PartyLimits {
    fileprivate static var partyLimits: Shape {
        .object { fields in
            var limits = PartyLimits()
            limits.countsChildren = fields.optional("countsChildren", .flag) ?? limits.countsChildren
            limits.countsInfants = fields.optional("countsInfants", .flag) ?? limits.countsInfants
            limits.maximumChildren = fields.value("maximumChildren", .integer(PartyParts.others))
            limits.maximumInfants = fields.value("maximumInfants", .integer(PartyParts.others))
            limits.maximumPets = fields.value("maximumPets", .integer(PartyParts.others))
            return limits
        }
    }
}

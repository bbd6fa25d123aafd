import Core

/// The rule behind a part of a price, with what it was reckoned from.
package enum PriceRule: Sendable, Equatable {
    /// The listing's price.
    case base
    case weekend
    /// Its place in the host's list.
    case season(Int, isOfWeekend: Bool)
    /// The price of this date in the calendar.
    case date
    case lengthOfStay(Discounts.Step, of: Int64)
    case earlyBird(Discounts.Step, of: Int64)
    case lastMinute(Discounts.Step, of: Int64)
    case cleaning
    case extraGuests(Int, nights: Int, each: Int64)
    case serviceFee(Percent, of: Int64)
    /// The place of a tax in the host's list.
    case taxPercent(Int, of: Int64)
    case taxPerNight(Int, nights: Int)
    case taxPerPerson(Int, persons: Int, nights: Int)

    /// For programs.
    var code: String {
        switch self {
        case .base: "nightly_price"
        case .weekend: "weekend_price"
        case .season(_, isOfWeekend: false): "season_price"
        case .season(_, isOfWeekend: true): "season_weekend_price"
        case .date: "date_price"
        case .lengthOfStay: "length_of_stay_discount"
        case .earlyBird: "early_bird_discount"
        case .lastMinute: "last_minute_discount"
        case .cleaning: "cleaning_fee"
        case .extraGuests: "extra_guest_fee"
        case .serviceFee: "service_fee"
        case .taxPercent, .taxPerNight, .taxPerPerson: "tax"
        }
    }

    /// Where a host finds the rule: a member of the listing, the calendar or the rules.
    var source: String {
        switch self {
        case .base: "property.nightlyPrice"
        case .weekend: "rules.weekend.price"
        case .season(let index, let isOfWeekend): "rules.seasons[\(index)].\(isOfWeekend ? "weekendPrice" : "price")"
        case .date: "calendar.price"
        case .lengthOfStay: "rules.discounts.lengthOfStay"
        case .earlyBird: "rules.discounts.earlyBird"
        case .lastMinute: "rules.discounts.lastMinute"
        case .cleaning: "rules.fees.cleaning"
        case .extraGuests: "rules.fees.extraGuest"
        case .serviceFee: "ROOST_SERVICE_FEE_PERCENT"
        case .taxPercent(let index, _), .taxPerNight(let index, _), .taxPerPerson(let index, _, _):
            "rules.taxes[\(index)]"
        }
    }

    /// What a guest reads on the line; nights are named by their date instead.
    func label(_ rules: PropertyRules) -> String {
        switch self {
        case .base, .weekend, .season, .date: "Night"
        case .lengthOfStay(let step, _): "\(step.percent) % off for \(step.threshold.counted("night")) or more"
        case .earlyBird(let step, _): "\(step.percent) % off for booking \(step.threshold.counted("day")) ahead"
        case .lastMinute(let step, _): "\(step.percent) % off at the last minute"
        case .cleaning: "Cleaning fee"
        case .extraGuests(let guests, let nights, _):
            "\(guests.counted("extra guest")) for \(nights.counted("night"))"
        case .serviceFee(let percent, _): "Service fee (\(percent) %)"
        case .taxPercent(let index, _):
            if case .percent(let percent, _) = rules.taxes[index].charge {
                "\(rules.taxes[index].name) (\(percent) %\(rules.taxes[index].isIncluded ? ", included" : ""))"
            } else {
                rules.taxes[index].name
            }
        case .taxPerNight(let index, _), .taxPerPerson(let index, _, _):
            "\(rules.taxes[index].name)\(rules.taxes[index].isIncluded ? " (included)" : "")"
        }
    }

    /// How the amount came about, apart from its words.
    func origin(_ rules: PropertyRules, _ currency: Currency) -> PriceOrigin {
        func money(_ amount: Int64) -> Money { Money(amount, currency) }
        func tax(_ index: Int, _ basis: PriceOrigin.Basis) -> PriceOrigin {
            .tax(name: rules.taxes[index].name, basis, isIncluded: rules.taxes[index].isIncluded)
        }
        switch self {
        case .base: return .base
        case .weekend: return .weekend
        case .season(let index, let isOfWeekend):
            let season = rules.seasons[index]
            return .season(name: season.name, season.nights, isOfWeekend: isOfWeekend)
        case .date: return .date
        case .lengthOfStay(let step, let basis):
            return .lengthOfStay(nights: step.threshold, step.percent, of: money(basis))
        case .earlyBird(let step, let basis):
            return .earlyBird(days: step.threshold, step.percent, of: money(basis))
        case .lastMinute(let step, let basis): return .lastMinute(step.percent, of: money(basis))
        case .cleaning: return .cleaning
        case .extraGuests(let guests, let nights, let each):
            return .extraGuests(guests, nights: nights, each: money(each))
        case .serviceFee(let percent, let basis): return .serviceFee(percent, of: money(basis))
        case .taxPercent(let index, let basis):
            return tax(index, .percent(rules.taxes[index].charge.percent, of: money(basis)))
        case .taxPerNight(let index, let nights):
            return tax(index, .nights(nights, each: rules.taxes[index].charge.amount ?? .zero(currency)))
        case .taxPerPerson(let index, let persons, let nights):
            return tax(
                index, .persons(persons, nights: nights, each: rules.taxes[index].charge.amount ?? .zero(currency)))
        }
    }
}

extension Tax.Charge {
    /// Zero for what is no percentage.
    fileprivate var percent: Percent {
        if case .percent(let percent, _) = self { percent } else { .zero }
    }

    fileprivate var amount: Money? {
        switch self {
        case .percent: nil
        case .perNight(let each), .perPersonAndNight(let each): each
        }
    }
}

extension PriceOrigin {
    /// In English, for programs that show it as it is.
    var words: String {
        switch self {
        case .base: "the listing's price for a night"
        case .weekend: "the price of weekend nights"
        case .season(let name, let nights, let isOfWeekend):
            "season \(name), \(nights.checkIn) to \(nights.checkOut)\(isOfWeekend ? ", weekend nights" : "")"
        case .date: "the price set for this date"
        case .lengthOfStay(_, let percent, let basis), .earlyBird(_, let percent, let basis),
            .lastMinute(let percent, let basis):
            "\(percent) % of the nights, \(basis), rounded down"
        case .cleaning: "once a stay"
        case .extraGuests(let guests, let nights, let each): "\(guests) × \(nights.counted("night")) × \(each)"
        case .serviceFee(let percent, let basis):
            "\(percent) % of nights, discounts and fees, \(basis), rounded half up"
        case .tax(_, .percent(let percent, let basis), let isIncluded):
            "\(percent) % \(isIncluded ? "contained in" : "of") \(basis), rounded half up"
        case .tax(_, .nights(let nights, let each), _): "\(nights.counted("night")) × \(each)"
        case .tax(_, .persons(let persons, let nights, let each), _):
            "\(persons.counted("person")) × \(nights.counted("night")) × \(each)"
        }
    }
}

extension Int {
    /// `1 night`, `3 nights`.
    func counted(_ what: String) -> String { "\(self) \(what)\(self == 1 ? "" : "s")" }
}

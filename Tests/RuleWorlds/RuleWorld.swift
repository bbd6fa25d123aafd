import Core
import PropertyService

/// Makes worlds at random: small enough that rules meet, wide enough that years end in them.
struct RuleWorld {
    private var chance: SeededGenerator
    let currency: Currency

    init(_ chance: SeededGenerator, _ currency: Currency) {
        self.chance = chance
        self.currency = currency
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }
    /// One in so many.
    mutating func happens(_ many: Int) -> Bool { number(1...many) == 1 }
    mutating func money(_ most: Int) -> Money { Money(Int64(number(1...most)), currency) }

    private mutating func days() -> WeekdaySet {
        var days = Weekday.allCases.filter { _ in happens(2) }
        if days.isEmpty { days = [Weekday.allCases[number(0...6)]] }
        return WeekdaySet(days)
    }

    private mutating func percent(_ most: Int) -> Percent {
        Percent(thousandths: happens(2) ? number(1...most) * 1000 : number(1...most * 1000))
    }

    private mutating func limits(ofSeason: Bool) -> StayLimits {
        var limits = StayLimits()
        if ofSeason, happens(3) { limits.minimumNights = number(1...4) }
        if ofSeason, happens(4) { limits.maximumNights = number(4...8) }
        if happens(3) { limits.minimumNightsByArrival[Weekday.allCases[number(0...6)]] = number(1...4) }
        if happens(5) { limits.maximumNightsByArrival[Weekday.allCases[number(0...6)]] = number(4...8) }
        if happens(5) { limits.arrivalDays = days() }
        if happens(5) { limits.departureDays = days() }
        return limits
    }

    /// What a host could have set; some of it may be contradictory, and then is refused.
    mutating func rules(around today: LocalDay) -> PropertyRules {
        var rules = PropertyRules.none
        if happens(2) { rules.weekend = Weekend(days: days(), price: happens(3) ? nil : money(9999)) }
        for rank in 0..<number(0...3) where happens(2) {
            let from = today.advanced(by: number(-5...20))
            guard let nights = Stay(from: from, to: from.advanced(by: number(1...15))) else { continue }
            rules.seasons.append(
                Season(
                    name: "Season \(rank)", nights: nights, rank: rank, price: happens(3) ? nil : money(9999),
                    weekendPrice: happens(3) ? money(9999) : nil, stays: limits(ofSeason: true)))
        }
        if happens(3) { rules.stays = limits(ofSeason: false) }
        if happens(3) {
            if happens(2) {
                rules.discounts.lengthOfStay = [
                    Discounts.Step(number(2...4), percent(20)), Discounts.Step(5, percent(40)),
                ]
            }
            if happens(2) { rules.discounts.earlyBird = [Discounts.Step(number(6...20), percent(30))] }
            if happens(2) { rules.discounts.lastMinute = [Discounts.Step(number(0...5), percent(30))] }
        }
        if happens(3) { rules.fees.cleaning = money(5000) }
        if happens(3) { rules.fees.extraGuest = Fees.ExtraGuest(money(999), includedGuests: number(1...3)) }
        for place in 0..<number(0...2) where happens(2) { rules.taxes.append(tax(place)) }
        if happens(4) { rules.preparation = Preparation(daysBefore: number(0...2), daysAfter: number(0...2)) }
        if happens(4) { rules.booking.noticeDays = number(0...3) }
        if happens(4) { rules.booking.cutOff = TimeOfDay(hour: number(0...23)) }
        if happens(6) { rules.booking.windowMonths = number(1...2) }
        if happens(4) {
            (rules.party.countsChildren, rules.party.countsInfants) = (happens(2), happens(2))
            rules.party.maximumPets = happens(2) ? number(0...1) : nil
            rules.party.maximumChildren = happens(2) ? number(0...1) : nil
        }
        return rules
    }

    private mutating func tax(_ place: Int) -> Tax {
        let charge: Tax.Charge =
            switch number(0...2) {
            case 0: .percent(percent(30), of: TaxedParts(rawValue: number(1...15)))
            case 1: .perNight(money(500))
            default: .perPersonAndNight(money(500))
            }
        var tax = Tax(name: "Tax \(place)", charge: charge)
        if happens(3) { tax.mostNights = number(1...4) }
        if happens(4) { tax.exemptFromNights = number(2...8) }
        if case .perPersonAndNight = charge, happens(2) { tax.exemptUnderAge = number(2...18) }
        tax.isIncluded = happens(5)
        return tax
    }

    mutating func party() -> Party {
        let children = number(0...2)
        return Party(
            adults: number(1...3), children: children,
            childAges: happens(2) ? (0..<children).map { _ in number(2...17) } : [], infants: number(0...1),
            pets: number(0...1))
    }
}

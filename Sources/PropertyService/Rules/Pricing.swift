import Core

/// What a stay costs: a part for each night, then discounts, fees and taxes. In whole minor units; a sum that does not
/// fit is an error. Each part is rounded once, as docs/rules.md says: discounts down, the service fee and percentages
/// of tax half up; nothing else needs rounding.
enum Pricing {
    static func price(
        _ rules: StayRules, _ nights: NightRules, _ stay: Stay, _ party: Party, at moment: LocalMoment
    ) throws(MoneyError) -> Evaluation.Price? {
        guard let base = rules.nightlyPrice else { return nil }
        var parts: [Evaluation.Part] = []
        parts.reserveCapacity(stay.nightCount + 8)
        var sum: Int64 = 0
        for night in stay.nights {
            let (amount, rule) = nightPrice(rules, nights, night, base: base.amount)
            parts.append(Evaluation.Part(kind: .night, night: night, amount: amount, rule: rule))
            sum = try sum.plus(amount)
        }
        guard rules.sheet !== RuleSheet.none else { return Evaluation.Price(parts: parts, sum, base.currency) }
        var bill = Bill(rules: rules, stay: stay, party: party, parts: parts, nights: sum)
        bill.discount(daysAhead: moment.day.distance(to: stay.checkIn))
        try bill.addFees()
        try bill.addTaxes()
        return Evaluation.Price(parts: bill.parts, try bill.total(), base.currency)
    }

    /// The price of a night and which rule gave it: its own, the season's, the weekend's, the listing's.
    @inline(__always)
    static func nightPrice(
        _ rules: StayRules, _ nights: NightRules, _ night: LocalDay, base: Int64
    ) -> (Int64, PriceRule) {
        if let own = nights.rule(on: night).price { return (own, .date) }
        let sheet = rules.sheet
        let isWeekend = sheet.rules.weekend.days.contains(index: night.weekdayIndex)
        if let segment = sheet.seasons.segment(of: night),
            let price = isWeekend ? segment.weekendPrice : segment.price
        {
            return (price.amount, .season(price.season, isOfWeekend: price.isOfWeekend))
        }
        if isWeekend, let price = sheet.rules.weekend.price { return (price.amount, .weekend) }
        return (base, .base)
    }
}

/// A price while it is made up.
private struct Bill {
    let rules: StayRules
    let stay: Stay
    let party: Party
    var parts: [Evaluation.Part]
    /// The nights' prices, before discounts.
    let nights: Int64
    var discounts: [Percent] = []
    var cleaning: Int64 = 0
    /// For one night.
    var extraGuests: Int64 = 0
    var serviceFee: Int64 = 0
    var sheet: PropertyRules { rules.sheet.rules }

    init(rules: StayRules, stay: Stay, party: Party, parts: [Evaluation.Part], nights: Int64) {
        self.rules = rules
        self.stay = stay
        self.party = party
        self.parts = parts
        self.nights = nights
    }

    func total() throws(MoneyError) -> Int64 {
        var sum: Int64 = 0
        for part in parts { sum = try sum.plus(part.amount) }
        return sum
    }

    private mutating func add(_ kind: PriceLine.Kind, _ amount: Int64, _ rule: PriceRule, included: Int64? = nil) {
        parts.append(Evaluation.Part(kind: kind, night: nil, amount: amount, rule: rule, included: included))
    }

    // MARK: Discounts

    mutating func discount(daysAhead: Int) {
        let steps = sheet.discounts
        if let step = steps.lengthOfStay.filter({ $0.threshold <= stay.nightCount }).max(by: {
            $0.threshold < $1.threshold
        }) {
            take(step, .lengthOfStay(step, of: nights))
        }
        if let step = steps.earlyBird.filter({ $0.threshold <= daysAhead }).max(by: { $0.threshold < $1.threshold }) {
            take(step, .earlyBird(step, of: nights))
        }
        if let step = steps.lastMinute.filter({ $0.threshold >= daysAhead }).min(by: { $0.threshold < $1.threshold }) {
            take(step, .lastMinute(step, of: nights))
        }
    }

    private mutating func take(_ step: Discounts.Step, _ rule: PriceRule) {
        discounts.append(step.percent)
        add(.discount, -nights.share(step.percent, .down), rule)
    }

    /// Nights' prices less their discounts.
    private func discounted(_ nights: Int64) -> Int64 {
        discounts.reduce(nights) { $0 - nights.share($1, .down) }
    }

    // MARK: Fees

    mutating func addFees() throws(MoneyError) {
        if let fee = sheet.fees.cleaning {
            cleaning = fee.amount
            add(.cleaningFee, fee.amount, .cleaning)
        }
        if let fee = sheet.fees.extraGuest {
            let guests = sheet.party.counted(party) - fee.includedGuests
            if guests > 0 {
                extraGuests = try fee.amount.amount.times(guests)
                add(
                    .extraGuestFee, try extraGuests.times(stay.nightCount),
                    .extraGuests(guests, nights: stay.nightCount, each: fee.amount.amount))
            }
        }
        let percent = rules.sheet.serviceFee
        if percent > .zero {
            let basis = try discounted(nights).plus(cleaning).plus(extraGuests.times(stay.nightCount))
            serviceFee = basis.share(percent, .halfUp)
            add(.serviceFee, serviceFee, .serviceFee(percent, of: basis))
        }
    }

    // MARK: Taxes

    mutating func addTaxes() throws(MoneyError) {
        let applying = sheet.taxes.indices.filter { index in
            sheet.taxes[index].exemptFromNights.map { stay.nightCount < $0 } ?? true
        }
        for index in applying {
            let tax = sheet.taxes[index]
            let taxedNights = min(stay.nightCount, tax.mostNights ?? stay.nightCount)
            let amount: Int64
            let rule: PriceRule
            switch tax.charge {
            case .percent(let percent, let taxed):
                let basis = try basis(taxed, nights: taxedNights)
                // What contains a tax of 10 % is 110 %: the tax is 10 of 110 parts.
                let contained = tax.isIncluded ? percentIncluded(beside: tax, applying) : 0
                amount = basis.part(Int64(percent.thousandths), of: Int64(Percent.hundred.thousandths + contained))
                rule = .taxPercent(index, of: basis)
            case .perNight(let each):
                amount = try each.amount.times(taxedNights)
                rule = .taxPerNight(index, nights: taxedNights)
            case .perPersonAndNight(let each):
                let persons = persons(payingWhere: tax.exemptUnderAge)
                amount = try each.amount.times(persons).times(taxedNights)
                rule = .taxPerPerson(index, persons: persons, nights: taxedNights)
            }
            if tax.isIncluded {
                add(.tax, 0, rule, included: amount)
            } else if amount > 0 {
                add(.tax, amount, rule)
            }
        }
    }

    /// The percentages that the same parts of a price contain together.
    private func percentIncluded(beside tax: Tax, _ applying: [Int]) -> Int {
        guard case .percent(_, let parts) = tax.charge else { return 0 }
        return applying.reduce(0) { sum, index in
            guard sheet.taxes[index].isIncluded, case .percent(let percent, let others) = sheet.taxes[index].charge,
                others == parts
            else { return sum }
            return sum + percent.thousandths
        }
    }

    /// What a percentage is of. Discounts count as they are for the taxed nights alone.
    private func basis(_ taxed: TaxedParts, nights count: Int) throws(MoneyError) -> Int64 {
        var sum: Int64 = 0
        if taxed.contains(.nights) {
            // No overflow: a part of a sum that fitted, of prices that are not negative.
            sum = discounted(parts.prefix(count).reduce(0) { $0 + $1.amount })
        }
        if taxed.contains(.cleaningFee) { sum = try sum.plus(cleaning) }
        if taxed.contains(.extraGuestFee) { sum = try sum.plus(extraGuests.times(count)) }
        if taxed.contains(.serviceFee) { sum = try sum.plus(serviceFee) }
        return sum
    }

    /// Whom a tax by the person is for. A child whose age was not told pays: what is owed is never asked too little.
    private func persons(payingWhere age: Int?) -> Int {
        guard let age else { return party.adults + party.children + party.infants }
        let isEveryChildYounger = age > Party.childAgeRange.upperBound
        let children =
            isEveryChildYounger ? 0 : party.childAges.isEmpty ? party.children : party.childAges.count { $0 >= age }
        return party.adults + children
    }
}

extension Int64 {
    enum Rounding { case down, halfUp }

    func plus(_ other: Int64) throws(MoneyError) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw .overflow }
        return sum
    }

    func times(_ count: Int) throws(MoneyError) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: Int64(count))
        guard !overflow else { throw .overflow }
        return product
    }

    /// A percentage of an amount that is not negative.
    func share(_ percent: Percent, _ rounding: Rounding) -> Int64 {
        part(Int64(percent.thousandths), of: Int64(Percent.hundred.thousandths), rounding)
    }

    /// So many parts of so many, at most all, of an amount that is not negative: it always fits.
    func part(_ count: Int64, of all: Int64, _ rounding: Rounding = .halfUp) -> Int64 {
        let (high, low) = magnitude.multipliedFullWidth(by: count.magnitude)
        let (quotient, remainder) = all.magnitude.dividingFullWidth((high, low))
        let isUp = rounding == .halfUp && remainder >= all.magnitude - remainder
        return Int64(quotient) + (isUp ? 1 : 0)
    }
}

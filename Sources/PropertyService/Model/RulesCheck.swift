import Core

/// What is wrong with rules, by the name of the member in the host's document.
enum RulesCheck {
    // MARK: Each value by itself

    static func values(_ rules: PropertyRules, of property: Property, _ check: inout Check) {
        for (field, money) in rules.amounts { amount(money, field, rules, property, &check) }
        check.require(
            rules.seasons.count <= PropertyRules.mostSeasons, "seasons", "too_many",
            "at most \(PropertyRules.mostSeasons) seasons")
        for (place, season) in rules.seasons.enumerated() {
            let field = "seasons[\(place)]"
            name(season.name, field, &check)
            _ = check.within(-100...100, season.rank, "\(field).rank")
            limits(season.stays, field, &check)
        }
        limits(rules.stays, "stays", &check)
        discounts(rules.discounts, &check)
        if let fee = rules.fees.extraGuest {
            _ = check.within(1...Party.most, fee.includedGuests, "fees.extraGuest.includedGuests")
        }
        check.require(
            rules.taxes.count <= PropertyRules.mostTaxes, "taxes", "too_many",
            "at most \(PropertyRules.mostTaxes) taxes")
        for (place, tax) in rules.taxes.enumerated() { self.tax(tax, "taxes[\(place)]", &check) }
        _ = check.within(0...mostPreparation, rules.preparation.daysBefore, "preparation.daysBefore")
        _ = check.within(0...mostPreparation, rules.preparation.daysAfter, "preparation.daysAfter")
        _ = check.within(0...Stay.longest, rules.booking.noticeDays, "booking.noticeDays")
        _ = check.within(1...mostMonths, rules.booking.windowMonths, "booking.windowMonths")
        _ = check.within(0...Party.most, rules.party.maximumChildren, "party.maximumChildren")
        _ = check.within(0...Party.most, rules.party.maximumInfants, "party.maximumInfants")
        _ = check.within(0...Party.most, rules.party.maximumPets, "party.maximumPets")
        cancellation(rules.cancellation, &check)
    }

    /// A month of cleaning: more is closing the place.
    static let mostPreparation = 30
    /// As far ahead as any stay can begin.
    static let mostMonths = 24

    private static func amount(
        _ money: Money, _ field: String, _ rules: PropertyRules, _ property: Property, _ check: inout Check
    ) {
        let range = NightChange.priceRange
        check.require(
            range.contains(money.amount), "\(field).amount", "out_of_range",
            "the amount is from \(range.lowerBound) to \(range.upperBound), in minor units")
        guard let currency = property.nightlyPrice?.currency ?? rules.amounts.first?.money.currency else { return }
        check.require(
            money.currency == currency, "\(field).currency", "wrong_currency",
            "the currency is \(currency), as the place's own")
    }

    private static func name(_ name: String, _ field: String, _ check: inout Check) {
        _ = check.line(name, "\(field).name", longest: PropertyRules.longestName)
    }

    private static func limits(_ limits: StayLimits, _ field: String, _ check: inout Check) {
        let nights = 1...Stay.longest
        _ = check.within(nights, limits.minimumNights, "\(field).minimumNights")
        _ = check.within(nights, limits.maximumNights, "\(field).maximumNights")
        for day in Weekday.allCases {
            _ = check.within(
                nights, limits.minimumNightsByArrival[day], "\(field).minimumNightsByArrival.\(day.rawValue)")
            _ = check.within(
                nights, limits.maximumNightsByArrival[day], "\(field).maximumNightsByArrival.\(day.rawValue)")
        }
        check.require(
            limits.arrivalDays?.isEmpty != true, "\(field).arrivalDays", "contradiction",
            "no day of the week is left on which one may arrive; leave it out, or null, for every day")
        check.require(
            limits.departureDays?.isEmpty != true, "\(field).departureDays", "contradiction",
            "no day of the week is left on which one may leave; leave it out, or null, for every day")
    }

    private static func discounts(_ discounts: Discounts, _ check: inout Check) {
        steps(discounts.lengthOfStay, "discounts.lengthOfStay", "nights", 2...Stay.longest, &check)
        steps(discounts.earlyBird, "discounts.earlyBird", "days", 1...Stay.farthest, &check)
        steps(discounts.lastMinute, "discounts.lastMinute", "days", 0...Stay.farthest, &check)
    }

    private static func steps(
        _ steps: [Discounts.Step], _ field: String, _ what: String, _ range: ClosedRange<Int>, _ check: inout Check
    ) {
        check.require(
            steps.count <= PropertyRules.mostSteps, field, "too_many", "at most \(PropertyRules.mostSteps) steps")
        for (place, step) in steps.enumerated() {
            _ = check.within(range, step.threshold, "\(field)[\(place)].\(what)")
            check.require(
                step.percent > .zero && step.percent < .hundred, "\(field)[\(place)].percent", "out_of_range",
                "percent is above 0 and below 100")
            check.require(
                !steps.prefix(place).contains { $0.threshold == step.threshold }, "\(field)[\(place)].\(what)",
                "contradiction", "\(step.threshold) \(what) have two discounts")
        }
    }

    private static func cancellation(_ rules: CancellationRules, _ check: inout Check) {
        _ = check.within(CancellationRules.graceRange, rules.graceHours, "cancellation.graceHours")
        guard let steps = rules.steps else { return }
        check.require(
            (1...PropertyRules.mostSteps).contains(steps.count), "cancellation.steps", "out_of_range",
            "1 to \(PropertyRules.mostSteps) steps, or null for the listing's policy")
        for (place, step) in steps.enumerated() {
            let field = "cancellation.steps[\(place)]"
            _ = check.within(CancellationRules.daysRange, step.daysBefore, "\(field).daysBefore")
            _ = check.within(CancellationRules.percentRange, step.percent, "\(field).percent")
        }
    }

    private static func tax(_ tax: Tax, _ field: String, _ check: inout Check) {
        name(tax.name, field, &check)
        _ = check.within(1...Stay.longest, tax.mostNights, "\(field).mostNights")
        _ = check.within(2...Stay.longest, tax.exemptFromNights, "\(field).exemptFromNights")
        _ = check.within(2...Party.childAgeRange.upperBound + 1, tax.exemptUnderAge, "\(field).exemptUnderAge")
        switch tax.charge {
        case .percent(let percent, let parts):
            check.require(
                percent > .zero && percent <= .hundred, "\(field).percent", "out_of_range",
                "percent is above 0 and at most 100")
            check.require(
                !parts.isEmpty, "\(field).of", "required", "a percentage is of one part of the price at least")
            check.require(
                tax.exemptUnderAge == nil, "\(field).exemptUnderAge", "contradiction",
                "only a tax by the person can leave out the young")
        case .perNight:
            check.require(
                tax.exemptUnderAge == nil, "\(field).exemptUnderAge", "contradiction",
                "only a tax by the person can leave out the young")
        case .perPersonAndNight: break
        }
    }
}

extension PropertyRules {
    /// Every amount of money, with its name in the host's document.
    var amounts: [(field: String, money: Money)] {
        var amounts: [(String, Money)] = []
        func add(_ field: String, _ money: Money?) {
            if let money { amounts.append((field, money)) }
        }
        add("weekend.price", weekend.price)
        for (place, season) in seasons.enumerated() {
            add("seasons[\(place)].price", season.price)
            add("seasons[\(place)].weekendPrice", season.weekendPrice)
        }
        add("fees.cleaning", fees.cleaning)
        add("fees.extraGuest.amount", fees.extraGuest?.amount)
        for (place, tax) in taxes.enumerated() {
            switch tax.charge {
            case .percent: break
            case .perNight(let money), .perPersonAndNight(let money): add("taxes[\(place)].amount", money)
            }
        }
        return amounts
    }

    /// Without amounts: in another currency each would mean another sum.
    func withoutAmounts() -> PropertyRules {
        var rules = self
        rules.weekend.price = nil
        for place in rules.seasons.indices {
            (rules.seasons[place].price, rules.seasons[place].weekendPrice) = (nil, nil)
        }
        rules.fees = Fees()
        rules.taxes.removeAll { tax in
            if case .percent = tax.charge { false } else { true }
        }
        return rules
    }
}

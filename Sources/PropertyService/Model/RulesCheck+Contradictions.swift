import Core

extension RulesCheck {
    // MARK: What can't hold together

    static func contradictions(_ rules: PropertyRules, of property: Property, _ check: inout Check) {
        overlaps(rules.seasons, &check)
        let sheet = StayRules(property, RuleSheet(rules))
        stays(sheet, &check)
        discounts(rules.discounts, &check)
        includedTaxes(rules.taxes, &check)
        refunds(rules.cancellation.steps ?? [], &check)
        if let months = rules.booking.windowMonths {
            let notice = rules.booking.noticeDays + (rules.booking.cutOff == nil ? 0 : 1)
            check.require(
                notice <= months * 28, "booking.windowMonths", "contradiction",
                "a notice of \(notice.counted("day")) leaves no day of arrival within \(months.counted("month"))")
        }
    }

    /// Later must never be better: a guest would wait to cancel.
    private static func refunds(_ steps: [CancellationRules.Step], _ check: inout Check) {
        for (place, step) in steps.enumerated() {
            let field = "cancellation.steps[\(place)]"
            if steps.prefix(place).contains(where: { $0.daysBefore == step.daysBefore }) {
                check.refuse(
                    "\(field).daysBefore", "contradiction",
                    "\(step.daysBefore.counted("day")) before check-in have two refunds")
            } else if let other = steps.first(where: { $0.daysBefore > step.daysBefore && $0.percent <= step.percent })
            {
                check.refuse(
                    "\(field).percent", "contradiction",
                    "\(step.percent) % until \(step.daysBefore.counted("day")) before is no less than "
                        + "\(other.percent) % until \(other.daysBefore.counted("day")) before; less comes back later")
            }
        }
    }

    private static func overlaps(_ seasons: [Season], _ check: inout Check) {
        for (place, season) in seasons.enumerated() {
            let other = seasons.prefix(place).first {
                $0.rank == season.rank && $0.nights.nights.overlaps(season.nights.nights)
            }
            guard let other else { continue }
            let from = max(season.nights.checkIn, other.nights.checkIn)
            let to = min(season.nights.checkOut, other.nights.checkOut)
            check.refuse(
                "seasons[\(place)].rank", "contradiction",
                "\(season.name) and \(other.name) both cover \(from) to \(to) with rank \(season.rank); "
                    + "give one a higher rank, which then wins")
        }
    }

    /// Asks about every day of the week, outside of seasons and in each part of them.
    private static func stays(_ rules: StayRules, _ check: inout Check) {
        let own = rules.sheet.rules.stays
        let base = Limits(
            minimum: { own.minimumNightsByArrival[index: $0] ?? rules.minimumNights },
            maximum: { min(own.maximumNightsByArrival[index: $0] ?? rules.maximumNights, Stay.longest) },
            arrival: own.arrivalDays, departure: own.departureDays)
        let named =
            !own.minimumNightsByArrival.isEmpty
            ? "stays.minimumNightsByArrival"
            : !own.maximumNightsByArrival.isEmpty ? "stays.maximumNightsByArrival" : "minimumNights"
        base.check(Array(0..<7), "", "stays", named, &check)
        for segment in rules.sheet.seasons.segments {
            let day = segment.nights.lowerBound
            let limits = Limits(
                minimum: { segment.minimum[$0] > 0 ? Int(segment.minimum[$0]) : base.minimum($0) },
                maximum: { segment.maximum[$0] > 0 ? min(Int(segment.maximum[$0]), Stay.longest) : base.maximum($0) },
                arrival: rules.arrivalDays(on: day), departure: rules.departureDays(afterNight: day))
            let place = rules.sheet.rules.seasons.indices.filter {
                rules.sheet.rules.seasons[$0].nights.nights.contains(day)
            }.max { rules.sheet.rules.seasons[$0].rank < rules.sheet.rules.seasons[$1].rank }
            guard let place else { continue }
            let days = segment.nights.prefix(7).map(\.weekdayIndex)
            limits.check(
                days, "in \(rules.sheet.rules.seasons[place].name) ", "seasons[\(place)]",
                "seasons[\(place)].minimumNights", &check)
        }
    }

    /// What holds for arrivals by day of the week, Monday first.
    private struct Limits {
        let minimum: (Int) -> Int
        let maximum: (Int) -> Int
        let arrival: WeekdaySet?
        let departure: WeekdaySet?

        func check(_ days: [Int], _ when: String, _ field: String, _ minimumField: String, _ check: inout Check) {
            let arriving = days.filter { arrival?.contains(index: $0) ?? true }
            if let day = arriving.first(where: { minimum($0) > maximum($0) }) {
                return check.refuse(
                    minimumField, "contradiction",
                    "\(when)a stay that begins on a \(Weekday.allCases[day].name) has at least "
                        + "\(minimum(day).counted("night")), but at most \(maximum(day))")
            }
            guard let departure, !arriving.isEmpty else { return }
            let isPossible = arriving.contains { day in
                (minimum(day)...min(maximum(day), minimum(day) + 6)).contains { nights in
                    departure.contains(index: (day + nights) % 7)
                }
            }
            check.require(
                isPossible, "\(field).departureDays", "contradiction",
                "\(when)no stay that begins on a day of arrival and is as long as it may be ends on a day of departure")
        }
    }

    private static func discounts(_ discounts: Discounts, _ check: inout Check) {
        if let early = discounts.earlyBird.map(\.threshold).min(),
            let late = discounts.lastMinute.map(\.threshold).max(), early <= late
        {
            check.refuse(
                "discounts.lastMinute", "contradiction",
                "a booking \(early.counted("day")) ahead would be an early bird and at the last minute")
        }
        func most(_ steps: [Discounts.Step]) -> Int { steps.map(\.percent.thousandths).max() ?? 0 }
        let most = most(discounts.lengthOfStay) + max(most(discounts.earlyBird), most(discounts.lastMinute))
        check.require(
            most < Percent.hundred.thousandths, "discounts", "contradiction",
            "discounts that come together take off \(Percent(thousandths: most)) %: something must be left to pay")
    }

    /// What a price contains of a tax is reckoned from all percentages it contains: they must be of the same price.
    private static func includedTaxes(_ taxes: [Tax], _ check: inout Check) {
        func included(_ tax: Tax) -> TaxedParts? {
            guard tax.isIncluded, case .percent(_, let parts) = tax.charge else { return nil }
            return parts
        }
        for (place, tax) in taxes.enumerated() {
            guard let parts = included(tax) else { continue }
            for other in taxes.prefix(place) {
                guard let others = included(other), !parts.isDisjoint(with: others) else { continue }
                check.require(
                    parts == others && tax.mostNights == other.mostNights, "taxes[\(place)].of", "contradiction",
                    "\(tax.name) and \(other.name) are included in the same price: give them the same parts and nights")
            }
        }
    }
}

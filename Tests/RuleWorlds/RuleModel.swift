import Core
import PropertyService

/// The rules in their plainest form, night by night and without any table: what the evaluator is compared with.
struct RuleModel {
    var property: Property
    var rules: PropertyRules
    var serviceFee: Int = 0
    /// By unit: the nights that nobody can have.
    var gone: [Int: Set<LocalDay>] = [:]
    var prices: [LocalDay: Int64] = [:]
    var minimums: [LocalDay: Int] = [:]
    /// Now, at the property.
    var today: LocalDay
    var time: TimeOfDay
    /// By how much it is wrong about every minimum: to see that somebody notices.
    var minimumOff = 0

    // MARK: Whether

    func reasons(_ stay: Stay, _ party: Party, asksNights: Bool = true) -> Set<String> {
        var reasons: Set<String> = []
        let (arrival, length) = (stay.checkIn, stay.nightCount)
        let isBookedAtOnce = property.instantBook && !rules.booking.instantBookNeedsFinishedStay
        let isAnsweredTooLate = !isBookedAtOnce && rules.booking.noticeDays == 0 && time >= property.checkInFrom
        let late = isAnsweredTooLate || rules.booking.cutOff.map { time >= $0 } ?? false
        if arrival < today {
            reasons.insert("in_the_past")
        } else if today.distance(to: arrival) < rules.booking.noticeDays + (late ? 1 : 0) {
            reasons.insert("too_short_notice")
        }
        if isTooFar(stay) || isBeyondWindow(stay) || isNotOpen(stay) { reasons.insert("beyond_booking_window") }
        let weekday = Weekday.allCases[((Int(arrival.number) + 3) % 7 + 7) % 7]
        let minimum =
            minimums[arrival]
            ?? seasons(arrival) { $0.stays.minimumNightsByArrival[weekday] ?? $0.stays.minimumNights }
            ?? rules.stays.minimumNightsByArrival[weekday] ?? property.minimumNights
        if length < minimum + minimumOff { reasons.insert("below_minimum_nights") }
        let maximum =
            seasons(arrival) { $0.stays.maximumNightsByArrival[weekday] ?? $0.stays.maximumNights }
            ?? rules.stays.maximumNightsByArrival[weekday] ?? property.maximumNights
        if length > maximum { reasons.insert("above_maximum_nights") }
        if let days = seasons(arrival, \.stays.arrivalDays) ?? rules.stays.arrivalDays, !days.contains(arrival.weekday)
        {
            reasons.insert("no_arrival_on_this_day")
        }
        let last = stay.checkOut.advanced(by: -1)
        if let days = seasons(last, \.stays.departureDays) ?? rules.stays.departureDays,
            !days.contains(stay.checkOut.weekday)
        {
            reasons.insert("no_departure_on_this_day")
        }
        if counted(party) > property.maximumGuests { reasons.insert("too_many_guests") }
        if party.children > rules.party.maximumChildren ?? .max { reasons.insert("too_many_children") }
        if party.infants > rules.party.maximumInfants ?? .max { reasons.insert("too_many_infants") }
        if party.pets > rules.party.maximumPets ?? .max { reasons.insert("too_many_pets") }
        if asksNights, let reason = nightsReason(stay) { reasons.insert(reason) }
        return reasons
    }

    /// The nearest possible stays of the same length, three at the most, up to two weeks off.
    func nearest(to stay: Stay, _ party: Party) -> [LocalDay] {
        var found: [LocalDay] = []
        for distance in 1...14 {
            for shift in [-distance, distance] where found.count < 3 {
                let moved = Stay(from: stay.checkIn.advanced(by: shift), to: stay.checkOut.advanced(by: shift))
                if let moved, reasons(moved, party).isEmpty { found.append(moved.checkIn) }
            }
        }
        return found
    }

    private func isTooFar(_ stay: Stay) -> Bool { today.distance(to: stay.checkIn) > 731 }

    private func isBeyondWindow(_ stay: Stay) -> Bool {
        rules.booking.windowMonths.map { stay.checkIn > RuleModel.day($0, monthsAfter: today) } ?? false
    }

    private func isNotOpen(_ stay: Stay) -> Bool {
        property.openUntil.map { end in stay.nights.contains { $0 >= end } } ?? false
    }

    /// What stands against a booked stay becoming another: a rule counts only for what is changed, a host's own rules not
    /// for what the host proposes.
    func reasons(against change: StayChange) -> Set<String> {
        let (booked, stay) = (change.booked, change.stay)
        let arrives = stay.checkIn != booked.checkIn
        if change.isProposedByHost {
            var reasons: Set<String> = []
            if arrives, stay.checkIn < today { reasons.insert("in_the_past") }
            if arrives, isTooFar(stay) { reasons.insert("beyond_booking_window") }
            return reasons
        }
        var reasons = reasons(stay, change.party, asksNights: false)
        func counts(_ code: String, _ isChanged: Bool) { if !isChanged { reasons.remove(code) } }
        for code in ["in_the_past", "too_short_notice", "no_arrival_on_this_day"] { counts(code, arrives) }
        counts(
            "beyond_booking_window",
            arrives && (isTooFar(stay) || isBeyondWindow(stay)) || stay.checkOut > booked.checkOut && isNotOpen(stay))
        counts("below_minimum_nights", arrives || stay.nightCount < booked.nightCount)
        counts("above_maximum_nights", arrives || stay.nightCount > booked.nightCount)
        counts("no_departure_on_this_day", stay.checkOut != booked.checkOut)
        counts("too_many_guests", counted(change.party) > counted(change.bookedParty))
        counts("too_many_children", change.party.children > change.bookedParty.children)
        counts("too_many_infants", change.party.infants > change.bookedParty.infants)
        counts("too_many_pets", change.party.pets > change.bookedParty.pets)
        return reasons
    }

    private func nightsReason(_ stay: Stay) -> String? {
        let units = 1...property.unitCount
        if units.contains(where: { unit in stay.nights.allSatisfy { isFree($0, unit) } }) { return nil }
        let isSomeNightGone = stay.nights.contains { night in !units.contains { isFree(night, $0) } }
        return isSomeNightGone ? "night_taken" : "no_unit_for_whole_stay"
    }

    private func isFree(_ night: LocalDay, _ unit: Int) -> Bool { gone[unit]?.contains(night) != true }

    /// A stay that is booked takes its nights, and those so near that preparing would fall on either; `kept` are what was
    /// agreed with it, when the rules may have been others.
    mutating func book(_ nights: [LocalDay], keeping kept: [LocalDay], on unit: Int) {
        let gap = max(rules.preparation.daysBefore, rules.preparation.daysAfter)
        for night in nights { gone[unit, default: []].formUnion((-gap...gap).map { night.advanced(by: $0) }) }
        gone[unit, default: []].formUnion(kept)
    }

    mutating func close(_ night: LocalDay, on unit: Int) { gone[unit, default: []].insert(night) }

    /// What the seasons of a night say, asked by rank.
    private func seasons<Value>(_ night: LocalDay, _ value: (Season) -> Value?) -> Value? {
        rules.seasons.filter { $0.nights.checkIn <= night && night < $0.nights.checkOut }.sorted { $0.rank > $1.rank }
            .compactMap(value).first
    }

    private func counted(_ party: Party) -> Int {
        party.adults + (rules.party.countsChildren ? party.children : 0)
            + (rules.party.countsInfants ? party.infants : 0)
    }

    private static func day(_ months: Int, monthsAfter day: LocalDay) -> LocalDay {
        let (year, month, date) = day.civil
        let target = (year * 12 + month - 1 + months)
        var found: LocalDay?
        var left = date
        while found == nil {
            found = LocalDay(year: target / 12, month: target % 12 + 1, day: left)
            left -= 1
        }
        return found ?? day
    }

    // MARK: How much

    func price(_ night: LocalDay) -> Int64 {
        if let own = prices[night] { return own }
        let isWeekend = rules.weekend.days.contains(night.weekday)
        if let season = seasons(night, { (isWeekend ? $0.weekendPrice : nil) ?? $0.price }) { return season.amount }
        if isWeekend, let weekend = rules.weekend.price { return weekend.amount }
        return property.nightlyPrice?.amount ?? 0
    }

    /// The lines in order, without labels: kinds with their amounts.
    func lines(_ stay: Stay, _ party: Party) -> [(kind: PriceLine.Kind, amount: Int64)] {
        let nights = stay.nights.map(price)
        var lines: [(kind: PriceLine.Kind, amount: Int64)] = nights.map { (.night, $0) }
        let percents = discounts(stay)
        func discounted(_ sum: Int64) -> Int64 { percents.reduce(sum) { $0 - sum * $1 / 100_000 } }
        let sum = nights.reduce(0, +)
        for percent in percents { lines.append((.discount, -(sum * percent / 100_000))) }
        let cleaning = rules.fees.cleaning?.amount ?? 0
        if cleaning > 0 { lines.append((.cleaningFee, cleaning)) }
        var extra: Int64 = 0
        if let fee = rules.fees.extraGuest {
            extra = fee.amount.amount * Int64(max(0, counted(party) - fee.includedGuests))
            if extra > 0 { lines.append((.extraGuestFee, extra * Int64(stay.nightCount))) }
        }
        var service: Int64 = 0
        if serviceFee > 0 {
            let basis = discounted(sum) + cleaning + extra * Int64(stay.nightCount)
            service = (2 * basis * Int64(serviceFee) + 100_000) / 200_000
            lines.append((.serviceFee, service))
        }
        for tax in rules.taxes where stay.nightCount < tax.exemptFromNights ?? .max {
            let count = min(stay.nightCount, tax.mostNights ?? .max)
            let amount: Int64
            switch tax.charge {
            case .percent(let percent, let parts):
                var basis: Int64 = 0
                if parts.contains(.nights) { basis += discounted(nights.prefix(count).reduce(0, +)) }
                if parts.contains(.cleaningFee) { basis += cleaning }
                if parts.contains(.extraGuestFee) { basis += extra * Int64(count) }
                if parts.contains(.serviceFee) { basis += service }
                amount = (2 * basis * Int64(percent.thousandths) + 100_000) / 200_000
            case .perNight(let each): amount = each.amount * Int64(count)
            case .perPersonAndNight(let each):
                amount = each.amount * Int64(persons(party, from: tax.exemptUnderAge ?? 0)) * Int64(count)
            }
            if tax.isIncluded { lines.append((.tax, 0)) } else if amount > 0 { lines.append((.tax, amount)) }
        }
        return lines
    }

    func total(_ stay: Stay, _ party: Party) -> Int64 { lines(stay, party).reduce(0) { $0 + $1.amount } }

    private func discounts(_ stay: Stay) -> [Int64] {
        let ahead = today.distance(to: stay.checkIn)
        let steps = [
            rules.discounts.lengthOfStay.sorted { $0.threshold > $1.threshold }.first {
                stay.nightCount >= $0.threshold
            },
            rules.discounts.earlyBird.sorted { $0.threshold > $1.threshold }.first { ahead >= $0.threshold },
            rules.discounts.lastMinute.sorted { $0.threshold < $1.threshold }.first { ahead <= $0.threshold },
        ]
        return steps.compactMap { $0.map { Int64($0.percent.thousandths) } }
    }

    private func persons(_ party: Party, from age: Int) -> Int {
        guard age > 0 else { return party.adults + party.children + party.infants }
        if age >= 18 { return party.adults }
        return party.adults + (party.childAges.isEmpty ? party.children : party.childAges.filter { $0 >= age }.count)
    }
}

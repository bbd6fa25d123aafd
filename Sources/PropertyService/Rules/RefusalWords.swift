import Core

extension Refusal {
    /// In words, with the smallest change of `stay` that would satisfy this rule.
    func reason(for stay: Stay, _ rules: StayRules, _ nights: NightRules) -> Reason {
        let change = suggestion(stay, rules, nights)
        return Reason(
            code: code, message: message(stay, rules), suggestion: change.flatMap { words(for: $0) }, field: field,
            facts: facts(stay, rules, change))
    }

    private func facts(_ stay: Stay, _ rules: StayRules, _ change: StaySuggestion?) -> ReasonFacts {
        var facts = ReasonFacts()
        facts.suggestion = change
        let limits = rules.sheet.rules.booking
        switch self {
        case .notListed, .noPrice, .inThePast, .noUnitForWholeStay: break
        case .tooShortNotice:
            facts.limit = limits.noticeDays
            facts.cutOff = rules.cutOff
        case .beyondBookingWindow(let last):
            facts.limit = limits.windowMonths
            facts.days = [last]
        case .beyondHorizon(let last): facts.days = [last]
        case .notOpen(let until): facts.days = [until]
        case .belowMinimumNights(let nights), .aboveMaximumNights(let nights):
            facts.limit = nights
            facts.days = [stay.checkIn]
        case .noArrival: facts.weekdays = (rules.arrivalDays(on: stay.checkIn) ?? .all).days
        case .noDeparture:
            facts.weekdays = (rules.departureDays(afterNight: stay.checkOut.advanced(by: -1)) ?? .all).days
        case .tooManyGuests(let most), .tooManyChildren(let most), .tooManyInfants(let most), .tooManyPets(let most):
            facts.limit = most
        case .nightsTaken(let nights, _): facts.days = nights
        }
        return facts
    }

    private func message(_ stay: Stay, _ rules: StayRules) -> String {
        let limits = rules.sheet.rules
        switch self {
        case .notListed: return "This place can't be booked at the moment."
        case .noPrice: return "This place has no price yet."
        case .inThePast(let today): return "The stay would begin before today, which is \(today) at the property."
        case .tooShortNotice:
            let cutOff = rules.cutOff.map { " From \($0) on, today counts as tomorrow." } ?? ""
            let days = limits.booking.noticeDays
            return days == 0
                ? "It is too late to book for today.\(cutOff)"
                : "This place is booked at least \(days.counted("day")) ahead.\(cutOff)"
        case .beyondBookingWindow(let last):
            guard let months = limits.booking.windowMonths else { return Refusal.farthest }
            return "A stay here can begin at most \(months.counted("month")) ahead, on \(last)."
        case .beyondHorizon: return Refusal.farthest
        case .notOpen(let until): return "Nights from \(until) on can't be booked yet."
        case .belowMinimumNights(let minimum):
            return "A stay that begins on \(stay.checkIn.dated) has at least \(minimum.counted("night"))."
        case .aboveMaximumNights(let maximum):
            return "A stay that begins on \(stay.checkIn.dated) has at most \(maximum.counted("night"))."
        case .noArrival:
            return "Stays at this time begin on \(Refusal.list(rules.arrivalDays(on: stay.checkIn)))."
        case .noDeparture:
            let days = rules.departureDays(afterNight: stay.checkOut.advanced(by: -1))
            return "Stays at this time end on \(Refusal.list(days))."
        case .tooManyGuests(let most): return "The place takes at most \(most.counted("guest"))."
        case .tooManyChildren(let most): return Refusal.atMost(most, "child", "children")
        case .tooManyInfants(let most): return Refusal.atMost(most, "infant", "infants")
        case .tooManyPets(let most): return Refusal.atMost(most, "pet", "pets")
        case .nightsTaken(let nights, _):
            return Refusal.list(nights)
                + (limits.preparation.gap > 0 ? " taken, closed or kept for preparing." : " taken or closed.")
        case .noUnitForWholeStay: return "Every night is free, but no single unit is free for the whole stay."
        }
    }

    private func suggestion(_ stay: Stay, _ rules: StayRules, _ nights: NightRules) -> StaySuggestion? {
        switch self {
        case .notListed, .noPrice: return nil
        case .inThePast(let first), .tooShortNotice(let first):
            return .beginOnOrAfter(Refusal.arrival(from: first, by: 1, rules) ?? first)
        case .beyondBookingWindow(let last):
            return .beginOnOrBefore(Refusal.arrival(from: last, by: -1, rules) ?? last)
        case .beyondHorizon(let last): return .beginOnOrBefore(last)
        case .notOpen(let until): return stay.checkIn < until ? .leaveOnOrBefore(until) : .nightsBefore(until)
        case .belowMinimumNights(let minimum):
            let least = stay.checkIn.advanced(by: minimum)
            let end = stay.checkIn.advanced(by: rules.maximumNights(arriving: stay.checkIn))
            let day = (least <= end ? least...end : least...least).first { rules.mayLeave(on: $0) } ?? least
            return .leaveOnOrAfter(day)
        case .aboveMaximumNights(let maximum):
            let most = stay.checkIn.advanced(by: maximum)
            let least = stay.checkIn.advanced(by: rules.minimumNights(arriving: stay.checkIn, nights))
            let day = (least <= most ? least...most : most...most).last { rules.mayLeave(on: $0) } ?? most
            return .leaveOnOrBefore(day)
        case .noArrival:
            let before = Refusal.arrival(from: stay.checkIn.advanced(by: -1), by: -1, rules)
            let after = Refusal.arrival(from: stay.checkIn.advanced(by: 1), by: 1, rules)
            let days = [before, after].compactMap(\.self)
            return days.isEmpty ? nil : .beginOn(days)
        case .noDeparture:
            // Among the lengths that a stay may have, where one of them ends on such a day.
            let least = rules.minimumNights(arriving: stay.checkIn, nights)
            let most = max(least, rules.maximumNights(arriving: stay.checkIn))
            for lengths in [least...most, 1...Stay.longest] {
                func ends(_ days: some Sequence<Int>) -> LocalDay? {
                    days.lazy.filter(lengths.contains).map { stay.checkIn.advanced(by: $0) }.first {
                        rules.mayLeave(on: $0)
                    }
                }
                let before = ends(stride(from: min(stay.nightCount - 1, lengths.upperBound), to: 0, by: -1).prefix(7))
                let after = ends(
                    max(stay.nightCount + 1, lengths.lowerBound)..<(max(stay.nightCount + 1, lengths.lowerBound) + 7))
                let both = [before, after].compactMap(\.self)
                if !both.isEmpty { return .leaveOn(both) }
            }
            return nil
        case .tooManyGuests(let most), .tooManyChildren(let most), .tooManyInfants(let most), .tooManyPets(let most):
            return .comeWith(most)
        case .nightsTaken(_, let part), .noUnitForWholeStay(let part): return part.map { .part($0) } ?? .otherDates
        }
    }

    /// A change in words; nothing for one that this rule never asks for.
    private func words(for change: StaySuggestion) -> String? {
        switch change {
        case .beginOnOrAfter(let day): "Begin on \(day.dated) or later."
        case .beginOnOrBefore(let day): "Begin on \(day.dated) or earlier."
        case .beginOn(let days): Refusal.either("Begin", days)
        case .leaveOnOrAfter(let day): "Leave on \(day.dated) or later."
        case .leaveOnOrBefore(let day): "Leave on \(day.dated) or earlier."
        case .leaveOn(let days): Refusal.either("Leave", days)
        case .nightsBefore(let day): "Choose nights before \(day)."
        case .comeWith(let most): wordsToCome(with: most)
        case .part(let stay):
            "\(stay.nightCount.counted("night")) of it can be had: \(stay.checkIn) to \(stay.checkOut)."
        case .nearest(let stay): "The nearest free stay as long is \(stay.checkIn) to \(stay.checkOut)."
        case .otherDates: "Choose other dates."
        }
    }

    private func wordsToCome(with most: Int) -> String? {
        switch self {
        case .tooManyGuests: "Come with \(most.counted("guest")) or fewer."
        case .tooManyChildren: Refusal.come(most, "child", "children")
        case .tooManyInfants: Refusal.come(most, "infant", "infants")
        case .tooManyPets: Refusal.come(most, "pet", "pets")
        case .notListed, .noPrice, .inThePast, .tooShortNotice, .beyondBookingWindow, .beyondHorizon, .notOpen,
            .belowMinimumNights, .aboveMaximumNights, .noArrival, .noDeparture, .nightsTaken, .noUnitForWholeStay:
            nil
        }
    }

    /// The nearest day on which a stay may begin, from a day on.
    private static func arrival(from day: LocalDay, by step: Int, _ rules: StayRules) -> LocalDay? {
        // Two weeks: a season of another rule may begin in between.
        (0..<14).lazy.map { day.advanced(by: $0 * step) }.first { rules.mayArrive(on: $0) }
    }

    private static let farthest = "A stay can begin at most \(Stay.farthest) days ahead."

    private static func either(_ verb: String, _ days: [LocalDay]) -> String {
        "\(verb) on \(days.map(\.dated).joined(separator: " or on "))."
    }

    private static func atMost(_ most: Int, _ one: String, _ many: String) -> String {
        most == 0 ? "This place takes no \(many)." : "This place takes at most \(most) \(most == 1 ? one : many)."
    }

    private static func come(_ most: Int, _ one: String, _ many: String) -> String {
        most == 0 ? "Come without \(many)." : "Come with \(most) \(most == 1 ? one : many) or fewer."
    }

    private static func list(_ days: WeekdaySet?) -> String {
        (days ?? .all).days.map(\.name).joined(separator: ", ")
    }

    /// At most three are named: a month of them helps nobody.
    private static func list(_ nights: [LocalDay]) -> String {
        guard nights.count > 1 else { return "The night of \(nights.first.map(\.description) ?? "") is" }
        let named = nights.prefix(3).map(\.description).joined(separator: ", ")
        return "The nights of \(named)\(nights.count > 3 ? " and \(nights.count - 3) more" : "") are"
    }
}

extension LocalDay {
    /// `Friday 2027-12-24`.
    var dated: String { "\(Weekday.allCases[weekdayIndex].name) \(self)" }
}

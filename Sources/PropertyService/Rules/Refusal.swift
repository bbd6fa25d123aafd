package import Core

/// A rule that stands against a stay, with what is needed to say what would satisfy it.
package enum Refusal: Sendable, Equatable {
    case notListed
    case noPrice
    case inThePast(today: LocalDay)
    /// `last`: the last day a stay may begin on.
    case beyondBookingWindow(last: LocalDay)
    case notOpen(until: LocalDay)
    case belowMinimumNights(Int)
    case aboveMaximumNights(Int)
    case tooManyGuests(most: Int)
    /// The nights that no unit has free, and the longest part of the stay that is.
    case nightsTaken([LocalDay], Stay?)
    case noUnitForWholeStay(Stay?)

    /// The contract's code.
    package var code: String {
        switch self {
        case .notListed: "not_listed"
        case .noPrice: "no_price"
        case .inThePast: "in_the_past"
        // The end of what a host has opened is a booking window too: to a guest it is the same rule.
        case .beyondBookingWindow, .notOpen: "beyond_booking_window"
        case .belowMinimumNights: "below_minimum_nights"
        case .aboveMaximumNights: "above_maximum_nights"
        case .tooManyGuests: "too_many_guests"
        case .nightsTaken: "night_taken"
        case .noUnitForWholeStay: "no_unit_for_whole_stay"
        }
    }

    /// The part of the request that it is about.
    package var field: String {
        switch self {
        case .tooManyGuests: "guests"
        case .notListed, .noPrice, .inThePast, .beyondBookingWindow, .notOpen, .belowMinimumNights,
            .aboveMaximumNights, .nightsTaken, .noUnitForWholeStay:
            "checkIn"
        }
    }

    /// Whether it is about who has the nights, which claims decide, and not about a rule.
    package var isAboutNights: Bool {
        switch self {
        case .nightsTaken, .noUnitForWholeStay: true
        case .notListed, .noPrice, .inThePast, .beyondBookingWindow, .notOpen, .belowMinimumNights,
            .aboveMaximumNights, .tooManyGuests:
            false
        }
    }

    /// In words, with the smallest change of `stay` that would satisfy this rule.
    package func reason(for stay: Stay) -> Reason {
        Reason(code: code, message: message, suggestion: suggestion(for: stay), field: field)
    }

    private var message: String {
        switch self {
        case .notListed: "This place can't be booked at the moment."
        case .noPrice: "This place has no price yet."
        case .inThePast(let today): "The stay would begin before today, which is \(today) at the property."
        case .beyondBookingWindow: "A stay can begin at most \(Stay.farthest) days ahead."
        case .notOpen(let until): "Nights from \(until) on can't be booked yet."
        case .belowMinimumNights(let minimum): "A stay that begins on this day has at least \(count(minimum, "night"))."
        case .aboveMaximumNights(let maximum): "A stay has at most \(count(maximum, "night"))."
        case .tooManyGuests(let most): "The place takes at most \(count(most, "guest"))."
        case .nightsTaken(let nights, _): "\(list(nights)) taken or closed."
        case .noUnitForWholeStay: "Every night is free, but no single unit is free for the whole stay."
        }
    }

    private func suggestion(for stay: Stay) -> String? {
        switch self {
        case .notListed, .noPrice: nil
        case .inThePast(let today): "Begin on \(today) or later."
        case .beyondBookingWindow(let last): "Begin on \(last) or earlier."
        case .notOpen(let until):
            stay.checkIn < until ? "Leave on \(until) or earlier." : "Choose nights before \(until)."
        case .belowMinimumNights(let minimum): "Leave on \(stay.checkIn.advanced(by: minimum)) or later."
        case .aboveMaximumNights(let maximum): "Leave on \(stay.checkIn.advanced(by: maximum)) or earlier."
        case .tooManyGuests(let most): "Come with \(count(most, "guest")) or fewer."
        case .nightsTaken(_, let part), .noUnitForWholeStay(let part):
            part.map { "\(count($0.nightCount, "night")) of it can be had: \($0.checkIn) to \($0.checkOut)." }
                ?? "Choose other dates."
        }
    }

    private func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    /// At most three are named: a month of them helps nobody.
    private func list(_ nights: [LocalDay]) -> String {
        guard nights.count > 1 else { return "The night of \(nights.first.map(\.description) ?? "") is" }
        let named = nights.prefix(3).map(\.description).joined(separator: ", ")
        return "The nights of \(named)\(nights.count > 3 ? " and \(nights.count - 3) more" : "") are"
    }
}

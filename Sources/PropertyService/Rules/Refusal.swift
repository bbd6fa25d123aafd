package import Core

/// A rule that stands against a stay, with what is needed to say what would satisfy it.
package enum Refusal: Sendable, Equatable {
    case notListed
    case noPrice
    case inThePast(today: LocalDay)
    /// `first`: the first day a stay may begin on.
    case tooShortNotice(first: LocalDay)
    /// `last`: the last day a stay may begin on.
    case beyondBookingWindow(last: LocalDay)
    /// `last`: the last day that any stay anywhere may begin on.
    case beyondHorizon(last: LocalDay)
    case notOpen(until: LocalDay)
    case belowMinimumNights(Int)
    case aboveMaximumNights(Int)
    /// No stay begins on this day of the week.
    case noArrival
    /// No stay ends on this day of the week.
    case noDeparture
    case tooManyGuests(most: Int)
    case tooManyChildren(most: Int)
    case tooManyInfants(most: Int)
    case tooManyPets(most: Int)
    /// The nights that no unit has free, and the longest part of the stay that is.
    case nightsTaken([LocalDay], Stay?)
    case noUnitForWholeStay(Stay?)

    /// The contract's code.
    package var code: String {
        switch self {
        case .notListed: "not_listed"
        case .noPrice: "no_price"
        case .inThePast: "in_the_past"
        case .tooShortNotice: "too_short_notice"
        // The end of what a host has opened is a booking window too: to a guest it is the same rule.
        case .beyondBookingWindow, .beyondHorizon, .notOpen: "beyond_booking_window"
        case .belowMinimumNights: "below_minimum_nights"
        case .aboveMaximumNights: "above_maximum_nights"
        case .noArrival: "no_arrival_on_this_day"
        case .noDeparture: "no_departure_on_this_day"
        case .tooManyGuests: "too_many_guests"
        case .tooManyChildren: "too_many_children"
        case .tooManyInfants: "too_many_infants"
        case .tooManyPets: "too_many_pets"
        case .nightsTaken: "night_taken"
        case .noUnitForWholeStay: "no_unit_for_whole_stay"
        }
    }

    /// The part of the request that it is about.
    package var field: String {
        switch self {
        case .tooManyGuests: "guests"
        case .tooManyChildren: "children"
        case .tooManyInfants: "infants"
        case .tooManyPets: "pets"
        case .noDeparture: "checkOut"
        case .notListed, .noPrice, .inThePast, .tooShortNotice, .beyondBookingWindow, .beyondHorizon, .notOpen,
            .belowMinimumNights, .aboveMaximumNights, .noArrival, .nightsTaken, .noUnitForWholeStay:
            "checkIn"
        }
    }

    /// Whether it is about who has the nights, which claims decide, and not about a rule.
    package var isAboutNights: Bool {
        switch self {
        case .nightsTaken, .noUnitForWholeStay: true
        case .notListed, .noPrice, .inThePast, .tooShortNotice, .beyondBookingWindow, .beyondHorizon, .notOpen,
            .belowMinimumNights, .aboveMaximumNights, .noArrival, .noDeparture, .tooManyGuests, .tooManyChildren,
            .tooManyInfants, .tooManyPets:
            false
        }
    }
}

public import Core

/// A stay that is booked and what it is to become.
public struct StayChange: Sendable, Equatable {
    public let booked: Stay
    public let bookedParty: Party
    public let stay: Stay
    public let party: Party
    /// The host, or an operator in their place, proposes it.
    public let isProposedByHost: Bool

    public init(booked: Stay, bookedParty: Party, stay: Stay, party: Party, isProposedByHost: Bool) {
        self.booked = booked
        self.bookedParty = bookedParty
        self.stay = stay
        self.party = party
        self.isProposedByHost = isProposedByHost
    }
}

extension Refusal {
    /// Whether the rule stands against changing a booked stay so.
    ///
    /// A rule counts only for what is changed: an arrival that was agreed stays agreed, though the rules have moved on. A
    /// host may propose what their own rules refuse, because the guest has to agree; what is past, further ahead or longer
    /// than any stay can be, or has no price, is refused to everybody. Nights are not asked here: the claims decide.
    package func stands(against change: StayChange, on today: LocalDay) -> Bool {
        let arrives = change.stay.checkIn != change.booked.checkIn
        let leaves = change.stay.checkOut != change.booked.checkOut
        let isOwnRule = !change.isProposedByHost
        switch self {
        case .notListed, .noPrice: return false
        case .inThePast: return arrives
        case .beyondBookingWindow:
            let isTooFar = today.distance(to: change.stay.checkIn) > Stay.farthest
            return arrives && (isOwnRule || isTooFar)
        case .tooShortNotice, .noArrival: return isOwnRule && arrives
        case .noDeparture: return isOwnRule && leaves
        case .notOpen: return isOwnRule && change.stay.checkOut > change.booked.checkOut
        case .belowMinimumNights: return isOwnRule && (arrives || change.stay.nightCount < change.booked.nightCount)
        case .aboveMaximumNights:
            let isTooLong = change.stay.nightCount > Stay.longest
            return isTooLong || isOwnRule && (arrives || change.stay.nightCount > change.booked.nightCount)
        case .tooManyGuests: return isOwnRule && change.party != change.bookedParty
        case .tooManyChildren: return isOwnRule && change.party.children > change.bookedParty.children
        case .tooManyInfants: return isOwnRule && change.party.infants > change.bookedParty.infants
        case .tooManyPets: return isOwnRule && change.party.pets > change.bookedParty.pets
        case .nightsTaken, .noUnitForWholeStay: return false
        }
    }
}

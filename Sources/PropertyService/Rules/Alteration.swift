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
    /// What of a rule stands against changing a booked stay so; nothing where it does not count.
    ///
    /// A rule counts only for what is changed: an arrival that was agreed stays agreed, though the rules have moved on. A
    /// host may propose what their own rules refuse, because the guest has to agree; what is past, further ahead or longer
    /// than any stay can be, or has no price, is refused to everybody. Nights are not asked here: the claims decide.
    func standing(against change: StayChange, _ rules: StayRules, at moment: LocalMoment) -> Refusal? {
        let arrives = change.stay.checkIn != change.booked.checkIn
        let leaves = change.stay.checkOut != change.booked.checkOut
        let (nights, booked) = (change.stay.nightCount, change.booked.nightCount)
        let limits = rules.sheet.rules.party
        let isOwnRule = !change.isProposedByHost
        func me(where counts: Bool) -> Refusal? { counts ? self : nil }
        return switch self {
        case .notListed, .noPrice, .nightsTaken, .noUnitForWholeStay: nil
        case .inThePast: me(where: arrives)
        case .tooShortNotice, .noArrival: me(where: isOwnRule && arrives)
        case .beyondBookingWindow, .beyondHorizon, .notOpen: Refusal.tooFar(change, rules, at: moment)
        case .noDeparture: me(where: isOwnRule && leaves)
        case .belowMinimumNights: me(where: isOwnRule && (arrives || nights < booked))
        case .aboveMaximumNights: me(where: nights > Stay.longest || isOwnRule && (arrives || nights > booked))
        case .tooManyGuests: me(where: isOwnRule && limits.counted(change.party) > limits.counted(change.bookedParty))
        case .tooManyChildren: me(where: isOwnRule && change.party.children > change.bookedParty.children)
        case .tooManyInfants: me(where: isOwnRule && change.party.infants > change.bookedParty.infants)
        case .tooManyPets: me(where: isOwnRule && change.party.pets > change.bookedParty.pets)
        }
    }

    /// A stay is refused for one of several ends of what can be booked; a change is for the one that counts for it.
    private static func tooFar(_ change: StayChange, _ rules: StayRules, at moment: LocalMoment) -> Refusal? {
        let (stay, booked) = (change.stay, change.booked)
        let farthest = moment.day.advanced(by: Stay.farthest)
        let arrives = stay.checkIn != booked.checkIn
        guard !change.isProposedByHost else {
            return arrives && stay.checkIn > farthest ? .beyondHorizon(last: farthest) : nil
        }
        let last = rules.lastArrival(at: moment)
        if arrives, stay.checkIn > last { return .beyondBookingWindow(last: last) }
        guard let until = rules.openUntil.map({ max($0, booked.checkOut) }), stay.checkOut > until else { return nil }
        return .notOpen(until: until)
    }
}

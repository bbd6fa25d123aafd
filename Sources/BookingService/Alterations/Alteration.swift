public import Core
public import PropertyService

/// A change to a confirmed booking that one side proposes and the other agrees to.
public struct Alteration: Sendable, Codable, Equatable {
    public let id: AlterationID
    public let bookingId: BookingID
    /// 1 for the first of its booking.
    public let number: Int
    public let status: AlterationStatus
    /// An operator proposes in the host's place.
    public let proposedBy: Actor
    public let before: Before
    public let after: After
    /// What the proposer wrote to the other.
    public let message: String?
    /// What whoever declined or withdrew wrote.
    public let reason: String?
    /// Until when the other may answer or, once agreed, the guest has to pay; may have passed while the provider's page is
    /// being closed. Nothing once it is over.
    public let expiresAt: Instant?
    public let createdAt: Instant
    public let agreedAt: Instant?
    public let endedAt: Instant?

    /// The booking as it was when this was proposed.
    public struct Before: Sendable, Codable, Equatable {
        public let stay: Stay
        public let party: Party
        public let total: Money
    }

    /// The booking as it is to be.
    public struct After: Sendable, Codable, Equatable {
        public let stay: Stay
        public let party: Party
        /// They sum to `total`.
        public let lines: [PriceLine]
        public let total: Money
        public let agreed: AgreedTerms
    }

    /// What the guest has to pay more; below zero: what goes back.
    public var difference: Money { Money(after.total.amount - before.total.amount, after.total.currency) }

    /// Who has to agree: the guest, or the host.
    public var answeredBy: Actor { proposedBy == .guest ? .host : .guest }
}

/// Where an alteration is in its course, as the world sees it.
public enum AlterationStatus: String, Sendable, Codable, CaseIterable {
    case proposed, agreed, applied, declined, withdrawn, lapsed, expired, ended
}

/// What somebody wants to be other; what is left out stays as it is.
public struct AlterationWish: Sendable, Codable, Equatable {
    public let checkIn: LocalDay?
    public let checkOut: LocalDay?
    public let party: Party?
    /// What the whole stay is to cost; nothing: as the rules say.
    public let total: Money?

    public init(checkIn: LocalDay? = nil, checkOut: LocalDay? = nil, party: Party? = nil, total: Money? = nil) {
        self.checkIn = checkIn
        self.checkOut = checkOut
        self.party = party
        self.total = total
    }
}

/// What an alteration would come to, before it is proposed.
public struct AlterationQuote: Sendable, Equatable {
    public let bookingId: BookingID
    public let before: Alteration.Before
    public let stay: Stay
    public let party: Party
    /// Every rule that stands against it, and the nights that are taken.
    public let reasons: [Reason]
    public let lines: [PriceLine]
    /// Nothing where it has no price.
    public let total: Money?
    /// What the guest would pay more; below zero: what would go back.
    public let difference: Money?

    public var isPossible: Bool { reasons.isEmpty && total != nil }
}

/// An alteration's state changed: what letters are made from. Its subject is the booking.
public struct AlterationChanged: Sendable, Codable {
    public static let kind = "alteration.changed"

    public let alteration: Alteration
    /// As it was right after the change.
    public let booking: Booking
    public let by: Actor
}

public import Core
public import PropertyService

/// What a guest asks for.
public struct Wish: Sendable, Codable, Equatable {
    public let propertyId: PropertyID
    public let stay: Stay
    public let party: Party

    public init(propertyId: PropertyID, stay: Stay, party: Party) {
        self.propertyId = propertyId
        self.stay = stay
        self.party = party
    }
}

/// A stay that somebody asked for, with the price and the rules as agreed then: later changes of the property do not
/// touch it.
public struct Booking: Sendable, Codable, Equatable {
    public let id: BookingID
    /// For people: `H7K2-9QXM`.
    public let code: String
    public internal(set) var status: BookingStatus
    public let propertyId: PropertyID
    public let guestId: UserID
    public let hostId: UserID
    public let stay: Stay
    /// Adults and children.
    public let guests: Int
    /// Nothing only where it was written down before parties were known: then all of `guests` are adults.
    public let party: Party?
    /// They sum to `total`.
    public let lines: [PriceLine]
    public let total: Money
    /// What the ledger says was captured for it.
    public internal(set) var paid: Money
    /// What the ledger says was given back of it.
    public internal(set) var refunded: Money
    /// Nothing unless held; may have passed while the provider's page is being closed.
    public internal(set) var holdExpiresAt: Instant?
    /// Until when the host may answer; nothing unless requested.
    public internal(set) var requestExpiresAt: Instant?
    public let createdAt: Instant
    public internal(set) var confirmedAt: Instant?
    public internal(set) var cancelledAt: Instant?
    /// Nothing unless cancelled.
    public internal(set) var cancelledBy: Actor?
    /// Why it was cancelled or declined, where somebody said.
    public internal(set) var reason: String?
    /// The property's zone, clock times and cancellation terms as agreed.
    public let agreed: AgreedTerms
}

extension Booking {
    /// Whose request was accepted, where one is declined that no longer fits then: the reasons that Roost gives itself.
    public enum CrowdedOut: String, Sendable, CaseIterable {
        case byAnotherGuest = "The nights went to another guest."
        case byOwnRequest = "The guest's other request for these dates was accepted."
    }

    /// Whether it was declined for that, and for whom: whoever shows it says it in their own language.
    public var crowdedOut: CrowdedOut? { status == .declined ? reason.flatMap(CrowdedOut.init) : nil }

    /// Whether it was declined for either.
    public var isCrowdedOut: Bool { crowdedOut != nil }
}

/// What the two sides agreed on besides the price.
public struct AgreedTerms: Sendable, Codable, Equatable {
    public let title: String
    public let zone: Zone
    public let checkInFrom: TimeOfDay
    public let checkOutBy: TimeOfDay
    /// When the stay begins and ends on the clock at the property.
    public let checkInAt: Instant
    public let checkOutAt: Instant
    public let cancellation: CancellationTerms
}

/// Where a booking is in its course, as the world sees it.
public enum BookingStatus: String, Sendable, Codable, CaseIterable {
    case requested, held, confirmed, completed, cancelled, declined, expired
}

/// In which part someone looks at bookings.
public enum BookingRole: String, Sendable, Codable, CaseIterable {
    case guest, host, `operator`
}

/// Who brought a change about.
public enum Actor: String, Sendable, Codable {
    case guest, host, `operator`, system
}

/// What somebody was told that cancelling gives back and keeps.
public struct ExpectedCancellation: Sendable, Equatable {
    public let refund: Money
    public let kept: Money

    public init(refund: Money, kept: Money) {
        self.refund = refund
        self.kept = kept
    }
}

/// What cancelling now would give back.
public struct CancellationOffer: Sendable, Equatable {
    /// The percentage of the price, at most what was paid and has not gone back already.
    public let refund: Money
    /// What is left then of what was paid.
    public let kept: Money
    /// The contract's name, or `custom` for a host's own steps.
    public let policy: String
    public let percent: Int
    /// Until when this percentage stands; nothing where it gets no worse any more.
    public let until: Instant?
    /// What comes back from now on: of the whole price, once it is paid, and never more than is left of what was.
    public let schedule: [CancellationTerms.Refund]
}

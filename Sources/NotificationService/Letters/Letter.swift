public import Core

/// One mail that is due: what it says and to whom. Its facts are kept as they were; it is rendered when it is sent.
public struct Letter: Sendable, Codable, Equatable {
    public let kind: LetterKind
    public let recipient: UserID
    /// Nothing only for the letter of registration, which names no booking.
    public let stay: StayFacts?

    /// A letter about a booking.
    public init(_ kind: LetterKind, to recipient: UserID, about stay: StayFacts) {
        self.kind = kind
        self.recipient = recipient
        self.stay = stay
    }

    private init(registered person: UserID) {
        kind = .registered
        recipient = person
        stay = nil
    }

    /// The welcome to someone who has just registered.
    public static func registered(_ person: UserID) -> Letter { Letter(registered: person) }

    /// What the letter is about, as `Mails.deliveries(about:)` asks for it: the booking's id, else the person's.
    public var subject: String { stay?.bookingId.text ?? recipient.text }
}

/// What a letter says. Each kind has one reader: the guest unless its comment says otherwise.
public enum LetterKind: String, Sendable, Codable, CaseIterable {
    /// To whoever registered.
    case registered
    /// The host has been asked; `deadline` is until when they may answer.
    case requested
    /// To the host: someone asks for these nights; `deadline` is until when they may answer.
    case requestReceived
    /// The host said yes; `deadline` is until when to pay. Nobody gets `held` beside it.
    case accepted
    /// The host said no; `reason` is theirs.
    case declined
    /// The host did not answer in time.
    case lapsed
    /// The nights are held; `deadline` is until when to pay.
    case held
    /// Paid and booked; brings the stay as `.ics`.
    case confirmed
    /// To the host: a guest comes.
    case bookingReceived
    /// The hold ran out unpaid.
    case expired
    /// The booking is cancelled; `refund` is what goes back, `cancelledBy` who did it, `reason` why.
    case cancelled
    /// To the host: the same.
    case cancelledForHost
    /// Money is on its way back; `refund` is how much.
    case refunded
    /// Money came after the nights were gone and goes back in full; `refund` is how much.
    case lateRefunded
    /// To the host: mails to the guest come back.
    case guestUnreachable
    /// A change of the booking is proposed; `change` says which, `deadline` until when the other side may answer.
    case changeProposed
    /// To the host: the same.
    case changeProposedToHost
    /// Both agree on a change; `deadline` is until when to pay the difference.
    case changeAgreed
    /// To the host: the same.
    case changeAgreedForHost
    /// The booking is changed, and the letter says how it is now; brings the stay as `.ics`.
    case changeApplied
    /// To the host: the same.
    case changeAppliedForHost
    /// A change came to nothing; `change` says how, `reason` why.
    case changeEnded
    /// To the host: the same.
    case changeEndedForHost
}

/// What letters say about a booking, as it was when the letter became due.
public struct StayFacts: Sendable, Codable, Equatable {
    /// Who cancelled.
    public enum Party: String, Sendable, Codable {
        case guest, host, `operator`, system
    }

    /// One line of the price.
    public struct Line: Sendable, Codable, Equatable {
        /// In English, for what has no words in the catalogues.
        public let label: String
        public let amount: Money
        /// `night`, `cleaningFee`, …; nothing in letters of before it was known.
        public let kind: String?

        public init(_ label: String, _ amount: Money, kind: String? = nil) {
            self.label = label
            self.amount = amount
            self.kind = kind
        }
    }

    /// What a change of the booking is about.
    public struct Change: Sendable, Codable, Equatable {
        /// How a change came to nothing.
        public enum Outcome: String, Sendable, Codable, CaseIterable {
            case declined, withdrawn, lapsed, expired
        }

        /// 1 for the first of its booking: the file for calendars counts with it.
        public let number: Int
        public let isProposedByHost: Bool
        public let before: Stay
        public let guestsBefore: Int
        public let totalBefore: Money
        public let stay: Stay
        public let guests: Int
        public let total: Money
        public let isApplied: Bool
        public let outcome: Outcome?
        public let message: String?

        public init(
            number: Int, isProposedByHost: Bool, before: (stay: Stay, guests: Int, total: Money),
            after: (stay: Stay, guests: Int, total: Money), isApplied: Bool, outcome: Outcome?, message: String?
        ) {
            self.number = number
            self.isProposedByHost = isProposedByHost
            (self.before, guestsBefore, totalBefore) = before
            (stay, guests, total) = after
            self.isApplied = isApplied
            self.outcome = outcome
            self.message = message
        }

        /// Minor units; below zero: it costs less.
        var totalAfterLessBefore: Int64 { total.amount - totalBefore.amount }
        /// How much more or less, never below zero.
        var difference: Money { Money(abs(totalAfterLessBefore), total.currency) }
    }

    public let bookingId: BookingID
    /// The code a person can read out.
    public let code: String
    public let place: String
    public let stay: Stay
    public let guests: Int
    public let total: Money
    /// Where the place is: every time in a letter is told in this zone, with its name.
    public let zone: Zone
    public let checkInFrom: TimeOfDay
    public let checkOutBy: TimeOfDay
    /// How the total comes about; shown in `held`, `accepted`, `confirmed` and `bookingReceived` where there is any.
    public var lines: [Line] = []
    /// City and country, for people and calendars.
    public var area: String?
    /// Shown to hosts.
    public var guestName: String?
    /// Until when the reader, or the host, has to do something.
    public var deadline: Instant?
    /// What goes back to the guest.
    public var refund: Money?
    /// Who cancelled or declined.
    public var cancelledBy: Party?
    /// Free text of whoever declined or cancelled.
    public var reason: String?
    /// Whether it was the guest's own other request that a declined one made room for; nothing where it was another's.
    public var isOvertakenByOwn: Bool?
    /// What a change of the booking is about; only in letters about one.
    public var change: Change?

    public init(
        bookingId: BookingID, code: String, place: String, stay: Stay, guests: Int, total: Money, zone: Zone,
        checkInFrom: TimeOfDay, checkOutBy: TimeOfDay
    ) {
        self.bookingId = bookingId
        self.code = code
        self.place = place
        self.stay = stay
        self.guests = guests
        self.total = total
        self.zone = zone
        self.checkInFrom = checkInFrom
        self.checkOutBy = checkOutBy
    }
}

public import Core

extension PayableID {
    /// What is owed for a booking itself. Named after it, so that whoever owes and whoever collects need not ask.
    public init(of booking: BookingID) {
        self.init(stored: "due_" + booking.text.dropFirst(BookingKind.prefix.count + 1))
    }
}

/// What something is owed for; a booking may owe several sums.
public enum Purpose: String, Sendable, Codable, CaseIterable {
    /// The stay as it was booked.
    case booking
    /// What an alteration costs more.
    case alteration
}

/// A sum to be paid for a booking.
public struct Owed: Sendable, Codable, Equatable {
    public let payableId: PayableID
    public let bookingId: BookingID
    public let purpose: Purpose
    /// More than zero.
    public let amount: Money
    /// What the payer reads on the provider's page.
    public let description: String

    /// - Parameter payableId: nothing: the booking's own.
    public init(
        _ payableId: PayableID? = nil, of bookingId: BookingID, for purpose: Purpose = .booking, amount: Money,
        description: String
    ) {
        self.payableId = payableId ?? PayableID(of: bookingId)
        self.bookingId = bookingId
        self.purpose = purpose
        self.amount = amount
        self.description = description
    }
}

/// A payment as the people concerned see it.
public struct Payment: Sendable, Codable, Equatable {
    public let id: PaymentID
    public let bookingId: BookingID
    /// Nothing only in answers written down before this was known: then it is for the booking.
    public let purpose: Purpose?
    public let provider: String
    public let status: PaymentStatus
    /// What was taken, or is asked for while nothing was.
    public let amount: Money
    /// What the provider has given back.
    public let refunded: Money
    /// Where the guest pays; nothing where they can't any more.
    public let checkoutUrl: String?
    public let createdAt: Instant

    public init(
        id: PaymentID, bookingId: BookingID, purpose: Purpose, provider: String, status: PaymentStatus, amount: Money,
        refunded: Money,
        checkoutUrl: String?, createdAt: Instant
    ) {
        self.id = id
        self.bookingId = bookingId
        self.purpose = purpose
        self.provider = provider
        self.status = status
        self.amount = amount
        self.refunded = refunded
        self.checkoutUrl = checkoutUrl
        self.createdAt = createdAt
    }
}

/// Where a payment stands, in the contract's words.
public enum PaymentStatus: String, Sendable, Codable, CaseIterable {
    case pending
    /// Held on the payer's card and not yet taken; no provider of today leaves a payment so.
    case authorized
    case captured
    case failed
    case cancelled
    case partiallyRefunded
    case refunded
}

/// The answer of starting a payment.
public struct StartedPayment: Sendable, Codable, Equatable {
    public let payment: Payment
    /// False where a payment was pending already and is given again.
    public let isNew: Bool

    public init(payment: Payment, isNew: Bool) {
        self.payment = payment
        self.isNew = isNew
    }
}

/// What a booking has paid and got back, from the ledger. Minor units of `currency`.
public struct Balance: Sendable, Codable, Equatable {
    public let paid: Int64
    public let refunded: Int64
    public let currency: Currency

    public init(paid: Int64, refunded: Int64, currency: Currency) {
        self.paid = paid
        self.refunded = refunded
        self.currency = currency
    }
}

public import Core

/// What is to be paid for a booking.
public struct Owed: Sendable, Codable, Equatable {
    public let bookingId: BookingID
    /// More than zero.
    public let amount: Money
    /// What the payer reads on the provider's page.
    public let description: String

    public init(bookingId: BookingID, amount: Money, description: String) {
        self.bookingId = bookingId
        self.amount = amount
        self.description = description
    }
}

/// A payment as the people concerned see it.
public struct Payment: Sendable, Codable, Equatable {
    public let id: PaymentID
    public let bookingId: BookingID
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
        id: PaymentID, bookingId: BookingID, provider: String, status: PaymentStatus, amount: Money, refunded: Money,
        checkoutUrl: String?, createdAt: Instant
    ) {
        self.id = id
        self.bookingId = bookingId
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

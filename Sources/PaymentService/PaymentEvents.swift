public import Core

/// Booking asks that nothing more can be paid for a booking: event `payable.closing`, from `bookings` to `payments`.
public struct PayableClosing: Sendable, Codable, Equatable {
    public static let kind = "payable.closing"

    public let bookingId: BookingID

    public init(bookingId: BookingID) { self.bookingId = bookingId }
}

/// Booking asks that money goes back: event `payable.refund`, from `bookings` to `payments`.
public struct PayableRefund: Sendable, Codable, Equatable {
    public static let kind = "payable.refund"

    public let bookingId: BookingID
    /// Nothing: everything that was paid and has not gone back yet.
    public let amount: Money?
    public let reason: String

    public init(bookingId: BookingID, amount: Money?, reason: String) {
        self.bookingId = bookingId
        self.amount = amount
        self.reason = reason
    }
}

/// What is owed for a booking has been paid: event `payable.paid`, from `payments` to `bookings`.
public struct PayablePaid: Sendable, Codable, Equatable {
    public static let kind = "payable.paid"

    public let bookingId: BookingID
    public let amount: Money
    /// The money came after the payable was closed: the nights may be gone, and Booking decides whether it keeps it.
    public let late: Bool

    public init(bookingId: BookingID, amount: Money, late: Bool) {
        self.bookingId = bookingId
        self.amount = amount
        self.late = late
    }
}

/// The provider has said that nothing can be paid any more: event `payable.closed`, from `payments` to `bookings`.
public struct PayableClosed: Sendable, Codable, Equatable {
    public static let kind = "payable.closed"

    public let bookingId: BookingID

    public init(bookingId: BookingID) { self.bookingId = bookingId }
}

/// The provider has given money back: event `payment.refunded`, from `payments` to whoever writes the letters.
public struct PaymentRefunded: Sendable, Codable, Equatable {
    public static let kind = "payment.refunded"

    public let bookingId: BookingID
    public let paymentId: PaymentID
    public let amount: Money
    /// As Booking gave it, or `paidTwice` or `otherAmount` where Payments itself sent the money back.
    public let reason: String

    public init(bookingId: BookingID, paymentId: PaymentID, amount: Money, reason: String) {
        self.bookingId = bookingId
        self.paymentId = paymentId
        self.amount = amount
        self.reason = reason
    }
}

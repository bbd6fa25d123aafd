public import Core

/// Booking asks that nothing more can be paid of a payable: event `payable.closing`, from `bookings` to `payments`.
public struct PayableClosing: Sendable, Codable, Equatable {
    public static let kind = "payable.closing"

    public let bookingId: BookingID
    private let payable: PayableID?
    public var payableId: PayableID { payable ?? PayableID(of: bookingId) }

    private let payableFor: Purpose?
    public var purpose: Purpose { payableFor ?? .booking }

    /// - Parameter payable: nothing: the booking's own, as in events written before there were others.
    public init(bookingId: BookingID, payable: PayableID? = nil, for purpose: Purpose = .booking) {
        self.bookingId = bookingId
        self.payable = payable
        payableFor = purpose
    }
}

/// Booking asks that money goes back: event `payable.refund`, from `bookings` to `payments`.
public struct PayableRefund: Sendable, Codable, Equatable {
    public static let kind = "payable.refund"

    public let bookingId: BookingID
    /// Whose payments go back: all of them, or those first where an amount is named. Nothing: those of the whole booking,
    /// the latest first.
    public let payable: PayableID?
    /// Nothing: everything that was paid and has not gone back yet.
    public let amount: Money?
    public let reason: String

    public init(bookingId: BookingID, payable: PayableID? = nil, amount: Money?, reason: String) {
        self.bookingId = bookingId
        self.payable = payable
        self.amount = amount
        self.reason = reason
    }
}

/// What is owed has been paid: event `payable.paid`, from `payments` to `bookings`.
public struct PayablePaid: Sendable, Codable, Equatable {
    public static let kind = "payable.paid"

    public let bookingId: BookingID
    private let payable: PayableID?
    public var payableId: PayableID { payable ?? PayableID(of: bookingId) }
    public let amount: Money
    /// The money came after the payable was closed: the nights may be gone, and Booking decides whether it keeps it.
    public let late: Bool

    public init(bookingId: BookingID, payable: PayableID, amount: Money, late: Bool) {
        self.bookingId = bookingId
        self.payable = payable
        self.amount = amount
        self.late = late
    }
}

/// The provider has said that nothing can be paid any more: event `payable.closed`, from `payments` to `bookings`.
public struct PayableClosed: Sendable, Codable, Equatable {
    public static let kind = "payable.closed"

    public let bookingId: BookingID
    private let payable: PayableID?
    public var payableId: PayableID { payable ?? PayableID(of: bookingId) }

    public init(bookingId: BookingID, payable: PayableID) {
        self.bookingId = bookingId
        self.payable = payable
    }
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

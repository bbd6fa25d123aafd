import Core
import Storage

/// A payment as it is stored.
struct PaymentRecord: Sendable {
    let id: PaymentID
    let bookingId: BookingID
    let payableId: PayableID
    let purpose: Purpose
    let number: Int
    let provider: String
    let course: PaymentCourse
    /// As agreed: what the provider is asked to take.
    let amount: Money
    let description: String
    let providerKey: String
    let session: String?
    let checkoutUrl: String?
    let capture: String?
    /// What the provider took, though it be other than agreed.
    let captured: Money?
    let claimed: Int64
    let refunded: Int64
    let startedBy: String?
    let createdAt: Instant
    let endedAt: Instant?
    let tries: Int

    static let columns: SQL = """
        id, booking_id, number, provider, state, amount, currency, description, provider_key, session, checkout_url, \
        capture, captured, captured_currency, claimed, refunded, started_by, created_at, ended_at, tries, payable_id, \
        (SELECT purpose FROM payable WHERE payable.id = payment.payable_id)
        """

    init(_ row: Row) throws {
        id = try row[0]
        bookingId = try row[1]
        number = try row[2]
        provider = try row[3]
        course = PaymentCourse(state: try row[4])
        amount = Money(try row[5], try row[6])
        description = try row[7]
        providerKey = try row[8]
        session = try row[9]
        checkoutUrl = try row[10]
        capture = try row[11]
        let taken: Int64 = try row[12]
        let currency: Currency? = try row[13]
        captured = currency.map { Money(taken, $0) }
        claimed = try row[14]
        refunded = try row[15]
        startedBy = try row[16]
        createdAt = try row[17]
        endedAt = try row[18]
        tries = try row[19]
        payableId = try row[20]
        purpose = try Purpose(stored: try row[21])
    }

    /// As the people concerned see it.
    var payment: Payment {
        let amount = captured ?? amount
        return Payment(
            id: id, bookingId: bookingId, purpose: purpose, provider: provider, status: status, amount: amount,
            refunded: Money(refunded, amount.currency), checkoutUrl: course.state == .open ? checkoutUrl : nil,
            createdAt: createdAt)
    }

    private var status: PaymentStatus {
        switch course.state {
        case .opening, .open, .leaving, .closing: .pending
        case .failed: .failed
        case .cancelled: .cancelled
        case .captured: refunded == 0 ? .captured : refunded == captured?.amount ? .refunded : .partiallyRefunded
        }
    }
}

extension Purpose {
    /// - Throws: `StorageError.fault` for a name that is none.
    init(stored name: String) throws {
        guard let purpose = Purpose(rawValue: name) else { throw StorageError.fault("\(name) is no purpose") }
        self = purpose
    }
}

/// A sum that is owed, as it is stored.
struct PayableRecord: Sendable {
    let id: PayableID
    let bookingId: BookingID
    let purpose: Purpose
    var course: PayableCourse
    /// Nothing where it was closed before anybody began to pay.
    let amount: Money?

    static let columns: SQL = "id, booking_id, purpose, state, winner, amount, currency"

    init(_ row: Row) throws {
        id = try row[0]
        bookingId = try row[1]
        purpose = try Purpose(stored: try row[2])
        course = PayableCourse(state: try row[3], winner: try row[4])
        let amount: Int64? = try row[5]
        let currency: Currency? = try row[6]
        self.amount =
            if let amount, let currency { Money(amount, currency) } else { nil }
    }
}

/// A refund as it is stored.
struct RefundRecord: Sendable {
    let id: RefundID
    let paymentId: PaymentID
    let bookingId: BookingID
    let reason: String
    let amount: Money
    let course: RefundCourse
    let providerKey: String
    let reference: String?
    let tries: Int

    static let columns: SQL =
        "id, payment_id, booking_id, reason, amount, currency, state, provider_key, reference, tries"

    init(_ row: Row) throws {
        id = try row[0]
        paymentId = try row[1]
        bookingId = try row[2]
        reason = try row[3]
        amount = Money(try row[4], try row[5])
        course = RefundCourse(state: try row[6])
        providerKey = try row[7]
        reference = try row[8]
        tries = try row[9]
    }
}

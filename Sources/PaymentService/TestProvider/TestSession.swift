import Core
import Storage

/// A session as the test provider stores it.
struct TestSession: Sendable {
    let token: String
    let bookingId: BookingID
    let paymentId: PaymentID
    let amount: Money
    let description: String
    let isOpen: Bool
    let isDeclined: Bool
    let isPaid: Bool

    static let columns: SQL =
        "token, booking_id, payment_id, amount, currency, description, is_open, is_declined, is_paid"

    init(_ row: Row) throws {
        token = try row[0]
        bookingId = try row[1]
        paymentId = try row[2]
        amount = Money(try row[3], try row[4])
        description = try row[5]
        isOpen = try row[6]
        isDeclined = try row[7]
        isPaid = try row[8]
    }

    var state: TestCheckout.State {
        isPaid ? .paid : isDeclined ? .declined : isOpen ? .open : .closed
    }

    var checkout: TestCheckout {
        TestCheckout(
            bookingId: bookingId, paymentId: paymentId, amount: amount, description: description, state: state)
    }

    func isOf(_ request: SessionRequest) -> Bool {
        request.paymentId == paymentId && request.bookingId == bookingId && request.amount == amount
            && request.description == description
    }
}

extension Queries where Self: ~Copyable {
    func testSession(_ token: String, of provider: String) throws -> TestSession? {
        try first(
            "SELECT \(TestSession.columns) FROM test_session WHERE token = \(token) AND provider = \(provider)",
            TestSession.init)
    }
}

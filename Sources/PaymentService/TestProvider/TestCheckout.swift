public import Core

/// What the page of the built-in test provider shows.
public struct TestCheckout: Sendable, Equatable {
    public let bookingId: BookingID
    public let paymentId: PaymentID
    public let amount: Money
    public let description: String
    public let state: State

    /// How the session stands.
    public enum State: String, Sendable, CaseIterable {
        case open
        case paid
        case declined
        case closed
    }
}

/// What a payer does on the test provider's page.
public enum TestOutcome: String, Sendable, CaseIterable {
    /// Pays: at any time, also after the page was closed, except after a success.
    case succeed
    /// Is refused, where the page is still open.
    case decline
    /// Walks away.
    case abandon
}

public import Core

/// What time a statement is wanted of, and what the books know of it: not every provider has a list of its own money.
public struct StatementPeriod: Sendable {
    public let from: Instant
    public let to: Instant
    /// Payments that took money in that time or had money go back, for providers that must be asked one by one.
    public let known: [KnownPayment]

    public init(from: Instant, to: Instant, known: [KnownPayment]) {
        self.from = from
        self.to = to
        self.known = known
    }

    public struct KnownPayment: Sendable {
        public let id: PaymentID
        public let session: String
        public let capture: String
    }
}

/// What a provider's own lists say.
public enum StatementAnswer: Sendable {
    case lines([StatementLine])
    /// It did not answer, or not so that we understand.
    case unknown(why: String)
    /// It has no lists: it is no provider of real money.
    case none
}

/// One movement of money at a provider.
public struct StatementLine: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case charge
        case refund
        /// A refund that came back.
        case refundFailure
        /// A question before a dispute: no money has moved.
        case inquiry
        /// Money withheld for a dispute.
        case chargeback
        /// Withheld money given back.
        case chargebackReversal
        /// What the provider keeps for itself.
        case fee
    }

    public let kind: Kind
    /// As the provider calls it: unique for its kind.
    public let reference: String
    /// The provider's name of the money it is about.
    public let capture: String?
    /// Ours, where the provider carries it.
    public let paymentId: PaymentID?
    public let refundId: RefundID?
    /// More than zero, but for a fee given back.
    public let amount: Money

    public init(
        _ kind: Kind, _ reference: String, capture: String?, paymentId: PaymentID? = nil, refundId: RefundID? = nil,
        amount: Money
    ) {
        self.kind = kind
        self.reference = reference
        self.capture = capture
        self.paymentId = paymentId
        self.refundId = refundId
        self.amount = amount
    }
}

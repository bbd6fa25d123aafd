public import Core

public enum CaseKind: IDKind { public static let prefix = "case" }
public typealias CaseID = ID<CaseKind>

/// Something about money that a person must look at, understand and resolve.
public struct MoneyCase: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A provider said something that does not fit its contract.
        case badAnswer
        /// Money that should have gone back did not.
        case refundFailed
        /// The payer disputes the payment with their bank: evidence may be wanted by a date.
        case disputeOpened
        /// The bank has decided for the payer: the money is gone.
        case disputeLost
        /// The provider took money that no payment of ours knows.
        case unknownCharge
        /// The books have a payment that the provider does not have.
        case missingCharge
        /// Provider and books differ about how much was taken.
        case chargeDiffers
        /// Money went back that the books know nothing of: made at the provider, by hand.
        case unknownRefund
        /// The books have a refund that the provider does not have.
        case missingRefund
        /// Provider and books differ about how much went back.
        case refundDiffers
        /// Provider and books differ about a fee.
        case feeDiffers
        /// Provider and books differ about what a dispute took.
        case disputeDiffers

        /// What comparing with the provider's lists finds, and finds gone again.
        static let differences: [Kind] = [
            .unknownCharge, .missingCharge, .chargeDiffers, .missingRefund, .refundDiffers, .feeDiffers,
            .disputeDiffers,
        ]
    }

    public let id: CaseID
    public let kind: Kind
    /// What it is about, in the provider's names or ours: one case for each kind and subject.
    public let subject: String
    public let provider: String
    public let bookingId: BookingID?
    public let paymentId: PaymentID?
    /// The sum in question.
    public let amount: Money?
    /// What was found, and what can be done, in words for an operator.
    public let detail: String
    public let openedAt: Instant
    public var resolution: Resolution?

    /// How a case ended.
    public struct Resolution: Sendable, Equatable {
        public let at: Instant
        /// What `by` says where the matter ended by itself.
        static let system = "system"

        /// The operator, or `system` where the matter ended by itself.
        public let by: String
        public let note: String
    }
}

public import Core

/// Whoever moves the money: the payer pays on the provider's page, and we ask what became of it.
///
/// No call throws: an answer is a value, and "we do not know" is one of them. A call may be made again after a crash at
/// any point: with the same key and the same request it must find what the first call did. Where a provider keeps its
/// keys only for some time (Stripe: 24 hours), its adapter looks for our id in the provider's own list before it asks
/// with an old key.
public protocol PaymentProvider: Sendable {
    /// As people write it in the API and the configuration: `test`, `stripe`, `paypal`.
    var name: String { get }

    /// Opens a page on which the payer can pay.
    func open(_ request: SessionRequest, key: String) async -> OpenAnswer

    /// Asks what became of a session, and changes nothing. What the provider says when asked is the truth.
    func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer

    /// As `lookUp`, for a session on which the payer may still pay: takes the money where the payer has only approved.
    func collect(_ session: SessionReference, key: String) async -> SessionAnswer

    /// Closes a session, so that nothing can be paid on it any more. The payer may have won: then it answers `paid`.
    /// `open` means that the provider can't say yet; it is asked again.
    func close(_ session: SessionReference, key: String) async -> SessionAnswer

    /// Gives money back.
    func refund(_ request: RefundRequest, key: String) async -> RefundAnswer

    /// Asks what became of a refund.
    func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer

    /// Why it can't take a sum; nothing where it can.
    func objection(to amount: Money) -> ChargeObjection?

    /// Until when it is left alone after failing too often; nothing where it is believed to be there.
    var restsUntil: Instant? { get }

    /// Asks something harmless, so that `restsUntil` is right though nobody pays.
    /// - Returns: whether it answered.
    func probe() async -> Bool

    /// Whether the keys are good, found out without moving money.
    func checkCredentials() async -> CredentialCheck

    /// Whether a webhook is the provider's own.
    func verify(_ delivery: WebhookDelivery) async -> WebhookVerdict

    /// What a verified event is about. It is a hint: the provider is asked before anything is believed.
    func hint(in event: ProviderEvent) async -> ProviderHint

    /// A dispute as it stands now, for who learnt of it some time ago.
    func dispute(_ reference: String) async -> ProviderHint

    /// What the provider's own lists have of some time, to compare the books with.
    func statement(_ period: StatementPeriod) async -> StatementAnswer
}

/// What those need not say who are always there and never write to us.
extension PaymentProvider {
    public func collect(_ session: SessionReference, key: String) async -> SessionAnswer {
        await lookUp(session, key: key)
    }
    public func objection(to amount: Money) -> ChargeObjection? { nil }
    public var restsUntil: Instant? { nil }
    public func probe() async -> Bool { true }
    public func checkCredentials() async -> CredentialCheck {
        CredentialCheck(isWell: true, finding: "built in; no money moves")
    }
    public func verify(_ delivery: WebhookDelivery) async -> WebhookVerdict { .notConfigured }
    public func hint(in event: ProviderEvent) async -> ProviderHint { .nothing }
    public func dispute(_ reference: String) async -> ProviderHint { .nothing }
    public func statement(_ period: StatementPeriod) async -> StatementAnswer { .none }
}

/// What asking a provider about its keys found.
public struct CredentialCheck: Sendable, Equatable {
    public let isWell: Bool
    public let finding: String

    public init(isWell: Bool, finding: String) {
        self.isWell = isWell
        self.finding = finding
    }
}

/// What a provider needs to open a page; the same for every try.
public struct SessionRequest: Sendable, Equatable {
    public let paymentId: PaymentID
    public let bookingId: BookingID
    public let amount: Money
    public let description: String

    /// Where the provider sends the payer who has paid.
    func returnURL(at baseURL: String) -> String { "\(baseURL)/payments/\(paymentId)/return" }
    /// Where the provider sends the payer who walks away.
    func cancelURL(at baseURL: String) -> String { "\(baseURL)/checkout/\(bookingId)" }
}

/// A session as the provider calls it, with our own id of it.
public struct SessionReference: Sendable, Equatable {
    public let paymentId: PaymentID
    /// The provider's name of the session.
    public let session: String
}

/// What the provider said when it was asked to open a page.
public enum OpenAnswer: Sendable, Equatable {
    /// - Parameters:
    ///   - session: the provider's name of the session.
    ///   - checkoutUrl: where the guest pays.
    case opened(session: String, checkoutUrl: String)
    /// A definite no: nothing was opened under this key, and nothing will be.
    case refused(why: String)
    /// It may have been opened. Ask again with the same key.
    case unknown(why: String)
}

/// What the provider says about a session.
public enum SessionAnswer: Sendable, Equatable {
    /// Not paid, but it still can be.
    case open
    /// Money was taken.
    /// - Parameters:
    ///   - capture: the provider's name of the capture: refunds are made of it.
    case paid(Money, capture: String)
    /// The payer was refused, and nothing can be paid on it any more.
    case declined
    /// Not paid, and nothing can be paid on it any more.
    case closed
    /// It did not answer, or not so that we understand. Ask again.
    case unknown(why: String)
}

/// What a provider needs to give money back; the same for every try.
public struct RefundRequest: Sendable, Equatable {
    public let refundId: RefundID
    public let paymentId: PaymentID
    /// The provider's name of the session.
    public let session: String
    /// The provider's name of the capture.
    public let capture: String
    public let amount: Money
}

/// A refund as the provider calls it, with our own id of it.
public struct RefundReference: Sendable, Equatable {
    public let refundId: RefundID
    /// The provider's name of the refund.
    public let refund: String
}

/// What the provider says about a refund.
public enum RefundAnswer: Sendable, Equatable {
    /// The money is on its way back.
    case done(refund: String)
    /// Accepted and not yet done: ask again.
    case pending(refund: String)
    /// A definite no: the money stays where it is, and a person must look.
    case failed(why: String)
    /// It may have been done. Ask again with the same key.
    case unknown(why: String)
}

public import Core

/// What came to a webhook address, as it came.
public struct WebhookDelivery: Sendable {
    /// The bytes of the body: a signature is over these and nothing made of them.
    public let body: [UInt8]
    /// The value of a header, by its name in whatever case.
    public let header: @Sendable (_ name: String) -> String?

    public init(body: [UInt8], header: @escaping @Sendable (String) -> String?) {
        self.body = body
        self.header = header
    }
}

/// Whether a webhook is the provider's own.
public enum WebhookVerdict: Sendable, Equatable {
    case genuine(ProviderEvent)
    /// It is not to be believed, now or later.
    case refused(WebhookRefusal, why: String)
    /// Whoever verifies it can't be reached: it must come again.
    case unverified(why: String)
    /// Webhooks of this provider are not configured here.
    case notConfigured
}

/// Why a webhook is refused; counted by these names.
public enum WebhookRefusal: String, Sendable {
    /// Whoever sent it is not the provider, or it is no event.
    case forged
    /// The provider signed it, but too long ago or for a time still to come: somebody may be sending it again.
    case stale
    /// The provider's own, of live money where we test or the other way round.
    case otherMode
}

/// An event of a provider, verified.
public struct ProviderEvent: Sendable, Equatable {
    /// As the provider calls it: unique.
    public let id: String
    /// The type, as the provider calls it.
    public let kind: String
    /// The raw body.
    public let body: String

    public init(id: String, kind: String, body: String) {
        self.id = id
        self.kind = kind
        self.body = body
    }
}

/// What an event is about.
public enum ProviderHint: Sendable, Equatable {
    /// Ask about this payment.
    case payment(PaymentID)
    /// Ask about the payment whose money is called so.
    case capture(String)
    /// Ask about this refund.
    case refund(RefundFacts)
    /// A dispute, as the provider has it now.
    case dispute(DisputeFacts)
    /// Nothing that concerns us.
    case nothing
    /// It can't be said now: the provider does not answer. Try again.
    case unknown(why: String)
}

/// A refund as a provider tells of it.
public struct RefundFacts: Sendable, Equatable {
    /// As the provider calls it.
    public let reference: String
    /// Ours, where it carries one: else it was made at the provider by hand.
    public let id: RefundID?
    /// The provider's name of the money it was made of.
    public let capture: String?
    public let amount: Money?

    public init(reference: String, id: RefundID?, capture: String?, amount: Money?) {
        self.reference = reference
        self.id = id
        self.capture = capture
        self.amount = amount
    }
}

/// A dispute as the provider has it.
public struct DisputeFacts: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// A question before a dispute: no money has moved.
        case inquiry
        /// The money is withheld until it is decided.
        case open
        case won
        case lost

        /// Whether a dispute that was so can't have been as `other` afterwards; a question may become a dispute, and a
        /// decision is final.
        func isNoEarlier(than other: State) -> Bool { step >= other.step }

        private var step: Int {
            switch self {
            case .inquiry: 0
            case .open: 1
            case .won, .lost: 2
            }
        }
    }

    /// As the provider calls it.
    public let reference: String
    /// The provider's name of the money in dispute.
    public let capture: String
    public let amount: Money
    public let state: State
    /// The payer's reason, as the provider calls it.
    public let reason: String

    public init(reference: String, capture: String, amount: Money, state: State, reason: String) {
        self.reference = reference
        self.capture = capture
        self.amount = amount
        self.state = state
        self.reason = reason
    }
}

import Core

/// What a provider told about a mail after it had taken it.
struct MailEvent: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// The provider has it and will send it on.
        case accepted
        /// The other server does not take it now; the provider tries on.
        case deferred
        case delivered
        /// The other server refused it for good.
        case bounced
        /// The other server refused it for a reason that lies with us: no sign against the address.
        case blocked
        /// The provider did not even try.
        case dropped
        /// Its reader called it spam.
        case complained
        case opened
        case clicked
        case unsubscribed
    }

    /// The provider's name of the event.
    let id: String
    let kind: Kind
    /// Ours, as it went out with the mail.
    let key: String?
    /// What the provider calls the mail.
    let receipt: String?
    let address: String?
    let detail: String?
    let occurredAt: Instant
    /// Why the address is to get nothing more.
    let suppression: SuppressedAddress.Reason?

    /// What it says of the mail's fate; nothing where it says nothing.
    var outcome: MailDelivery.Outcome? {
        switch kind {
        case .deferred: .deferred
        case .delivered: .delivered
        case .dropped: .dropped
        case .bounced, .blocked: .bounced
        case .complained: .complained
        case .accepted, .opened, .clicked, .unsubscribed: nil
        }
    }
}

extension MailDelivery {
    /// What became of a mail behind its provider.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        case deferred, delivered, dropped, bounced, complained

        /// Events come in any order, and a fate never goes back to a lesser one.
        func outranks(_ other: Outcome?) -> Bool { other.map { rank > $0.rank } ?? true }

        private var rank: Int {
            switch self {
            case .deferred: 1
            case .delivered: 2
            case .dropped, .bounced: 3
            case .complained: 4
            }
        }
    }
}

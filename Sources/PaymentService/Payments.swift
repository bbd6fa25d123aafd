public import Core
package import Storage

/// Takes money for bookings through providers, gives it back, and keeps the books.
public struct Payments: Sendable {
    let world: World
    let courier: Courier
    /// The built-in test provider, where it is configured: its page asks it what to show.
    public let test: TestProvider?

    /// - Parameters:
    ///   - providers: in order of preference, each name once.
    ///   - pollInterval: how often an open payment is asked about.
    package init(
        database: any Database, world: World, outbox: Outbox, providers: [any PaymentProvider], courier: Courier,
        pollInterval: Duration
    ) {
        self.world = world
        self.courier = courier
        test = nil
    }

    /// Whom a guest may choose, in order of preference.
    public var providerNames: [String] { [] }

    /// Opens the payable on first use and starts a payment with the provider, or gives the pending one again.
    ///
    /// A payment pending with another provider is closed first.
    /// - Throws: `Problem`: `validation_failed` for an unknown provider, `hold_expired` where nothing can be paid any
    ///   more, `state_conflict` where it is paid already, `provider_unavailable` where the provider does not answer.
    public func start(_ owed: Owed, with provider: String, once: Once?) async throws -> StartedPayment {
        fatalError("later")
    }

    /// The payments of a booking, newest last.
    public func payments(of booking: BookingID) async throws -> [Payment] { fatalError("later") }

    /// One payment; nothing for an unknown id.
    public func payment(_ id: PaymentID) async throws -> Payment? { fatalError("later") }

    /// What bookings have paid and got back, from the ledger; one that is missing has paid nothing.
    public func balances(of bookings: [BookingID]) async throws -> [BookingID: Balance] { fatalError("later") }

    /// The one idempotent way to learn of a payment: asks the provider and applies what it says.
    ///
    /// A provider that does not answer is asked again by `work`.
    /// - Throws: `Problem` `not_found` for an unknown payment.
    public func settle(_ id: PaymentID) async throws { fatalError("later") }

    /// Acts as the payer on the test provider's page, settles, and hands on what that brought about.
    /// - Throws: `Problem` `not_found` for an unknown token, or where the test provider is not configured.
    public func actAsTestPayer(token: String, outcome: TestOutcome) async throws -> BookingID { fatalError("later") }

    /// Hears Booking's `payable.closing` and `payable.refund`, as receiver `payments`.
    package func apply(_ event: Event) async throws { fatalError("later") }

    /// What is due: open payments are asked about, sessions closed, refunds carried out. May run on many nodes at once.
    package func work() async throws { fatalError("later") }
}

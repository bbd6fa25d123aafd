public import Core
package import Storage

/// Takes money for bookings through providers, gives it back, and keeps the books.
///
/// The payment and the provider's key are stored before the provider is called; no call lies inside a transaction;
/// every step may be run again. What happened goes into the machines of `Course`, and what they ask for is done by the
/// store in the same transaction, or outside of it by whoever is nearest, else by `work`.
public struct Payments: Sendable {
    let store: PaymentStore
    let world: World
    let courier: Courier
    let providers: [any PaymentProvider]
    let events: EventStore
    let probes: ProbePlan
    let webhookCounts = WebhookCounts()
    let errands = Errands()
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
        self.providers = providers
        store = PaymentStore(
            database: database, world: world, outbox: outbox,
            plan: AskPlan(pollInterval: pollInterval, random: world.random))
        events = EventStore(database: database, world: world)
        probes = ProbePlan(interval: pollInterval)
        test = providers.lazy.compactMap { $0 as? TestProvider }.first
    }

    /// Whom a guest may choose, in order of preference.
    public var providerNames: [String] { providers.map(\.name) }

    func provider(named name: String) -> (any PaymentProvider)? { providers.first { $0.name == name } }

    /// The payments of a booking, newest last.
    public func payments(of booking: BookingID) async throws -> [Payment] {
        try await store.database.read { try $0.payments(of: booking).map(\.payment) }
    }

    /// One payment; nothing for an unknown id.
    public func payment(_ id: PaymentID) async throws -> Payment? {
        try await store.database.read { try $0.findPayment(id)?.payment }
    }

    /// What bookings have paid and got back, from the ledger; one that is missing has paid nothing.
    public func balances(of bookings: [BookingID]) async throws -> [BookingID: Balance] {
        guard !bookings.isEmpty else { return [:] }
        return try await store.database.read { try $0.balances(where: "e.booking_id IN \(list: bookings)") }
    }

    /// The one idempotent way to learn of a payment: asks the provider and applies what it says.
    ///
    /// A provider that does not answer is asked again by `work`.
    /// - Throws: `Problem` `not_found` for an unknown payment.
    public func settle(_ id: PaymentID) async throws {
        let payment = try await carry(id, askingAtLeastOnce: true)
        try await carryBooking(payment.bookingId)
        await courier.deliver(payment.bookingId.text)
    }

    /// The guest comes back from the provider's page: `settle`, but for one payment only every few seconds, because nobody
    /// need be signed in to come back. Whoever comes in between finds what the last one brought about.
    /// - Throws: `Problem` `not_found` for an unknown payment.
    public func comeBack(_ id: PaymentID) async throws {
        guard try await store.admitReturn(of: id, at: world.now()) else { return }
        try await settle(id)
    }

    /// Acts as the payer on the test provider's page, settles, and hands on what that brought about.
    /// - Throws: `Problem` `not_found` for an unknown token, or where the test provider is not configured.
    public func actAsTestPayer(token: String, outcome: TestOutcome) async throws -> BookingID {
        guard let test else { throw Problem.notFound("checkout") }
        let checkout = try await test.act(token: token, outcome: outcome)
        try await settle(checkout.paymentId)
        return checkout.bookingId
    }
}

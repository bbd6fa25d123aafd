import Core
import Storage

extension Payments {
    /// How many batches one round takes, so that it ends though more becomes due meanwhile.
    private static let mostBatches = 32

    /// What is due with all providers, one after the other.
    package func work() async throws {
        var failure: (any Error)?
        for provider in providers {
            do { try await work(with: provider.name) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// What is due with one provider: open payments are asked about, sessions closed, refunds carried out. May run on many
    /// nodes at once, and beside the same for other providers: one that is silent holds up nobody else's.
    ///
    /// One that fails does not stop the others; the first failure is thrown at the end.
    package func work(with provider: String) async throws {
        var failure: (any Error)?
        for _ in 0..<Payments.mostBatches {
            let payments = try await store.takeDuePayments(of: provider, at: world.now())
            failure = await sideBySide(payments) { try await workOn($0) } ?? failure
            let refunds = try await store.takeDueRefunds(of: provider, at: world.now())
            failure = await sideBySide(refunds) { try await workOn($0) } ?? failure
            if payments.isEmpty && refunds.isEmpty { break }
        }
        if let failure { throw failure }
    }

    /// Ends what an earlier process had in hand, where it is known to be dead: `work` need not wait for its leases.
    package func endLeases() async throws { try await store.endLeases(at: world.now()) }

    private func workOn(_ id: PaymentID) async throws {
        let before = try await payment(id)
        let payment = try await carry(id, askingAtLeastOnce: true)
        guard payment.payment != before else { return }
        try await carryBooking(payment.bookingId)
        await courier.deliver(payment.bookingId.text)
    }

    private func workOn(_ id: RefundID) async throws {
        try await carryRefund(id)
        let booking = try await store.database.read { try $0.refund(id).bookingId }
        await courier.deliver(booking.text)
    }
}

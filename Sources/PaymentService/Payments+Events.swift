import Core
package import Storage

extension Payments {
    /// The name under which Payments hears events.
    package static let receiver = "payments"

    /// Hears Booking's `payable.closing` and `payable.refund`, as receiver `payments`.
    ///
    /// What they ask for is stored in the transaction that remembers the event. Then the provider is asked, at once but
    /// not by whoever delivers the event, which waits for `Errands.patience` at the most. The rest is left to `work`.
    package func apply(_ event: Event) async throws {
        let now = world.now()
        switch event.kind {
        case PayableClosing.kind:
            let wish = try event.decoded(as: PayableClosing.self)
            try await store.database.write { tx in
                try tx.receive(event, as: Payments.receiver) { tx in
                    try store.close(wish, at: now, in: tx)
                }
            }
            await carryOn(wish.bookingId)
        case PayableRefund.kind:
            let wish = try event.decoded(as: PayableRefund.self)
            let cause = "event:\(event.source)/\(event.subject)/\(event.version)"
            try await store.database.write { tx in
                try tx.receive(event, as: Payments.receiver) { tx in
                    try store.claimRefunds(wish, cause: cause, at: now, in: tx)
                }
            }
            await carryOn(wish.bookingId)
        default:
            return  // not for us: whoever hears an event is decided in one place, and that is not here
        }
    }

    /// Has what waits for a provider carried on. The event is heard and remembered: a failure after that is no reason to
    /// have it delivered again.
    private func carryOn(_ booking: BookingID) async {
        guard let providers = try? await store.providersToAsk(about: booking), !providers.isEmpty else { return }
        switch await errands.hand(over: booking, to: providers) {
        case .taken: return
        case .yours: await carryQuietly(booking)
        }
    }

    private func carryQuietly(_ booking: BookingID) async {
        do { try await carryBooking(booking) } catch { return }
    }

    /// Lets a server ask providers beside its deliveries: without it whoever delivers an event asks by itself.
    /// - Returns: what asks; it must run until the server ends, when its task is cancelled.
    package func carryingOn() -> @Sendable () async -> Void {
        let waiting = errands.open()
        return {
            await errands.run(waiting, world: world) { booking in
                await carryQuietly(booking)
            } tell: { booking in
                await courier.deliver(booking.text)
            }
        }
    }
}

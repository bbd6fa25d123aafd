import Core
package import Storage

extension Payments {
    /// The name under which Payments hears events.
    package static let receiver = "payments"

    /// Hears Booking's `payable.closing` and `payable.refund`, as receiver `payments`.
    ///
    /// What they ask for is stored in the transaction that remembers the event; then the provider is asked at once, as
    /// far as it answers. The rest is left to `work`.
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
            await carryQuietly(wish.bookingId)
        case PayableRefund.kind:
            let wish = try event.decoded(as: PayableRefund.self)
            let cause = "event:\(event.source)/\(event.subject)/\(event.version)"
            try await store.database.write { tx in
                try tx.receive(event, as: Payments.receiver) { tx in
                    try store.claimRefunds(wish, cause: cause, at: now, in: tx)
                }
            }
            await carryQuietly(wish.bookingId)
        default:
            return  // not for us: whoever hears an event is decided in one place, and that is not here
        }
    }

    /// The event is heard and remembered: a failure after that is no reason to have it delivered again.
    private func carryQuietly(_ booking: BookingID) async {
        do { try await carryBooking(booking) } catch { return }
    }
}

public import Core
public import PaymentService
import PropertyService
package import Storage

/// Paying for a hold, and what the Payment Service tells in return.
extension Bookings {
    /// Starts a payment with a provider, or gives the one that is pending there.
    /// - Throws: `Problem`: `not_found`, `forbidden` for anyone but its guest, `validation_failed` on `provider`,
    ///   `hold_expired` after the hold, `state_conflict` where nothing is to be paid.
    public func startPayment(
        for id: BookingID, provider: String, for caller: Caller, once: Once?
    ) async throws -> StartedPayment {
        try await ledger.start(with: provider, once: once) {
            let (record, actor) = try await record(id, for: caller)
            guard actor == .guest else { throw Problem(.forbidden, "Only the guest may pay for a booking.") }
            _ = try record.requireHold(at: world.now())
            return Owed(of: id, amount: record.total, description: "\(record.agreed.title), \(record.wish.stay)")
        }
    }

    /// - Throws: `Problem` `not_found` unless the caller is its guest, its host or an operator.
    public func payments(of id: BookingID, for caller: Caller) async throws -> [Payment] {
        _ = try await record(id, for: caller)
        return try await ledger.payments(of: id)
    }

    /// - Throws: `Problem` `not_found` unless the caller has a part in its booking.
    public func payment(_ id: PaymentID, for caller: Caller) async throws -> Payment {
        guard let payment = try await ledger.payment(id) else { throw Problem.notFound("payment") }
        do {
            _ = try await record(payment.bookingId, for: caller)
        } catch let problem as Problem where problem.code == .notFound {
            throw Problem.notFound("payment")
        }
        return payment
    }

    /// Applies what the Payment Service tells: paid, or closed for good. May get each event twice.
    package func apply(_ event: Event) async throws {
        switch event.kind {
        case PayablePaid.kind:
            let paid = try event.decoded(as: PayablePaid.self)
            if paid.payableId == PayableID(of: paid.bookingId) {
                try await hear(event, .paid, about: paid.bookingId)
            } else {
                try await hear(event, .paid, about: paid.payableId, of: paid.bookingId)
            }
        case PayableClosed.kind:
            let closed = try event.decoded(as: PayableClosed.self)
            if closed.payableId == PayableID(of: closed.bookingId) {
                try await hear(event, .payableClosed, about: closed.bookingId)
            } else {
                try await hear(event, .payableClosed, about: closed.payableId, of: closed.bookingId)
            }
        default:
            throw StorageError.fault("bookings do not know the event \(event.kind)")
        }
    }

    private func hear(_ event: Event, _ what: Course.Event, about id: BookingID) async throws {
        guard let record = try await store.booking(id) else {
            throw StorageError.fault("\(event.kind) about \(id), which is no booking")
        }
        let units = try await properties.facts(record.wish.propertyId)?.units ?? []
        let now = world.now()
        try await store.database.write { [store] tx in
            try tx.receive(event, as: Bookings.receiver) { step in
                guard let current = try step.booking(id) else { return }
                _ = try store.move(
                    current, BookingStore.Move(event: what, actor: .system, units: units), at: now, in: step)
            }
        }
    }

    /// What an alteration owed was paid, or can't be paid any more.
    private func hear(
        _ event: Event, _ what: AlterationCourse.Event, about payable: PayableID, of booking: BookingID
    ) async throws {
        let id = AlterationID(paying: payable)
        guard let record = try await store.booking(booking) else {
            throw StorageError.fault("\(event.kind) about \(booking), which is no booking")
        }
        let units = try await properties.facts(record.wish.propertyId)?.units ?? []
        let now = world.now()
        try await store.database.write { [store] tx in
            try tx.receive(event, as: Bookings.receiver) { step in
                guard let alteration = try step.alteration(id), var current = try step.booking(booking) else {
                    throw StorageError.fault("\(event.kind) about \(payable), which nothing owes")
                }
                let move = BookingStore.AlterationMove(event: what, actor: .system, units: units)
                let (_, moved) = try store.move(alteration, of: &current, move, at: now, in: step)
                if moved { try step.save(current) }
            }
        }
    }

    /// The name under which this service hears events.
    package static let receiver = "bookings"
}

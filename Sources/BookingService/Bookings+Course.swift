public import Core
import PaymentService
import PropertyService
import Storage

/// What guest, host and operator do with a booking that is there.
extension Bookings {
    /// Claims the nights of a request at the price as requested, without asking the rules again. Other requests that no
    /// longer fit on any unit then are declined.
    /// - Throws: `Problem`: `not_found`, `forbidden` for its guest, `nights_unavailable` (it stays requested),
    ///   `state_conflict` where it is no open request.
    public func accept(_ id: BookingID, for caller: Caller, once: Once?) async throws -> Booking {
        try await moveOnce(id, for: caller, once: once, act: "accept") {
            let (record, actor) = try await hosted(id, by: caller)
            guard let facts = try await properties.facts(record.wish.propertyId) else {
                throw Problem.notFound("place")
            }
            return { record, now in
                try record.requireOpenRequest(at: now)
                return BookingStore.Move(event: .accepted, actor: actor, units: facts.units)
            }
        }
    }

    /// - Throws: `Problem`: `not_found`, `forbidden` for its guest, `state_conflict` where it is no open request.
    public func decline(_ id: BookingID, reason: String?, for caller: Caller, once: Once?) async throws -> Booking {
        try await moveOnce(id, for: caller, once: once, act: "decline") {
            let (_, actor) = try await hosted(id, by: caller)
            return { record, now in
                try record.requireOpenRequest(at: now)
                return BookingStore.Move(event: .declined, actor: actor, reason: reason)
            }
        }
    }

    /// Holds the nights for another `holdDuration`; those of a request that was accepted at most until check-in.
    /// - Throws: `Problem`: `not_found`, `forbidden` for its host, `hold_expired` after the end, `state_conflict` beyond
    ///   three times, where nothing is held, or where no time is left to add.
    public func extend(_ id: BookingID, for caller: Caller, once: Once?) async throws -> Booking {
        let now = world.now()
        let outcome = try await store.database.once(once, at: now) {
            let (record, actor) = try await record(id, for: caller)
            guard actor == .guest else { throw Problem(.forbidden, "Only the guest may extend a hold.") }
            return record
        } _: { [policy] tx, record in
            var current = try tx.booking(record.id) ?? record
            guard let endsAt = try current.requireHold(at: now) else { return current.booking }
            guard current.extensions < BookingPolicy.mostExtensions else {
                throw Problem(
                    .stateConflict,
                    "A hold can be extended \(BookingPolicy.mostExtensions) times. Pay now, or book anew.")
            }
            let longer = endsAt + policy.holdDuration
            let end = current.beganAsRequest ? min(longer, current.agreed.checkInAt) : longer
            guard end > endsAt else {
                throw Problem(
                    .stateConflict, "The nights are held until check-in, and no longer. Pay before then.")
            }
            current.extensions += 1
            current.endsAt = end
            try tx.save(current)
            return current.booking
        }
        return try outcome.get()
    }

    /// How often a hold can still be extended.
    /// - Throws: `Problem` `not_found` unless the caller is its guest, its host or an operator.
    public func extensionsLeft(of id: BookingID, for caller: Caller) async throws -> Int {
        let (record, _) = try await record(id, for: caller)
        return record.course.state == .held ? max(0, BookingPolicy.mostExtensions - record.extensions) : 0
    }

    /// Ends a request, a hold or a confirmed stay; a second time gives the same answer.
    ///
    /// The nights are free at once (during the stay from today on). What was paid comes back by the agreed schedule for
    /// the guest, in full where host or operator cancel. Where the books can't be read just then, the answer says what the
    /// booking itself knows of them: a stay that was confirmed is paid, and nothing has gone back yet.
    /// - Parameter expected: what the caller was told; where cancelling would give back or keep something else now, nothing
    ///   is cancelled. Where it is not given, the booking is cancelled whatever comes back.
    /// - Throws: `Problem`: `not_found`, `state_conflict` for what is declined, expired or completed, and for other sums
    ///   than expected.
    public func cancel(
        _ id: BookingID, reason: String?, expecting expected: ExpectedCancellation? = nil, for caller: Caller,
        once: Once?
    ) async throws -> Booking {
        let booking = try await moveOnce(id, for: caller, once: once, act: "cancel") {
            let (seen, actor) = try await record(id, for: caller)
            let left = await left(of: seen)
            return { [store] record, now in
                switch record.course.state {
                case .requested, .held, .closing, .confirmed:
                    // A stay whose last day is over is completed, though the job that says so has not come by yet.
                    guard record.course.state != .confirmed || now < record.agreed.checkOutAt else {
                        throw Problem(.stateConflict, "This stay is over and can't be cancelled any more.")
                    }
                    let left = record.version == seen.version ? left : nil
                    if let expected {
                        try store.check(expected, against: record, by: actor, left: left, at: now)
                    }
                    return BookingStore.Move(event: .cancelled, actor: actor, reason: reason, left: left)
                case .abandoned, .cancelled:
                    return nil
                case .declined, .expired, .lapsed, .completed:
                    throw Problem(
                        .stateConflict, "This booking is \(record.course.status.rawValue) and can't be cancelled.")
                }
            }
        }
        do {
            return try await withBalances([booking])[0]
        } catch let trouble as any Trouble where trouble.retryAfterSeconds != nil {
            // It is cancelled, whatever can be read now: "try again" would be the wrong answer.
            var booking = booking
            if booking.confirmedAt != nil { booking.paid = booking.total }
            return booking
        }
    }

    /// What cancelling now would give back, and until when.
    /// - Throws: `Problem`: `not_found`; `state_conflict` where there is nothing to cancel any more.
    public func cancellation(of id: BookingID, for caller: Caller) async throws -> CancellationOffer {
        let (record, actor) = try await record(id, for: caller)
        let now = world.now()
        switch record.course.state {
        case .requested, .held, .closing, .confirmed: break
        case .abandoned, .cancelled, .declined, .expired, .lapsed, .completed:
            throw Problem(
                .stateConflict, "This booking is \(record.course.status.rawValue): there is nothing to cancel.")
        }
        let booking = try await withBalances([record.booking])[0]
        let left = Money(max(0, booking.paid.amount - booking.refunded.amount), booking.paid.currency)
        let rule = record.agreed.cancellation.rule(at: now)
        let percent = store.refundPercent(of: record, by: actor, at: now)
        let refund = store.refund(of: record, by: actor, left: left, at: now)
        let schedule =
            actor == .guest
            ? record.agreed.cancellation.refunds(of: record.total, from: now)
            : [CancellationTerms.Refund(percent: 100, amount: record.total, until: nil)]
        return CancellationOffer(
            refund: refund, kept: Money(left.amount - refund.amount, left.currency),
            policy: record.agreed.cancellation.name, percent: percent,
            until: actor == .guest && percent > 0 ? rule.until : nil,
            schedule: booking.paid.amount > 0 ? schedule.map { $0.atMost(left) } : schedule)
    }

    /// What is paid for a confirmed booking and not given back; nothing where it is not confirmed, or nobody can say now:
    /// a booking can be cancelled also while the Payments DB is away.
    private func left(of record: BookingRecord) async -> Money? {
        guard record.course.state == .confirmed, let balance = try? await ledger.balances(of: [record.id])[record.id]
        else { return nil }
        return Money(max(0, balance.paid - balance.refunded), record.total.currency)
    }

    /// The booking, for those who may answer a request: its host or an operator.
    private func hosted(_ id: BookingID, by caller: Caller) async throws -> (BookingRecord, Actor) {
        let (record, actor) = try await record(id, for: caller)
        guard actor != .guest else { throw Problem(.forbidden, "Only the host may answer a request.") }
        return (record, actor)
    }

    /// Looks at a booking as it is in the transaction; nothing where it is already so.
    private typealias Decision = @Sendable (BookingRecord, Instant) throws -> BookingStore.Move?

    /// Moves a booking on in one transaction, with the answer recorded for who asks again, and hands on what follows.
    /// - Parameter prepare: finds out who asks and what is needed, before the transaction.
    private func moveOnce(
        _ id: BookingID, for caller: Caller, once: Once?, act: String, _ prepare: () async throws -> Decision
    ) async throws -> Booking {
        let now = world.now()
        let actId = world.random(16)
        let outcome = try await store.database.once(once, at: now, ready: prepare) { [store] tx, decide in
            guard let current = try tx.booking(id) else { throw Problem.notFound("booking") }
            guard let move = try decide(current, now) else { return current.booking }
            if move.actor == .operator {
                try tx.write(
                    OperatorAct(
                        id: Base32.text(of: actId), operatorId: caller.id, act: act, subject: id.text,
                        reason: move.reason ?? "", at: now))
            }
            return try store.move(current, move, at: now, in: tx).0.booking
        }
        let booking = try outcome.get()
        await courier.deliver(id.text)
        return booking
    }
}

extension BookingRecord {
    fileprivate func requireOpenRequest(at now: Instant) throws {
        guard course.state == .requested else {
            throw Problem(.stateConflict, "This booking is \(course.status.rawValue), not an open request.")
        }
        guard let endsAt, now < endsAt else {
            throw Problem(.stateConflict, "The time to answer this request is over.")
        }
    }

    /// - Returns: when the hold ends.
    /// - Throws: `Problem` `hold_expired` after the end, `state_conflict` where nothing is held.
    func requireHold(at now: Instant) throws -> Instant? {
        switch course.state {
        case .held:
            guard let endsAt, now < endsAt else { throw Problem.holdExpired }
            return endsAt
        case .closing, .expired:
            throw Problem.holdExpired
        case .requested, .confirmed, .completed, .declined, .abandoned, .cancelled, .lapsed:
            throw Problem(.stateConflict, "This booking is \(course.status.rawValue): nothing is held.")
        }
    }
}

extension Problem {
    static let holdExpired = Problem(
        .holdExpired, "The time to pay for these nights is over. Book them again if they are still free.")
}

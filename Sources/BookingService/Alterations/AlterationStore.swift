import Core
import PaymentService
import PropertyService
import Storage

/// The steps of alterations; each is a part of one transaction.
extension BookingStore {
    /// How many changes of one booking may be proposed: no real one needs more, and each writes letters.
    static let mostAlterations = 50

    /// What moves an alteration on, who did it and why.
    struct AlterationMove: Sendable {
        let event: AlterationCourse.Event
        let actor: Actor
        var reason: String?
        /// The units to claim from, where the event claims.
        var units: [UnitID] = []
    }

    /// Writes a proposal down, unless its nights are gone; it claims nothing.
    /// - Throws: `Problem`: `state_conflict` where the booking is not as the proposer saw it, another change is open, or
    ///   there were too many; `nights_unavailable`.
    func propose(
        _ proposal: AlterationRecord, units: [UnitID], at now: Instant, in tx: borrowing Transaction
    ) throws -> Alteration {
        let known = try tx.alterations(of: proposal.bookingId)
        var alteration = proposal
        alteration.number = (known.first?.number ?? 0) + 1
        guard var record = try tx.booking(alteration.bookingId) else { throw Problem.notFound("booking") }
        try record.requireAlterable(at: now)
        guard record.isAs(alteration.before) else {
            throw Problem(.stateConflict, "This booking has changed meanwhile. Look at it again.")
        }
        guard !known.contains(where: \.course.isOpen) else {
            throw Problem(.stateConflict, "A change of this booking is proposed already. Answer or withdraw it first.")
        }
        guard known.count < BookingStore.mostAlterations else {
            throw Problem(.stateConflict, "This booking was changed too often. Cancel it and book anew.")
        }
        // A proposal claims nothing, but nobody need propose nights that are gone: tried, and undone.
        _ = try tx.savepoint { .undo(try $0.holdNights(of: alteration, for: record, on: units, at: now)) }
        try tx.insert(alteration)
        try announce(alteration, of: &record, by: alteration.proposedBy, at: now, in: tx)
        try tx.save(record)
        return alteration.alteration
    }

    /// Moves an alteration along its course, if the event means something in its state, and its booking with it, which
    /// the caller saves.
    /// - Returns: the alteration afterwards, and whether it moved.
    func move(
        _ alteration: AlterationRecord, of record: inout BookingRecord, _ move: AlterationMove, at now: Instant,
        in tx: borrowing Transaction
    ) throws -> (AlterationRecord, moved: Bool) {
        var alteration = alteration
        let actions = alteration.course.handle(move.event)
        guard !actions.isEmpty else { return (alteration, false) }
        if let reason = move.reason { alteration.reason = reason }
        if case .accepted = move.event { alteration.agreedAt = now }
        if !alteration.course.isOpen { alteration.endedAt = alteration.endedAt ?? now }
        for action in actions {
            try carryOut(action, on: &alteration, of: &record, move, at: now, in: tx)
        }
        try tx.save(alteration)
        return (alteration, true)
    }

    private func carryOut(
        _ action: AlterationCourse.Action, on alteration: inout AlterationRecord, of record: inout BookingRecord,
        _ move: AlterationMove, at now: Instant, in tx: borrowing Transaction
    ) throws {
        switch action {
        case .claimNights:
            let (holding, taken) = try tx.holdNights(of: alteration, for: record, on: move.units, at: now)
            alteration.holding = holding
            alteration.endsAt = min(now + policy.acceptedDuration, alteration.latest(record.agreed))
            try append(taken, &record, at: now, in: tx)
        case .apply:
            try apply(&alteration, to: &record, at: now, in: tx)
        case .releaseNights:
            let freed = try tx.releaseNights(of: alteration, for: record)
            alteration.holding = nil
            try append(freed, &record, at: now, in: tx)
        case .closePayable:
            let body = PayableClosing(bookingId: record.id, payable: alteration.payableId, for: .alteration)
            try append(PayableClosing.kind, body, &record, at: now, in: tx)
        case .applyOrRefund:
            try applyOrRefund(&alteration, of: &record, move, at: now, in: tx)
        case .refundInFull:
            try refund(alteration, of: &record, "the payment came after the change had ended", at: now, in: tx)
        case .announce:
            try announce(alteration, of: &record, by: move.actor, at: now, in: tx)
        }
    }

    /// The booking becomes what was agreed; what it costs less goes back.
    private func apply(
        _ alteration: inout AlterationRecord, to record: inout BookingRecord, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let (unit, moves) = try tx.applyNights(of: alteration, for: record)
        try append(moves, &record, at: now, in: tx)
        alteration.holding = nil
        record.unitId = unit
        record.become(alteration.after)
        try tx.saveTerms(of: record)
        guard alteration.difference < 0 else { return }
        let refund = PayableRefund(
            bookingId: record.id, amount: Money(-alteration.difference, record.total.currency),
            reason: "the booking was changed and costs less")
        try append(PayableRefund.kind, refund, &record, at: now, in: tx)
    }

    /// Money came for a change whose time to pay was over: it is honoured where nobody lost by it.
    private func applyOrRefund(
        _ alteration: inout AlterationRecord, of record: inout BookingRecord, _ move: AlterationMove, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let (late, booking) = (alteration, record)
        let mayApply =
            try record.course.state == .confirmed && record.isAs(alteration.before)
            && now < alteration.latest(record.agreed) && tx.openAlteration(of: record.id) == nil
        let held: (AlterationRecord.Holding, [NightsMove])? = try tx.savepoint { step in
            guard mayApply else { return .undo(nil) }
            do {
                return .keep(try step.holdNights(of: late, for: booking, on: move.units, at: now))
            } catch is Problem {
                return .undo(nil)
            }
        }
        guard let (holding, taken) = held else {
            let why = "the payment came after the time to pay for the change, which is no longer possible"
            return try refund(alteration, of: &record, why, at: now, in: tx)
        }
        try append(taken, &record, at: now, in: tx)
        alteration.holding = holding
        alteration.course.revive()
        alteration.endedAt = now
        try apply(&alteration, to: &record, at: now, in: tx)
        try announce(alteration, of: &record, by: move.actor, at: now, in: tx)
    }

    /// Gives back what was paid for a change that does not count: its own payment first.
    private func refund(
        _ alteration: AlterationRecord, of record: inout BookingRecord, _ why: String, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let body = PayableRefund(
            bookingId: record.id, payable: alteration.payableId,
            amount: Money(alteration.difference, alteration.after.total.currency), reason: why)
        try append(PayableRefund.kind, body, &record, at: now, in: tx)
    }

    /// Alterations whose course must be looked at, the longest waiting first.
    func dueAlterations(at now: Instant, limit: Int) async throws -> [(AlterationID, BookingID)] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT id, booking_id FROM alteration WHERE due_at IS NOT NULL AND due_at <= \(now)
                ORDER BY due_at LIMIT \(limit)
                """
            ) { row in (try row[0] as AlterationID, try row[1] as BookingID) }
        }
    }

    // MARK: Events

    private func announce(
        _ alteration: AlterationRecord, of record: inout BookingRecord, by actor: Actor, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let body = AlterationChanged(alteration: alteration.alteration, booking: record.booking, by: actor)
        try append(AlterationChanged.kind, body, &record, at: now, in: tx)
    }

    private func append(
        _ moves: [NightsMove], _ record: inout BookingRecord, at now: Instant, in tx: borrowing Transaction
    ) throws {
        for move in moves where !move.nights.isEmpty {
            let body = NightsMoved(
                bookingId: move.owner, propertyId: record.wish.propertyId, unitId: move.unit, nights: move.nights,
                prepared: move.prepared)
            try append(move.kind, body, &record, at: now, in: tx)
        }
    }
}

extension BookingRecord {
    /// - Throws: `Problem` `state_conflict` unless it is confirmed and the stay is not over.
    func requireAlterable(at now: Instant) throws(Problem) {
        guard course.state == .confirmed else {
            throw Problem(
                .stateConflict, "This booking is \(course.status.rawValue): only a confirmed one can be changed.")
        }
        guard now < agreed.checkOutAt else { throw Problem(.stateConflict, "This stay is over.") }
    }

    func isAs(_ before: Alteration.Before) -> Bool {
        wish.stay == before.stay && wish.party == before.party && total == before.total
    }

    fileprivate mutating func become(_ after: Alteration.After) {
        wish = Wish(propertyId: wish.propertyId, stay: after.stay, party: after.party)
        lines = after.lines
        total = after.total
        agreed = after.agreed
    }
}

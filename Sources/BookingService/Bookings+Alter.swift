public import Core
public import PaymentService
import PropertyService
import Storage

/// Changing what is booked: one side proposes, the other agrees, and the guest pays the difference before it counts.
extension Bookings {
    /// What an alteration would come to, for who would propose it; nothing is kept of it.
    /// - Throws: `Problem`: `not_found`; `validation_failed` for what is no change; `state_conflict` unless the booking is
    ///   confirmed.
    public func alterationQuote(
        _ wish: AlterationWish, for id: BookingID, for caller: Caller
    ) async throws -> AlterationQuote {
        let (record, actor) = try await record(id, for: caller)
        let now = world.now()
        let draft = try await draft(wish, of: record, by: actor, at: now)
        var reasons = draft.reasons
        if reasons.isEmpty {
            // What a proposal would be refused for at its price or its nights is a reason here too.
            do {
                let proposal = try draft.proposal(id: world.id(), by: actor, nil, expecting: nil, policy, at: now)
                if let refusal = unpayable(proposal.alteration.difference) { throw refusal }
                try await store.database.write { tx in
                    try tx.savepoint { step in
                        _ = try step.holdNights(of: proposal, for: record, on: draft.facts.units, at: now)
                        return .undo(())
                    }
                }
            } catch let refusal as Problem where !refusal.errors.isEmpty {
                reasons = refusal.errors.map {
                    Reason(code: $0.code, message: $0.message, suggestion: nil, field: $0.field)
                }
            }
        }
        return AlterationQuote(
            bookingId: id, before: record.before, stay: draft.stay, party: draft.party, reasons: reasons,
            lines: draft.lines, total: draft.total, difference: try draft.total?.subtracting(record.total))
    }

    /// Proposes that a confirmed booking becomes another; the other side has to agree.
    /// - Parameters:
    ///   - expectedTotal: what the proposer was shown; another price now is refused.
    ///   - message: to the other side.
    /// - Throws: `Problem`: `not_found`; `validation_failed` with every rule that stands against it, or for what is no
    ///   change; `nights_unavailable`; `state_conflict` unless it is confirmed, the price as shown, and no other change
    ///   open.
    public func propose(
        _ wish: AlterationWish, for id: BookingID, expecting expectedTotal: Money?, message: String?,
        for caller: Caller, once: Once?
    ) async throws -> Alteration {
        let now = world.now()
        let (alterationId, actId) = (world.id(AlterationKind.self), world.random(16))
        let outcome = try await store.database.once(once, at: now) {
            let (record, actor) = try await record(id, for: caller)
            let draft = try await draft(wish, of: record, by: actor, at: now)
            if !draft.reasons.isEmpty { throw Problem.againstRules(draft.reasons) }
            let proposal = try draft.proposal(
                id: alterationId, by: actor, message, expecting: expectedTotal, policy, at: now)
            if let refusal = unpayable(proposal.alteration.difference) { throw refusal }
            return (actor, proposal, draft.facts.units)
        } _: { [store] tx, ready in
            let (actor, proposal, units) = ready
            if actor == .operator {
                try tx.write(
                    OperatorAct(
                        id: Base32.text(of: actId), operatorId: caller.id, act: "propose change", subject: id.text,
                        reason: message ?? "", at: now))
            }
            return try store.propose(proposal, units: units, at: now, in: tx)
        }
        let alteration = try outcome.get()
        await courier.deliver(id.text)
        return alteration
    }

    /// The newest first.
    /// - Throws: `Problem` `not_found` unless the caller is its guest, its host or an operator.
    public func alterations(of id: BookingID, for caller: Caller) async throws -> [Alteration] {
        _ = try await record(id, for: caller)
        return try await store.database.read { try $0.alterations(of: id).map(\.alteration) }
    }

    /// - Throws: `Problem` `not_found` unless the caller has a part in its booking.
    public func alteration(_ id: AlterationID, for caller: Caller) async throws -> Alteration {
        try await alterationRecord(id, for: caller).0.alteration
    }

    /// Agrees to what the other side proposed. Where the guest has something to pay, the nights of both stays are theirs
    /// until they have, or the time is over; else the booking is changed at once.
    /// - Throws: `Problem`: `not_found`; `forbidden` for who proposed it; `nights_unavailable` (it stays proposed);
    ///   `state_conflict` where there is nothing to answer any more.
    public func acceptAlteration(_ id: AlterationID, for caller: Caller, once: Once?) async throws -> Alteration {
        try await moveAlteration(id, for: caller, once: once, act: "accept change") { record, alteration, actor, now in
            guard alteration.isAnswered(by: actor) else {
                throw Problem(.forbidden, "You proposed this change: the other side has to agree.")
            }
            try alteration.requireProposed(at: now)
            try record.requireAlterable(at: now)
            return .accepted(owing: alteration.difference > 0)
        }
    }

    /// Says no to what the other side proposed; the guest may also do so while it waits for their payment.
    /// - Throws: `Problem`: `not_found`; `forbidden` for who proposed it; `state_conflict` where it is too late.
    public func declineAlteration(
        _ id: AlterationID, reason: String?, for caller: Caller, once: Once?
    ) async throws -> Alteration {
        try await moveAlteration(
            id, reason: reason, for: caller, once: once, act: "decline change"
        ) { _, alteration, actor, now in
            guard alteration.isAnswered(by: actor) else {
                throw Problem(.forbidden, "You proposed this change: withdraw it instead.")
            }
            try alteration.requireEndable(by: actor)
            return .declined
        }
    }

    /// Takes back what one has proposed; the guest may also do so while it waits for their payment.
    /// - Throws: `Problem`: `not_found`; `forbidden` for the other side; `state_conflict` where it is too late.
    public func withdrawAlteration(
        _ id: AlterationID, reason: String?, for caller: Caller, once: Once?
    ) async throws -> Alteration {
        try await moveAlteration(
            id, reason: reason, for: caller, once: once, act: "withdraw change"
        ) { _, alteration, actor, now in
            guard !alteration.isAnswered(by: actor) else {
                throw Problem(.forbidden, "The other side proposed this change: decline it instead.")
            }
            try alteration.requireEndable(by: actor)
            return .withdrawn
        }
    }

    /// Starts a payment of the difference, or gives the one that is pending with that provider.
    /// - Throws: `Problem`: `not_found`, `forbidden` for anyone but the guest, `validation_failed` on `provider`,
    ///   `hold_expired` after the time to pay, `state_conflict` where nothing is to be paid.
    public func startPayment(
        forAlteration id: AlterationID, provider: String, for caller: Caller, once: Once?
    ) async throws -> StartedPayment {
        try await ledger.start(with: provider, once: once) {
            let (alteration, record, actor) = try await alterationRecord(id, for: caller)
            guard actor == .guest else { throw Problem(.forbidden, "Only the guest may pay for a change.") }
            try alteration.requirePayable(at: world.now())
            return Owed(
                alteration.payableId, of: record.id, for: .alteration, amount: alteration.alteration.difference,
                description: "\(record.agreed.title), \(record.wish.stay) becomes \(alteration.after.stay)")
        }
    }

    /// The alteration, its booking, and the part in which the caller may see them.
    private func alterationRecord(
        _ id: AlterationID, for caller: Caller
    ) async throws -> (AlterationRecord, BookingRecord, Actor) {
        let found = try await store.database.read { reader -> (AlterationRecord, BookingRecord)? in
            guard let alteration = try reader.alteration(id), let record = try reader.booking(alteration.bookingId)
            else {
                return nil
            }
            return (alteration, record)
        }
        guard let (alteration, record) = found, let actor = try? record.actor(caller) else {
            throw Problem.notFound("alteration")
        }
        return (alteration, record, actor)
    }

    /// Looks at both as they are in the transaction.
    private typealias Verdict =
        @Sendable (BookingRecord, AlterationRecord, Actor, Instant) throws -> AlterationCourse.Event

    /// Moves an alteration on in one transaction, with the answer recorded for who asks again, and hands on what follows.
    private func moveAlteration(
        _ id: AlterationID, reason: String? = nil, for caller: Caller, once: Once?, act: String,
        _ verdict: @escaping Verdict
    ) async throws -> Alteration {
        let now = world.now()
        let actId = world.random(16)
        let outcome = try await store.database.once(once, at: now) {
            let (_, record, actor) = try await alterationRecord(id, for: caller)
            return (actor, try await properties.facts(record.wish.propertyId)?.units ?? [])
        } _: { [store] tx, ready in
            let (actor, units) = ready
            guard let alteration = try tx.alteration(id), var record = try tx.booking(alteration.bookingId) else {
                throw Problem.notFound("alteration")
            }
            let event = try verdict(record, alteration, actor, now)
            if actor == .operator {
                try tx.write(
                    OperatorAct(
                        id: Base32.text(of: actId), operatorId: caller.id, act: act, subject: record.id.text,
                        reason: reason ?? "", at: now))
            }
            let move = BookingStore.AlterationMove(event: event, actor: actor, reason: reason, units: units)
            let (after, moved) = try store.move(alteration, of: &record, move, at: now, in: tx)
            if moved { try tx.save(record) }
            return after.alteration
        }
        let alteration = try outcome.get()
        await courier.deliver(alteration.bookingId.text)
        return alteration
    }

    /// Why nobody can take the difference, whoever is asked; one who is only away now may be there when it is paid.
    private func unpayable(_ difference: Money) -> Problem? {
        guard difference.amount > 0 else { return nil }
        let neverTakes = ledger.offers(for: difference).allSatisfy { offer in
            guard case .sum? = offer.objection else { return false }
            return true
        }
        return neverTakes ? ledger.refusal(of: difference) : nil
    }
}

extension AlterationRecord {
    /// Whether it is for this side to agree.
    fileprivate func isAnswered(by actor: Actor) -> Bool { (actor == .guest) == (alteration.answeredBy == .guest) }

    fileprivate func requireProposed(at now: Instant) throws(Problem) {
        guard course.state == .proposed else {
            throw Problem(
                .stateConflict, "This change is \(course.status.rawValue): there is nothing to answer any more.")
        }
        guard let endsAt, now < endsAt else { throw Problem(.stateConflict, "The time to answer this change is over.") }
    }

    /// A proposal can be ended by both sides; an agreed one only by the guest, who would have to pay.
    fileprivate func requireEndable(by actor: Actor) throws(Problem) {
        switch course.state {
        case .proposed: return
        case .agreed, .closing:
            guard actor == .guest else {
                throw Problem(
                    .stateConflict, "This change is agreed. It ends by itself if the guest does not pay in time.")
            }
        case .applied, .declined, .withdrawn, .lapsed, .expired, .ended:
            throw Problem(.stateConflict, "This change is \(course.status.rawValue) already.")
        }
    }

    fileprivate func requirePayable(at now: Instant) throws(Problem) {
        switch course.state {
        case .agreed:
            guard let endsAt, now < endsAt else { throw Problem.changeExpired }
        case .closing, .expired: throw Problem.changeExpired
        case .proposed, .applied, .declined, .withdrawn, .lapsed, .ended:
            throw Problem(.stateConflict, "This change is \(course.status.rawValue): there is nothing to pay.")
        }
    }
}

extension Problem {
    fileprivate static let changeExpired = Problem(
        .holdExpired, "The time to pay for this change is over. Propose it again.")
}

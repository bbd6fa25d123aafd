import Core
import PropertyService

/// A wish with everything that decides about it, before it becomes a proposal.
struct AlterationDraft: Sendable {
    let record: BookingRecord
    let facts: PropertyFacts
    let stay: Stay
    let party: Party
    /// Every rule that stands against it.
    let reasons: [Reason]
    let lines: [PriceLine]
    /// The sum of the lines; nothing where there is no price.
    let total: Money?
}

extension Bookings {
    /// - Throws: `Problem`: `state_conflict` unless the booking can be changed; `validation_failed` for what is no change
    ///   or no stay.
    func draft(
        _ wish: AlterationWish, of record: BookingRecord, by actor: Actor, at now: Instant
    ) async throws -> AlterationDraft {
        try record.requireAlterable(at: now)
        let stay = try record.stay(wish, at: now)
        let party = wish.party ?? record.wish.party
        let change = StayChange(
            booked: record.wish.stay, bookedParty: record.wish.party, stay: stay, party: party,
            isProposedByHost: actor != .guest)
        guard let terms = try await properties.terms(for: change, at: record.wish.propertyId, now: now) else {
            throw Problem.notFound("place")
        }
        let isSameStay = stay == record.wish.stay && party == record.wish.party
        // Where only the price is to be another, the lines stay as they were agreed.
        let (lines, total) = try record.price(
            isSameStay ? record.lines : terms.lines, isSameStay ? record.total : terms.total, as: wish.total)
        if isSameStay, total == record.total {
            throw Problem.invalid("checkIn", "no_change", "Nothing of this would change the booking.")
        }
        return AlterationDraft(
            record: record, facts: terms.facts, stay: stay, party: party,
            reasons: isSameStay ? [] : terms.reasons, lines: lines, total: total)
    }
}

extension AlterationDraft {
    /// The proposal, which has no number yet.
    /// - Throws: `Problem`: `validation_failed` or `state_conflict` about the price, `validation_failed` for a stay that is
    ///   so near that nobody could answer.
    func proposal(
        id: AlterationID, by actor: Actor, _ message: String?, expecting expected: Money?, _ policy: BookingPolicy,
        at now: Instant
    ) throws -> AlterationRecord {
        guard let total else {
            throw Problem.invalid("total", "no_price", "This place has no price now. Say what the stay is to cost.")
        }
        if let expected {
            guard expected.currency == total.currency else {
                throw Problem.invalid("expectedTotal", "wrong_currency", "This booking is in \(total.currency).")
            }
            guard expected == total else {
                throw Problem(
                    .stateConflict, "The price has changed: the stay would now cost \(total). Ask for a new quote.")
            }
        }
        let agreed = record.agreed.moved(from: record.wish.stay, to: stay, bookedAt: record.createdAt)
        let after = Alteration.After(stay: stay, party: party, lines: lines, total: total, agreed: agreed)
        var proposal = AlterationRecord(
            id: id, bookingId: record.id, number: 0, course: AlterationCourse(.proposed), proposedBy: actor,
            before: record.before, after: after, message: message, reason: nil, holding: nil, endsAt: nil,
            createdAt: now, agreedAt: nil, endedAt: nil)
        let endsAt = min(now + policy.requestDuration, proposal.latest(record.agreed))
        guard now < endsAt else {
            throw Problem.invalid(
                "checkIn", "in_the_past", "By then this stay has begun, and the other side has to agree first.")
        }
        proposal.endsAt = endsAt
        return proposal
    }
}

extension BookingRecord {
    var before: Alteration.Before { Alteration.Before(stay: wish.stay, party: wish.party, total: total) }

    /// The stay that is wished, where it can be one.
    fileprivate func stay(_ wish: AlterationWish, at now: Instant) throws(Problem) -> Stay {
        let (checkIn, checkOut) = (wish.checkIn ?? self.wish.stay.checkIn, wish.checkOut ?? self.wish.stay.checkOut)
        guard let stay = Stay(from: checkIn, to: checkOut) else {
            throw .invalid(
                wish.checkOut == nil ? "checkIn" : "checkOut", "not_after_check_in",
                "The stay would end on \(checkOut), which is not after \(checkIn).")
        }
        if now >= agreed.checkInAt, checkIn != self.wish.stay.checkIn {
            throw .invalid("checkIn", "stay_has_begun", "This stay has begun: only its end can be another.")
        }
        guard now < agreed.zone.instant(of: checkOut, at: agreed.checkOutBy) else {
            throw .invalid("checkOut", "in_the_past", "The stay would be over already.")
        }
        return stay
    }

    /// The price that is wished: what the rules say and, where another total is to be agreed, the difference as a line of
    /// its own.
    fileprivate func price(
        _ lines: [PriceLine], _ total: Money?, as wished: Money?
    ) throws -> ([PriceLine], Money?) {
        let currency = self.total.currency
        guard let wished else {
            // A place that is priced in another currency since can't say what this booking costs in its own.
            return total?.currency == currency ? (lines, total) : ([], nil)
        }
        guard wished.currency == currency else {
            throw Problem.invalid("total", "wrong_currency", "This booking is in \(currency).")
        }
        guard let total, total.currency == currency else { return ([.adjustment(wished)], wished) }
        guard wished != total else { return (lines, total) }
        return (lines + [.adjustment(try wished.subtracting(total))], wished)
    }
}

extension PriceLine {
    fileprivate static func adjustment(_ amount: Money) -> PriceLine {
        PriceLine(kind: .adjustment, label: "Agreed change of the price", date: nil, amount: amount)
    }
}

extension AgreedTerms {
    /// The same terms for other dates: deadlines count back from the new check-in, under the policy as agreed.
    fileprivate func moved(from old: Stay, to stay: Stay, bookedAt: Instant) -> AgreedTerms {
        AgreedTerms(
            title: title, zone: zone, checkInFrom: checkInFrom, checkOutBy: checkOutBy,
            checkInAt: zone.instant(of: stay.checkIn, at: checkInFrom),
            checkOutAt: zone.instant(of: stay.checkOut, at: checkOutBy),
            cancellation: cancellation.moved(
                from: old.checkIn, to: stay.checkIn, at: checkInFrom, in: zone, bookedAt: bookedAt))
    }
}

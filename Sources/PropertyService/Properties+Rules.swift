public import Core
import Storage

extension Properties {
    /// The rules of a place, for its host or an operator.
    /// - Throws: `Problem`: `not_found`; `forbidden` for another's listed place.
    public func rules(of id: PropertyID, for caller: Caller) async throws -> PropertyRules {
        try await database.read { reader in
            guard let property = try PropertyStore.property(id, in: reader) else { throw Problem.notFound("property") }
            try Properties.requireMayChange(property, caller)
            return try RuleStore.rules(of: id, in: reader)
        }
    }

    /// Changes the sections that are named and no others. Bookings made before keep what was agreed.
    /// - Parameter isAsSeen: whether the rules, as they are when the change is made, are still what the caller looked at.
    /// - Returns: all rules as they are now.
    /// - Throws: `Problem`: `not_found`; `forbidden` for another's listed place; `validation_failed` with every field that
    ///   is wrong and every contradiction by name; `state_conflict` for rules that are not as they were seen.
    public func changeRules(
        of id: PropertyID, _ changes: PropertyRulesChanges, for caller: Caller,
        unlessChanged isAsSeen: @escaping @Sendable (PropertyRules) -> Bool = { _ in true }
    ) async throws -> PropertyRules {
        let now = world.now()
        let actId = Base32.text(of: world.random(16))
        return try await database.write { tx in
            guard let property = try PropertyStore.property(id, in: tx) else { throw Problem.notFound("property") }
            try Properties.requireMayChange(property, caller)
            let old = try RuleStore.rules(of: id, in: tx)
            guard isAsSeen(old) else { throw Problem.changedMeanwhile }
            let new = changes.applied(to: old)
            try Properties.check(new, of: property)
            guard new != old else { return old }
            try RuleStore.save(new, of: id, at: now, in: tx)
            // Searches look at the rules of those places only whose entries say that there are some.
            if (new == .none) != (old == .none) || property.instantBook(new) != property.instantBook(old) {
                try SearchEntries.replace(property, by: property, in: tx)
            }
            if caller.id != property.hostId {
                try tx.write(
                    OperatorAct(
                        id: actId, operatorId: caller.id, act: "change rules", subject: id.text, reason: "", at: now))
            }
            return new
        }
    }

    /// - Throws: `Problem` `validation_failed` with everything that is wrong with rules of a property.
    static func check(_ rules: PropertyRules, of property: Property) throws(Problem) {
        var check = Check()
        RulesCheck.values(rules, of: property, &check)
        try check.end()
        RulesCheck.contradictions(rules, of: property, &check)
        try check.end()
    }
}

/// What a change of rules names, by section: `clear` gives a section back to "no rule".
public struct PropertyRulesChanges: Sendable, Equatable {
    public var weekend = Change<Weekend>.keep
    public var seasons = Change<[Season]>.keep
    public var stays = Change<StayLimits>.keep
    public var discounts = Change<Discounts>.keep
    public var fees = Change<Fees>.keep
    public var taxes = Change<[Tax]>.keep
    public var preparation = Change<Preparation>.keep
    public var booking = Change<BookingLimits>.keep
    public var party = Change<PartyLimits>.keep
    public var cancellation = Change<CancellationRules>.keep

    public init() {}

    func applied(to old: PropertyRules) -> PropertyRules {
        var new = PropertyRules.none
        new.weekend = weekend.applied(to: old.weekend) ?? new.weekend
        new.seasons = seasons.applied(to: old.seasons) ?? new.seasons
        new.stays = stays.applied(to: old.stays) ?? new.stays
        new.discounts = discounts.applied(to: old.discounts) ?? new.discounts
        new.fees = fees.applied(to: old.fees) ?? new.fees
        new.taxes = taxes.applied(to: old.taxes) ?? new.taxes
        new.preparation = preparation.applied(to: old.preparation) ?? new.preparation
        new.booking = booking.applied(to: old.booking) ?? new.booking
        new.party = party.applied(to: old.party) ?? new.party
        new.cancellation = cancellation.applied(to: old.cancellation) ?? new.cancellation
        return new
    }
}

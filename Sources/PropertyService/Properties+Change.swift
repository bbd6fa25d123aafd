public import Core
import Storage

extension Properties {
    /// Makes a listing of the caller's, who thereby becomes a host. A draft unless it asks to be listed at once.
    /// - Throws: `Problem` `validation_failed` that names every field that is wrong or missing.
    public func create(_ draft: PropertyDraft, for caller: Caller, once: Once?) async throws -> Property {
        let now = world.now()
        let id: PropertyID = world.id()
        let outbox = outbox
        let checked = Result { try Properties.checked(draft, id: id, host: caller.id, gazetteer: gazetteer) }
        let created = try await database.write { tx in
            try tx.once(once, at: now) { step in
                let (property, names) = try checked.get()
                try PropertyStore.insert(property, said: nil, names: names, at: now, in: step)
                try outbox.append(
                    PropertyCreated.kind, about: property.id.text, version: property.version,
                    body: PropertyCreated(propertyId: property.id, hostId: property.hostId), at: now, in: step)
                return property
            }
        }.get()
        await courier.deliver(created.id.text)  // whoever lists a place is a host from now on
        return created
    }

    /// Changes what is named and nothing else; naming what is so already changes nothing.
    /// - Parameters:
    ///   - reason: an operator's, kept in the log of what operators do.
    ///   - isAsSeen: whether the listing, as it is when the change is made, is still what the caller looked at.
    /// - Throws: `Problem`: `not_found`; `forbidden` for another's listed property; `validation_failed` with every
    ///   wrong field; `state_conflict` for a place that would be bookable without a price, for one that was imported without
    ///   a position and has none yet, and for one that is not as it was seen.
    public func change(
        _ id: PropertyID, _ changes: PropertyChanges, reason: String = "", for caller: Caller,
        unlessChanged isAsSeen: @escaping @Sendable (Property) -> Bool = { _ in true }
    ) async throws -> Property {
        let now = world.now()
        let actId = Base32.text(of: world.random(16))
        let gazetteer = gazetteer
        return try await database.write { tx in
            guard let old = try PropertyStore.property(id, in: tx) else { throw Problem.notFound("property") }
            try Properties.requireMayChange(old, caller)
            guard isAsSeen(old) else { throw Problem.changedMeanwhile }
            var check = Check()
            let listing = CheckedListing(changes, gazetteer: gazetteer, &check)
            var new = old
            listing.apply(to: &new)
            check.nights(of: new)
            try check.end()
            let rules = try RuleStore.rules(of: id, in: tx)
            try Properties.check(rules, fit: new, insteadOf: old)
            guard new.status == .draft || new.nightlyPrice != nil else {
                throw Problem(
                    .stateConflict, "A place without a price can't be listed or paused. Set nightlyPrice first.",
                    errors: [Problem.FieldError("nightlyPrice", "required", "a price is needed before publishing")])
            }
            if old.source != nil {
                // A host who names the position as it is has said it too.
                if listing.latitude != nil, listing.longitude != nil {
                    try PropertyStore.setPosition(of: id, isGuessed: false, in: tx)
                }
                guard try new.status == .draft || !PropertyStore.isPositionGuessed(of: id, in: tx) else {
                    throw Problem(
                        .stateConflict,
                        "This place was loaded from a file without a position. Set latitude and longitude first.",
                        errors: [
                            Problem.FieldError("location", "required", "a position is needed before publishing")
                        ])
                }
            }
            guard new != old else { return old }
            new.version += 1
            try PropertyStore.update(old, to: new, names: listing.amenityNames, at: now, in: tx)
            if caller.id != old.hostId {
                try tx.write(
                    OperatorAct(
                        id: actId, operatorId: caller.id, act: "change listing", subject: id.text, reason: reason,
                        at: now))
            }
            return new
        }
    }

    /// - Throws: `Problem` `not_found` where the caller may not even see it, `forbidden` where it is not theirs.
    static func requireMayChange(_ property: Property, _ caller: Caller) throws(Problem) {
        guard caller.id != property.hostId, !caller.isOperator else { return }
        throw property.status == .listed
            ? Problem(.forbidden, "This property is another host's.") : Problem.notFound("property")
    }

    /// Rules that a host has set must hold together with the listing too.
    static func check(_ rules: PropertyRules, fit new: Property, insteadOf old: Property) throws(Problem) {
        guard rules != .none else { return }
        if let currency = new.nightlyPrice?.currency, let first = rules.amounts.first, first.money.currency != currency
        {
            throw Problem(
                .stateConflict,
                "The rules of this place have amounts in \(first.money.currency). Take them out before its currency changes.",
                errors: [
                    Problem.FieldError(
                        "nightlyPrice.currency", "wrong_currency", "\(first.field) is in another currency")
                ])
        }
        guard new.minimumNights != old.minimumNights || new.maximumNights != old.maximumNights else { return }
        var check = Check()
        RulesCheck.contradictions(rules, of: new, &check)
        try check.end()
    }

    private static func checked(
        _ draft: PropertyDraft, id: PropertyID, host: UserID, gazetteer: Gazetteer
    ) throws(Problem) -> (Property, names: [String: String]) {
        var check = Check()
        let listing = CheckedListing(PropertyChanges(draft), gazetteer: gazetteer, &check)
        check.requireAll(of: draft)
        check.nights(listing.minimumNights ?? 1, listing.maximumNights ?? Stay.longest)
        try check.end()
        guard let title = listing.title, let roomType = listing.roomType, let country = listing.country,
            let city = listing.city, let latitude = listing.latitude, let longitude = listing.longitude,
            let maximumGuests = listing.maximumGuests, let zone = listing.zone
        else { throw Problem(.validationFailed, "A required field is missing.") }
        var property = Property(
            id: id, hostId: host, title: title, description: "", roomType: roomType,
            location: Location(
                country: country, city: city, neighbourhood: nil, latitude: latitude, longitude: longitude),
            maximumGuests: maximumGuests, bedrooms: 1, beds: 1, bathrooms: 1, amenities: [], nightlyPrice: nil,
            minimumNights: 1, maximumNights: Stay.longest, instantBook: true, unitCount: 1,
            cancellationPolicy: .moderate, rating: .none, photos: [], zone: zone, checkInFrom: TimeOfDay(hour: 15),
            checkOutBy: TimeOfDay(hour: 11), status: .draft, openUntil: nil, source: nil, version: 1)
        listing.apply(to: &property)
        return (property, listing.amenityNames)
    }
}

extension Problem {
    /// What the caller looked at is not there any more: overwriting it would undo what somebody else did.
    static let changedMeanwhile = Problem(
        .stateConflict, "This was changed meanwhile. Look at it as it is now, then change it.",
        errors: [FieldError("version", "changed_meanwhile", "this was changed meanwhile")])
}

extension Properties: KeepsAnswers {
    public func keep(_ refusal: Problem, for once: Once) async throws -> Problem {
        try await database.keep(refusal, for: once, at: world.now())
    }
}

extension Check {
    mutating func nights(of property: Property) {
        nights(property.minimumNights, property.maximumNights)
    }

    fileprivate mutating func nights(_ minimum: Int, _ maximum: Int) {
        require(minimum <= maximum, "minimumNights", "out_of_range", "minimumNights is at most maximumNights")
    }

    /// Names each required field that is missing.
    fileprivate mutating func requireAll(of draft: PropertyDraft) {
        func missing(_ field: String, _ isMissing: Bool) {
            if isMissing { refuse(field, "required", "\(field) is required") }
        }
        missing("title", draft.title == nil)
        missing("roomType", draft.roomType == nil)
        missing("location", draft.location == nil)
        if let location = draft.location {
            missing("location.country", location.country == nil)
            missing("location.city", location.city == nil)
            missing("location.latitude", location.latitude == nil)
            missing("location.longitude", location.longitude == nil)
        }
        missing("maximumGuests", draft.maximumGuests == nil)
        missing("nightlyPrice", draft.nightlyPrice == nil)
        missing("timeZone", draft.timeZone == nil)
    }
}

extension PropertyChanges {
    /// A draft as the changes to a listing that has nothing yet.
    init(_ draft: PropertyDraft) {
        self.init()
        title = Change(draft.title)
        description = Change(draft.description)
        roomType = Change(draft.roomType)
        location = draft.location.map { place in
            var changes = LocationChanges()
            changes.country = Change(place.country)
            changes.city = Change(place.city)
            changes.neighbourhood = Change(place.neighbourhood)
            changes.latitude = Change(place.latitude)
            changes.longitude = Change(place.longitude)
            return changes
        }
        maximumGuests = Change(draft.maximumGuests)
        bedrooms = Change(draft.bedrooms)
        beds = Change(draft.beds)
        bathrooms = Change(draft.bathrooms)
        amenities = Change(draft.amenities)
        nightlyPrice = Change(draft.nightlyPrice)
        minimumNights = Change(draft.minimumNights)
        maximumNights = Change(draft.maximumNights)
        instantBook = Change(draft.instantBook)
        unitCount = Change(draft.unitCount)
        cancellationPolicy = Change(draft.cancellationPolicy)
        timeZone = Change(draft.timeZone)
        checkInFrom = Change(draft.checkInFrom)
        checkOutBy = Change(draft.checkOutBy)
        status = Change(draft.status)
        openUntil = Change(draft.openUntil)
        photos = Change(draft.photos)
    }
}

extension Change {
    fileprivate init(_ value: Value?) { self = value.map { .set($0) } ?? .keep }
}

public import Core
package import PaymentService
public import PropertyService
package import Storage

/// Takes nights off the market and turns them into stays.
public struct Bookings: Sendable {
    let store: BookingStore
    let properties: Properties
    let ledger: Payments
    let world: World
    let courier: Courier
    let policy: BookingPolicy

    package init(
        database: any Database, world: World, outbox: Outbox, courier: Courier, properties: Properties,
        payments: Payments, policy: BookingPolicy
    ) {
        store = BookingStore(database: database, outbox: outbox, policy: policy)
        self.properties = properties
        ledger = payments
        self.world = world
        self.courier = courier
        self.policy = policy
    }

    /// Holds every night of the stay for the caller at the price the rules give now, or asks the host where the place is
    /// not on instant book for them: a request claims nothing.
    ///
    /// Asking again with the same key gives the first answer again and takes no further nights.
    /// - Parameters:
    ///   - expectedTotal: what the guest was shown; another price now is refused, never charged.
    ///   - provider: with whom the guest wants to pay, where they have said so. Nights that could not be paid for are not
    ///     held: with that one or, where none is named, with anybody.
    /// - Throws: `Problem`: `not_found` for no such place, `forbidden` for its own host, `validation_failed` with every
    ///   rule that stands against the stay, `nights_unavailable`, `state_conflict` where the price has changed,
    ///   `validation_failed` on `provider` for a sum it can't take, `provider_unavailable` while it does not answer,
    ///   `rate_limited` beyond the caps on holds. Where the database can't say, ask again with the same key.
    public func hold(
        _ wish: Wish, expecting expectedTotal: Money?, payingWith provider: String? = nil, for caller: Caller,
        once: Once?
    ) async throws -> Booking {
        let now = world.now()
        let outcome = try await store.database.once(once, at: now) {
            try await begun(wish, expecting: expectedTotal, payingWith: provider, for: caller, at: now)
        } _: { [store] tx, begun in
            try store.begin(begun.record, units: begun.units, at: now, in: tx)
        }
        let booking = try outcome.get()
        await courier.deliver(booking.id.text)
        return booking
    }

    /// The booking as it would begin, before its nights are claimed.
    private func begun(
        _ wish: Wish, expecting expectedTotal: Money?, payingWith provider: String?, for caller: Caller, at now: Instant
    ) async throws -> (record: BookingRecord, units: [UnitID]) {
        let own = Problem(.forbidden, "This is your own place. Close the nights in its calendar instead.")
        guard let terms = try await properties.terms(for: wish.propertyId, stay: wish.stay, party: wish.party, now: now)
        else {
            // A draft or a paused place is nowhere for others, and its host's own for its host.
            throw try await properties.facts(wish.propertyId)?.hostId == caller.id ? own : Problem.notFound("place")
        }
        let facts = terms.facts
        guard facts.hostId != caller.id else { throw own }
        let agreed = AgreedTerms(facts, wish.stay, bookedAt: now)
        var course = Course(.held)
        var endsAt = now + policy.holdDuration
        let isInstant = try await booksInstantly(facts.instantBook, guest: caller.id)
        if !isInstant {
            course = Course(.requested)
            endsAt = min(now + policy.requestDuration, agreed.checkInAt)
        }
        if let refusal = refusal(of: terms, expecting: expectedTotal, endsAt: endsAt, now: now) { throw refusal }
        // Known before anything is held: nobody waits for a page that can't be opened.
        if let total = terms.total, total.amount > 0, let refusal = ledger.refusal(of: total, with: provider) {
            throw refusal
        }
        let record = BookingRecord(
            id: world.id(), code: world.code(), course: course, wish: wish, unitId: nil, guestId: caller.id,
            hostId: facts.hostId, lines: terms.lines, total: terms.total ?? .zero(facts.currency ?? .usd),
            agreed: agreed, extensions: 0, endsAt: endsAt, version: 0, createdAt: now, confirmedAt: nil,
            cancelledAt: nil, cancelledBy: nil, reason: nil, beganAsRequest: !isInstant,
            preparation: facts.preparation.gap)
        return (record, facts.units)
    }

    /// Why these terms can't be booked, whatever the nights say; rules first, then the price.
    private func refusal(of terms: Terms, expecting expected: Money?, endsAt: Instant, now: Instant) -> Problem? {
        guard terms.reasons.isEmpty, let total = terms.total else {
            return .againstRules(terms.reasons)
        }
        if endsAt <= now {
            return .invalid(
                "checkIn", "too_short_notice",
                "Check-in has begun today, and this host answers requests first. Choose a later day.")
        }
        guard let expected else { return nil }
        guard expected.currency == total.currency else {
            return .invalid("expectedTotal", "wrong_currency", "The price of this place is in \(total.currency).")
        }
        guard expected == total else {
            return Problem(.stateConflict, "The price has changed: the stay now costs \(total). Ask for a new quote.")
        }
        return nil
    }

    /// - Throws: `Problem` `not_found` unless the caller is its guest, its host or an operator.
    public func booking(_ id: BookingID, for caller: Caller) async throws -> Booking {
        let (record, _) = try await record(id, for: caller)
        return try await withBalances([record.booking])[0]
    }

    /// Newest first.
    /// - Parameter cursor: where the page before ended.
    /// - Throws: `Problem` `forbidden` where `role` is operator and the caller is none; `validation_failed` for a cursor
    ///   that is not ours.
    public func bookings(
        as role: BookingRole, status: BookingStatus?, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<Booking> {
        if role == .operator && !caller.isOperator {
            throw Problem(.forbidden, "Only operators may see all bookings.")
        }
        let list = role.rawValue + (status.map { "-" + $0.rawValue } ?? "")
        var after: (Instant, BookingID)?
        if let cursor {
            guard let parsed = BookingCursor(cursor, of: list) else {
                throw Problem.invalid("cursor", "invalid", "This cursor is not one of ours. Begin again without it.")
            }
            after = (parsed.createdAt, parsed.id)
        }
        let limit = min(max(limit, Page<Booking>.limits.lowerBound), Page<Booking>.limits.upperBound)
        let states = Course.State.allCases.filter { status == nil || Course($0).status == status }
        // One more than asked for tells whether the list goes on.
        let records = try await store.bookings(
            of: caller.id, as: role, states: status == nil ? [] : states, after: after, limit: limit + 1)
        let page = Array(records.prefix(limit))
        let next =
            records.count > limit
            ? page.last.map { BookingCursor(createdAt: $0.createdAt, id: $0.id).text(of: list) } : nil
        return Page(items: try await withBalances(page.map(\.booking)), nextCursor: next)
    }

    /// Whether a booking by `guest`, who may not be known yet, holds its nights at once.
    public func booksInstantly(_ rule: InstantBook, guest: UserID?) async throws -> Bool {
        switch rule {
        case .everyone: return true
        case .nobody: return false
        case .guestsWithFinishedStay:
            guard let guest else { return false }
            return try await store.hasFinishedStay(guest: guest, at: world.now())
        }
    }

    /// Whether a person ever asked for nights at a place: they may go on reading it.
    public func hasBooked(_ property: PropertyID, guest: UserID) async throws -> Bool {
        try await store.hasBooked(property, guest: guest)
    }

    /// The booking and the part in which the caller may see it.
    func record(_ id: BookingID, for caller: Caller) async throws -> (BookingRecord, Actor) {
        guard let record = try await store.booking(id) else { throw Problem.notFound("booking") }
        return (record, try record.actor(caller))
    }

    /// The bookings were read before the ledger: what is shown as paid is never older than the state beside it.
    func withBalances(_ bookings: [Booking]) async throws -> [Booking] {
        guard !bookings.isEmpty else { return [] }
        let balances = try await ledger.balances(of: bookings.map(\.id))
        return bookings.map { booking in
            guard let balance = balances[booking.id] else { return booking }
            var booking = booking
            booking.paid = Money(balance.paid, booking.total.currency)
            booking.refunded = Money(balance.refunded, booking.total.currency)
            return booking
        }
    }
}

extension Problem {
    /// A stay that rules refuse, with each of them; one without reasons has no price.
    static func againstRules(_ reasons: [Reason]) -> Problem {
        Problem(
            .validationFailed, reasons.first?.message ?? "This stay has no price.",
            errors: reasons.map { reason in
                FieldError(
                    reason.field, reason.code,
                    [reason.message, reason.suggestion].compactMap(\.self).joined(separator: " "))
            })
    }
}

extension Bookings: KeepsAnswers {
    public func keep(_ refusal: Problem, for once: Once) async throws -> Problem {
        try await store.database.keep(refusal, for: once, at: world.now())
    }
}

extension BookingRecord {
    /// - Throws: `Problem` `not_found` for who has no part in it.
    func actor(_ caller: Caller) throws -> Actor {
        if caller.id == guestId { return .guest }
        if caller.id == hostId { return .host }
        if caller.isOperator { return .operator }
        throw Problem.notFound("booking")
    }
}

extension AgreedTerms {
    init(_ facts: PropertyFacts, _ stay: Stay, bookedAt: Instant) {
        self.init(
            title: facts.title, zone: facts.zone, checkInFrom: facts.checkInFrom, checkOutBy: facts.checkOutBy,
            checkInAt: facts.zone.instant(of: stay.checkIn, at: facts.checkInFrom),
            checkOutAt: facts.zone.instant(of: stay.checkOut, at: facts.checkOutBy),
            cancellation: CancellationTerms(
                facts.cancellationPolicy, facts.cancellation, bookedAt: bookedAt, checkIn: stay.checkIn,
                from: facts.checkInFrom,
                in: facts.zone))
    }

    /// The same with everything that counts from the confirmation.
    func confirmed(at moment: Instant) -> AgreedTerms {
        AgreedTerms(
            title: title, zone: zone, checkInFrom: checkInFrom, checkOutBy: checkOutBy, checkInAt: checkInAt,
            checkOutAt: checkOutAt, cancellation: cancellation.confirmed(at: moment))
    }
}

/// Where a page of bookings ended: stable while others are added.
struct BookingCursor {
    let createdAt: Instant
    let id: BookingID

    init(createdAt: Instant, id: BookingID) {
        self.createdAt = createdAt
        self.id = id
    }

    /// Nothing unless it is whole, and of this list.
    init?(_ text: String, of list: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == list, let moment = Int64(parts[1]), let id = BookingID(String(parts[2]))
        else { return nil }
        self.init(createdAt: Instant(milliseconds: moment), id: id)
        guard self.text(of: list) == text, id.isWhole else { return nil }
    }

    func text(of list: String) -> String { "\(list).\(createdAt.milliseconds).\(id)" }
}

extension Bookings {
    /// Any booking, for services that write about it; nobody asked for it, so nobody's right is checked.
    package func anyBooking(_ id: BookingID) async throws -> Booking? {
        try await store.booking(id)?.booking
    }
}

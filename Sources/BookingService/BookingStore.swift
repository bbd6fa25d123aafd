import Core
import PaymentService
import PropertyService
import Storage

/// Everything the Booking Service asks of its database; one method is one transaction.
struct BookingStore: Sendable {
    let database: any Database
    let outbox: Outbox
    let policy: BookingPolicy

    // MARK: Reading

    func booking(_ id: BookingID) async throws -> BookingRecord? {
        try await database.read { try $0.booking(id) }
    }

    func hasBooked(_ property: PropertyID, guest: UserID) async throws -> Bool {
        try await database.read {
            try $0.exists("SELECT 1 FROM booking WHERE property_id = \(property) AND guest_id = \(guest) LIMIT 1")
        }
    }

    /// Whether a person has slept anywhere to the end of a stay; the job that says so may not have come by yet.
    func hasFinishedStay(guest: UserID, at now: Instant) async throws -> Bool {
        try await database.read {
            try $0.exists(
                """
                SELECT 1 FROM booking WHERE guest_id = \(guest)
                    AND (state = 'completed' OR (state = 'confirmed' AND due_at <= \(now))) LIMIT 1
                """)
        }
    }

    /// Newest first.
    /// - Parameter after: the last one of the page before.
    func bookings(
        of person: UserID?, as role: BookingRole, states: [Course.State], after: (Instant, BookingID)?, limit: Int
    ) async throws -> [BookingRecord] {
        var conditions: [SQL] = []
        switch role {
        case .guest: conditions.append("guest_id = \(person)")
        case .host: conditions.append("host_id = \(person)")
        case .operator: break
        }
        if !states.isEmpty { conditions.append(BookingStore.inStates(states, ofAll: role == .operator)) }
        if let (moment, id) = after {
            conditions.append("(created_at < \(moment) OR (created_at = \(moment) AND id < \(id)))")
        }
        let whereClause: SQL = conditions.isEmpty ? "" : "WHERE \(SQL.joined(conditions, by: " AND "))"
        return try await database.read { reader in
            try reader.all(
                """
                SELECT \(raw: BookingRecord.columns) FROM booking \(whereClause)
                ORDER BY created_at DESC, id DESC LIMIT \(limit)
                """, BookingRecord.init)
        }
    }

    /// - Parameter ofAll: whether nothing else narrows the search down. Several states of a whole house are looked for in
    ///   the order that is wanted: by their index all that have them would be sorted.
    static func inStates(_ states: [Course.State], ofAll: Bool) -> SQL {
        let column: SQL = ofAll && states.count > 1 ? "(state || '')" : "state"
        return "\(column) IN \(list: states.map(\.rawValue))"
    }

    /// Bookings whose course must be looked at, the longest waiting first.
    func due(at now: Instant, limit: Int) async throws -> [BookingID] {
        try await database.read {
            try $0.values(
                "SELECT id FROM booking WHERE due_at IS NOT NULL AND due_at <= \(now) ORDER BY due_at LIMIT \(limit)",
                as: BookingID.self)
        }
    }

    // MARK: Beginning

    /// Claims all nights of a hold or none, and leaves the events in the same transaction; a request claims nothing.
    func begin(
        _ record: BookingRecord, units: [UnitID], at now: Instant, in tx: borrowing Transaction
    ) throws -> Booking {
        var record = record
        if record.course.state == .held {
            let caps = policy.caps
            let live = try caps.map { _ in try liveHolds(of: record.guestId, at: now, in: tx) }
            // They travel together; a cap is told before nights that are taken.
            let unit = Result { try tx.claim(record, on: units) }
            if let caps, let live { try check(caps, try live.all(), for: record, at: now) }
            record.unitId = try unit.get()
        } else {
            // A request claims nothing, but nobody need ask for nights that are gone: tried, and undone.
            _ = try tx.savepoint { .undo(try $0.claim(record, on: units)) }
        }
        let begun = record.course.state == .held
        if begun { try appendTaken(&record, at: now, in: tx) }
        try append(begun ? .held : .requested, &record, by: .guest, at: now, in: tx)
        // Written once, with the version that its events have brought it to.
        try tx.insert(record)
        return record.booking
    }

    private typealias LiveHold = (property: PropertyID, endsAt: Instant)

    /// What a person has held and not paid for, what ends first first.
    private func liveHolds(of guest: UserID, at now: Instant, in tx: borrowing Transaction) throws -> Soon<LiveHold> {
        try tx.soon(
            """
            SELECT property_id, ends_at FROM booking WHERE guest_id = \(guest)
                AND state IN ('held', 'closing') AND ends_at > \(now) ORDER BY ends_at
            """
        ) { row in (property: try row[0], endsAt: try row[1]) }
    }

    private func check(
        _ caps: BookingPolicy.Caps, _ live: [LiveHold], for record: BookingRecord, at now: Instant
    ) throws {
        let here = live.filter { $0.property == record.wish.propertyId }
        func refuse(_ detail: String, until end: Instant?) -> Problem {
            let wait = end.map { max(1, ($0.milliseconds - now.milliseconds + 999) / 1000) } ?? 60
            return Problem(.rateLimited, detail, retryAfterSeconds: Int(wait))
        }
        if here.count >= caps.holdsPerProperty {
            throw refuse(
                "You already hold nights at this place. Pay for them or cancel them first.", until: here.first?.endsAt)
        }
        if live.count >= caps.holdsPerPerson {
            throw refuse(
                "You already hold \(live.count) stays. Pay for one or cancel one first.", until: live.first?.endsAt)
        }
    }

    // MARK: Moving on

    /// What moves a booking on, who did it and why.
    struct Move: Sendable {
        let event: Course.Event
        let actor: Actor
        var reason: String?
        /// The units to claim from, where the event claims.
        var units: [UnitID] = []
        /// What the guest has paid and not got back: no more can go back, and no more is told. Nothing where it is not known.
        var left: Money?
    }

    /// Moves a booking along its course, if the event means something in its state.
    /// - Returns: the record afterwards, and whether it moved.
    func move(
        _ record: BookingRecord, _ move: Move, at now: Instant, in tx: borrowing Transaction
    ) throws -> (BookingRecord, moved: Bool) {
        var record = record
        let before = record.course.state
        let actions = record.course.handle(move.event)
        guard !actions.isEmpty else { return (record, false) }
        if before == .confirmed, let open = try tx.openAlteration(of: record.id) {
            // First, so that the booking has its own nights and no others.
            let end = AlterationMove(event: .bookingEnded, actor: move.actor)
            _ = try self.move(open, of: &record, end, at: now, in: tx)
        }
        if move.event == .cancelled {
            record.cancelledAt = now
            record.cancelledBy = move.actor
            record.reason = move.reason
        }
        if move.event == .declined { record.reason = move.reason }
        if record.course.state == .confirmed { try confirm(&record, at: now, in: tx) }
        for action in actions {
            try carryOut(action, on: &record, after: before, move, at: now, in: tx)
        }
        try tx.save(record)
        return (record, true)
    }

    private func carryOut(
        _ action: Course.Action, on record: inout BookingRecord, after before: Course.State, _ move: Move,
        at now: Instant, in tx: borrowing Transaction
    ) throws {
        switch action {
        case .claimNights:
            let rivals = try rivals(of: record, on: move.units, at: now, in: tx)
            record.unitId = try tx.claim(record, on: move.units)
            try declineCrowdedOut(rivals, by: record, at: now, in: tx)
            record.endsAt = min(now + policy.acceptedDuration, record.agreed.checkInAt)
            try appendTaken(&record, at: now, in: tx)
        case .releaseNights:
            // During the stay only the nights from today on come free; those slept stay as they were.
            let today = record.agreed.zone.day(at: now)
            let first = before == .confirmed ? max(record.wish.stay.checkIn, today) : record.wish.stay.checkIn
            guard let unit = record.unitId else { throw StorageError.fault("\(record.id) owns nights of no unit") }
            let (freed, prepared) = try tx.release(
                record.wish.stay, preparing: record.preparation, on: unit, for: record.id, from: first)
            guard !freed.isEmpty else { return }
            try appendNights(NightsMoved.freed, freed, prepared: prepared, &record, at: now, in: tx)
        case .closePayable:
            try append(PayableClosing.kind, PayableClosing(bookingId: record.id), &record, at: now, in: tx)
        case .refundByPolicy:
            // Payments cuts it to what is left, whatever that is by then.
            let refund = record.total.percent(refundPercent(of: record, by: move.actor, at: now))
            guard refund.amount > 0 else { return }
            try append(
                PayableRefund.kind,
                PayableRefund(bookingId: record.id, amount: refund, reason: "cancelled by the \(move.actor.rawValue)"),
                &record, at: now, in: tx)
        case .refundInFull:
            try append(
                PayableRefund.kind,
                PayableRefund(
                    bookingId: record.id, amount: nil, reason: "the payment came after the booking had ended"),
                &record, at: now, in: tx)
        case .claimAgainOrRefund:
            try claimAgainOrRefund(&record, move, at: now, in: tx)
        case .announce:
            try append(
                change(after: before, record), &record, by: move.actor, reason: move.reason, left: move.left, at: now,
                in: tx)
        }
    }

    /// What counts from the confirmation begins.
    private func confirm(_ record: inout BookingRecord, at now: Instant, in tx: borrowing Transaction) throws {
        record.confirmedAt = now
        let agreed = record.agreed.confirmed(at: now)
        guard agreed != record.agreed else { return }
        record.agreed = agreed
        try tx.saveTerms(of: record)
    }

    /// Money came for an expired booking: it is honoured where nobody lost by it.
    private func claimAgainOrRefund(
        _ record: inout BookingRecord, _ move: Move, at now: Instant, in tx: borrowing Transaction
    ) throws {
        let unit: UnitID? = try tx.savepoint { step in
            guard now < record.agreed.checkInAt else { return .undo(nil) }
            do {
                return .keep(try step.claim(record, on: move.units))
            } catch is Problem {
                return .undo(nil)
            }
        }
        guard let unit else {
            try append(
                PayableRefund.kind,
                PayableRefund(
                    bookingId: record.id, amount: nil,
                    reason: "the payment came after the hold had ended, and the nights are taken"),
                &record, at: now, in: tx)
            return
        }
        record.unitId = unit
        record.course.revive()
        try confirm(&record, at: now, in: tx)
        try appendTaken(&record, at: now, in: tx)
        try append(.revived, &record, by: .system, at: now, in: tx)
    }

    /// What a cancellation by `actor` gives back of a paid booking.
    /// - Parameter left: what the guest has paid and not got back; nothing where that is not known.
    func refund(of record: BookingRecord, by actor: Actor, left: Money?, at now: Instant) -> Money {
        let agreed = record.total.percent(refundPercent(of: record, by: actor, at: now))
        return left.map { $0.amount < agreed.amount ? $0 : agreed } ?? agreed
    }

    /// - Parameter left: what the guest has paid and not got back; nothing where that is not known. Then only the agreed
    ///   schedule is held against what was told: it says how much comes back at most.
    /// - Throws: `Problem` `state_conflict` where a cancellation by `actor` gives back or keeps something else than told.
    func check(
        _ told: ExpectedCancellation, against record: BookingRecord, by actor: Actor, left: Money?, at now: Instant
    ) throws {
        let isPaid = record.course.state == .confirmed
        let none = Money.zero(record.total.currency)
        let refund = isPaid ? self.refund(of: record, by: actor, left: left, at: now) : none
        let stands: Bool
        if isPaid, left == nil {
            // Told of nothing paid, or of more than comes back by now, they were told something else.
            stands = (told.refund.amount > 0 || told.kept.amount > 0) && told.refund.amount <= refund.amount
        } else {
            let kept = Money((isPaid ? left ?? none : none).amount - refund.amount, refund.currency)
            stands = told == ExpectedCancellation(refund: refund, kept: kept)
        }
        guard stands else {
            throw Problem(
                .stateConflict, "What cancelling gives back has changed: it is \(refund) now. Nothing was cancelled.")
        }
    }

    /// How much of the price a cancellation by `actor` gives back.
    func refundPercent(of record: BookingRecord, by actor: Actor, at now: Instant) -> Int {
        switch actor {
        case .host, .operator, .system: 100
        case .guest: record.course.state == .requested ? 100 : record.agreed.cancellation.rule(at: now).percent
        }
    }

    private func change(after before: Course.State, _ record: BookingRecord) -> BookingChanged.Change {
        switch record.course.state {
        case .requested: .requested
        case .held: before == .requested ? .accepted : .held
        case .closing, .expired: .expired
        case .confirmed: .confirmed
        case .completed: .completed
        case .declined: .declined
        case .lapsed: .lapsed
        case .abandoned, .cancelled: .cancelled
        }
    }

    // MARK: Events

    private func append(
        _ change: BookingChanged.Change, _ record: inout BookingRecord, by actor: Actor, reason: String? = nil,
        left: Money? = nil, at now: Instant, in tx: borrowing Transaction
    ) throws {
        var percent: Int?
        var refund: Money?
        if change == .cancelled {
            // What was never confirmed was never paid: there is nothing to give back.
            percent = record.course.state == .cancelled ? refundPercent(of: record, by: actor, at: now) : 100
            refund =
                record.course.state == .cancelled
                ? self.refund(of: record, by: actor, left: left, at: now) : .zero(record.total.currency)
        }
        let body = BookingChanged(
            booking: record.booking, change: change, by: actor, refund: refund, refundPercent: percent, reason: reason)
        try append(BookingChanged.kind, body, &record, at: now, in: tx)
    }

    func appendTaken(_ record: inout BookingRecord, at now: Instant, in tx: borrowing Transaction) throws {
        let stay = record.wish.stay
        try appendNights(
            NightsMoved.taken, Array(stay.nights), prepared: stay.surroundings(record.preparation), &record, at: now,
            in: tx)
    }

    func appendNights(
        _ kind: String, _ nights: [LocalDay], prepared: [LocalDay], _ record: inout BookingRecord, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        guard let unit = record.unitId else { throw StorageError.fault("booking \(record.id) moves nights of no unit") }
        let body = NightsMoved(
            bookingId: record.id, propertyId: record.wish.propertyId, unitId: unit, nights: nights, prepared: prepared)
        try append(kind, body, &record, at: now, in: tx)
    }

    func append(
        _ kind: String, _ body: some Encodable, _ record: inout BookingRecord, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        record.version += 1
        try outbox.append(kind, about: record.id.text, version: record.version, body: body, at: now, in: tx)
    }
}

extension Transaction {
    /// Claims the nights of a booking's stay, and keeps those around it, as it was agreed.
    /// - Throws: `Problem` `nights_unavailable`.
    func claim(_ record: BookingRecord, on units: [UnitID]) throws -> UnitID {
        try claim(record.wish.stay, preparing: record.preparation, on: units, for: record.id)
    }
}

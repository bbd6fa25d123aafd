import Core
import PaymentService
import PropertyService
import Storage

/// An alteration as it lies in the database.
struct AlterationRecord: Sendable {
    let id: AlterationID
    let bookingId: BookingID
    /// 1 for the first of its booking; 0 before it is written down.
    var number: Int
    var course: AlterationCourse
    let proposedBy: Actor
    let before: Alteration.Before
    let after: Alteration.After
    let message: String?
    var reason: String?
    /// The nights it has beside the booking's own; nothing while it has none.
    var holding: Holding?
    /// When the time to answer or to pay is over.
    var endsAt: Instant?
    let createdAt: Instant
    var agreedAt: Instant?
    var endedAt: Instant?

    /// How an agreed alteration has its nights until it counts.
    enum Holding: Sendable, Equatable {
        /// The booking has the nights of both stays, and the few between them, on its unit.
        case widened
        /// The new stay is claimed on a unit by itself, under the alteration's own name.
        case apart(UnitID)
    }

    var payableId: PayableID { PayableID(of: id) }

    var difference: Int64 { after.total.amount - before.total.amount }

    /// The booked stay and the new one together, which overlap, touch, or lie nearer than is prepared.
    func widened(_ booked: Stay) -> Stay {
        Stay(from: min(booked.checkIn, after.stay.checkIn), to: max(booked.checkOut, after.stay.checkOut)) ?? booked
    }

    /// Who has the nights that are claimed apart.
    var owner: BookingID { BookingID(stored: id.text) }

    /// After this moment the change makes no sense any more: one of the two stays has begun or, where the arrival is the
    /// same, is over.
    func latest(_ agreed: AgreedTerms) -> Instant {
        before.stay.checkIn == after.stay.checkIn
            ? min(agreed.checkOutAt, after.agreed.checkOutAt) : min(agreed.checkInAt, after.agreed.checkInAt)
    }

    /// When the course must be looked at again.
    var dueAt: Instant? { course.state == .proposed || course.state == .agreed ? endsAt : nil }

    var alteration: Alteration {
        Alteration(
            id: id, bookingId: bookingId, number: number, status: course.status, proposedBy: proposedBy, before: before,
            after: after,
            message: message, reason: reason, expiresAt: course.isOpen ? endsAt : nil, createdAt: createdAt,
            agreedAt: agreedAt, endedAt: endedAt)
    }
}

extension PayableID {
    /// What is owed for an alteration. Named after it, so that who pays and what is paid for need no table between them.
    init(of alteration: AlterationID) {
        self.init(stored: "\(PayableKind.prefix)_\(alteration.text.dropFirst(AlterationKind.prefix.count + 1))")
    }
}

extension AlterationID {
    /// The alteration that owes it.
    init(paying payable: PayableID) {
        self.init(stored: "\(AlterationKind.prefix)_\(payable.text.dropFirst(PayableKind.prefix.count + 1))")
    }
}

extension AlterationRecord {
    /// In the order in which `init(_ row:)` reads them.
    static let columns: StaticString = """
        id, booking_id, number, state, proposed_by, before_terms, after_terms, message, reason, holding, unit_id, \
        ends_at, created_at, agreed_at, ended_at
        """

    init(_ row: Row) throws {
        id = try row[0]
        bookingId = try row[1]
        number = try row[2]
        guard let state = AlterationCourse.State(rawValue: try row[3]), let by = Actor(rawValue: try row[4]) else {
            throw StorageError.fault("alteration \(id) has an unknown state or proposer")
        }
        course = AlterationCourse(state)
        proposedBy = by
        before = try StoredJSON.value(from: row[5])
        after = try StoredJSON.value(from: row[6])
        message = try row[7]
        reason = try row[8]
        switch try row[9] as String {
        case "widened": holding = .widened
        case "apart":
            guard let unit = try row[10] as UnitID? else {
                throw StorageError.fault("alteration \(id) has nights of no unit")
            }
            holding = .apart(unit)
        default: holding = nil
        }
        endsAt = try row[11]
        createdAt = try row[12]
        agreedAt = try row[13]
        endedAt = try row[14]
    }

    fileprivate var holdingColumns: (String, UnitID?) {
        switch holding {
        case .widened: ("widened", nil)
        case .apart(let unit): ("apart", unit)
        case nil: ("", nil)
        }
    }
}

extension Queries where Self: ~Copyable {
    func alteration(_ id: AlterationID) throws -> AlterationRecord? {
        try first("SELECT \(raw: AlterationRecord.columns) FROM alteration WHERE id = \(id)", AlterationRecord.init)
    }

    /// The one that may still come to something.
    func openAlteration(of booking: BookingID) throws -> AlterationRecord? {
        try first(
            """
            SELECT \(raw: AlterationRecord.columns) FROM alteration
            WHERE booking_id = \(booking) AND state IN \(list: AlterationCourse.openStates.map(\.rawValue))
            """, AlterationRecord.init)
    }

    /// The newest first.
    func alterations(of booking: BookingID) throws -> [AlterationRecord] {
        try all(
            "SELECT \(raw: AlterationRecord.columns) FROM alteration WHERE booking_id = \(booking) ORDER BY number DESC",
            AlterationRecord.init)
    }
}

extension Transaction {
    func insert(_ record: AlterationRecord) throws {
        let before = try StoredJSON.text(of: record.before)
        let after = try StoredJSON.text(of: record.after)
        let (holding, unit) = record.holdingColumns
        try execute(
            """
            INSERT INTO alteration (
                id, booking_id, number, state, proposed_by, check_in, check_out, before_terms, after_terms, message, reason,
                holding, unit_id, ends_at, due_at, created_at, agreed_at, ended_at)
            VALUES (
                \(record.id), \(record.bookingId), \(record.number), \(record.course.state.rawValue),
                \(record.proposedBy.rawValue), \(record.after.stay.checkIn), \(record.after.stay.checkOut), \(before),
                \(after), \(record.message), \(record.reason), \(holding), \(unit), \(record.endsAt), \(record.dueAt),
                \(record.createdAt), \(record.agreedAt), \(record.endedAt))
            """)
    }

    /// Writes what the course may change; what was proposed never does.
    func save(_ record: AlterationRecord) throws {
        let (holding, unit) = record.holdingColumns
        try execute(
            """
            UPDATE alteration SET state = \(record.course.state.rawValue), reason = \(record.reason),
                holding = \(holding), unit_id = \(unit), ends_at = \(record.endsAt), due_at = \(record.dueAt),
                agreed_at = \(record.agreedAt), ended_at = \(record.endedAt)
            WHERE id = \(record.id)
            """)
    }

    /// Writes the terms of a booking as an applied alteration or its confirmation has made them.
    func saveTerms(of record: BookingRecord) throws {
        let lines = try StoredJSON.text(of: record.lines)
        let agreed = try StoredJSON.text(of: record.agreed)
        let party = try StoredJSON.text(of: record.wish.party)
        try later(
            """
            UPDATE booking SET check_in = \(record.wish.stay.checkIn), check_out = \(record.wish.stay.checkOut),
                guests = \(record.wish.party.guests), party = \(party), total = \(record.total.amount),
                currency = \(record.total.currency), lines = \(lines), agreed = \(agreed)
            WHERE id = \(record.id)
            """)
    }
}

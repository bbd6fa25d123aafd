import Core
import PropertyService
import Storage

/// A booking as it lies in the database: what the world sees, and what only the course needs.
struct BookingRecord: Sendable {
    let id: BookingID
    let code: String
    var course: Course
    var wish: Wish
    var unitId: UnitID?
    let guestId: UserID
    let hostId: UserID
    var lines: [PriceLine]
    var total: Money
    var agreed: AgreedTerms
    var extensions: Int
    /// When the hold or the request runs out.
    var endsAt: Instant?
    var version: Int64
    let createdAt: Instant
    var confirmedAt: Instant?
    var cancelledAt: Instant?
    var cancelledBy: Actor?
    var reason: String?
    /// Whether the host was asked first.
    let beganAsRequest: Bool
    /// So many nights before and after the stay are no other booking's, as agreed when it was booked.
    let preparation: Int

    /// When the course must be looked at again; nothing where only an event from outside can move it.
    var dueAt: Instant? {
        switch course.state {
        case .requested, .held: endsAt
        case .confirmed: agreed.checkOutAt
        case .closing, .completed, .declined, .expired, .abandoned, .cancelled, .lapsed: nil
        }
    }

    /// As the world sees it; `paid` and `refunded` are zero until the ledger fills them in.
    var booking: Booking {
        Booking(
            id: id, code: code, status: course.status, propertyId: wish.propertyId, guestId: guestId, hostId: hostId,
            stay: wish.stay, guests: wish.party.guests, party: wish.party, lines: lines, total: total,
            paid: .zero(total.currency), refunded: .zero(total.currency),
            holdExpiresAt: course.status == .held ? endsAt : nil,
            requestExpiresAt: course.state == .requested ? endsAt : nil,
            createdAt: createdAt, confirmedAt: confirmedAt, cancelledAt: cancelledAt,
            cancelledBy: cancelledBy, reason: reason, agreed: agreed)
    }
}

extension BookingRecord {
    /// In the order in which `init(_ row:)` reads them.
    static let columns: StaticString = """
        id, code, state, property_id, unit_id, guest_id, host_id, check_in, check_out, guests, total, currency, lines, \
        agreed, extensions, ends_at, version, created_at, confirmed_at, cancelled_at, cancelled_by, reason, \
        began_as_request, party, preparation
        """

    init(_ row: Row) throws {
        id = try row[0]
        code = try row[1]
        guard let state = Course.State(rawValue: try row[2]) else {
            throw StorageError.fault("booking \(id) has an unknown state")
        }
        course = Course(state)
        guard let stay = Stay(from: try row[7], to: try row[8]) else {
            throw StorageError.fault("booking \(id) has no night")
        }
        wish = Wish(propertyId: try row[3], stay: stay, party: try BookingRecord.party(row))
        unitId = try row[4]
        guestId = try row[5]
        hostId = try row[6]
        total = Money(try row[10], try row[11])
        lines = try StoredJSON.value(from: row[12])
        agreed = try StoredJSON.value(from: row[13])
        extensions = try row[14]
        endsAt = try row[15]
        version = try row[16]
        createdAt = try row[17]
        confirmedAt = try row[18]
        cancelledAt = try row[19]
        cancelledBy = (try row[20] as String?).flatMap(Actor.init)
        reason = try row[21]
        beganAsRequest = try row[22]
        preparation = try row[24]
    }
}

extension BookingRecord {
    /// Rows of before parties were known have an empty text: all guests are adults.
    private static func party(_ row: Row) throws -> Party {
        let text: String = try row[23]
        guard !text.isEmpty else { return Party(adults: try row[9]) }
        return try StoredJSON.value(from: text)
    }
}

extension Queries where Self: ~Copyable {
    /// The booking of an id, or nothing.
    func booking(_ id: BookingID) throws -> BookingRecord? {
        try first("SELECT \(raw: BookingRecord.columns) FROM booking WHERE id = \(id)", BookingRecord.init)
    }
}

extension Transaction {
    func insert(_ record: BookingRecord) throws {
        let lines = try StoredJSON.text(of: record.lines)
        let agreed = try StoredJSON.text(of: record.agreed)
        let party = try StoredJSON.text(of: record.wish.party)
        try later(
            """
            INSERT INTO booking (
                id, code, state, property_id, unit_id, guest_id, host_id, check_in, check_out, guests, total, currency,
                lines, agreed, extensions, ends_at, due_at, version, created_at, began_as_request,
                party, preparation)
            VALUES (
                \(record.id), \(record.code), \(record.course.state.rawValue), \(record.wish.propertyId),
                \(record.unitId), \(record.guestId), \(record.hostId), \(record.wish.stay.checkIn),
                \(record.wish.stay.checkOut), \(record.wish.party.guests), \(record.total.amount), \(record.total.currency),
                \(lines), \(agreed), \(record.extensions), \(record.endsAt), \(record.dueAt), \(record.version),
                \(record.createdAt), \(record.beganAsRequest), \(party), \(record.preparation))
            """)
    }

    /// Writes what the course may change; wish, price and terms change by an alteration or the confirmation (`saveTerms`).
    func save(_ record: BookingRecord) throws {
        try later(
            """
            UPDATE booking SET state = \(record.course.state.rawValue), unit_id = \(record.unitId),
                extensions = \(record.extensions), ends_at = \(record.endsAt), due_at = \(record.dueAt),
                version = \(record.version), confirmed_at = \(record.confirmedAt), cancelled_at = \(record.cancelledAt),
                cancelled_by = \(record.cancelledBy?.rawValue), reason = \(record.reason)
            WHERE id = \(record.id)
            """)
    }
}

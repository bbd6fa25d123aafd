import Assembly
import BookingService
import Core
import Foundation
import PropertyService
import Storage

/// What must be true once nothing is under way any more, besides all that must be true at any moment.
struct RestPromises: Sendable {
    let databases: Databases
    let post: PostOffice
    /// Bookings that people were told of.
    let acknowledged: [BookingID]

    func broken() async throws -> [String] {
        var findings: [String] = []
        for (name, database) in databases.all {
            findings += try await database.read { reader in
                try reader.all("SELECT subject, kind, receiver, last_error FROM outbox") { row in
                    let (subject, kind, receiver): (String, String, String) = (try row[0], try row[1], try row[2])
                    let error: String? = try row[3]
                    return "\(subject): the event \(kind) of \(name) never reached \(receiver): \(error ?? "no error")"
                }
            }
        }
        let bookings = try await databases.bookings.read { reader in
            try reader.all(RestBooking.query, RestBooking.init)
        }
        let nights = try await databases.bookings.read { try RestNights(claimsOf: $0) }
        let copy = try await databases.properties.read { try RestNights(copyOf: $0) }
        let books = try await databases.payments.read { reader in
            (
                findings: try Findings.of(SQL.joined(RestPromises.money, by: " UNION ALL "), in: reader),
                kept: try reader.all(RestPromises.balances) { row in
                    (
                        id: try row[0] as BookingID, paid: try row[1] as Int64, back: try row[2] as Int64,
                        refunds: try row[3] as Int
                    )
                }
            )
        }
        let mails = try await MailPromises.broken(
            databases, bookings, post, refunds: books.kept.map { ($0.id, $0.refunds) })

        findings += books.findings + mails
        findings += nights.differences(from: copy)
        var balances: [BookingID: (paid: Int64, back: Int64)] = [:]
        for row in books.kept { balances[row.id] = (row.paid, row.back) }
        for booking in bookings {
            let balance = balances[booking.id] ?? (0, 0)
            findings += booking.broken(paid: balance.paid, back: balance.back, nights: nights.booked[booking.id] ?? [])
        }
        let known = Set(bookings.map(\.id))
        for id in acknowledged where !known.contains(id) {
            findings.append("\(id): somebody was told of it, and it is gone")
        }
        let hosts = try await databases.properties.read {
            try $0.values("SELECT DISTINCT host_id FROM property", as: UserID.self)
        }
        findings += try await databases.users.read { reader in
            try reader.values("SELECT id FROM person WHERE is_host = 0 AND id IN \(list: hosts)", as: UserID.self)
                .map { "\($0): lists a place and is no host" }
        }
        return findings
    }

    private static let money: [SQL] = [
        """
        SELECT 'the payment is still ' || state, id FROM payment
        WHERE state IN ('opening', 'open', 'leaving', 'closing')
        """,
        "SELECT 'the payable is still ' || state, id FROM payable WHERE state IN ('open', 'closing')",
        "SELECT 'the refund is ' || state, id FROM refund WHERE state <> 'done'",
        """
        SELECT 'the provider took money that no payment shows', s.payment_id FROM test_session AS s
        WHERE s.is_paid = 1 AND NOT EXISTS (
            SELECT 1 FROM payment AS p WHERE p.id = s.payment_id AND p.session = s.token AND p.state = 'captured')
        """,
        """
        SELECT 'the provider gave back something else than the books say', p.id FROM payment AS p
        WHERE p.refunded <> COALESCE((
            SELECT SUM(r.amount) FROM test_refund AS r JOIN test_session AS s ON s.token = r.token
            WHERE s.payment_id = p.id), 0)
        """,
    ]

    private static let balances: SQL = """
        SELECT e.booking_id, CAST(SUM(CASE WHEN e.kind = 'capture' THEN e.amount ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN e.kind = 'refund' THEN -e.amount ELSE 0 END) AS BIGINT),
            (SELECT COUNT(*) FROM refund AS r WHERE r.booking_id = e.booking_id AND r.state = 'done')
        FROM ledger_entry AS e WHERE e.account = 'booking:' || e.booking_id GROUP BY e.booking_id
        """
}

/// A booking at its end.
struct RestBooking: Sendable {
    let id: BookingID
    let state: String
    let guest: UserID
    let host: UserID
    let stay: Stay
    let total: Money
    let lines: [PriceLine]
    let agreed: AgreedTerms
    let createdAt: Instant
    let wasConfirmed: Bool
    let cancelledAt: Instant?
    let cancelledBy: String?
    let beganAsRequest: Bool
    let hadUnit: Bool

    static let query: SQL = """
        SELECT id, state, guest_id, host_id, check_in, check_out, total, currency, lines, agreed, created_at,
            confirmed_at, cancelled_at, cancelled_by, began_as_request, unit_id
        FROM booking ORDER BY created_at, id
        """

    init(_ row: Row) throws {
        id = try row[0]
        state = try row[1]
        guest = try row[2]
        host = try row[3]
        guard let stay = Stay(from: try row[4], to: try row[5]) else {
            throw StorageError.fault("a booking of no night")
        }
        self.stay = stay
        total = Money(try row[6], try row[7])
        lines = try JSONDecoder().decode([PriceLine].self, from: Data((try row[8] as String).utf8))
        agreed = try JSONDecoder().decode(AgreedTerms.self, from: Data((try row[9] as String).utf8))
        createdAt = try row[10]
        wasConfirmed = (try row[11] as Instant?) != nil
        cancelledAt = try row[12]
        cancelledBy = try row[13]
        beganAsRequest = try row[14]
        hadUnit = (try row[15] as String?) != nil
    }

    func broken(paid: Int64, back: Int64, nights: Set<LocalDay>) -> [String] {
        var findings: [String] = []
        func found(_ what: String) { findings.append("\(id) (\(state)): \(what)") }
        if lines.contains(where: { $0.amount.currency != total.currency })
            || lines.reduce(0, { $0 + $1.amount.amount }) != total.amount
        {
            found("its lines do not sum to its total")
        }
        switch state {
        case "completed":
            if paid != total.amount || back != 0 { found("costs \(total.amount), paid \(paid), back \(back)") }
        case "cancelled":
            let due = total.amount / 100 * Int64(refundPercent) + total.amount % 100 * Int64(refundPercent) / 100
            if paid != total.amount || back != due {
                found("costs \(total.amount), paid \(paid), back \(back) instead of \(due)")
            }
            let today = cancelledAt.map { agreed.zone.day(at: $0) } ?? stay.checkOut
            if nights != Set(stay.nights.filter { $0 < today }) {
                found("owns \(nights.count) nights after it was cancelled")
            }
        case "expired", "lapsed", "declined", "abandoned":
            if paid != back { found("paid \(paid), back \(back)") }
        default:
            found("has not come to its end")
        }
        return findings
    }

    /// The contract's table, once more.
    private var refundPercent: Int {
        guard cancelledBy == "guest", let cancelledAt else { return 100 }
        func before(days: Int) -> Instant {
            agreed.zone.instant(of: stay.checkIn.advanced(by: -days), at: agreed.checkInFrom)
        }
        let checkIn = before(days: 0)
        switch agreed.cancellation.policy {
        case .flexible: return cancelledAt.since(checkIn) <= .hours(-24) ? 100 : cancelledAt <= checkIn ? 50 : 0
        case .moderate: return cancelledAt <= before(days: 5) ? 100 : cancelledAt <= checkIn ? 50 : 0
        case .firm: return cancelledAt <= before(days: 30) ? 100 : cancelledAt <= before(days: 7) ? 50 : 0
        case .strict:
            if cancelledAt <= before(days: 14), cancelledAt.since(createdAt) <= .hours(48) { return 100 }
            return cancelledAt <= before(days: 7) ? 50 : 0
        case .nonRefundable: return 0
        case nil: return agreed.cancellation.rule(at: cancelledAt).percent  // a host's own steps: no table to go by
        }
    }
}

import Core
import Storage

/// The books, in themselves and with the bookings. Each query finds what is broken.
enum MoneyPromises {
    static let all: [SQL] = [
        """
        SELECT 'a group of the ledger does not sum to zero', entry_group FROM ledger_entry
        GROUP BY entry_group, currency HAVING SUM(amount) <> 0
        """,
        """
        SELECT 'a capture or refund is not booked as the payment has it', p.id FROM payment AS p
        WHERE p.captured <> COALESCE((
                SELECT SUM(amount) FROM ledger_entry AS e WHERE e.payment_id = p.id AND e.booking_id = p.booking_id
                    AND e.kind = 'capture' AND e.account = 'booking:' || p.booking_id), 0)
            OR p.refunded <> COALESCE((
                SELECT -SUM(amount) FROM ledger_entry AS e WHERE e.payment_id = p.id AND e.booking_id = p.booking_id
                    AND e.kind = 'refund' AND e.account = 'booking:' || p.booking_id), 0)
        """,
        """
        SELECT 'its refunds are not what it says', p.id FROM payment AS p
        WHERE p.refunded > p.claimed OR p.claimed > p.captured
            OR p.claimed <> COALESCE((
                SELECT SUM(amount) FROM refund AS r WHERE r.payment_id = p.id AND r.state <> 'failed'), 0)
            OR p.refunded <> COALESCE((
                SELECT SUM(amount) FROM refund AS r WHERE r.payment_id = p.id AND r.state = 'done'), 0)
        """,
        """
        SELECT 'took money beside the payment that counts, and does not give it back', p.id
        FROM payment AS p JOIN payable AS w ON w.id = p.payable_id
        WHERE p.state = 'captured' AND p.claimed <> p.captured AND (w.winner IS NULL OR w.winner <> p.id)
        """,
        """
        SELECT 'is paid by nobody', w.id FROM payable AS w
        WHERE w.state = 'paid' AND NOT EXISTS (
            SELECT 1 FROM payment AS p WHERE p.id = w.winner AND p.state = 'captured' AND p.captured = w.amount)
        """,
        """
        SELECT 'the provider gave back more than it took', s.payment_id FROM test_session AS s
        WHERE COALESCE((SELECT SUM(amount) FROM test_refund AS r WHERE r.token = s.token), 0)
            > CASE WHEN s.is_paid = 1 THEN s.amount ELSE 0 END
        """,
        """
        SELECT 'money is in the books that the provider never took', p.id FROM payment AS p
        WHERE p.state = 'captured' AND NOT EXISTS (
            SELECT 1 FROM test_session AS s WHERE s.token = p.session AND s.is_paid = 1 AND s.amount = p.captured)
        """,
    ]

    /// The payments that count.
    static let winners: SQL = """
        SELECT w.booking_id, CASE WHEN p.claimed = p.captured THEN 1 ELSE 0 END, CASE WHEN EXISTS (
            SELECT 1 FROM outbox AS o WHERE o.subject = w.booking_id AND o.kind = 'payable.paid') THEN 1 ELSE 0 END
        FROM payable AS w JOIN payment AS p ON p.id = w.winner
        WHERE w.state = 'paid'
        """

    struct Winner: Sendable {
        let booking: BookingID
        let goesBack: Bool
        /// Whether Booking has still to hear of it.
        let isOnItsWay: Bool

        init(_ row: Row) throws {
            booking = try row[0]
            goesBack = try row[1]
            isOnItsWay = try row[2]
        }
    }

    /// Money that counts belongs to a booking that is or was confirmed, or goes back; no stay without its money.
    static func compare(_ winners: [Winner], _ bookings: [Promises.BookingState]) -> [String] {
        var findings: [String] = []
        var known: [BookingID: Promises.BookingState] = [:]
        for booking in bookings { known[booking.id] = booking }
        for winner in winners where !winner.goesBack && !winner.isOnItsWay {
            let booking = known[winner.booking]
            switch booking?.state {
            case "confirmed", "completed", "cancelled": break
            default:
                guard booking?.sendsRefund != true else { continue }
                findings.append(
                    "\(winner.booking) (\(booking?.state ?? "no booking")): its money was taken, and does not go back")
            }
        }
        let paid = Set(winners.map(\.booking))
        for booking in bookings where ["confirmed", "completed"].contains(booking.state) && !paid.contains(booking.id) {
            findings.append("\(booking.id) (\(booking.state)): nobody paid for it")
        }
        return findings
    }
}

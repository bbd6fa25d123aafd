import Core
import Storage

/// Money that moves between a provider and a booking: two entries that sum to zero. Entries are never changed.
struct LedgerMove: Sendable {
    enum Kind: String, Sendable, SQLBindable, SQLReadable {
        case capture
        case refund
    }

    /// Unique: what is booked under it is booked once.
    let group: String
    let kind: Kind
    let payment: PaymentRecord
    /// More than zero; `kind` says in which direction.
    let amount: Money
}

extension Transaction {
    func book(_ move: LedgerMove, at now: Instant) throws {
        let intoBooking =
            switch move.kind {
            case .capture: move.amount.amount
            case .refund: -move.amount.amount
            }
        let entries = [
            ("booking:\(move.payment.bookingId)", intoBooking),
            ("provider:\(move.payment.provider)", -intoBooking),
        ]
        for (account, amount) in entries {
            try execute(
                """
                INSERT INTO ledger_entry (
                    entry_group, account, booking_id, payment_id, kind, amount, currency, booked_at)
                VALUES (
                    \(move.group), \(account), \(move.payment.bookingId), \(move.payment.id), \(move.kind), \(amount),
                    \(move.amount.currency), \(now))
                """)
        }
    }
}

extension Queries where Self: ~Copyable {
    /// Sums of the bookings' own accounts, in the currency of what each owes: all its payables have the same.
    func balances(where condition: SQL) throws -> [BookingID: Balance] {
        var balances: [BookingID: Balance] = [:]
        try forEach(
            """
            SELECT e.booking_id, e.currency,
                CAST(SUM(CASE WHEN e.kind = \(LedgerMove.Kind.capture) THEN e.amount ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN e.kind = \(LedgerMove.Kind.refund) THEN -e.amount ELSE 0 END) AS BIGINT)
            FROM ledger_entry AS e
            WHERE \(condition) AND e.account = 'booking:' || e.booking_id AND EXISTS (
                SELECT 1 FROM payable AS p WHERE p.booking_id = e.booking_id AND p.currency = e.currency)
            GROUP BY e.booking_id, e.currency
            """
        ) { row in
            balances[try row[0]] = Balance(paid: try row[2], refunded: try row[3], currency: try row[1])
        }
        return balances
    }
}

import Core
import Storage

/// Money that moves between a provider and a booking, or stays with the provider or a bank: two entries that sum to zero.
/// Entries are never changed, only reversed by others.
struct LedgerMove: Sendable {
    enum Kind: String, Sendable, SQLBindable, SQLReadable {
        case capture
        case refund
        /// A refund came back: its reversal.
        case refundFailure
        /// A payer's bank took money back. It is the house's loss: the booking stays paid.
        case chargeback
        case chargebackReversal
        /// What the provider keeps; `bookFee` enters it.
        case fee
    }

    /// Unique: what is booked under it is booked once.
    let group: String
    let kind: Kind
    let payment: PaymentRecord
    /// `kind` says in which direction; more than zero, but for a fee given back.
    let amount: Money
}

extension Transaction {
    func book(_ move: LedgerMove, at now: Instant) throws {
        let provider = move.payment.provider
        let (account, amount) =
            switch move.kind {
            case .capture, .refundFailure: ("booking:\(move.payment.bookingId)", move.amount.amount)
            case .refund: ("booking:\(move.payment.bookingId)", -move.amount.amount)
            case .chargeback: ("chargebacks:\(provider)", -move.amount.amount)
            case .chargebackReversal: ("chargebacks:\(provider)", move.amount.amount)
            case .fee: ("fees:\(provider)", -move.amount.amount)
            }
        let entries = [(account: account, amount: amount), (account: "provider:\(provider)", amount: -amount)]
        try insert(
            entries, group: move.group, kind: move.kind, booking: move.payment.bookingId.text,
            payment: move.payment.id.text, currency: move.amount.currency, at: now)
    }

    /// What a provider keeps, of a payment or of nothing in particular.
    func bookFee(
        group: String, provider: String, payment: PaymentRecord?, amount: Money, at now: Instant
    ) throws {
        try insert(
            [("fees:\(provider)", -amount.amount), ("provider:\(provider)", amount.amount)], group: group, kind: .fee,
            booking: payment?.bookingId.text ?? "", payment: payment?.id.text ?? "", currency: amount.currency, at: now)
    }

    private func insert(
        _ entries: [(account: String, amount: Int64)], group: String, kind: LedgerMove.Kind, booking: String,
        payment: String, currency: Currency, at now: Instant
    ) throws {
        for (account, amount) in entries {
            try execute(
                """
                INSERT INTO ledger_entry (
                    entry_group, account, booking_id, payment_id, kind, amount, currency, booked_at)
                VALUES (
                    \(group), \(account), \(booking), \(payment), \(kind), \(amount), \(currency), \(now))
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
                CAST(SUM(CASE WHEN e.kind <> \(LedgerMove.Kind.capture) THEN -e.amount ELSE 0 END) AS BIGINT)
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

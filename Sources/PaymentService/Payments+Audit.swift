package import Core
import Storage

/// The books of the Payments database as one consistent look found them, for whoever compares them with the bookings.
package struct PaymentsAudit: Sendable {
    /// Groups of ledger entries that do not sum to zero in a currency. Must be empty.
    package let unbalancedGroups: [String]
    /// Payments whose captures or refunds in the ledger are not what the payment says. Must be empty.
    package let misbookedPayments: [PaymentID]
    /// Payments that the ledger has entries of and that are not there; a provider's fee may be of none. Must be empty.
    package let strayPayments: [PaymentID]
    /// Payments whose state says another thing than what they took, or that count with another sum than was owed. Must be
    /// empty.
    package let misstatedPayments: [PaymentID]
    /// Payments with more back than was taken, by the ledger. Must be empty.
    package let overRefunded: [PaymentID]
    /// Every payment that took money.
    package let captured: [CapturedPayment]
    /// What each booking has paid and got back, by the ledger.
    package let balances: [BookingID: Balance]
    package let payables: [AuditedPayable]
    package let inFlight: PaymentsInFlight
    /// Payments whose sums of refunds are not those of their refunds. Must be empty.
    package let miscountedPayments: [PaymentID]
    /// Refunds that the provider will not make, and that no person was told of. Must be empty.
    package let failedRefunds: [RefundID]
    /// Refunds that wait for their provider since `longestRefund`, though nothing is disputed. Must be empty.
    package let staleRefunds: [RefundID]
    /// Refunds of each booking beside those that are done and agreed.
    package let leaving: [BookingID: MoneyLeaving]

    /// After so long a refund has come to its end, or somebody must look: banks take ten days at the most.
    package static let longestRefund = Duration.hours(14 * 24)
}

/// Money of a booking, in minor units.
package struct MoneyLeaving: Sendable, Equatable {
    /// Refunds that the provider has not confirmed.
    package let underWay: Int64
    /// What operators gave besides what was agreed, done or under way.
    package let goodwill: Int64

    package init(underWay: Int64 = 0, goodwill: Int64 = 0) {
        self.underWay = underWay
        self.goodwill = goodwill
    }
}

/// A payment that took money.
package struct CapturedPayment: Sendable, Equatable {
    package let id: PaymentID
    package let bookingId: BookingID
    package let payableId: PayableID
    package let purpose: Purpose
    package let provider: String
    package let captured: Money
    /// Refunds that are done, in minor units.
    package let refunded: Int64
    /// Refunds that are done or under way, in minor units.
    package let claimed: Int64
    /// What should have gone back and did not, of which a case tells, as far as it has not gone back since. Minor units.
    package let withCase: Int64
    /// Whether it is the one that counts for its payable. One that does not must go back in full.
    package let counts: Bool
}

/// A sum that is owed.
package struct AuditedPayable: Sendable, Equatable {
    package let id: PayableID
    package let bookingId: BookingID
    package let purpose: Purpose
    package let state: State
    /// Nothing where it was closed before anybody began to pay.
    package let amount: Money?

    package enum State: String, Sendable {
        case open, closing, closed, paid
    }
}

/// What is still on its way. All zero at rest, but for `open`: there a guest may still pay.
package struct PaymentsInFlight: Sendable, Equatable {
    /// Payments whose provider is to be opened or closed.
    package let moving: Int
    /// Payments that wait for their payer.
    package let open: Int
    /// Payables that wait for their providers.
    package let closing: Int
    /// Refunds that the provider has not confirmed.
    package let refunds: Int
}

extension Payments {
    /// Reads all books at one moment.
    package func audit() async throws -> PaymentsAudit {
        let now = world.now()
        return try await store.database.read { reader in
            try PaymentsAudit(
                unbalancedGroups: reader.values(
                    """
                    SELECT DISTINCT entry_group FROM (
                        SELECT entry_group FROM ledger_entry GROUP BY entry_group, currency HAVING SUM(amount) <> 0
                    ) AS unbalanced ORDER BY entry_group
                    """),
                misbookedPayments: reader.values(
                    """
                    SELECT p.id FROM payment AS p
                    LEFT JOIN ledger_entry AS e
                        ON e.booking_id = p.booking_id AND e.payment_id = p.id
                        AND e.account = 'booking:' || p.booking_id
                    GROUP BY p.id, p.captured, p.refunded
                    HAVING p.captured <> COALESCE(SUM(CASE WHEN e.kind = 'capture' THEN e.amount ELSE 0 END), 0)
                        OR p.refunded <> COALESCE(SUM(CASE WHEN e.kind <> 'capture' THEN -e.amount ELSE 0 END), 0)
                    ORDER BY p.id
                    """),
                strayPayments: reader.values(
                    """
                    SELECT DISTINCT payment_id FROM ledger_entry AS e
                    WHERE NOT EXISTS (SELECT 1 FROM payment AS p WHERE p.id = e.payment_id)
                        AND NOT (kind = \(LedgerMove.Kind.fee) AND payment_id = '')
                    ORDER BY payment_id
                    """),
                misstatedPayments: reader.values(
                    """
                    SELECT p.id FROM payment AS p LEFT JOIN payable AS w ON w.winner = p.id
                    WHERE (p.state = \(PaymentCourse.State.captured) AND p.captured = 0)
                        OR (p.state <> \(PaymentCourse.State.captured) AND p.captured <> 0)
                        OR (w.id IS NOT NULL AND (w.id <> p.payable_id OR p.captured <> p.amount
                            OR p.captured_currency <> p.currency OR p.amount <> w.amount OR p.currency <> w.currency))
                    ORDER BY p.id
                    """),
                overRefunded: reader.values(
                    """
                    SELECT payment_id FROM ledger_entry WHERE account = 'booking:' || booking_id
                    GROUP BY payment_id HAVING SUM(amount) < 0 ORDER BY payment_id
                    """),
                captured: reader.all(
                    """
                    SELECT p.id, p.booking_id, p.provider, p.captured, p.captured_currency, p.refunded, p.claimed,
                        CASE WHEN w.winner = p.id THEN 1 ELSE 0 END, p.payable_id, w.purpose,
                        (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refund AS r
                            WHERE r.payment_id = p.id AND \(RefundRecord.isWithCase))
                    FROM payment AS p JOIN payable AS w ON w.id = p.payable_id
                    WHERE p.state = \(PaymentCourse.State.captured) ORDER BY p.booking_id, p.number
                    """
                ) { row in
                    let (captured, claimed) = (Money(try row[3], try row[4]), try row[6] as Int64)
                    return CapturedPayment(
                        id: try row[0], bookingId: try row[1], payableId: try row[8],
                        purpose: try Purpose(stored: try row[9]),
                        provider: try row[2], captured: captured, refunded: try row[5], claimed: claimed,
                        withCase: min(try row[10], captured.amount - claimed), counts: try row[7])
                },
                balances: reader.balances(where: "0 = 0"),
                payables: reader.all("SELECT \(PayableRecord.columns) FROM payable ORDER BY booking_id, id") { row in
                    let payable = try PayableRecord(row)
                    return AuditedPayable(
                        id: payable.id, bookingId: payable.bookingId, purpose: payable.purpose,
                        state: .init(payable.course.state), amount: payable.amount)
                },
                inFlight: reader.paymentsInFlight(),
                miscountedPayments: reader.values(
                    """
                    SELECT p.id FROM payment AS p LEFT JOIN refund AS r ON r.payment_id = p.id
                    GROUP BY p.id, p.claimed, p.refunded
                    HAVING p.claimed <> COALESCE(
                            SUM(CASE WHEN r.state <> \(RefundCourse.State.failed) THEN r.amount ELSE 0 END), 0)
                        OR p.refunded <> COALESCE(
                            SUM(CASE WHEN r.state = \(RefundCourse.State.done) THEN r.amount ELSE 0 END), 0)
                    ORDER BY p.id
                    """),
                failedRefunds: reader.values(
                    """
                    SELECT id FROM refund WHERE state = \(RefundCourse.State.failed) AND NOT EXISTS (
                        SELECT 1 FROM review_case AS c WHERE c.kind = 'refundFailed' AND c.subject = refund.id)
                    ORDER BY id
                    """),
                staleRefunds: reader.values(
                    """
                    SELECT id FROM refund
                    WHERE state IN \(list: RefundCourse.statesUnderWay)
                        AND created_at < \(now - PaymentsAudit.longestRefund) AND NOT EXISTS (
                            SELECT 1 FROM dispute AS d
                            WHERE d.payment_id = refund.payment_id AND d.state IN ('inquiry', 'open'))
                    ORDER BY id
                    """),
                leaving: reader.moneyLeaving())
        }
    }
}

extension AuditedPayable.State {
    init(_ state: PayableCourse.State) {
        self =
            switch state {
            case .open: .open
            case .closing: .closing
            case .closed: .closed
            case .paid: .paid
            }
    }
}

extension RefundRecord {
    /// Given besides what was agreed.
    fileprivate static let isGoodwill: SQL = """
        (cause LIKE \("\(RefundCause.byOperator)%") OR cause LIKE \("\(RefundCause.atProvider)%"))
        """

    /// A refund `r` that was owed and failed, of which a case tells, and that has not been tried again: that makes another.
    fileprivate static let isWithCase: SQL = """
        r.state = \(RefundCourse.State.failed) AND NOT \(isGoodwill) AND EXISTS (
            SELECT 1 FROM review_case AS c
            WHERE c.kind = 'refundFailed' AND c.subject = r.id AND NOT EXISTS (
                SELECT 1 FROM refund AS again
                WHERE again.payment_id = r.payment_id AND again.cause = \(RefundCause.again) || c.id))
        """
}

extension Queries where Self: ~Copyable {
    fileprivate func paymentsInFlight() throws -> PaymentsInFlight {
        let moving = PaymentCourse.State.allCases.filter { PaymentCourse(state: $0).isMoving }
        return PaymentsInFlight(
            moving: try count("payment WHERE state IN \(list: moving)"),
            open: try count("payment WHERE state = \(PaymentCourse.State.open)"),
            closing: try count("payable WHERE state = \(PayableCourse.State.closing)"),
            refunds: try count("refund WHERE state IN \(list: RefundCourse.statesUnderWay)"))
    }

    fileprivate func moneyLeaving() throws -> [BookingID: MoneyLeaving] {
        var leaving: [BookingID: MoneyLeaving] = [:]
        try forEach(
            """
            SELECT booking_id,
                CAST(SUM(CASE WHEN state IN \(list: RefundCourse.statesUnderWay) THEN amount ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN \(RefundRecord.isGoodwill) THEN amount ELSE 0 END) AS BIGINT)
            FROM refund WHERE state <> \(RefundCourse.State.failed) GROUP BY booking_id
            """
        ) { row in leaving[try row[0]] = MoneyLeaving(underWay: try row[1], goodwill: try row[2]) }
        return leaving
    }

    private func count(_ what: SQL) throws -> Int { try value("SELECT COUNT(*) FROM \(what)") ?? 0 }
}

import Core
import Storage

/// What a person must look at: every difference between the books and a provider, and everything that can't go on.
struct CaseBook: Sendable {
    let database: any Database
    let world: World

    /// Opens a case in a transaction of its own; a database that is away is no reason to stop: whoever found the matter
    /// will find it again.
    func tryOpen(
        _ kind: MoneyCase.Kind, subject: String, provider: String, payment: PaymentID?, amount: Money? = nil,
        detail: String
    ) async {
        let now = world.now()
        let id = world.id(CaseKind.self)
        try? await database.write { tx in
            let booking = try payment.flatMap { try tx.findPayment($0)?.bookingId }
            try tx.openCase(
                MoneyCase(
                    id: id, kind: kind, subject: subject, provider: provider, bookingId: booking, paymentId: payment,
                    amount: amount, detail: detail, openedAt: now))
        }
    }
}

extension Transaction {
    /// Opens a case once for a kind and subject: who finds the matter again changes nothing, also after it was resolved.
    @discardableResult
    func openCase(_ found: MoneyCase) throws -> Bool {
        try execute(
            """
            INSERT INTO review_case (
                id, kind, subject, provider, booking_id, payment_id, amount, currency, detail, opened_at)
            VALUES (
                \(found.id), \(found.kind.rawValue), \(found.subject), \(found.provider), \(found.bookingId),
                \(found.paymentId), \(found.amount?.amount), \(found.amount?.currency), \(found.detail),
                \(found.openedAt))
            ON CONFLICT (kind, subject) DO NOTHING
            """) == 1
    }

    /// Opens a case again that the system resolved, with what is found now: the matter has come back. What a person resolved
    /// stays as it is.
    func reopenCase(_ kind: MoneyCase.Kind, subject: String, amount: Money?, detail: String) throws {
        try execute(
            """
            UPDATE review_case SET
                resolved_at = NULL, resolved_by = NULL, note = NULL, amount = \(amount?.amount),
                currency = \(amount?.currency), detail = \(detail)
            WHERE kind = \(kind.rawValue) AND subject = \(subject) AND resolved_by = \(MoneyCase.Resolution.system)
            """)
    }

    /// Resolves a case that has come to its end by itself.
    func settleCase(_ kind: MoneyCase.Kind, subject: String, note: String, at now: Instant) throws {
        try execute(
            """
            UPDATE review_case SET resolved_at = \(now), resolved_by = \(MoneyCase.Resolution.system), note = \(note)
            WHERE kind = \(kind.rawValue) AND subject = \(subject) AND resolved_at IS NULL
            """)
    }
}

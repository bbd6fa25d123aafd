import Core
import Storage

/// Why Payments itself sends money back.
enum RefundReason {
    /// Another payment of the same payable counts.
    static let paidTwice = "paidTwice"
    /// The provider took another amount or currency than agreed.
    static let otherAmount = "otherAmount"
}

extension PaymentStore {
    /// How long between two looks whether a dispute is over.
    private static let disputePause = Duration.hours(1)

    /// Makes the refunds that an event asks for: the latest money first, never more than is left of what was taken.
    func claimRefunds(
        _ wish: PayableRefund, cause: String, at now: Instant, in tx: borrowing Transaction
    ) throws {
        // All of one payable goes back, or a sum: then its own money first, and what is missing there from the others.
        let ofPayable: SQL = wish.amount == nil ? wish.payable.map { "AND payable_id = \($0)" } ?? "" : ""
        let ownFirst: SQL = wish.payable.map { "CASE WHEN payable_id = \($0) THEN 0 ELSE 1 END, " } ?? ""
        let latestFirst = try tx.all(
            """
            SELECT \(PaymentRecord.columns) FROM payment
            WHERE booking_id = \(wish.bookingId) \(ofPayable) AND captured > claimed
            ORDER BY \(ownFirst)captured_at DESC, number DESC
            """, PaymentRecord.init)
        var rest = wish.amount?.amount ?? .max
        for payment in latestFirst {
            if let amount = wish.amount, amount.currency != payment.captured?.currency { continue }
            rest -= try claimRefund(of: payment, atMost: rest, cause: cause, reason: wish.reason, at: now, in: tx)
        }
    }

    /// Makes one refund, and claims its amount of the payment in the same transaction: no other refund can have it.
    /// - Returns: how much that was; zero where nothing is left.
    @discardableResult
    func claimRefund(
        of payment: PaymentRecord, atMost limit: Int64, cause: String, reason: String, at now: Instant,
        in tx: borrowing Transaction
    ) throws -> Int64 {
        guard let captured = payment.captured else { return 0 }
        let amount = min(limit, captured.amount - payment.claimed)
        guard amount > 0 else { return 0 }
        let id = world.id(RefundKind.self)
        try tx.execute("UPDATE payment SET claimed = claimed + \(amount) WHERE id = \(payment.id)")
        try tx.execute(
            """
            INSERT INTO refund (
                id, payment_id, booking_id, cause, reason, amount, currency, state, provider_key, reference, created_at,
                ask_at, tries)
            VALUES (
                \(id), \(payment.id), \(payment.bookingId), \(cause), \(reason), \(amount), \(captured.currency),
                \(RefundCourse().state), \(id), NULL, \(now), \(now + Outbox.head), 0)
            """)
        return amount
    }

    /// Says that the provider is about to be asked, and gives whoever asks some time alone.
    /// - Returns: the refund and its payment; nothing where it is over.
    func beginAsking(_ id: RefundID, at now: Instant) async throws -> (RefundRecord, PaymentRecord)? {
        try await database.write { tx in
            let refund = try tx.refund(id)
            guard refund.course.isUnderWay else { return nil }
            // While the payer's bank decides, the provider refuses refunds; what it decides may make this one needless.
            if refund.reference == nil, try tx.isDisputed(refund.paymentId) {
                try tx.execute("UPDATE refund SET ask_at = \(now + PaymentStore.disputePause) WHERE id = \(id)")
                return nil
            }
            // What the bank has given back already must not go back a second time, whatever the provider would let us do.
            if refund.course.state == .due {
                let (payment, lost) = (try tx.payment(refund.paymentId), try tx.lost(of: refund.paymentId))
                if lost > 0, payment.claimed + lost > payment.captured?.amount ?? 0 {
                    let why = "the payer's bank gave \(Money(lost, refund.amount.currency)) of it back after a dispute"
                    try hear(.failed(why: why), about: refund, at: now, in: tx)
                    return nil
                }
            }
            var course = refund.course
            _ = course.handle(.asked)
            try tx.execute(
                """
                UPDATE refund SET state = \(course.state), ask_at = \(now + AskPlan.lease) WHERE id = \(id)
                """)
            return (refund, try tx.payment(refund.paymentId))
        }
    }

    /// Applies what the provider said about a refund.
    func hear(_ answer: RefundAnswer, about id: RefundID, at now: Instant) async throws {
        try await database.write { tx in try hear(answer, about: try tx.refund(id), at: now, in: tx) }
    }

    private func hear(
        _ answer: RefundAnswer, about refund: RefundRecord, at now: Instant, in tx: borrowing Transaction
    ) throws {
        var course = refund.course
        let actions = answer.event.map { course.handle($0) } ?? []
        let tries = refund.tries + 1
        let askAt = course.isUnderWay ? plan.retry(tries: tries, at: now) : nil
        try tx.execute(
            """
            UPDATE refund SET
                state = \(course.state), reference = \(answer.reference ?? refund.reference), ask_at = \(askAt),
                tries = \(tries)
            WHERE id = \(refund.id)
            """)
        for action in actions {
            switch action {
            case .bookRefund: try bookRefund(refund, at: now, in: tx)
            case .reverse: try reverseRefund(refund, at: now, in: tx)
            case .release:
                try tx.execute(
                    "UPDATE payment SET claimed = claimed - \(refund.amount.amount) WHERE id = \(refund.paymentId)")
                try reportFailure(of: refund, answer, at: now, in: tx)
            }
        }
    }

    private func reverseRefund(_ refund: RefundRecord, at now: Instant, in tx: borrowing Transaction) throws {
        let payment = try tx.payment(refund.paymentId)
        try tx.execute(
            "UPDATE payment SET refunded = refunded - \(refund.amount.amount) WHERE id = \(payment.id)")
        try tx.book(
            LedgerMove(
                group: "refund-failed:\(refund.id)", kind: .refundFailure, payment: payment, amount: refund.amount),
            at: now)
    }

    private func reportFailure(
        of refund: RefundRecord, _ answer: RefundAnswer, at now: Instant, in tx: borrowing Transaction
    ) throws {
        guard case .failed(let why) = answer else { return }
        let payment = try tx.payment(refund.paymentId)
        try tx.openCase(
            MoneyCase(
                id: world.id(), kind: .refundFailed, subject: refund.id.text, provider: payment.provider,
                bookingId: refund.bookingId, paymentId: payment.id, amount: refund.amount,
                detail: """
                    \(refund.amount) should have gone back (\(refund.reason)) and did not: \(why). Try it again, or give it \
                    back another way and say so.
                    """, openedAt: now))
    }

    /// Enters a refund that was made at the provider by hand, and lets an operator know.
    func adoptRefund(
        _ reference: String, _ amount: Money, of id: PaymentID, _ answer: RefundAnswer, at now: Instant
    ) async throws {
        let (refundId, caseId) = (world.id(RefundKind.self), world.id(CaseKind.self))
        try await database.write { tx in
            let payment = try tx.payment(id)
            try tx.openCase(
                MoneyCase(
                    id: caseId, kind: .unknownRefund, subject: "\(payment.provider) \(reference)",
                    provider: payment.provider, bookingId: payment.bookingId, paymentId: id, amount: amount,
                    detail: """
                        \(amount) went back at \(payment.provider) without being asked for here. Where it fits it is in the \
                        books; decide what becomes of the stay.
                        """, openedAt: now))
            // One that does not fit now, because a refund of ours claims the same money, is entered once that has failed.
            guard let captured = payment.captured, captured.currency == amount.currency, amount.amount > 0,
                amount.amount <= captured.amount - payment.claimed,
                try !tx.exists("SELECT 1 FROM refund WHERE payment_id = \(id) AND reference = \(reference)")
            else { return }
            try tx.execute("UPDATE payment SET claimed = claimed + \(amount.amount) WHERE id = \(id)")
            try tx.execute(
                """
                INSERT INTO refund (
                    id, payment_id, booking_id, cause, reason, amount, currency, state, provider_key, reference,
                    created_at, ask_at, tries)
                VALUES (
                    \(refundId), \(id), \(payment.bookingId), \("\(RefundCause.atProvider)\(reference)"),
                    'given back at the provider', \(amount.amount), \(amount.currency), \(RefundCourse.State.asking),
                    \(refundId), \(reference), \(now), \(now + AskPlan.lease), 0)
                """)
            try hear(answer, about: try tx.refund(refundId), at: now, in: tx)
        }
    }

    private func bookRefund(_ refund: RefundRecord, at now: Instant, in tx: borrowing Transaction) throws {
        let payment = try tx.payment(refund.paymentId)
        try tx.execute(
            "UPDATE payment SET refunded = refunded + \(refund.amount.amount) WHERE id = \(payment.id)")
        try tx.book(
            LedgerMove(group: "refund:\(refund.id)", kind: .refund, payment: payment, amount: refund.amount), at: now)
        let body = PaymentRefunded(
            bookingId: refund.bookingId, paymentId: payment.id, amount: refund.amount, reason: refund.reason)
        try announce(PaymentRefunded.kind, body, about: refund.bookingId, at: now, in: tx)
    }
}

extension RefundAnswer {
    fileprivate var event: RefundCourse.Event? {
        switch self {
        case .done: .done
        case .pending: .pending
        case .failed: .failed
        case .unknown: nil
        }
    }

    fileprivate var reference: String? {
        switch self {
        case .done(let refund), .pending(let refund): refund
        case .failed, .unknown: nil
        }
    }
}

extension Queries where Self: ~Copyable {
    /// - Throws: `StorageError.fault` where there is none.
    func refund(_ id: RefundID) throws -> RefundRecord {
        let found = try first("SELECT \(RefundRecord.columns) FROM refund WHERE id = \(id)", RefundRecord.init)
        guard let found else { throw StorageError.fault("no refund \(id)") }
        return found
    }

    /// Whether a refund was given besides what was agreed: by an operator, here or at the provider.
    func isGoodwill(_ id: RefundID) throws -> Bool {
        let cause = try value("SELECT cause FROM refund WHERE id = \(id)", as: String.self) ?? ""
        return [RefundCause.byOperator, RefundCause.atProvider].contains { cause.hasPrefix($0) }
    }
}

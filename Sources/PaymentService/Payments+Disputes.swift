import Core
import Storage

/// Disputes: the payer's bank takes money back, for a time or for good.
extension Payments {
    /// Applies a dispute as the provider has it. It can't go backwards; a decision is final.
    /// - Returns: what was done, in words.
    func learn(of facts: DisputeFacts, from provider: String) async throws -> String {
        guard let payment = try await payment(called: facts.capture, of: provider) else { return "of nothing here" }
        let (now, openId, lostId) = (world.now(), world.id(CaseKind.self), world.id(CaseKind.self))
        return try await store.database.write { tx in
            let known = try tx.dispute(facts.reference, of: provider)
            guard known?.state != facts.state, known?.state.isDecided != true else { return "known" }
            if let known, known.state.isNoEarlier(than: facts.state) { return "overtaken" }
            let withheld = known?.state == .open ? known?.amount : nil
            // Decided for less than was withheld: the rest comes back.
            let rest =
                facts.state == .lost && withheld?.currency == facts.amount.currency
                ? max(0, (withheld?.amount ?? 0) - facts.amount.amount) : 0
            let amount = withheld.map { Money($0.amount - rest, $0.currency) } ?? facts.amount
            try tx.execute(
                """
                INSERT INTO dispute (
                    provider, reference, payment_id, booking_id, amount, currency, state, reason, opened_at, closed_at)
                VALUES (
                    \(provider), \(facts.reference), \(payment.id), \(payment.bookingId), \(amount.amount),
                    \(amount.currency), \(facts.state.rawValue), \(facts.reason), \(now),
                    \(facts.state.isDecided ? now : nil))
                ON CONFLICT (provider, reference) DO UPDATE SET
                    state = excluded.state, amount = excluded.amount, currency = excluded.currency,
                    closed_at = excluded.closed_at
                """)
            func move(_ kind: LedgerMove.Kind, _ amount: Money, as group: String) -> LedgerMove {
                LedgerMove(
                    group: "\(group):\(provider):\(facts.reference)", kind: kind, payment: payment, amount: amount)
            }
            switch facts.state {
            case .inquiry: break
            case .open, .lost:
                if withheld == nil { try tx.book(move(.chargeback, amount, as: "chargeback"), at: now) }
                guard rest > 0 else { break }
                let back = Money(rest, amount.currency)
                try tx.book(move(.chargebackReversal, back, as: "chargeback-rest"), at: now)
            case .won:
                guard let withheld else { break }
                try tx.book(move(.chargebackReversal, withheld, as: "chargeback-won"), at: now)
            }
            let subject = "\(provider) \(facts.reference)"
            func found(_ kind: MoneyCase.Kind, _ id: CaseID, _ detail: String) -> MoneyCase {
                MoneyCase(
                    id: id, kind: kind, subject: subject, provider: provider, bookingId: payment.bookingId,
                    paymentId: payment.id, amount: facts.amount, detail: detail, openedAt: now)
            }
            switch facts.state {
            case .inquiry, .open:
                try tx.openCase(
                    found(
                        .disputeOpened, openId,
                        """
                        The payer disputes \(facts.amount) with their bank (\(facts.reason)). Answer with evidence at \
                        \(provider) in time. Nothing is refunded meanwhile.
                        """))
            case .won:
                try tx.settleCase(.disputeOpened, subject: subject, note: "The dispute was won.", at: now)
            case .lost:
                try tx.settleCase(.disputeOpened, subject: subject, note: "The dispute was lost.", at: now)
                try tx.openCase(
                    found(
                        .disputeLost, lostId,
                        "The bank gave \(facts.amount) back to the payer (\(facts.reason)). Decide what becomes of the stay."
                    ))
            }
            return facts.state.rawValue
        }
    }
}

extension DisputeFacts.State {
    /// - Throws: `StorageError.fault` for a name that is none.
    init(stored name: String) throws {
        guard let state = DisputeFacts.State(rawValue: name) else { throw StorageError.fault("\(name) is no state") }
        self = state
    }

    var isDecided: Bool { self == .won || self == .lost }

    /// Whether money was taken for it, though it may have been given back since.
    var tookMoney: Bool { self != .inquiry }
}

extension Queries where Self: ~Copyable {
    func dispute(_ reference: String, of provider: String) throws -> (state: DisputeFacts.State, amount: Money)? {
        try first(
            """
            SELECT state, amount, currency FROM dispute WHERE provider = \(provider) AND reference = \(reference)
            """
        ) { row in (try DisputeFacts.State(stored: try row[0]), Money(try row[1], try row[2])) }
    }

    /// What a payment's payer got back by disputes, in minor units of what was taken: it must not go back a second time. A loss
    /// in another currency can't be weighed against it, so that one counts as all of it: a person must look.
    func lost(of payment: PaymentID) throws -> Int64 {
        try value(
            """
            SELECT CAST(COALESCE(SUM(CASE WHEN d.currency = p.captured_currency THEN d.amount ELSE p.captured END), 0) AS BIGINT)
            FROM dispute AS d JOIN payment AS p ON p.id = d.payment_id
            WHERE d.payment_id = \(payment) AND d.state = \(DisputeFacts.State.lost.rawValue)
            """) ?? 0
    }

    /// Whether a dispute of a payment is undecided: nothing may be refunded meanwhile.
    func isDisputed(_ payment: PaymentID) throws -> Bool {
        try exists("SELECT 1 FROM dispute WHERE payment_id = \(payment) AND state IN ('inquiry', 'open') LIMIT 1")
    }
}

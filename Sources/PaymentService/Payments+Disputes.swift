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
            guard known == nil || (known?.isDecided == false && known != facts.state) else { return "known" }
            // A question may become a dispute, but a dispute never becomes a question again.
            guard !(known == .open && facts.state == .inquiry) else { return "overtaken" }
            try tx.execute(
                """
                INSERT INTO dispute (
                    provider, reference, payment_id, booking_id, amount, currency, state, reason, opened_at, closed_at)
                VALUES (
                    \(provider), \(facts.reference), \(payment.id), \(payment.bookingId), \(facts.amount.amount),
                    \(facts.amount.currency), \(facts.state.rawValue), \(facts.reason), \(now),
                    \(facts.state.isDecided ? now : nil))
                ON CONFLICT (provider, reference) DO UPDATE SET
                    state = excluded.state, closed_at = excluded.closed_at
                """)
            let wasTaken = known == .open
            switch facts.state {
            case .inquiry: break
            case .open where !wasTaken, .lost where !wasTaken:
                try tx.book(
                    LedgerMove(
                        group: "chargeback:\(provider):\(facts.reference)", kind: .chargeback, payment: payment,
                        amount: facts.amount), at: now)
            case .won where wasTaken:
                try tx.book(
                    LedgerMove(
                        group: "chargeback-won:\(provider):\(facts.reference)", kind: .chargebackReversal,
                        payment: payment, amount: facts.amount), at: now)
            case .open, .won, .lost: break
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
    var isDecided: Bool { self == .won || self == .lost }
}

extension Queries where Self: ~Copyable {
    func dispute(_ reference: String, of provider: String) throws -> DisputeFacts.State? {
        try value(
            "SELECT state FROM dispute WHERE provider = \(provider) AND reference = \(reference)", as: String.self
        ).flatMap { DisputeFacts.State(rawValue: $0) }
    }

    /// Whether a dispute of a payment is undecided: nothing may be refunded meanwhile.
    func isDisputed(_ payment: PaymentID) throws -> Bool {
        try exists("SELECT 1 FROM dispute WHERE payment_id = \(payment) AND state IN ('inquiry', 'open') LIMIT 1")
    }
}

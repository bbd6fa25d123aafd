public import Core
import Storage

/// Refunds that an operator asks for, and what a provider tells of refunds afterwards.
extension Payments {
    /// Gives money of one payment back, besides what a cancellation gives.
    /// - Parameter amount: nothing for all that is left.
    /// - Throws: `Problem`: `not_found`; `forbidden` for anyone but an operator; `validation_failed` on `amount`;
    ///   `state_conflict` where nothing was taken, less is left, or a dispute is undecided.
    public func refund(
        _ id: PaymentID, amount: Money?, reason: String?, by caller: Caller, once: Once?
    ) async throws -> Payment {
        guard caller.isOperator else { throw Problem(.forbidden, "Only an operator may give money back by hand.") }
        let now = world.now()
        let actId = Base32.text(of: world.random(16))
        let cause = "\(RefundCause.byOperator)\(caller.id):\(Base32.text(of: world.random(10)))"
        let outcome = try await store.database.write { tx in
            try tx.once(once, at: now) { step in
                guard let payment = try step.findPayment(id) else { throw Problem.notFound("payment") }
                if let amount, amount.currency != payment.amount.currency {
                    throw Problem.invalid("amount", "wrong_currency", "This payment is in \(payment.amount.currency).")
                }
                guard let captured = payment.captured else {
                    throw Problem(.stateConflict, "Nothing was taken by this payment.")
                }
                guard try !step.isDisputed(id) else {
                    throw Problem(
                        .stateConflict, "The payer disputes this payment: nothing goes back until it is decided.")
                }
                let left = max(0, captured.amount - payment.claimed - (try step.lost(of: id)))
                guard left > 0, amount?.amount ?? 1 <= left else {
                    throw Problem(.stateConflict, "Only \(Money(left, captured.currency)) of this payment is left.")
                }
                try store.claimRefund(
                    of: payment, atMost: amount?.amount ?? left, cause: cause,
                    reason: reason ?? "given back by the operator", at: now, in: step)
                try step.write(
                    OperatorAct(
                        id: actId, operatorId: caller.id, act: "refund", subject: id.text, reason: reason ?? "", at: now
                    ))
                return payment.bookingId
            }
        }
        let booking = try outcome.get()
        // It is stored: a provider that does not answer now is asked by the poller.
        do {
            try await carryBooking(booking)
            await courier.deliver(booking.text)
        } catch {}
        guard let payment = try await payment(id) else { throw Problem.notFound("payment") }
        return payment
    }

    /// Learns of a refund at a provider: one of ours is asked about, one made there by hand is entered in the books.
    /// - Returns: what was done, in words; nothing where the provider does not say.
    func learn(of facts: RefundFacts, from provider: any PaymentProvider) async throws -> String? {
        let ours = try await store.database.read { reader in
            try reader.values(
                """
                SELECT r.id FROM refund AS r JOIN payment AS p ON p.id = r.payment_id
                WHERE p.provider = \(provider.name) AND (r.reference = \(facts.reference) OR r.id = \(facts.id?.text ?? ""))
                """, as: RefundID.self
            ).first
        }
        let unknown = RefundID(stored: "rfd_unknown")
        let answer = await provider.lookUpRefund(
            RefundReference(refundId: ours ?? unknown, refund: facts.reference), key: "hint")
        if case .unknown = answer { return nil }
        if let ours {
            try await store.hear(answer, about: ours, at: world.now())
            let booking = try await store.database.read { try $0.refund(ours).bookingId }
            await courier.deliver(booking.text)
            return "asked"
        }
        guard let capture = facts.capture, let amount = facts.amount,
            let payment = try await payment(called: capture, of: provider.name)
        else { return "of nothing here" }
        if case .failed = answer { return "made at the provider, and failed" }
        try await store.adoptRefund(facts.reference, amount, of: payment.id, answer, at: world.now())
        await courier.deliver(payment.bookingId.text)
        return "made at the provider"
    }
}

/// What asked for a refund, at the beginning of its `cause`.
enum RefundCause {
    static let byOperator = "operator:"
    static let atProvider = "provider:"
    /// With the case that said it had failed; behind `byOperator` where that was given besides what was agreed.
    static let again = "case:"
}

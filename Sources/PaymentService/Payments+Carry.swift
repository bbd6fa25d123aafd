import Core
import Storage

/// The thin runner: asks the provider what the course wants to know, hands the answer to the store, and looks again.
extension Payments {
    /// Carries a payment as far as it goes without its payer.
    /// - Parameter askingAtLeastOnce: whether the provider is asked even where only the payer could have moved it.
    /// - Throws: `Problem` `not_found` for an unknown payment.
    func carry(_ id: PaymentID, askingAtLeastOnce: Bool = false) async throws -> PaymentRecord {
        guard var payment = try await store.database.read({ try $0.findPayment(id) }) else {
            throw Problem.notFound("payment")
        }
        for step in 0..<PaymentCourse.mostSteps {
            guard payment.course.isMoving || (askingAtLeastOnce && step == 0) else { break }
            guard let word = await ask(about: payment) else { break }
            let before = payment.course
            payment = try await store.hear(word, about: id, at: world.now())
            guard payment.course != before else { break }
        }
        return payment
    }

    /// Carries on everything of a booking that waits for a provider: sessions to close, refunds to make.
    func carryBooking(_ booking: BookingID) async throws {
        let moving = try await store.moving(of: booking)
        for payment in moving.payments { _ = try await carry(payment) }
        // Looked up again: closing may have found money that must go back.
        let refunds = moving.payments.isEmpty ? moving.refunds : try await store.moving(of: booking).refunds
        for refund in refunds { try await carryRefund(refund) }
    }

    /// Asks the provider for a refund, or what became of it.
    func carryRefund(_ id: RefundID) async throws {
        guard let (refund, payment) = try await store.beginAsking(id, at: world.now()) else { return }
        let answer = await ask(about: refund, of: payment)
        try await store.hear(answer, about: id, at: world.now())
    }

    /// - Returns: nothing where no answer could change anything.
    func ask(about payment: PaymentRecord) async -> ProviderWord? {
        guard let call = payment.course.call else { return nil }
        guard let provider = provider(named: payment.provider) else { return .silence }
        let session = payment.session.map { SessionReference(paymentId: payment.id, session: $0) }
        switch call {
        case .open:
            let request = SessionRequest(
                paymentId: payment.id, bookingId: payment.bookingId, amount: payment.amount,
                description: payment.description)
            return ProviderWord(await provider.open(request, key: "\(payment.providerKey)-open"))
        case .collect:
            guard let session else { return nil }
            return ProviderWord(await provider.collect(session, key: "\(payment.providerKey)-collect"))
        case .lookUp:
            guard let session else { return nil }
            return ProviderWord(await provider.lookUp(session, key: "\(payment.providerKey)-look-up"))
        case .close:
            guard let session else { return nil }
            return ProviderWord(await provider.close(session, key: "\(payment.providerKey)-close"))
        }
    }

    private func ask(about refund: RefundRecord, of payment: PaymentRecord) async -> RefundAnswer {
        guard let provider = provider(named: payment.provider), let session = payment.session,
            let capture = payment.capture
        else { return .unknown(why: "no provider is called \(payment.provider)") }
        if let reference = refund.reference {
            return await provider.lookUpRefund(
                RefundReference(refundId: refund.id, refund: reference), key: "\(refund.providerKey)-look-up")
        }
        let request = RefundRequest(
            refundId: refund.id, paymentId: payment.id, session: session, capture: capture, amount: refund.amount)
        return await provider.refund(request, key: refund.providerKey)
    }
}

extension ProviderWord {
    init(_ answer: OpenAnswer) {
        switch answer {
        case .opened(let session, let checkoutUrl): self = .opened(session: session, checkoutUrl: checkoutUrl)
        case .refused: self = .refused
        case .unknown: self = .silence
        }
    }

    init(_ answer: SessionAnswer) {
        switch answer {
        case .open: self = .unpaid
        // Nobody can have paid nothing: we have not understood the answer.
        case .paid(let amount, let capture): self = amount.amount > 0 ? .paid(amount, capture: capture) : .silence
        case .declined: self = .declined
        case .closed: self = .closed
        case .unknown: self = .silence
        }
    }
}

public import Core
import Storage

extension Payments {
    /// How often a start begins again because another payment stood in its way: once to close it, and a few for others
    /// who start at the same moment.
    private static let mostTurns = 4

    /// Opens the payable on first use and starts a payment with the provider, or gives the pending one again.
    ///
    /// A payment pending with another provider is closed first. Asking again with the same `once` gives the first
    /// answer.
    /// - Parameter owed: asked after the record of a first answer and before anything is begun; what it throws is the
    ///   answer.
    /// - Throws: `Problem`: `validation_failed` for an unknown provider, `hold_expired` where nothing can be paid any
    ///   more, `state_conflict` where it is paid already or another amount was agreed, `provider_unavailable` where the
    ///   provider does not answer.
    public func start(
        with provider: String, once: Once?, _ owed: @Sendable () async throws -> Owed
    ) async throws -> StartedPayment {
        guard let once else { return try await begin(try await owed(), with: provider, startedBy: nil) }
        let now = world.now()
        let lease = try await store.database.write { tx in
            try tx.take(once, at: now, lease: Once.lease, as: StartedPayment.self)
        }
        if case .answered(let outcome) = lease { return try outcome.get() }
        let outcome: Outcome<StartedPayment>
        do {
            let key = [once.key.person.text, once.key.path, once.key.key].joined(separator: " ")
            outcome = .done(try await begin(try await owed(), with: provider, startedBy: key))
        } catch let problem as Problem {
            outcome = .refused(problem)
        } catch {
            // Where even this fails, the lease runs out and the next try takes over.
            try? await store.database.write { try $0.forget(once) }
            throw error
        }
        try await store.database.write { try $0.record(outcome, for: once) }
        return try outcome.get()
    }

    private func begin(_ owed: Owed, with provider: String, startedBy: String?) async throws -> StartedPayment {
        guard self.provider(named: provider) != nil else {
            throw Problem.invalid(
                "provider", "unknown_provider", "Choose one of: \(providerNames.joined(separator: ", ")).")
        }
        guard owed.amount.amount > 0 else { throw Problem(.stateConflict, "There is nothing to pay.") }
        if let refusal = refusal(of: owed.amount, with: provider) {
            // A page that is open already is given all the same: the guest may get there though we don't.
            let known = try await payments(of: owed.bookingId)
            guard known.contains(where: { $0.provider == provider && $0.status == .pending }) else { throw refusal }
        }
        for _ in 0..<Payments.mostTurns {
            let beginning = try await store.begin(owed, with: provider, startedBy: startedBy, at: world.now())
            switch beginning {
            case .closeFirst(let other):
                let closed = try await carry(other.id)
                // Where the payer won on the other page, the next turn says that it is paid.
                if closed.course.state == .captured { try await finish(owed.bookingId) }
                guard !closed.course.isInFlight else {
                    throw Problem(
                        .providerUnavailable,
                        "The other payment is still being closed. Try again in a moment.", retryAfterSeconds: 5)
                }
            case .go(let begun, let isNew):
                let payment = try await carry(begun.id)
                if payment.course.state == .captured { try await finish(owed.bookingId) }
                return StartedPayment(payment: try payment.openForPayer(), isNew: isNew)
            }
        }
        throw Problem(.stateConflict, "Several payments were started at once. Look at the booking again.")
    }

    private func finish(_ booking: BookingID) async throws {
        try await carryBooking(booking)
        await courier.deliver(booking.text)
    }
}

extension Payments: KeepsAnswers {
    public func keep(_ refusal: Problem, for once: Once) async throws -> Problem {
        try await store.database.keep(refusal, for: once, at: world.now())
    }
}

extension PaymentRecord {
    /// - Throws: `Problem` where the guest can't pay it.
    fileprivate func openForPayer() throws -> Payment {
        switch course.state {
        case .open:
            return payment
        case .opening:
            throw Problem(
                .providerUnavailable, "The payment provider does not answer. Try again in a moment.",
                retryAfterSeconds: 5)
        case .failed:
            throw Problem(.providerUnavailable, "The payment provider does not take this payment. Try another one.")
        case .captured:
            throw Problem(.stateConflict, "This booking is paid already.")
        case .leaving, .closing, .cancelled:
            throw Problem(.holdExpired, "The hold is over: this booking can no longer be paid.")
        }
    }
}

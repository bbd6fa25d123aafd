public import Core
import Storage

/// What a person must look at about money: listed, understood, resolved.
extension Payments {
    /// Newest first.
    /// - Parameters:
    ///   - isOpen: only open ones, or only resolved ones; nothing for all.
    ///   - cursor: where the page before ended.
    /// - Throws: `Problem` `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func cases(isOpen: Bool?, cursor: String?, limit: Int, for caller: Caller) async throws -> Page<MoneyCase> {
        try Payments.requireOperator(caller)
        return try await cases(isOpen: isOpen, cursor: cursor, limit: limit)
    }

    /// As `cases` for an operator: the command has no caller, who has the machine has the books.
    package func cases(isOpen: Bool?, cursor: String?, limit: Int) async throws -> Page<MoneyCase> {
        var conditions: [SQL] = ["0 = 0"]
        if let isOpen { conditions.append(isOpen ? "resolved_at IS NULL" : "resolved_at IS NOT NULL") }
        if let place = try cursor.map({ try MomentCursor($0) }) {
            conditions.append("(opened_at < \(place.moment) OR (opened_at = \(place.moment) AND id < \(place.id)))")
        }
        let found = try await store.database.read { [conditions] reader in
            try reader.all(
                """
                SELECT \(MoneyCase.columns) FROM review_case WHERE \(SQL.joined(conditions, by: " AND "))
                ORDER BY opened_at DESC, id DESC LIMIT \(limit + 1)
                """, MoneyCase.init(row:))
        }
        return Page(found, limit: limit) { MomentCursor($0.openedAt, $0.id.text) }
    }

    /// - Throws: `Problem` `forbidden` for anyone but an operator, `not_found`.
    public func moneyCase(_ id: CaseID, for caller: Caller) async throws -> MoneyCase {
        try Payments.requireOperator(caller)
        let found = try await store.database.read { try $0.moneyCase(id) }
        guard let found else { throw Problem.notFound("case") }
        return found
    }

    /// Closes a case with what was done about it.
    /// - Parameter tryAgain: only for a refund that failed: a new one of the same sum is made first.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `not_found`, `validation_failed` on `tryAgain`,
    ///   `state_conflict` where it is resolved already or nothing is left to give back.
    public func resolve(
        _ id: CaseID, note: String, tryAgain: Bool, by caller: Caller, once: Once?
    ) async throws -> MoneyCase {
        try Payments.requireOperator(caller)
        let act = OperatorAct(
            id: Base32.text(of: world.random(16)), operatorId: caller.id, act: tryAgain ? "try again" : "resolve",
            subject: id.text, reason: note, at: world.now())
        return try await resolve(id, note: note, tryAgain: tryAgain, by: caller.id.text, act, once: once)
    }

    /// As `resolve` for an operator.
    package func resolve(
        _ id: CaseID, note: String, tryAgain: Bool, by name: String, _ act: OperatorAct? = nil, once: Once?
    ) async throws -> MoneyCase {
        let now = world.now()
        let outcome = try await store.database.write { tx in
            try tx.once(once, at: now) { step in
                guard let found = try step.moneyCase(id) else { throw Problem.notFound("case") }
                if tryAgain, found.kind != .refundFailed {
                    throw Problem.invalid("tryAgain", "not_possible", "Only a refund that failed can be tried again.")
                }
                guard found.resolution == nil else { throw Problem(.stateConflict, "This case is resolved already.") }
                if tryAgain {
                    guard let payment = try found.paymentId.flatMap({ try step.findPayment($0) }),
                        let amount = found.amount
                    else { throw Problem(.stateConflict, "The payment of this refund is not there.") }
                    let isGoodwill = try step.isGoodwill(RefundID(stored: found.subject))
                    let cause = (isGoodwill ? RefundCause.byOperator : "") + "\(RefundCause.again)\(id)"
                    let claimed = try store.claimRefund(
                        of: payment, atMost: amount.amount, cause: cause, reason: "given back again after it failed",
                        at: now, in: step)
                    let lost = try step.lost(of: payment.id)
                    guard claimed == amount.amount,
                        payment.claimed + claimed + lost <= payment.captured?.amount ?? 0
                    else {
                        throw Problem(.stateConflict, "There is no longer so much of this payment left to give back.")
                    }
                }
                try step.execute(
                    """
                    UPDATE review_case SET resolved_at = \(now), resolved_by = \(name), note = \(note)
                    WHERE id = \(id)
                    """)
                if let act { try step.write(act) }
                return found.bookingId
            }
        }
        if let booking = try outcome.get(), tryAgain {
            // Stored: where the provider does not answer now, the poller goes on.
            do {
                try await carryBooking(booking)
                await courier.deliver(booking.text)
            } catch {}
        }
        guard let resolved = try await store.database.read({ try $0.moneyCase(id) }) else {
            throw Problem.notFound("case")
        }
        return resolved
    }

    /// How many wait for a person.
    package func openCases() async throws -> Int {
        try await store.database.read { reader in
            try reader.value("SELECT COUNT(*) FROM review_case WHERE resolved_at IS NULL") ?? 0
        }
    }

    static func requireOperator(_ caller: Caller) throws(Problem) {
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators look after money.") }
    }
}

extension MoneyCase {
    static let columns: SQL = """
        id, kind, subject, provider, booking_id, payment_id, amount, currency, detail, opened_at, resolved_at, \
        resolved_by, note
        """

    init(row: Row) throws {
        guard let kind = Kind(rawValue: try row[1]) else { throw StorageError.fault("an unknown kind of case") }
        let amount: Int64? = try row[6]
        let currency: Currency? = try row[7]
        let resolvedAt: Instant? = try row[10]
        self.init(
            id: try row[0], kind: kind, subject: try row[2], provider: try row[3], bookingId: try row[4],
            paymentId: try row[5], amount: currency.map { Money(amount ?? 0, $0) }, detail: try row[8],
            openedAt: try row[9])
        if let resolvedAt {
            resolution = Resolution(
                at: resolvedAt, by: try row[11] as String? ?? Resolution.system, note: try row[12] as String? ?? "")
        }
    }
}

extension Queries where Self: ~Copyable {
    func moneyCase(_ id: CaseID) throws -> MoneyCase? {
        try first("SELECT \(MoneyCase.columns) FROM review_case WHERE id = \(id)", MoneyCase.init(row:))
    }
}

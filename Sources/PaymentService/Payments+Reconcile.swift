import Core
import Storage

/// Comparing the books with each provider's own lists.
extension Payments {
    /// How far back the first comparison looks, and how much of what was compared is compared again: a provider may enter
    /// things late.
    static let firstLook = Duration.hours(30 * 24)
    static let overlap = Duration.hours(3 * 24)
    /// What is younger may still be on its way to us.
    static let settling = Duration.minutes(10)
    private static let everyDay = Duration.hours(24)
    private static let afterTrouble = Duration.hours(1)
    /// How long what can't be asked about is tried again every hour; then every day, with all else: one matter that is never
    /// answered must not keep the look from going on for ever.
    private static let longestWait = Duration.hours(48)

    /// Compares the books with every provider's lists, once a day for each: what can be mended is mended by asking, and
    /// every difference that stays becomes a case. May run on many nodes at once.
    package func reconcileDue() async throws {
        for provider in providers {
            let now = world.now()
            let leased = try await store.database.write { tx in
                try tx.execute(
                    """
                    INSERT INTO provider_check (provider, checked_until, due_at)
                    VALUES (\(provider.name), \(now - Payments.firstLook), \(now)) ON CONFLICT (provider) DO NOTHING
                    """)
                let until = try tx.value(
                    "SELECT checked_until FROM provider_check WHERE provider = \(provider.name) AND due_at <= \(now)",
                    as: Instant.self)
                try tx.execute(
                    """
                    UPDATE provider_check SET due_at = \(now + Payments.afterTrouble)
                    WHERE provider = \(provider.name) AND due_at <= \(now)
                    """)
                return until
            }
            guard let checkedUntil = leased else { continue }
            let to = now - Payments.settling
            let look = try await reconcile(provider, from: checkedUntil - Payments.overlap, to: to)
            guard look != .silent else { continue }
            try await store.database.write { tx in
                let since = look == .complete ? nil : try tx.unanswered(by: provider.name) ?? now
                let isOver = since.map { now.since($0) >= Payments.longestWait } ?? true
                try tx.execute(
                    """
                    UPDATE provider_check SET unanswered_since = \(since),
                        checked_until = \(isOver ? to : checkedUntil),
                        due_at = \(now + (isOver ? Payments.everyDay : Payments.afterTrouble))
                    WHERE provider = \(provider.name)
                    """)
            }
        }
    }

    /// How far a comparison came.
    private enum Look {
        /// The provider said what is in its lists, and what became of all that we asked about.
        case complete
        /// Something that we asked about was not answered.
        case partly
        /// Its lists can't be read.
        case silent
    }

    private func reconcile(_ provider: any PaymentProvider, from: Instant, to: Instant) async throws -> Look {
        let lines: [StatementLine]
        switch await provider.statement(try await period(of: provider.name, from: from, to: to)) {
        case .lines(let found): lines = found
        case .none: return .complete
        case .unknown: return .silent
        }
        let answers = [
            try await askOpenDisputes(provider), try await enter(lines, of: provider), try await adoptAgain(provider),
        ]
        let books = try await books(of: provider.name)
        let compared = Reconciliation(provider: provider.name, from: from, to: to)
        let found = compared.differences(lines, books)
        try await settleCases(of: provider.name, compared.agreed(lines, books).subtracting(found.map(\.reference)))
        for difference in found {
            let (id, now) = (world.id(CaseKind.self), world.now())
            try await store.database.write { tx in
                let booking = try difference.payment.flatMap { try tx.findPayment($0)?.bookingId }
                try tx.reopenCase(
                    difference.kind, subject: "\(provider.name) \(difference.reference)", amount: difference.amount,
                    detail: difference.detail)
                try tx.openCase(
                    MoneyCase(
                        id: id, kind: difference.kind, subject: "\(provider.name) \(difference.reference)",
                        provider: provider.name, bookingId: booking, paymentId: difference.payment,
                        amount: difference.amount, detail: difference.detail, openedAt: now))
            }
        }
        return answers.allSatisfy { $0 } ? .complete : .partly
    }

    /// Resolves cases of differences that have gone, because what the provider could not say before it says now.
    private func settleCases(of provider: String, _ agreed: Set<String>) async throws {
        let open = try await store.database.read { reader in
            try reader.all(
                """
                SELECT kind, subject FROM review_case
                WHERE provider = \(provider) AND resolved_at IS NULL
                    AND kind IN \(list: MoneyCase.Kind.differences.map(\.rawValue))
                """
            ) { row in (kind: try row[0] as String, subject: try row[1] as String) }
        }
        let now = world.now()
        for found in open where agreed.contains(String(found.subject.dropFirst(provider.count + 1))) {
            guard let kind = MoneyCase.Kind(rawValue: found.kind) else { continue }
            try await store.database.write { tx in
                try tx.settleCase(kind, subject: found.subject, note: "Books and list agree by now.", at: now)
            }
        }
    }

    /// Compares and changes nothing, for `roost audit --providers`; what a person has resolved is left out.
    package func providerDifferences() async throws -> [String] {
        let now = world.now()
        var findings: [String] = []
        for provider in providers {
            let from = now - Payments.firstLook
            let to = now - Payments.settling
            switch await provider.statement(try await period(of: provider.name, from: from, to: to)) {
            case .none: continue
            case .unknown(let why): findings.append("\(provider.name): its lists can't be read: \(why)")
            case .lines(let lines):
                let books = try await books(of: provider.name)
                let compared = Reconciliation(provider: provider.name, from: from, to: to)
                let resolved = Set(
                    try await store.database.read { reader in
                        try reader.values(
                            """
                            SELECT kind || ' ' || subject FROM review_case
                            WHERE resolved_at IS NOT NULL AND resolved_by <> \(MoneyCase.Resolution.system)
                            """, as: String.self)
                    })
                let differences = compared.differences(lines, books) + compared.unknownDisputes(lines, books)
                findings += differences.filter {
                    !resolved.contains("\($0.kind.rawValue) \(provider.name) \($0.reference)")
                }
                .map { "\($0.payment?.text ?? provider.name): \($0.detail)" }
            }
        }
        return findings
    }

    // MARK: Mending

    /// Enters what the provider has and we do not, by the same ways as its webhooks would have brought it.
    /// - Returns: whether the provider answered whatever we asked.
    private func enter(_ lines: [StatementLine], of provider: any PaymentProvider) async throws -> Bool {
        var allAnswered = true
        let books = try await books(of: provider.name)
        let captures = Set(books.captures.map(\.capture))
        let refunds = books.refundsByName
        // Charges first: what else there is concerns them.
        for line in lines.filter({ $0.kind == .charge }) + lines.filter({ $0.kind != .charge }) {
            switch line.kind {
            case .charge where !captures.contains(line.capture ?? line.reference):
                // It may be one of ours that nobody told us of.
                guard let id = line.paymentId, let payment = try await store.database.read({ try $0.findPayment(id) }),
                    payment.provider == provider.name, let word = await ask(about: payment)
                else { continue }
                if word == .silence { allAnswered = false }
                _ = try await store.hear(word, about: id, at: world.now())
                try await settle(id)
            case .refund, .refundFailure:
                let known = refunds[line]
                guard known == nil || known?.isDone != (line.kind == .refund) else { continue }
                // A refund that failed later stands in the list twice; asking says how it is now.
                if line.kind == .refundFailure, known == nil { continue }
                let learnt = try await learn(
                    of: RefundFacts(
                        reference: line.reference, id: line.refundId, capture: line.capture, amount: line.amount),
                    from: provider)
                if learnt == nil { allAnswered = false }
            case .inquiry, .chargeback, .chargebackReversal:
                guard let capture = line.capture, books.disputes[line.reference]?.state.isDecided != true,
                    try await payment(called: capture, of: provider.name) != nil
                else { continue }
                switch await provider.dispute(line.reference) {
                case .dispute(let facts): _ = try await learn(of: facts, from: provider.name)
                case .unknown: allAnswered = false
                default: _ = try await learn(of: line.dispute(of: capture), from: provider.name)
                }
            case .fee where books.fees[line.reference] == nil:
                try await enterFee(line, of: provider.name)
            case .charge, .fee: break
            }
        }
        return allAnswered
    }

    /// Refunds made by hand that did not fit when they were found, because one of ours claimed the same money and waited for
    /// longer than a look goes back: they may fit by now.
    /// - Returns: whether the provider answered whatever we asked.
    private func adoptAgain(_ provider: any PaymentProvider) async throws -> Bool {
        let from = world.now() - Payments.firstLook
        let waiting = try await store.database.read { reader in
            try reader.all(
                """
                SELECT c.subject, c.amount, c.currency, p.capture
                FROM review_case AS c JOIN payment AS p ON p.id = c.payment_id
                WHERE c.kind = \(MoneyCase.Kind.unknownRefund.rawValue) AND c.provider = \(provider.name)
                    AND c.opened_at >= \(from) AND p.captured > p.claimed AND NOT EXISTS (
                        SELECT 1 FROM refund AS r
                        WHERE r.payment_id = p.id AND c.provider || ' ' || r.reference = c.subject)
                ORDER BY c.opened_at, c.id
                """
            ) { row in
                RefundFacts(
                    reference: String((try row[0] as String).dropFirst(provider.name.count + 1)), id: nil,
                    capture: try row[3], amount: Money(try row[1], try row[2]))
            }
        }
        var allAnswered = true
        for facts in waiting where try await learn(of: facts, from: provider) == nil { allAnswered = false }
        return allAnswered
    }

    private func enterFee(_ line: StatementLine, of provider: String) async throws {
        var payment: PaymentRecord?
        if let capture = line.capture { payment = try await self.payment(called: capture, of: provider) }
        let known = payment
        let now = world.now()
        try await store.database.write { tx in
            let group = "fee:\(provider):\(line.reference)"
            guard try !tx.exists("SELECT 1 FROM ledger_entry WHERE entry_group = \(group) LIMIT 1") else { return }
            try tx.bookFee(group: group, provider: provider, payment: known, amount: line.amount, at: now)
        }
    }

    /// - Returns: whether the provider answered whatever we asked.
    private func askOpenDisputes(_ provider: any PaymentProvider) async throws -> Bool {
        let open = try await store.database.read { reader in
            try reader.values(
                "SELECT reference FROM dispute WHERE provider = \(provider.name) AND state IN ('inquiry', 'open')",
                as: String.self)
        }
        var allAnswered = true
        for reference in open {
            switch await provider.dispute(reference) {
            case .dispute(let facts): _ = try await learn(of: facts, from: provider.name)
            case .unknown: allAnswered = false
            default: break
            }
        }
        return allAnswered
    }

    // MARK: Reading the books

    private func period(of provider: String, from: Instant, to: Instant) async throws -> StatementPeriod {
        let known = try await store.database.read { reader in
            try reader.all(
                """
                SELECT id, session, capture FROM payment
                WHERE provider = \(provider) AND session IS NOT NULL AND capture IS NOT NULL
                    AND (captured_at >= \(from) OR EXISTS (
                        SELECT 1 FROM refund WHERE refund.payment_id = payment.id AND refund.created_at >= \(from)))
                ORDER BY created_at, id
                """
            ) { row in StatementPeriod.KnownPayment(id: try row[0], session: try row[1], capture: try row[2]) }
        }
        return StatementPeriod(from: from, to: to, known: known)
    }

    private func books(of provider: String) async throws -> Reconciliation.Books {
        try await store.database.read { reader in
            Reconciliation.Books(
                captures: try reader.all(
                    """
                    SELECT id, capture, captured, captured_currency, created_at, captured_at FROM payment
                    WHERE provider = \(provider) AND capture IS NOT NULL
                    """
                ) { row in
                    .init(
                        payment: try row[0], capture: try row[1], amount: Money(try row[2], try row[3]),
                        begunAt: try row[4], bookedAt: try row[5])
                },
                refunds: try reader.all(
                    """
                    SELECT r.id, r.payment_id, r.reference, r.amount, r.currency, r.state, r.created_at, (
                        SELECT MAX(e.booked_at) FROM ledger_entry AS e WHERE e.entry_group = 'refund:' || r.id), r.cause
                    FROM refund AS r JOIN payment AS p ON p.id = r.payment_id WHERE p.provider = \(provider)
                    """
                ) { row in
                    .init(
                        id: try row[0], payment: try row[1], reference: try row[2],
                        amount: Money(try row[3], try row[4]), state: try row[5], begunAt: try row[6],
                        isByHand: (try row[8] as String).hasPrefix(RefundCause.atProvider), bookedAt: try row[7])
                },
                disputes: Dictionary(
                    try reader.all(
                        """
                        SELECT reference, payment_id, amount, currency, state, closed_at FROM dispute
                        WHERE provider = \(provider)
                        """
                    ) { row in
                        let state = DisputeFacts.State(rawValue: try row[4]) ?? .open
                        return (
                            try row[0] as String,
                            Reconciliation.Books.Dispute(
                                payment: try row[1], amount: Money(try row[2], try row[3]), state: state,
                                closedAt: try row[5])
                        )
                    }, uniquingKeysWith: { first, _ in first }),
                fees: Dictionary(
                    try reader.all(
                        """
                        SELECT entry_group, amount, currency FROM ledger_entry
                        WHERE kind = \(LedgerMove.Kind.fee) AND account = \("provider:\(provider)")
                        """
                    ) { row in
                        let group: String = try row[0]
                        return (String(group.dropFirst("fee:\(provider):".count)), Money(try row[1], try row[2]))
                    }, uniquingKeysWith: { first, _ in first }))
        }
    }
}

extension Queries where Self: ~Copyable {
    /// Since when something that a provider was asked about by the comparison is not answered; nothing where all is.
    fileprivate func unanswered(by provider: String) throws -> Instant? {
        try first("SELECT unanswered_since FROM provider_check WHERE provider = \(provider)") { row in
            try row[0] as Instant?
        } ?? nil
    }
}

extension StatementLine {
    /// What it tells of a dispute by itself.
    fileprivate func dispute(of capture: String) -> DisputeFacts {
        let state: DisputeFacts.State =
            switch kind {
            case .inquiry: .inquiry
            case .chargebackReversal: .won
            default: .open
            }
        return DisputeFacts(reference: reference, capture: capture, amount: amount, state: state, reason: "unknown")
    }
}

extension Reconciliation {
    /// Disputes at the provider that nobody has told us of.
    func unknownDisputes(_ lines: [StatementLine], _ books: Books) -> [Difference] {
        let captures = Set(books.captures.map(\.capture))
        return lines.filter { $0.kind == .inquiry || $0.kind == .chargeback }
            .filter { books.disputes[$0.reference] == nil && $0.capture.map(captures.contains) ?? true }
            .map { line in
                let does = line.kind == .inquiry ? "asks about" : "withholds"
                return Difference(
                    kind: .disputeOpened, reference: line.reference, payment: line.paymentId, amount: line.amount,
                    detail:
                        "\(provider) \(does) \(line.amount) for a dispute (\(line.reference)) that is not known here."
                )
            }
    }
}

import Core
import Storage

/// All SQL about payables and payments. A method is a transaction; an extension of `Transaction` is a part of one.
struct PaymentStore: Sendable {
    let database: any Database
    let world: World
    let outbox: Outbox
    let plan: AskPlan

    /// What the start of a payment found.
    enum Beginning: Sendable {
        /// Carry it on until the guest can pay.
        case go(PaymentRecord, isNew: Bool)
        /// Another way to pay is being closed; carry that on, then begin again.
        case closeFirst(PaymentRecord)
    }

    /// Stores a payment with its key before anybody is asked, in the transaction that sees its payable open.
    /// - Throws: `Problem` where nothing can be paid any more, or something else is owed.
    func begin(
        _ owed: Owed, with provider: String, startedBy: String?, at now: Instant
    ) async throws -> Beginning {
        let id = world.id(PaymentKind.self)
        return try await database.write { tx in
            let payable = try payable(openedFor: owed, at: now, in: tx)
            try payable.admitPayment(of: owed)
            if let pending = try tx.payments(of: owed.payableId).last(where: \.course.isInFlight) {
                let isLeaving = pending.course.state == .leaving || pending.course.state == .closing
                guard isLeaving || pending.provider != provider else {
                    return .go(pending, isNew: startedBy != nil && pending.startedBy == startedBy)
                }
                return .closeFirst(try hear(.mustClose, about: pending, at: now, in: tx))
            }
            let (booking, number) = (owed.bookingId, try tx.payments(of: owed.bookingId).count + 1)
            try tx.execute(
                """
                INSERT INTO payment (
                    id, booking_id, payable_id, number, provider, state, amount, currency, description, provider_key,
                    captured, claimed, refunded, started_by, created_at, ask_at, tries)
                VALUES (
                    \(id), \(booking), \(owed.payableId), \(number), \(provider), \(PaymentCourse().state), \(owed.amount.amount),
                    \(owed.amount.currency), \(owed.description), \(id), 0, 0, 0, \(startedBy), \(now),
                    \(now + AskPlan.lease), 0)
                """)
            return .go(try tx.payment(id), isNew: true)
        }
    }

    private func payable(
        openedFor owed: Owed, at now: Instant, in tx: borrowing Transaction
    ) throws -> PayableRecord {
        try tx.execute(
            """
            INSERT INTO payable (id, booking_id, purpose, state, amount, currency, winner, created_at)
            VALUES (
                \(owed.payableId), \(owed.bookingId), \(owed.purpose.rawValue), \(PayableCourse.State.open),
                \(owed.amount.amount), \(owed.amount.currency), NULL, \(now))
            ON CONFLICT (id) DO NOTHING
            """)
        return try tx.payable(owed.payableId)
    }

    /// Nothing more shall be paid of it. One that nobody began to pay is closed at once, and says so.
    func close(_ wish: PayableClosing, at now: Instant, in tx: borrowing Transaction) throws {
        try tx.execute(
            """
            INSERT INTO payable (id, booking_id, purpose, state, amount, currency, winner, created_at)
            VALUES (
                \(wish.payableId), \(wish.bookingId), \(wish.purpose.rawValue), \(PayableCourse.State.open), NULL,
                NULL, NULL, \(now))
            ON CONFLICT (id) DO NOTHING
            """)
        try hear(.mustClose, about: wish.payableId, at: now, in: tx)
    }

    /// Applies what the provider said, and says where the payment stands then.
    func hear(_ word: ProviderWord, about id: PaymentID, at now: Instant) async throws -> PaymentRecord {
        try await database.write { tx in try hear(word, about: try tx.payment(id), at: now, in: tx) }
    }

    func hear(
        _ word: ProviderWord, about payment: PaymentRecord, at now: Instant, in tx: borrowing Transaction
    ) throws -> PaymentRecord {
        var course = payment.course
        let actions = word.event.map { course.handle($0) } ?? []
        let moved = course != payment.course
        let tries = moved || (word.event != nil && course.state == .open) ? 0 : payment.tries + 1
        let endedAt = moved && !course.isInFlight && course.state != .captured ? now : payment.endedAt
        let session = payment.session ?? word.opened?.session
        let askAt = plan.next(
            for: course, hasSession: session != nil, answered: word.event != nil, tries: tries, endedAt: endedAt,
            at: now)
        try tx.execute(
            """
            UPDATE payment SET
                state = \(course.state), session = \(session),
                checkout_url = \(payment.checkoutUrl ?? word.opened?.checkoutUrl),
                ended_at = \(endedAt), ask_at = \(askAt), tries = \(tries)
            WHERE id = \(payment.id)
            """)
        for action in actions {
            switch action {
            case .bookCapture: try bookCapture(word, of: payment, at: now, in: tx)
            case .tellWayEnded: try tellWaysLeft(of: payment.payableId, at: now, in: tx)
            }
        }
        return try tx.payment(payment.id)
    }

    /// Money was taken: it is in the books from now on. It counts only if it is what was agreed.
    private func bookCapture(
        _ word: ProviderWord, of payment: PaymentRecord, at now: Instant, in tx: borrowing Transaction
    ) throws {
        guard case .paid(let taken, let capture) = word else { return }
        try tx.execute(
            """
            UPDATE payment SET
                capture = \(capture), captured = \(taken.amount), captured_currency = \(taken.currency),
                captured_at = \(now)
            WHERE id = \(payment.id)
            """)
        try tx.book(
            LedgerMove(
                group: "capture:\(payment.id)", kind: .capture, payment: payment, amount: taken), at: now)
        if taken == payment.amount {
            try hear(.captured(payment.id), about: payment.payableId, at: now, in: tx)
        } else {
            try claimRefund(
                of: try tx.payment(payment.id), atMost: taken.amount, cause: "capture:\(payment.id)",
                reason: RefundReason.otherAmount, at: now, in: tx)
            try tellWaysLeft(of: payment.payableId, at: now, in: tx)
        }
    }

    /// Applies an event to a payable and does what follows from it, in the same transaction.
    private func hear(
        _ event: PayableCourse.Event, about id: PayableID, at now: Instant, in tx: borrowing Transaction
    ) throws {
        var payable = try tx.payable(id)
        let booking = payable.bookingId
        let actions = payable.course.handle(event)
        try tx.update(payable)
        for action in actions {
            switch action {
            case .closeOtherWays:
                for payment in try tx.payments(of: id) where payment.course.isInFlight {
                    _ = try hear(.mustClose, about: payment, at: now, in: tx)
                }
            case .announcePaid(let winner, let late):
                guard let amount = try tx.payment(winner).captured else { continue }
                try announce(
                    PayablePaid.kind, PayablePaid(bookingId: booking, payable: id, amount: amount, late: late),
                    about: booking, at: now, in: tx)
            case .announceClosed:
                try announce(
                    PayableClosed.kind, PayableClosed(bookingId: booking, payable: id), about: booking, at: now, in: tx)
            case .refundInFull(let second):
                let payment = try tx.payment(second)
                try claimRefund(
                    of: payment, atMost: .max, cause: "capture:\(second)", reason: RefundReason.paidTwice, at: now,
                    in: tx)
            }
        }
        if event != .noWayLeft { try tellWaysLeft(of: id, at: now, in: tx) }
    }

    private func tellWaysLeft(of id: PayableID, at now: Instant, in tx: borrowing Transaction) throws {
        let anyLeft = try tx.exists(
            """
            SELECT 1 FROM payment
            WHERE payable_id = \(id) AND state IN \(list: PaymentCourse.statesInFlight) LIMIT 1
            """)
        if !anyLeft { try hear(.noWayLeft, about: id, at: now, in: tx) }
    }

    /// Leaves an event about a booking, with its next version.
    func announce(
        _ kind: String, _ body: some Encodable, about booking: BookingID, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let version = try tx.value(
            """
            INSERT INTO booking_version (booking_id, version) VALUES (\(booking), 1)
            ON CONFLICT (booking_id) DO UPDATE SET version = booking_version.version + 1
            RETURNING version
            """, as: Int64.self)
        try outbox.append(kind, about: booking.text, version: version ?? 1, body: body, at: now, in: tx)
    }
}

/// What came from outside about a payment: the machine's event with what belongs to it.
enum ProviderWord: Sendable, Equatable {
    case opened(session: String, checkoutUrl: String)
    case refused
    case unpaid
    case declined
    case closed
    case paid(Money, capture: String)
    case mustClose
    /// Nothing understandable came; ask again.
    case silence

    var event: PaymentCourse.Event? {
        switch self {
        case .opened: .opened
        case .refused: .refused
        case .unpaid: .unpaid
        case .declined: .declined
        case .closed: .closed
        case .paid: .paid
        case .mustClose: .mustClose
        case .silence: nil
        }
    }

    var opened: (session: String, checkoutUrl: String)? {
        guard case .opened(let session, let checkoutUrl) = self else { return nil }
        return (session, checkoutUrl)
    }
}

extension PayableRecord {
    /// - Throws: `Problem` where no payment may be started.
    fileprivate func admitPayment(of owed: Owed) throws {
        if course.state == .paid || course.winner != nil {
            throw Problem(.stateConflict, "This booking is paid already.")
        }
        guard course.state == .open else {
            throw Problem(.holdExpired, "The hold is over: this booking can no longer be paid.")
        }
        guard amount == owed.amount else {
            throw Problem(.stateConflict, "The payment was begun for another amount. Look at the booking again.")
        }
    }
}

extension Queries where Self: ~Copyable {
    /// The payments of a booking, oldest first.
    func payments(of booking: BookingID) throws -> [PaymentRecord] {
        try all(
            "SELECT \(PaymentRecord.columns) FROM payment WHERE booking_id = \(booking) ORDER BY number",
            PaymentRecord.init)
    }

    /// The payments of a payable, oldest first.
    func payments(of payable: PayableID) throws -> [PaymentRecord] {
        try all(
            "SELECT \(PaymentRecord.columns) FROM payment WHERE payable_id = \(payable) ORDER BY number",
            PaymentRecord.init)
    }

    func findPayment(_ id: PaymentID) throws -> PaymentRecord? {
        try first("SELECT \(PaymentRecord.columns) FROM payment WHERE id = \(id)", PaymentRecord.init)
    }

    /// - Throws: `StorageError.fault` where there is none.
    func payment(_ id: PaymentID) throws -> PaymentRecord {
        guard let payment = try findPayment(id) else { throw StorageError.fault("no payment \(id)") }
        return payment
    }

    /// - Throws: `StorageError.fault` where there is none.
    func payable(_ id: PayableID) throws -> PayableRecord {
        let found = try first("SELECT \(PayableRecord.columns) FROM payable WHERE id = \(id)", PayableRecord.init)
        guard let found else { throw StorageError.fault("no payable \(id)") }
        return found
    }
}

extension Transaction {
    fileprivate func update(_ payable: PayableRecord) throws {
        try execute(
            """
            UPDATE payable SET
                state = \(payable.course.state), winner = \(payable.course.winner)
            WHERE id = \(payable.id)
            """)
    }
}

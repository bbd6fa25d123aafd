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
            let known = try tx.payments(of: owed.bookingId)
            if let pending = known.last(where: \.course.isInFlight) {
                let isLeaving = pending.course.state == .leaving || pending.course.state == .closing
                guard isLeaving || pending.provider != provider else {
                    return .go(pending, isNew: startedBy != nil && pending.startedBy == startedBy)
                }
                return .closeFirst(try hear(.mustClose, about: pending, at: now, in: tx))
            }
            let (booking, number) = (owed.bookingId, known.count + 1)
            try tx.execute(
                """
                INSERT INTO payment (
                    id, booking_id, number, provider, state, amount, currency, description, provider_key,
                    captured, claimed, refunded, started_by, created_at, ask_at, tries)
                VALUES (
                    \(id), \(booking), \(number), \(provider), \(PaymentCourse().state), \(owed.amount.amount),
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
            INSERT INTO payable (booking_id, state, amount, currency, winner, version, created_at)
            VALUES (
                \(owed.bookingId), \(PayableCourse.State.open), \(owed.amount.amount), \(owed.amount.currency), NULL, 0,
                \(now))
            ON CONFLICT (booking_id) DO NOTHING
            """)
        return try tx.payable(owed.bookingId)
    }

    /// Nothing more shall be paid for a booking. One that nobody began to pay is closed at once, and says so.
    func closePayable(of booking: BookingID, at now: Instant, in tx: borrowing Transaction) throws {
        try tx.execute(
            """
            INSERT INTO payable (booking_id, state, amount, currency, winner, version, created_at)
            VALUES (\(booking), \(PayableCourse.State.open), NULL, NULL, NULL, 0, \(now))
            ON CONFLICT (booking_id) DO NOTHING
            """)
        try hear(.mustClose, about: booking, at: now, in: tx)
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
            case .tellWayEnded: try tellWaysLeft(of: payment.bookingId, at: now, in: tx)
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
            try hear(.captured(payment.id), about: payment.bookingId, at: now, in: tx)
        } else {
            try claimRefund(
                of: try tx.payment(payment.id), atMost: taken.amount, cause: "capture:\(payment.id)",
                reason: RefundReason.otherAmount, at: now, in: tx)
            try tellWaysLeft(of: payment.bookingId, at: now, in: tx)
        }
    }

    /// Applies an event to a payable and does what follows from it, in the same transaction.
    private func hear(
        _ event: PayableCourse.Event, about booking: BookingID, at now: Instant, in tx: borrowing Transaction
    ) throws {
        var payable = try tx.payable(booking)
        let actions = payable.course.handle(event)
        try tx.update(payable)
        for action in actions {
            switch action {
            case .closeOtherWays:
                for payment in try tx.payments(of: booking) where payment.course.isInFlight {
                    _ = try hear(.mustClose, about: payment, at: now, in: tx)
                }
            case .announcePaid(let winner, let late):
                guard let amount = try tx.payment(winner).captured else { continue }
                try announce(
                    PayablePaid.kind, PayablePaid(bookingId: booking, amount: amount, late: late), about: booking,
                    at: now, in: tx)
            case .announceClosed:
                try announce(
                    PayableClosed.kind, PayableClosed(bookingId: booking), about: booking, at: now, in: tx)
            case .refundInFull(let second):
                let payment = try tx.payment(second)
                try claimRefund(
                    of: payment, atMost: .max, cause: "capture:\(second)", reason: RefundReason.paidTwice, at: now,
                    in: tx)
            }
        }
        if event != .noWayLeft { try tellWaysLeft(of: booking, at: now, in: tx) }
    }

    private func tellWaysLeft(of booking: BookingID, at now: Instant, in tx: borrowing Transaction) throws {
        let anyLeft = try tx.exists(
            """
            SELECT 1 FROM payment
            WHERE booking_id = \(booking) AND state IN \(list: PaymentCourse.statesInFlight) LIMIT 1
            """)
        if !anyLeft { try hear(.noWayLeft, about: booking, at: now, in: tx) }
    }

    /// Leaves an event about a payable, with its next version.
    func announce(
        _ kind: String, _ body: some Encodable, about booking: BookingID, at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        var payable = try tx.payable(booking)
        payable.version += 1
        try tx.update(payable)
        try outbox.append(kind, about: booking.text, version: payable.version, body: body, at: now, in: tx)
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

    func findPayment(_ id: PaymentID) throws -> PaymentRecord? {
        try first("SELECT \(PaymentRecord.columns) FROM payment WHERE id = \(id)", PaymentRecord.init)
    }

    /// - Throws: `StorageError.fault` where there is none.
    func payment(_ id: PaymentID) throws -> PaymentRecord {
        guard let payment = try findPayment(id) else { throw StorageError.fault("no payment \(id)") }
        return payment
    }

    /// - Throws: `StorageError.fault` where there is none.
    func payable(_ booking: BookingID) throws -> PayableRecord {
        let found = try first(
            "SELECT \(PayableRecord.columns) FROM payable WHERE booking_id = \(booking)", PayableRecord.init)
        guard let found else { throw StorageError.fault("no payable of \(booking)") }
        return found
    }
}

extension Transaction {
    fileprivate func update(_ payable: PayableRecord) throws {
        try execute(
            """
            UPDATE payable SET
                state = \(payable.course.state), winner = \(payable.course.winner), version = \(payable.version)
            WHERE booking_id = \(payable.bookingId)
            """)
    }
}

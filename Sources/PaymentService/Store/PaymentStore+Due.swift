import Core
import Storage

extension PaymentStore {
    /// How many are taken at once, and so asked about at once: what one that is slow may hold up, and what a provider is
    /// asked at the same moment.
    static let batch = 8

    /// Takes payments whose provider is to be asked, and keeps other nodes from them for a while.
    func takeDuePayments(of provider: String, at now: Instant) async throws -> [PaymentID] {
        let due: SQL = """
            SELECT id FROM payment WHERE provider = \(provider) AND ask_at <= \(now)
            ORDER BY ask_at, id LIMIT \(PaymentStore.batch)
            """
        // Most often nothing is due: that costs no write.
        guard try await database.read({ try $0.exists(due) }) else { return [] }
        return try await database.claim { tx in
            let ids = try tx.values("\(due) FOR UPDATE SKIP LOCKED", as: PaymentID.self)
            try tx.execute("UPDATE payment SET ask_at = \(now + AskPlan.lease) WHERE id IN \(list: ids)")
            return ids
        }
    }

    /// Takes refunds that are to be carried out or asked about, and keeps other nodes from them for a while.
    func takeDueRefunds(of provider: String, at now: Instant) async throws -> [RefundID] {
        let due: SQL = """
            SELECT id FROM refund
            WHERE ask_at <= \(now) AND EXISTS (
                SELECT 1 FROM payment WHERE payment.id = refund.payment_id AND payment.provider = \(provider))
            ORDER BY ask_at, id LIMIT \(PaymentStore.batch)
            """
        guard try await database.read({ try $0.exists(due) }) else { return [] }
        return try await database.claim { tx in
            let ids = try tx.values("\(due) FOR UPDATE SKIP LOCKED", as: RefundID.self)
            try tx.execute("UPDATE refund SET ask_at = \(now + AskPlan.lease) WHERE id IN \(list: ids)")
            return ids
        }
    }

    /// Ends what an earlier process had in hand. What was to be asked about within a lease anyway is asked a little early.
    func endLeases(at now: Instant) async throws {
        try await database.write { tx in
            for table: SQL in ["payment", "refund"] {
                try tx.execute(
                    "UPDATE \(table) SET ask_at = \(now) WHERE ask_at > \(now) AND ask_at <= \(now + AskPlan.lease)")
            }
        }
    }

    /// What of a booking waits for a provider and not for the payer: it can be carried on at once.
    func moving(of booking: BookingID) async throws -> (payments: [PaymentID], refunds: [RefundID]) {
        try await database.read { reader in
            let payments = try reader.payments(of: booking).filter(\.course.isMoving).map(\.id)
            let refunds = try reader.values(
                """
                SELECT id FROM refund
                WHERE booking_id = \(booking) AND state IN \(list: RefundCourse.statesUnderWay)
                ORDER BY created_at, id
                """, as: RefundID.self)
            return (payments, refunds)
        }
    }

    /// Whom `moving` would have asked.
    func providersToAsk(about booking: BookingID) async throws -> Set<String> {
        try await database.read { reader in
            let payments = try reader.payments(of: booking)
            let refunded = try reader.values(
                """
                SELECT payment_id FROM refund
                WHERE booking_id = \(booking) AND state IN \(list: RefundCourse.statesUnderWay)
                """, as: PaymentID.self)
            return Set(payments.filter { $0.course.isMoving || refunded.contains($0.id) }.map(\.provider))
        }
    }

    /// How long after a return had a payment's provider asked the next one may.
    static let returnPause = Duration.seconds(3)

    /// Whether a guest's return may have the provider asked, which then counts as done. Kept in the database, because a guest
    /// may come back to any node. One that comes too early costs no write.
    /// - Throws: `Problem` `not_found` for an unknown payment.
    func admitReturn(of id: PaymentID, at now: Instant) async throws -> Bool {
        let isEarly: SQL = "returned_at > \(now - PaymentStore.returnPause)"
        let mayAsk = try await database.read { reader in
            guard try reader.exists("SELECT 1 FROM payment WHERE id = \(id)") else { throw Problem.notFound("payment") }
            return try !reader.exists("SELECT 1 FROM payment WHERE id = \(id) AND \(isEarly)")
        }
        guard mayAsk else { return false }
        return try await database.write { tx in
            try tx.execute(
                """
                UPDATE payment SET returned_at = \(now)
                WHERE id = \(id) AND (returned_at IS NULL OR NOT \(isEarly))
                """) == 1
        }
    }
}

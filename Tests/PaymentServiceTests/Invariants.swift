import Core
import PaymentService
import Storage
import Testing

extension Till {
    /// What must be true of the books at any moment.
    func expectSoundBooks(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let audit = try await payments.audit()
        #expect(audit.unbalancedGroups.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.misbookedPayments.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.overRefunded.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(audit.failedRefunds.isEmpty, comment, sourceLocation: sourceLocation)
        for payment in audit.captured {
            #expect(payment.refunded <= payment.claimed, comment, sourceLocation: sourceLocation)
            #expect(payment.claimed <= payment.captured.amount, comment, sourceLocation: sourceLocation)
            if !payment.counts {
                #expect(payment.claimed == payment.captured.amount, comment, sourceLocation: sourceLocation)
            }
        }
        for payable in audit.payables {
            let winners = audit.captured.filter { $0.payableId == payable.id && $0.counts }
            let told = try await told(about: payable.bookingId)
            let paid = try told.count {
                try $0.kind == PayablePaid.kind && $0.decoded(as: PayablePaid.self).payableId == payable.id
            }
            let closed = try told.count {
                try $0.kind == PayableClosed.kind && $0.decoded(as: PayableClosed.self).payableId == payable.id
            }
            #expect(paid == (payable.state == .paid ? 1 : 0), comment, sourceLocation: sourceLocation)
            #expect(closed <= 1, comment, sourceLocation: sourceLocation)
            switch payable.state {
            case .open, .closed: #expect(winners.isEmpty, comment, sourceLocation: sourceLocation)
            case .closing: #expect(winners.count <= 1, comment, sourceLocation: sourceLocation)
            case .paid: #expect(winners.count == 1, comment, sourceLocation: sourceLocation)
            }
            if payable.state == .closed { #expect(closed == 1, comment, sourceLocation: sourceLocation) }
            if payable.state == .closed || payable.state == .paid {
                let pending = try await payments.payments(of: payable.bookingId).filter { $0.status == .pending }
                #expect(pending.isEmpty, comment, sourceLocation: sourceLocation)
                // Asked of the providers themselves: nobody was told so before it was true.
                let isAnyPageOpen = try await database.read { reader in
                    try reader.exists(
                        "SELECT 1 FROM test_session WHERE booking_id = \(payable.bookingId) AND is_open = 1")
                }
                #expect(!isAnyPageOpen, comment, sourceLocation: sourceLocation)
            }
        }
    }

    /// What must be true once nothing is left to do: we know all that the providers know.
    func expectRest(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectSoundBooks(comment, sourceLocation: sourceLocation)
        let audit = try await payments.audit()
        #expect(audit.inFlight.moving == 0, comment, sourceLocation: sourceLocation)
        #expect(audit.inFlight.closing == 0, comment, sourceLocation: sourceLocation)
        #expect(audit.inFlight.refunds == 0, comment, sourceLocation: sourceLocation)
        let known = Dictionary(uniqueKeysWithValues: audit.captured.map { ($0.id, $0) })
        let sessions = try await database.read { reader in
            try reader.all(
                """
                SELECT s.payment_id, s.is_paid, s.amount, COALESCE(SUM(r.amount), 0)
                FROM test_session AS s LEFT JOIN test_refund AS r ON r.token = s.token
                GROUP BY s.token, s.payment_id, s.is_paid, s.amount
                """
            ) { row in
                (
                    id: try row[0] as PaymentID, isPaid: try row[1] as Bool, amount: try row[2] as Int64,
                    back: try row[3] as Int64
                )
            }
        }
        #expect(Set(sessions.map(\.id)).count == sessions.count, comment, sourceLocation: sourceLocation)
        for session in sessions {
            let payment = known[session.id]
            #expect((payment != nil) == session.isPaid, comment, sourceLocation: sourceLocation)
            guard let payment else { continue }
            #expect(payment.captured.amount == session.amount, comment, sourceLocation: sourceLocation)
            #expect(payment.refunded == session.back, comment, sourceLocation: sourceLocation)
            #expect(payment.refunded == payment.claimed, comment, sourceLocation: sourceLocation)
        }
    }
}

public import Core
import Storage

/// Which payments an operator looks at; what is left out does not narrow.
public struct PaymentFilter: Sendable {
    public var status: PaymentStatus?
    public var provider: String?

    public init() {}
}

/// Money on its way back, or given back.
public struct GivenBack: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// Asked for; the provider has not said how it ended.
        case underWay
        case done
        /// The provider will not do it: there is a case for a person.
        case failed
    }

    public let id: RefundID
    public let paymentId: PaymentID
    public let amount: Money
    /// Why, in the words of whoever asked for it.
    public let reason: String
    public let state: State
    public let createdAt: Instant
}

// What operators see of all money. Anyone else is refused.
extension Payments {
    /// All payments, newest first.
    /// - Parameter cursor: where the page before ended.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func payments(
        _ filter: PaymentFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<Payment> {
        try Payments.requireOperator(caller)
        let place = try cursor.map { try MomentCursor($0) }
        let found = try await store.payments(filter, after: place, limit: limit + 1)
        return Page(found, limit: limit) { MomentCursor($0.createdAt, $0.id.text) }
    }

    /// What was given back of a payment, oldest first.
    /// - Throws: `Problem` `forbidden` for anyone but an operator.
    public func givenBack(of id: PaymentID, for caller: Caller) async throws -> [GivenBack] {
        try Payments.requireOperator(caller)
        return try await store.givenBack(of: id)
    }

    /// How many cases wait for a person.
    /// - Throws: `Problem` `forbidden` for anyone but an operator.
    public func openCases(for caller: Caller) async throws -> Int {
        try Payments.requireOperator(caller)
        return try await openCases()
    }

    /// What operators did about money, newest first.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    public func operatorActs(
        _ filter: OperatorActFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> [OperatorAct] {
        try Payments.requireOperator(caller)
        return try await store.database.operatorActs(
            filter, after: try cursor.map { try MomentCursor($0) }, limit: limit)
    }
}

extension PaymentStore {
    func payments(_ filter: PaymentFilter, after place: MomentCursor?, limit: Int) async throws -> [Payment] {
        var conditions: [SQL] = ["0 = 0"]
        if let status = filter.status { conditions.append(PaymentStore.condition(of: status)) }
        if let provider = filter.provider { conditions.append("provider = \(provider)") }
        if let place {
            conditions.append("(created_at < \(place.moment) OR (created_at = \(place.moment) AND id < \(place.id)))")
        }
        return try await database.read { [conditions] reader in
            try reader.all(
                """
                SELECT \(PaymentRecord.columns) FROM payment WHERE \(SQL.joined(conditions, by: " AND "))
                ORDER BY created_at DESC, id DESC LIMIT \(limit)
                """
            ) { try PaymentRecord($0).payment }
        }
    }

    /// The rows that `PaymentRecord.payment` shows in this status.
    private static func condition(of status: PaymentStatus) -> SQL {
        let captured = PaymentCourse.State.captured
        switch status {
        case .pending:
            let open: [PaymentCourse.State] = [.opening, .open, .leaving, .closing]
            return "state IN \(list: open)"
        case .authorized: return "0 = 1"
        case .failed: return "state = \(PaymentCourse.State.failed)"
        case .cancelled: return "state = \(PaymentCourse.State.cancelled)"
        case .captured: return "(state = \(captured) AND refunded = 0)"
        case .refunded: return "(state = \(captured) AND refunded > 0 AND refunded = captured)"
        case .partiallyRefunded: return "(state = \(captured) AND refunded > 0 AND refunded < captured)"
        }
    }

    func givenBack(of id: PaymentID) async throws -> [GivenBack] {
        try await database.read { reader in
            try reader.all(
                """
                SELECT \(RefundRecord.columns), created_at FROM refund WHERE payment_id = \(id)
                ORDER BY created_at, id
                """
            ) { row in
                let record = try RefundRecord(row)
                return GivenBack(
                    id: record.id, paymentId: record.paymentId, amount: record.amount, reason: record.reason,
                    state: GivenBack.State(record.course.state), createdAt: try row[10])
            }
        }
    }
}

extension GivenBack.State {
    init(_ state: RefundCourse.State) {
        self =
            switch state {
            case .due, .asking: .underWay
            case .done: .done
            case .failed: .failed
            }
    }
}

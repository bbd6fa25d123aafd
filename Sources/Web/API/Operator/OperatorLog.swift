import AuthService
import BookingService
import Core
import Hummingbird
import PaymentService
import PropertyService

/// What operators did, from the four databases in one order.
struct OperatorLog {
    let site: Site

    /// A page of the log, newest first. Ids differ over all databases, so one cursor serves all four.
    /// - Throws: `Problem`: `forbidden` for anyone but an operator, `validation_failed` for a cursor that is not ours.
    func acts(
        _ filter: OperatorActFilter, cursor: String?, limit: Int, for caller: Caller
    ) async throws -> Page<OperatorAct> {
        async let people = site.accounts.operatorActs(filter, cursor: cursor, limit: limit + 1, for: caller)
        async let listings = site.properties.operatorActs(filter, cursor: cursor, limit: limit + 1, for: caller)
        async let bookings = site.bookings.operatorActs(filter, cursor: cursor, limit: limit + 1, for: caller)
        async let money = site.payments.operatorActs(filter, cursor: cursor, limit: limit + 1, for: caller)
        let found = try await people + listings + bookings + money
        return Page(OperatorLog.inOrder(found), limit: limit) { MomentCursor($0.at, $0.id) }
    }

    /// Newest first; of one moment by id, as each database has them.
    static func inOrder(_ acts: [OperatorAct]) -> [OperatorAct] {
        acts.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
    }
}

/// The log over the API.
struct OperatorLogRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/operator/acts", acts)
    }

    @Sendable func acts(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireOperator()
        var query = try visit.query
        let operatorId = query.parsed("operatorId", "must be the id of a person") { UserID($0) }
        let subject = query.text("subject", upTo: 320)
        let (limit, cursor) = (query.limit(), query.cursor())
        try query.check()
        let page = try await OperatorLog(site: visit.site).acts(
            OperatorActFilter(operatorId: operatorId, subject: subject), cursor: cursor, limit: limit, for: caller)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }
}

extension OperatorAct: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { act in
            act.member("id", id)
            act.member("operatorId", operatorId)
            act.member("act", self.act)
            act.member("subject", subject)
            act.member("reason", reason)
            act.member("at", at)
        }
    }
}

import Core
import Hummingbird

/// Events that were given up: listed and tried again, for operators.
struct StuckEventRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/operator/events", events)
        routes.post("/api/v1/operator/events/{id}/retry", retry)
    }

    @Sendable func events(_ visit: Visit) async throws -> Response {
        _ = try await visit.requireOperator()
        var query = try visit.query
        let (limit, cursor) = (query.limit(), query.cursor())
        try query.check()
        let page = try await visit.site.probes.stuckEvents.list(cursor, limit)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    @Sendable func retry(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireOperator()
        guard let id = visit.context.parameters.get("id").flatMap({ StuckEvent.ID($0) }) else {
            throw Problem.notFound("event")
        }
        let events = visit.site.probes.stuckEvents
        let keeper = Keeper(events: events, id: id)
        let sent = try await visit.read(for: caller, by: keeper, whenEmpty: "") { fields in
            fields.optional("reason", .text(1...OperatorAct.longestReason, lines: true)) ?? ""
        }
        let event = try await events.tryAgain(id, sent.body, caller, sent.once)
        return .json { $0.value(event) }
    }

    /// Keeps answers where the event is.
    private struct Keeper: KeepsAnswers {
        let events: StuckEvents
        let id: StuckEvent.ID

        func keep(_ refusal: Problem, for once: Once) async throws -> Problem {
            try await events.keep(id, refusal, once)
        }
    }
}

extension StuckEvent: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { event in
            event.member("id", "\(id)")
            event.member("kind", kind)
            event.member("source", id.source)
            event.member("receiver", id.receiver)
            event.member("subject", id.subject)
            event.member("tries", tries)
            event.member("lastError", lastError)
            event.member("happenedAt", happenedAt)
        }
    }
}

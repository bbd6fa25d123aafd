import Core
import Hummingbird

/// Events that were given up, and having one tried again.
struct StuckEventPages {
    func add(to routes: inout Routes) {
        routes.page("/operator/events", list)
        routes.page("/operator/events/retry") { page in
            _ = try page.requireOperator()
            return try act(page, try id(page.parameters["event"])).show(on: page)
        }
        routes.form("/operator/events/retry", back: "/operator/events", retry)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        _ = try page.requireOperator()
        let texts = page.texts
        let found = try await page.site.probes.stuckEvents.list(page.cursor, Desk.rows)
        return try DeskList(
            part: .cases, title: texts("operator.events.title"), about: texts("operator.events.about"),
            table: StuckEventPages.table(found.items, on: page), empty: texts("operator.events.none"),
            older: page.older(found.nextCursor), more: (texts("operator.part.cases"), "/operator/cases")
        ).show(on: page)
    }

    static func table(_ events: [StuckEvent], on page: PageVisit) -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        return DeskTable(
            caption: texts("operator.events.title"),
            heads: [
                texts("operator.cases.what"), texts("operator.cases.subject"), texts("operator.events.error"),
                texts("operator.cases.since"), texts("operator.events.retry"),
            ],
            rows: events.map { event in
                [
                    .english("\(event.kind) → \(event.id.receiver)"),
                    .link(event.id.subject, LogPage.path(of: event.id.subject).map { page.path($0) }),
                    .english(event.lastError ?? "–"), .text(formats.stamp(event.happenedAt)),
                    .link(
                        texts("operator.events.retry"),
                        page.path("/operator/events/retry?event=" + PercentCoding.encode("\(event.id)"))),
                ]
            })
    }

    private func act(_ page: PageVisit, _ id: StuckEvent.ID) -> DeskAct {
        let texts = page.texts
        return DeskAct(
            part: .cases, title: texts("operator.events.retryTitle"), path: "/operator/events/retry",
            back: "/operator/events", consequences: [texts("operator.events.retryAbout")],
            facts: [
                (texts("operator.events.event"), "\(id)", nil), (texts("operator.cases.subject"), id.subject, nil),
            ],
            button: texts("operator.events.retry"), hidden: [("event", "\(id)")])
    }

    @Sendable func retry(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id = try id(form["event"])
        return try await act(page, id).carryOut(on: page, form, done: "retried") { reason, once in
            _ = try await page.site.probes.stuckEvents.tryAgain(id, reason, caller, once)
        }
    }

    private func id(_ text: String) throws(Problem) -> StuckEvent.ID {
        guard let id = StuckEvent.ID(text) else { throw .notFound("event") }
        return id
    }
}

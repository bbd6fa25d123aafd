import Core
import Hummingbird

/// Events that were given up, and having one tried again.
struct StuckEventPages {
    func add(to routes: inout Routes) {
        routes.page("/operator/events", list)
        routes.page("/operator/events/retry") { page in
            let caller = try page.requireOperator()
            return try await act(page, try id(page.parameters["event"]), for: caller).show(on: page)
        }
        routes.form("/operator/events/retry", back: "/operator/events", retry)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        let found = try await page.site.probes.stuckEvents.list(page.cursor, Desk.rows)
        return try DeskList(
            part: .cases, title: texts("operator.events.title"), about: texts("operator.events.about"),
            table: await StuckEventPages.table(found.items, on: page, for: caller),
            empty: texts("operator.events.none"),
            older: page.older(found.nextCursor), more: (texts("operator.part.cases"), "/operator/cases")
        ).show(on: page)
    }

    static func table(_ events: [StuckEvent], on page: PageVisit, for caller: Caller) async -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        let subjects = await SubjectWords(events.map(\.id.subject), on: page, for: caller)
        return DeskTable(
            caption: texts("operator.events.title"),
            heads: [
                texts("operator.cases.what"), texts("operator.cases.subject"), texts("operator.events.error"),
                texts("operator.cases.since"), texts("operator.events.retry"),
            ],
            rows: events.map { event in
                [
                    .english("\(event.kind) → \(event.id.receiver)"),
                    subjects.cell(event.id.subject),
                    .english(event.lastError ?? "–"), .stamp(formats.stamp(event.happenedAt)),
                    .link(
                        texts("operator.events.retry"),
                        page.path("/operator/events/retry?event=" + PercentCoding.encode("\(event.id)"))),
                ]
            })
    }

    private func act(_ page: PageVisit, _ id: StuckEvent.ID, for caller: Caller) async -> DeskAct {
        let texts = page.texts
        let subjects = await SubjectWords([id.subject], on: page, for: caller)
        return DeskAct(
            part: .cases, title: texts("operator.events.retryTitle"), path: "/operator/events/retry",
            back: "/operator/events", consequences: [texts("operator.events.retryAbout")],
            facts: [
                (texts("operator.events.event"), "\(id)", nil),
                subjects.fact(texts("operator.cases.subject"), id.subject),
            ],
            button: texts("operator.events.retry"), hidden: [("event", "\(id)")])
    }

    @Sendable func retry(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id = try id(form["event"])
        return try await act(page, id, for: caller).carryOut(on: page, form, done: "retried") { reason, once in
            _ = try await page.site.probes.stuckEvents.tryAgain(id, reason, caller, once)
        }
    }

    private func id(_ text: String) throws(Problem) -> StuckEvent.ID {
        guard let id = StuckEvent.ID(text) else { throw .notFound("event") }
        return id
    }
}

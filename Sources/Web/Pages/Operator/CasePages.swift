import Core
import Hummingbird
import PaymentService

/// What a person must look at about money: listed, understood, resolved with a note or tried again.
struct CasePages {
    func add(to routes: inout Routes) {
        routes.page("/operator/cases", list)
        routes.page("/operator/cases/{id}", one)
        routes.page("/operator/cases/{id}/resolve") { page in try await act(page).show(on: page) }
        routes.form("/operator/cases/{id}/resolve", resolve)
    }

    private enum CaseState: String { case open, resolved }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        let state: CaseState? = page.choice("state")
        let found = try await page.site.payments.cases(
            isOpen: state.map { $0 == .open }, cursor: page.cursor, limit: Desk.rows, for: caller)
        // Another database that is away keeps no case from being read.
        let events = state == .resolved ? nil : try? await page.site.probes.stuckEvents.list(nil, Desk.rows)
        let showsEvents = page.cursor == nil && events?.items.isEmpty == false
        return try DeskList(
            part: .cases, title: texts("operator.part.cases"), about: texts("operator.cases.about"),
            tabs: page.tabs(
                "state", all: texts("operator.all"),
                [("open", texts("operator.cases.open")), ("resolved", texts("operator.cases.resolved"))]),
            table: CasePages.table(found.items, on: page),
            empty: empty(state, texts),
            older: page.older(found.nextCursor),
            more: (texts("operator.events.title"), "/operator/events"),
            also: showsEvents ? await StuckEventPages.table(events?.items ?? [], on: page, for: caller) : nil
        ).show(on: page)
    }

    private func empty(_ state: CaseState?, _ texts: Texts) -> String {
        switch state {
        case .open: texts("operator.cases.none")
        case .resolved: texts("operator.cases.noneResolved")
        case nil: texts("operator.cases.noneAny")
        }
    }

    static func table(_ cases: [MoneyCase], on page: PageVisit) -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        return DeskTable(
            caption: texts("operator.part.cases"),
            heads: [
                texts("operator.cases.what"), texts("operator.status"), texts("operator.payments.provider"),
                texts("operator.cases.since"), texts("operator.payments.amount"),
            ],
            rows: cases.map { found in
                let isOpen = found.resolution == nil
                return [
                    .link(texts("operator.case.\(found.kind.rawValue).name"), page.path("/operator/cases/\(found.id)")),
                    .badge(texts(isOpen ? "operator.cases.open" : "operator.cases.resolved"), isOpen ? "warn" : "ok"),
                    .text(texts.known("operator.provider.\(found.provider)") ?? found.provider),
                    .stamp(formats.stamp(found.openedAt)), .number(found.amount.map { formats.money($0) } ?? "–"),
                ]
            })
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let found = try await page.site.payments.moneyCase(try page.visit.id("case"), for: caller)
        let subjects = await SubjectWords(
            [found.subject, found.bookingId?.text, found.resolution?.by].compactMap(\.self), on: page, for: caller)
        var detail = DeskDetail(part: .cases, title: texts("operator.case.\(found.kind.rawValue).name"))
        detail.badge =
            found.resolution == nil
            ? (texts("operator.cases.open"), "warn") : (texts("operator.cases.resolved"), "ok")
        detail.about = texts("operator.case.\(found.kind.rawValue).about")
        detail.facts = [
            (
                texts("operator.payments.provider"),
                texts.known("operator.provider.\(found.provider)") ?? found.provider, nil
            ),
            subjects.fact(texts("operator.cases.subject"), found.subject),
            (texts("operator.cases.since"), formats.stamp(found.openedAt), nil),
        ]
        if let amount = found.amount {
            detail.facts.append((texts("operator.payments.amount"), formats.money(amount), nil))
        }
        if let booking = found.bookingId {
            detail.facts.append(subjects.fact(texts("operator.payments.booking"), booking.text))
        }
        if let payment = found.paymentId {
            detail.facts.append(subjects.fact(texts("operator.cases.payment"), payment.text))
        }
        if found.resolution == nil {
            detail.ways = [(texts("operator.cases.resolve"), "/operator/cases/\(found.id)/resolve", false)]
        }
        detail.sections = [
            .init(id: "found", title: texts("operator.cases.found"), content: .english(found.detail))
        ]
        if let resolution = found.resolution {
            detail.sections.append(
                .init(
                    id: "resolution", title: texts("operator.cases.resolution"),
                    content: .steps([
                        .init(
                            what: texts("operator.cases.resolvedBy", ["who": subjects.text(resolution.by)]),
                            when: formats.stamp(resolution.at), detail: resolution.note)
                    ])))
        }
        return try detail.show(on: page)
    }

    private func act(_ page: PageVisit) async throws -> DeskAct {
        let caller = try page.requireOperator()
        let texts = page.texts
        let found = try await page.site.payments.moneyCase(try page.visit.id("case"), for: caller)
        let canTryAgain = found.kind == .refundFailed && found.resolution == nil
        return DeskAct(
            part: .cases,
            title: texts(
                "operator.cases.resolveTitle", ["case": texts("operator.case.\(found.kind.rawValue).name")]),
            path: "/operator/cases/\(found.id)/resolve", back: "/operator/cases/\(found.id)",
            consequences: [texts("operator.cases.resolveAbout")],
            facts: found.amount.map { [(texts("operator.payments.amount"), page.formats.money($0), nil)] } ?? [],
            button: texts("operator.cases.resolve"),
            box: canTryAgain ? ("tryAgain", texts("operator.cases.tryAgain")) : nil)
    }

    @Sendable func resolve(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id: CaseID = try page.visit.id("case")
        return try await act(page).carryOut(on: page, form, done: "resolved") { reason, once in
            _ = try await page.site.payments.resolve(
                id, note: reason, tryAgain: form["tryAgain"] == "true", by: caller, once: once)
        }
    }
}

import AuthService
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
            empty: texts(state == .resolved ? "operator.cases.noneResolved" : "operator.cases.none"),
            older: page.older(found.nextCursor),
            more: (texts("operator.events.title"), "/operator/events"),
            also: showsEvents ? events.map { StuckEventPages.table($0.items, on: page) } : nil
        ).show(on: page)
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
                    .text(formats.stamp(found.openedAt)), .number(found.amount.map { formats.money($0) } ?? "–"),
                ]
            })
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let found = try await page.site.payments.moneyCase(try page.visit.id("case"), for: caller)
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
            (texts("operator.cases.subject"), found.subject, nil),
            (texts("operator.cases.since"), formats.stamp(found.openedAt), nil),
        ]
        if let amount = found.amount {
            detail.facts.append((texts("operator.payments.amount"), formats.money(amount), nil))
        }
        if let booking = found.bookingId {
            detail.facts.append((texts("operator.payments.booking"), booking.text, "/operator/bookings/\(booking)"))
        }
        if let payment = found.paymentId {
            detail.facts.append((texts("operator.cases.payment"), payment.text, "/operator/payments/\(payment)"))
        }
        if found.resolution == nil {
            detail.ways = [(texts("operator.cases.resolve"), "/operator/cases/\(found.id)/resolve", false)]
        }
        detail.sections = [
            .init(id: "found", title: texts("operator.cases.found"), content: .english(found.detail))
        ]
        if let resolution = found.resolution {
            let name = try await UserID(resolution.by).asyncMap { try await page.site.accounts.person($0)?.name }
            detail.sections.append(
                .init(
                    id: "resolution", title: texts("operator.cases.resolution"),
                    content: .steps([
                        .init(
                            what: texts("operator.cases.resolvedBy", ["who": (name ?? nil) ?? resolution.by]),
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

extension Optional {
    /// As `map`, for what must be waited for.
    fileprivate func asyncMap<Value>(_ make: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let self else { return nil }
        return try await make(self)
    }
}

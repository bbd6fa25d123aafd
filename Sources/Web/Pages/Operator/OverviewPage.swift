import BookingService
import Core
import Hummingbird
import NotificationService
import PaymentService
import PropertyService

/// What needs a person today, and how much there is of what.
struct OverviewPage {
    func add(to routes: inout Routes) { routes.page("/operator", overview) }

    /// How many of each are shown at once; the rest is a link away.
    private static let shown = 5

    @Sendable func overview(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, site) = (page.texts, page.site)
        let cases = try await site.payments.openCases(for: caller)
        let mails = try await site.mails.standing(for: caller)
        let bookings = try await site.bookings.standing(for: caller)
        let listings = try await site.properties.standing(for: caller)
        let failed = mails[.failed] ?? 0
        let stuck = try await site.probes.stuckEvents.count()
        var view: View = [
            "desk": Desk.links(.overview, on: page), "isQuiet": cases + failed + stuck == 0,
            "urgent": [
                tile(cases, "cases", "/operator/cases?state=open", isUrgent: cases > 0, on: page),
                tile(failed, "mails", "/operator/mails?state=failed", isUrgent: failed > 0, on: page),
                tile(stuck, "events", "/operator/events", isUrgent: stuck > 0, on: page),
                tile(bookings[.requested] ?? 0, "requests", "/operator/bookings?status=requested", on: page),
                tile(bookings[.held] ?? 0, "holds", "/operator/bookings?status=held", on: page),
            ],
            "counts": [
                tile(bookings[.confirmed] ?? 0, "confirmed", "/operator/bookings?status=confirmed", on: page),
                tile(listings[.listed] ?? 0, "listed", "/operator/listings?status=listed", on: page),
                tile(listings[.paused] ?? 0, "paused", "/operator/listings?status=paused", on: page),
                tile(listings[.draft] ?? 0, "drafts", "/operator/listings?status=draft", on: page),
                tile(
                    (mails[.queued] ?? 0) + (mails[.sending] ?? 0), "queued", "/operator/mails?state=queued", on: page),
            ],
        ]
        view["sections"] = try await sections(page, caller, cases: cases, failed: failed, stuck: stuck)
        var head = Head(texts("operator.title"))
        head.isWide = true
        return try page.show("operator", head, view)
    }

    private func tile(_ count: Int, _ name: String, _ path: String, isUrgent: Bool = false, on page: PageVisit) -> View
    {
        [
            "count": page.formats.number(count), "name": page.texts("operator.tile.\(name)"),
            "tileHref": page.path(path),
            "isUrgent": isUrgent,
        ]
    }

    private func sections(_ page: PageVisit, _ caller: Caller, cases: Int, failed: Int, stuck: Int) async throws
        -> [View]
    {
        let (texts, site) = (page.texts, page.site)
        var sections: [View] = []
        func add(_ id: String, _ title: String, _ table: DeskTable, _ path: String) {
            guard !table.rows.isEmpty else { return }
            sections.append(["id": id, "title": title, "table": table.view, "allHref": page.path(path)])
        }
        if cases > 0 {
            let open = try await site.payments.cases(isOpen: true, cursor: nil, limit: OverviewPage.shown, for: caller)
            add(
                "cases", texts("operator.tile.cases"), CasePages.table(open.items, on: page),
                "/operator/cases?state=open")
        }
        if stuck > 0 {
            let events = try await site.probes.stuckEvents.list(nil, OverviewPage.shown)
            add(
                "events", texts("operator.tile.events"),
                await StuckEventPages.table(events.items, on: page, for: caller),
                "/operator/events")
        }
        if failed > 0 {
            var filter = MailFilter()
            filter.state = .failed
            let undelivered = try await site.mails.mails(filter, limit: OverviewPage.shown, cursor: nil, for: caller)
            add(
                "mails", texts("operator.tile.mails"), try await MailDesk.table(undelivered.items, on: page),
                "/operator/mails?state=failed")
        }
        for (status, name) in [(BookingStatus.requested, "requests"), (.held, "holds")] {
            var filter = BookingFilter()
            filter.status = status
            let found = try await site.bookings.bookings(filter, cursor: nil, limit: OverviewPage.shown, for: caller)
            let title = texts("operator.tile.\(name)")
            add(
                name, title, try await BookingRows(found.items, on: page).table(title),
                "/operator/bookings?status=\(status.rawValue)")
        }
        let acts = try await OperatorLog(site: site).acts(
            OperatorActFilter(), cursor: nil, limit: OverviewPage.shown, for: caller)
        add(
            "log", texts("operator.latest"), try await LogPage.table(acts.items, on: page, for: caller), "/operator/log"
        )
        return sections
    }
}

import AuthService
import BookingService
import Core
import Hummingbird

/// What operators did: who, what, on what, why, when.
struct LogPage {
    func add(to routes: inout Routes) { routes.page("/operator/log", list) }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        let asked = page.parameters
        let subject = try await id(of: asked["subject"].trimmingSpace, on: page, for: caller)
        let found = try await OperatorLog(site: page.site).acts(
            OperatorActFilter(
                operatorId: UserID(asked["by"]), subject: subject.isEmpty ? nil : String(subject.prefix(320))),
            cursor: page.cursor, limit: Desk.rows, for: caller)
        return try DeskList(
            part: .log, title: texts("operator.part.log"), about: texts("operator.log.about"),
            find: (texts("operator.log.find"), "subject", asked["subject"]),
            table: try await LogPage.table(found.items, on: page, for: caller), empty: texts("operator.log.none"),
            older: page.older(found.nextCursor)
        ).show(on: page)
    }

    /// The log keeps ids; who looks for a booking has its code.
    private func id(of typed: String, on page: PageVisit, for caller: Caller) async throws -> String {
        guard !typed.isEmpty, SubjectWords.path(of: typed) == nil, !typed.contains("@") else { return typed }
        var filter = BookingFilter()
        filter.code = String(typed.prefix(40))
        let found = try await page.site.bookings.bookings(filter, cursor: nil, limit: 1, for: caller)
        return found.items.first?.id.text ?? typed
    }

    static func table(_ acts: [OperatorAct], on page: PageVisit, for caller: Caller) async throws -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        let subjects = await SubjectWords(acts.map(\.subject), on: page, for: caller)
        let people = try await page.site.accounts.people(acts.map(\.operatorId))
        return DeskTable(
            caption: texts("operator.part.log"),
            heads: [
                texts("operator.log.act"), texts("operator.log.subject"), texts("operator.log.who"),
                texts("operator.reason"), texts("operator.log.when"),
            ],
            rows: acts.map { act in
                [
                    .text(name(of: act.act, texts)), subjects.cell(act.subject),
                    .link(
                        people[act.operatorId]?.name ?? act.operatorId.text,
                        page.path("/operator/people/\(act.operatorId)")),
                    .text(act.reason.isEmpty ? "–" : act.reason), .stamp(formats.stamp(act.at)),
                ]
            })
    }

    /// What operators did to one thing, as a part of its page.
    static func section(about subject: String, on page: PageVisit, for caller: Caller) async throws
        -> [DeskDetail.Section]
    {
        let found = try await OperatorLog(site: page.site).acts(
            OperatorActFilter(subject: subject), cursor: nil, limit: 20, for: caller)
        guard !found.items.isEmpty else { return [] }
        return [
            .init(
                id: "log", title: page.texts("operator.part.log"),
                content: .table(try await table(found.items, on: page, for: caller)))
        ]
    }

    /// `change calendar` in the language of the page; as it is where the catalogue does not know it.
    private static func name(of act: String, _ texts: Texts) -> String {
        texts.known("operator.act.\(act.replacing(" ", with: "-"))") ?? act
    }
}

extension String {
    fileprivate var trimmingSpace: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

import AuthService
import Core
import Hummingbird

/// What operators did: who, what, on what, why, when.
struct LogPage {
    func add(to routes: inout Routes) { routes.page("/operator/log", list) }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        let asked = page.parameters
        let subject = asked["subject"].trimmingSpace
        let found = try await OperatorLog(site: page.site).acts(
            OperatorActFilter(
                operatorId: UserID(asked["by"]), subject: subject.isEmpty ? nil : String(subject.prefix(320))),
            cursor: page.cursor, limit: Desk.rows, for: caller)
        return try DeskList(
            part: .log, title: texts("operator.part.log"), about: texts("operator.log.about"),
            find: (texts("operator.log.find"), "subject", asked["subject"]),
            table: try await LogPage.table(found.items, on: page), empty: texts("operator.log.none"),
            older: page.older(found.nextCursor)
        ).show(on: page)
    }

    static func table(_ acts: [OperatorAct], on page: PageVisit) async throws -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        let people = try await page.site.accounts.people(acts.map(\.operatorId))
        return DeskTable(
            caption: texts("operator.part.log"),
            heads: [
                texts("operator.log.act"), texts("operator.log.subject"), texts("operator.log.who"),
                texts("operator.reason"), texts("operator.log.when"),
            ],
            rows: acts.map { act in
                [
                    .text(name(of: act.act, texts)), .link(act.subject, path(of: act.subject).map { page.path($0) }),
                    .text(people[act.operatorId]?.name ?? act.operatorId.text),
                    .text(act.reason.isEmpty ? "–" : act.reason), .text(formats.stamp(act.at)),
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
                content: .table(try await table(found.items, on: page)))
        ]
    }

    /// `change calendar` in the language of the page; as it is where the catalogue does not know it.
    private static func name(of act: String, _ texts: Texts) -> String {
        texts.known("operator.act.\(act.replacing(" ", with: "-"))") ?? act
    }

    /// The page of what an act or an event is about, where it has one.
    static func path(of subject: String) -> String? {
        let kinds = [
            BookingKind.prefix: "bookings", PropertyKind.prefix: "listings", PaymentKind.prefix: "payments",
            CaseIDs.prefix: "cases", MailKind.prefix: "mails", UserKind.prefix: "people",
        ]
        guard let prefix = subject.split(separator: "_").first, subject.contains("_"), !subject.contains("@"),
            let kind = kinds[String(prefix)]
        else { return nil }
        return "/operator/\(kind)/\(subject)"
    }
}

/// What the ids of cases begin with.
private enum CaseIDs { static let prefix = "case" }

extension String {
    fileprivate var trimmingSpace: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

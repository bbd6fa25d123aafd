import AuthService
import Core
import Hummingbird
import NotificationService

/// All mails and what became of them; sent again, and addresses that get none let have them again.
struct MailDesk {
    func add(to routes: inout Routes) {
        routes.page("/operator/mails", list)
        routes.page("/operator/mails/{id}", one)
        routes.page("/operator/mails/{id}/resend") { page in try await resendAct(page).show(on: page) }
        routes.form("/operator/mails/{id}/resend", resend)
        routes.page("/operator/addresses", addresses)
        routes.page("/operator/addresses/lift") { page in
            _ = try page.requireOperator()
            return try liftAct(page, page.parameters["address"]).show(on: page)
        }
        routes.form("/operator/addresses/lift", back: "/operator/addresses", lift)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        var filter = MailFilter()
        filter.state = page.choice("state")
        filter.recipient = UserID(page.parameters["recipient"])
        let found = try await page.site.mails.mails(filter, limit: Desk.rows, cursor: page.cursor, for: caller)
        return try DeskList(
            part: .mails, title: texts("operator.part.mails"),
            tabs: page.tabs(
                "state", all: texts("operator.all"),
                MailDelivery.State.allCases.map { ($0.rawValue, texts("operator.mailState.\($0.rawValue)")) }),
            table: try await MailDesk.table(found.items, on: page), empty: texts("operator.mails.none"),
            older: page.older(found.nextCursor), more: (texts("operator.addresses.title"), "/operator/addresses")
        ).show(on: page)
    }

    static func table(_ mails: [MailDelivery], on page: PageVisit) async throws -> DeskTable {
        let (texts, formats) = (page.texts, page.formats)
        let people = try await page.site.accounts.people(mails.map(\.recipient))
        return DeskTable(
            caption: texts("operator.part.mails"),
            heads: [
                texts("operator.mails.kind"), texts("operator.status"), texts("operator.mails.to"),
                texts("operator.mails.fate"), texts("operator.mails.made"),
            ],
            rows: mails.map { mail in
                [
                    .link(kind(mail.kind, texts), page.path("/operator/mails/\(mail.id)")),
                    .badge(texts("operator.mailState.\(mail.state.rawValue)"), badge(mail.state)),
                    .link(
                        people[mail.recipient]?.name ?? mail.recipient.text,
                        page.path("/operator/people/\(mail.recipient)")),
                    .text(mail.outcome.map { texts("operator.mailEvent.\($0.rawValue)") } ?? "–"),
                    .stamp(formats.stamp(mail.createdAt)),
                ]
            })
    }

    private static func kind(_ kind: LetterKind, _ texts: Texts) -> String {
        texts.known("operator.letter.\(kind.rawValue)") ?? kind.rawValue
    }

    private static func badge(_ state: MailDelivery.State) -> String {
        switch state {
        case .sent: "ok"
        case .queued, .sending: "warn"
        case .failed: "bad"
        case .suppressed: "info"
        }
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let timeline = try await page.site.mails.timeline(of: try page.visit.id("mail"), for: caller)
        let mail = timeline.mail
        let person = try await page.site.accounts.person(mail.recipient)
        var detail = DeskDetail(part: .mails, title: MailDesk.kind(mail.kind, texts))
        detail.badge = (texts("operator.mailState.\(mail.state.rawValue)"), MailDesk.badge(mail.state))
        detail.facts = [
            (
                texts("operator.mails.to"), person.map { "\($0.name), \($0.email)" } ?? mail.recipient.text,
                "/operator/people/\(mail.recipient)"
            ), (texts("operator.mails.made"), formats.stamp(mail.createdAt), nil),
            (texts("operator.mails.tries"), formats.number(mail.tries), nil),
            (texts("operator.mails.resends"), formats.number(mail.resends), nil),
            (texts("operator.mails.fate"), mail.outcome.map { texts("operator.mailEvent.\($0.rawValue)") } ?? "–", nil),
        ]
        if let booking = BookingID(mail.subject) {
            let subjects = await SubjectWords([booking.text], on: page, for: caller)
            detail.facts.append(subjects.fact(texts("operator.payments.booking"), booking.text))
        }
        switch mail.state {
        case .sent, .failed, .suppressed:
            detail.ways = [(texts("operator.mails.resend"), "/operator/mails/\(mail.id)/resend", false)]
        case .queued, .sending:
            detail.about = texts("operator.mails.onItsWay", ["when": formats.stamp(mail.dueAt)])
        }
        detail.sections = [
            .init(
                id: "timeline", title: texts("operator.mails.timeline"),
                content: .steps(
                    timeline.entries.map { entry in
                        let what = texts.known("operator.mailEvent.\(entry.what)") ?? entry.what
                        let bad: Set = ["failed", "bounced", "blocked", "dropped", "complained", "suppressed"]
                        return .init(
                            what: entry.provider.map { "\(what) (\($0))" } ?? what, when: formats.stamp(entry.at),
                            detail: entry.detail, isBad: bad.contains(entry.what))
                    }))
        ]
        detail.sections += try await LogPage.section(about: mail.id.text, on: page, for: caller)
        return try detail.show(on: page)
    }

    private func resendAct(_ page: PageVisit) async throws -> DeskAct {
        let caller = try page.requireOperator()
        let mail = try await page.site.mails.timeline(of: try page.visit.id("mail"), for: caller).mail
        let texts = page.texts
        return DeskAct(
            part: .mails, title: texts("operator.mails.resendTitle"), path: "/operator/mails/\(mail.id)/resend",
            back: "/operator/mails/\(mail.id)", consequences: [texts("operator.mails.resendAbout")],
            facts: [
                (texts("operator.mails.kind"), MailDesk.kind(mail.kind, texts), nil),
                (
                    texts("operator.mails.to"),
                    try await page.site.accounts.person(mail.recipient)?.email ?? mail.recipient.text, nil
                ),
            ], button: texts("operator.mails.resend"))
    }

    @Sendable func resend(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id: MailID = try page.visit.id("mail")
        return try await resendAct(page).carryOut(on: page, form, done: "resent") { reason, once in
            _ = try await page.site.mails.resend(id, reason: reason, for: caller, once: once)
        }
    }

    // MARK: Addresses that get no mails

    @Sendable func addresses(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let found = try await page.site.mails.suppressedAddresses(limit: Desk.rows, cursor: page.cursor, for: caller)
        return try DeskList(
            part: .mails, title: texts("operator.addresses.title"), about: texts("operator.addresses.about"),
            table: DeskTable(
                caption: texts("operator.addresses.title"),
                heads: [
                    texts("operator.people.email"), texts("operator.addresses.why"), texts("operator.addresses.words"),
                    texts("operator.cases.since"), texts("operator.addresses.do"),
                ],
                rows: found.items.map { one in
                    [
                        .text(one.address), .text(texts("operator.suppression.\(one.reason.rawValue)")),
                        .english(one.detail), .stamp(formats.stamp(one.suppressedAt)),
                        .link(
                            texts("operator.addresses.lift"),
                            page.path("/operator/addresses/lift?address=" + PercentCoding.encode(one.address))),
                    ]
                }),
            empty: texts("operator.addresses.none"), older: page.older(found.nextCursor)
        ).show(on: page)
    }

    private func liftAct(_ page: PageVisit, _ address: String) -> DeskAct {
        let texts = page.texts
        return DeskAct(
            part: .mails, title: texts("operator.addresses.liftTitle"), path: "/operator/addresses/lift",
            back: "/operator/addresses", consequences: [texts("operator.addresses.liftAbout")],
            facts: [(texts("operator.people.email"), address, nil)], button: texts("operator.addresses.lift"),
            hidden: [("address", address)])
    }

    @Sendable func lift(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let address = String(form["address"].prefix(320))
        return try await liftAct(page, address).carryOut(on: page, form, done: "lifted") { reason, once in
            _ = try await page.site.mails.lift(address, reason: reason, for: caller, once: once)
        }
    }
}

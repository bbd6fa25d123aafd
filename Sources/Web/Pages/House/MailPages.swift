import Core
import Hummingbird

/// The demo's mailbox: everyone's mails, for everyone to read. Only there where the demo is on.
struct MailPages {
    func add(to routes: inout Routes) {
        routes.page("/mail", list)
        routes.page("/mail/{id}", mail)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let mails = try await page.site.mail?.list() ?? []
        var head = Head(page.texts("mail.title"))
        head.isWide = true
        return try page.show(
            "mails", head,
            [
                "hasMails": !mails.isEmpty,
                "mails": mails.map { mail in
                    [
                        "date": page.formats.stamp(mail.sentAt), "to": mail.to, "subject": mail.subject,
                        "href": page.path("/mail/" + PercentCoding.encode(mail.id)),
                    ] as View
                },
            ])
    }

    @Sendable func mail(_ page: PageVisit) async throws -> Response {
        // Also where the reader looks at files: no name that could lead out of its folder gets there.
        guard let id = page.visit.context.parameters.get("id"), id.utf8.count <= 128,
            id.utf8.allSatisfy({
                $0 == 0x5F || $0 == 0x2D || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
            }),
            let mail = try await page.site.mail?.read(id)
        else { throw Problem.notFound("mail") }
        return try page.show(
            "mail", Head(mail.summary.subject),
            [
                "subject": mail.summary.subject, "to": mail.summary.to,
                "date": page.formats.stamp(mail.summary.sentAt), "text": mail.text,
            ])
    }
}

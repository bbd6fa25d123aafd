import Core
import Hummingbird

/// The demo's mailbox: everyone's mails, for everyone to read. Only there where the demo is on.
struct MailPages {
    func add(to routes: inout Routes) {
        routes.get("/mail", list)
        routes.get("/mail/{id}", mail)
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let mails = try await visit.site.mail?.list() ?? []
        let rows = mails.map { mail -> HTML in
            """
            <tr><td>\(mail.date)</td><td>\(mail.to)</td>
            <td><a href="/mail/\(PercentCoding.encode(mail.id))">\(mail.subject)</a></td></tr>
            """
        }
        return .page(
            Frame.html(
                "Mails of this demo",
                """
                <h1>Mails of this demo</h1>
                \(mails.isEmpty ? "<p>None yet.</p>" : "")
                <table><tbody>
                \(HTML(rows))
                </tbody></table>
                """))
    }

    @Sendable func mail(_ visit: Visit) async throws -> Response {
        // Also where the reader looks at files: no name that could lead out of its folder gets there.
        guard let id = visit.context.parameters.get("id"), id.utf8.count <= 128,
            id.utf8.allSatisfy({
                $0 == 0x5F || $0 == 0x2D || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
            }),
            let mail = try await visit.site.mail?.read(id)
        else { throw Problem.notFound("mail") }
        return .page(
            Frame.html(
                mail.summary.subject,
                """
                <h1>\(mail.summary.subject)</h1>
                <p>To \(mail.summary.to), \(mail.summary.date)</p>
                <pre class="mail">\(mail.text)</pre>
                <p><a href="/mail">All mails</a></p>
                """))
    }
}

import Core
import Hummingbird
import NotificationService

/// What an operator asks about mails, and does about them.
struct MailRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/operator/mails", mails)
        routes.get("/api/v1/operator/mails/{id}", mail)
        routes.post("/api/v1/operator/mails/{id}/resend", resend)
        routes.get("/api/v1/operator/suppressed-addresses", suppressed)
        routes.post("/api/v1/operator/suppressed-addresses/lift", lift)
    }

    @Sendable func mails(_ visit: Visit) async throws -> Response {
        let caller = try await requireOperator(visit)
        var query = try visit.query
        var filter = MailFilter()
        filter.state = query.choice("state")
        filter.outcome = query.choice("delivery")
        filter.kind = query.choice("kind")
        filter.recipient = query.parsed("recipientId", "must be the id of a person") { UserID($0) }
        filter.subject = query.parsed("subject", "must be the id of a booking or a person") {
            BookingID($0)?.text ?? UserID($0)?.text
        }
        let (limit, cursor) = (query.limit(), query.cursor())
        try query.check()
        let page = try await visit.site.mails.mails(filter, limit: limit, cursor: cursor, for: caller)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    @Sendable func mail(_ visit: Visit) async throws -> Response {
        let caller = try await requireOperator(visit)
        let timeline = try await visit.site.mails.timeline(of: try visit.id("mail"), for: caller)
        try visit.refuseQuery()
        return .json { $0.value(timeline) }
    }

    @Sendable func resend(_ visit: Visit) async throws -> Response {
        let caller = try await requireOperator(visit)
        let id: MailID = try visit.id("mail")
        let sent = try await visit.read(for: caller, by: visit.site.mails, whenEmpty: "") { fields in
            fields.optional("reason", .text(1...OperatorAct.longestReason, lines: true)) ?? ""
        }
        let mail = try await visit.site.mails.resend(id, reason: sent.body, for: caller, once: sent.once)
        return .json { $0.value(mail) }
    }

    @Sendable func suppressed(_ visit: Visit) async throws -> Response {
        let caller = try await requireOperator(visit)
        var query = try visit.query
        let (limit, cursor) = (query.limit(), query.cursor())
        try query.check()
        let page = try await visit.site.mails.suppressedAddresses(limit: limit, cursor: cursor, for: caller)
        return .list(page.items, nextCursor: page.nextCursor) { $0.value($1) }
    }

    private struct Lifting: Sendable {
        let address: String
        let reason: String
    }

    @Sendable func lift(_ visit: Visit) async throws -> Response {
        let caller = try await requireOperator(visit)
        let sent = try await visit.read(for: caller, by: visit.site.mails) { fields -> Lifting? in
            let address = fields.required(
                "address", .parsed("a mail address") { MailAddress(name: nil, address: $0)?.address })
            let reason = fields.optional("reason", .text(1...OperatorAct.longestReason, lines: true)) ?? ""
            return address.map { Lifting(address: $0, reason: reason) }
        }
        let lifted = try await visit.site.mails.lift(
            sent.body.address, reason: sent.body.reason, for: caller, once: sent.once)
        return .json { $0.value(lifted) }
    }

    private func requireOperator(_ visit: Visit) async throws -> Caller {
        let caller = try await visit.requireCaller()
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators may look after mails.") }
        return caller
    }
}

extension MailDelivery: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { members(of: &$0) }
    }

    fileprivate func members(of mail: inout JSONWriter) {
        mail.member("id", id)
        mail.member("kind", kind.rawValue)
        mail.member("recipientId", recipient)
        mail.member("subject", subject)
        mail.member("state", state.rawValue)
        mail.member("delivery", outcome?.rawValue)
        mail.member("tries", tries)
        mail.member("resends", resends)
        mail.member("dueAt", isOnItsWay ? dueAt : nil)
        mail.member("lastError", lastError)
        mail.member("createdAt", createdAt)
        mail.member("sentAt", sentAt)
    }

    private var isOnItsWay: Bool { state == .queued || state == .sending }
}

extension MailTimeline: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { timeline in
            mail.members(of: &timeline)
            timeline.list("timeline", entries) { json, entry in
                json.object { line in
                    line.member("at", entry.at)
                    line.member("what", entry.what)
                    line.member("provider", entry.provider)
                    line.member("detail", entry.detail)
                }
            }
        }
    }
}

extension SuppressedAddress: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { address in
            address.member("address", self.address)
            address.member("reason", reason.rawValue)
            address.member("detail", detail)
            address.member("provider", provider)
            address.member("mailId", mailId)
            address.member("suppressedAt", suppressedAt)
        }
    }
}

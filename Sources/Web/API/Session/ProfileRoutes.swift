import AuthService
import Core
import Hummingbird

/// What people change about their own account.
struct ProfileRoutes {
    func add(to routes: inout Routes) {
        routes.patch("/api/v1/me/profile", change)
        routes.put("/api/v1/me/password", changePassword)
        routes.get("/api/v1/me/sessions", sessions)
        routes.delete("/api/v1/me/sessions/{id}", end)
    }

    @Sendable func change(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let sent = try await visit.read(MeChangesBody.init)
        let person = try await visit.site.accounts.change(
            name: sent.name, language: sent.language?.code, for: caller)
        return .json { $0.value(person) }
    }

    @Sendable func changePassword(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let sent = try await visit.read(PasswordChangeBody.init)
        try await visit.site.accounts.changePassword(
            from: sent.current, to: sent.new, for: caller, keeping: visit.token, from: visit.clientAddress)
        return Response(status: .noContent)
    }

    @Sendable func sessions(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        var query = try visit.query
        let slice = Slice(&query)
        try query.check()
        let page = slice.page(of: try await visit.site.accounts.sessions(for: caller, token: visit.token))
        return .list(page.items, nextCursor: page.nextCursor) { json, session in
            json.object {
                $0.member("id", session.id)
                $0.member("createdAt", session.createdAt)
                $0.member("expiresAt", session.expiresAt)
                $0.member("isCurrent", session.isCurrent)
            }
        }
    }

    @Sendable func end(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        try await visit.site.accounts.endSession(try visit.id("session"), for: caller)
        return Response(status: .noContent)
    }
}

/// What to change about oneself.
struct MeChangesBody: Sendable {
    let name: String?
    let language: Language?

    init?(_ fields: inout Fields) {
        name = fields.optional("name", .text(1...100))
        let names = Language.allCases.map(\.rawValue).joined(separator: ", ")
        language = fields.optional("language", Shape<Language>.parsed("one of \(names)") { Language(rawValue: $0) })
    }
}

/// Another password, and the one there is.
struct PasswordChangeBody: Sendable {
    let current: String
    let new: String

    init?(_ fields: inout Fields) {
        let current = fields.required("currentPassword", .secret(0...1024))
        let new = fields.required("newPassword", .secret(8...256))
        guard let current, let new else { return nil }
        self.current = current
        self.new = new
    }
}

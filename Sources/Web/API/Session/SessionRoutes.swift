import AuthService
import Core
import HTTPTypes
import Hummingbird

/// Registering, signing in and out, and who one is.
struct SessionRoutes {
    func add(to routes: inout Routes) {
        routes.post("/api/v1/auth/register", register)
        routes.post("/api/v1/auth/login", logIn)
        routes.post("/api/v1/auth/logout", logOut)
        routes.get("/api/v1/me", me)
    }

    @Sendable func register(_ visit: Visit) async throws -> Response {
        let sent = try await visit.read(RegisterBody.init)
        let signedIn = try await visit.site.accounts.register(
            email: sent.email, password: sent.password, name: sent.name, from: visit.clientAddress)
        return answer(.created, signedIn, visit, headers: [.location: "/api/v1/me"])
    }

    @Sendable func logIn(_ visit: Visit) async throws -> Response {
        let sent = try await visit.read(LogInBody.init)
        let signedIn = try await visit.site.accounts.logIn(
            email: sent.email, password: sent.password, from: visit.clientAddress)
        return answer(.ok, signedIn, visit)
    }

    @Sendable func logOut(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        // A second time is 401, whatever the key: who asks is not known any more.
        _ = try visit.idempotencyKey(of: caller)
        _ = try await visit.read(whenEmpty: NoBody(), NoBody.init)
        if let token = visit.token { try await visit.site.accounts.logOut(token: token) }
        return Response(status: .noContent, headers: [.setCookie: visit.site.cookie.cleared])
    }

    @Sendable func me(_ visit: Visit) async throws -> Response {
        let person = try await visit.requirePerson()
        try visit.refuseQuery()
        return .json { $0.value(person) }
    }

    private func answer(
        _ status: HTTPResponse.Status, _ signedIn: SignedIn, _ visit: Visit, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.setCookie] = visit.site.cookie.set(signedIn, now: visit.site.world.now())
        return .json(status, headers: headers) { json in
            json.object { answer in
                answer.member("user", signedIn.person)
                answer.object("session") {
                    $0.member("token", signedIn.token)
                    $0.member("expiresAt", signedIn.expiresAt)
                }
            }
        }
    }
}

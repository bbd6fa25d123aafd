import AuthService
import Core
import HTTPTypes
import Hummingbird

/// Signing in and registering with a browser.
struct SignInPages {
    func add(to routes: inout Routes) {
        routes.get("/login") { visit in .page(logInPage(next: try next(visit), problem: nil)) }
        routes.post("/login", logIn)
        routes.get("/register") { visit in .page(registerPage(next: try next(visit), problem: nil)) }
        routes.post("/register", register)
    }

    @Sendable func logIn(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        do {
            let signedIn = try await visit.site.accounts.logIn(
                email: String(form["email"].prefix(254)), password: String(form["password"].prefix(1024)),
                from: visit.context.address)
            return welcome(signedIn, form, visit)
        } catch let problem as Problem {
            return again(problem, logInPage(next: local(form["next"]), problem: problem))
        }
    }

    @Sendable func register(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        do {
            let body = try check(form)
            let signedIn = try await visit.site.accounts.register(
                email: body.email, password: body.password, name: body.name, from: visit.context.address)
            return welcome(signedIn, form, visit)
        } catch let problem as Problem {
            return again(problem, registerPage(next: local(form["next"]), problem: problem))
        }
    }

    /// The same bounds as over the API.
    private func check(_ form: Form) throws(Problem) -> RegisterBody {
        var fields = Fields(["email", "password", "name"].map { ($0, .text(form[$0])) })
        let body = RegisterBody(&fields)
        if let problem = fields.complaints.problem { throw problem }
        guard let body else { throw .invalid("email", "invalid", "Fill in every field.") }
        return body
    }

    private func welcome(_ signedIn: SignedIn, _ form: Form, _ visit: Visit) -> Response {
        .seeOther(
            local(form["next"]), headers: [.setCookie: visit.site.cookie.set(signedIn, now: visit.site.world.now())])
    }

    /// The page again with what was wrong, under the status of the refusal.
    private func again(_ problem: Problem, _ page: HTML) -> Response {
        var response = Response.page(page, status: problem.statusAndTitle.0)
        if let seconds = problem.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    private func next(_ visit: Visit) throws -> String {
        local(PercentCoding.pairs(visit.request.uri.query ?? "")?.first { $0.name == "next" }?.value ?? "")
    }

    /// An address of ours to go on to; whatever leads elsewhere leads home.
    private func local(_ address: String) -> String {
        let isOurs =
            address.hasPrefix("/") && !address.hasPrefix("//") && address.utf8.count <= 512
            && address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return isOurs ? address : "/"
    }

    private func logInPage(next: String, problem: Problem?) -> HTML {
        Frame.html(
            "Sign in",
            """
            <h1>Sign in</h1>
            \(notice(problem))
            <form method="post" action="/login">
            <input type="hidden" name="next" value="\(next)">
            <label>Email <input name="email" type="email" autocomplete="username" required maxlength="254"></label>
            <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
            <button>Sign in</button>
            </form>
            <p>New here? <a href="/register?next=\(PercentCoding.encode(next))">Register</a></p>
            """)
    }

    private func registerPage(next: String, problem: Problem?) -> HTML {
        Frame.html(
            "Register",
            """
            <h1>Register</h1>
            \(notice(problem))
            <form method="post" action="/register">
            <input type="hidden" name="next" value="\(next)">
            <label>Name <input name="name" autocomplete="name" required maxlength="100"></label>
            <label>Email <input name="email" type="email" autocomplete="username" required maxlength="254"></label>
            <label>Password <input name="password" type="password" autocomplete="new-password" required minlength="8"
            maxlength="256"></label>
            <button>Register</button>
            </form>
            <p>Have an account? <a href="/login?next=\(PercentCoding.encode(next))">Sign in</a></p>
            """)
    }

    private func notice(_ problem: Problem?) -> HTML {
        guard let problem else { return "" }
        return "<p class=\"notice\" role=\"alert\">\(problem.detail)</p>"
    }
}

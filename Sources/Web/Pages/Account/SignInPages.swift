import AuthService
import Core
import HTTPTypes
import Hummingbird

/// Signing in, registering and signing out with a browser.
struct SignInPages {
    func add(to routes: inout Routes) {
        routes.page("/login") { try logInPage($0, Form([]), next: next($0.parameters)) }
        routes.form("/login", logIn)
        routes.page("/register") { try registerPage($0, Form([]), next: next($0.parameters)) }
        routes.form("/register", register)
        routes.form("/logout", back: "/", logOut)
    }

    @Sendable func logIn(_ page: PageVisit, _ form: Form) async throws -> Response {
        do {
            let signedIn = try await page.site.accounts.logIn(
                email: String(form["email"].prefix(254)), password: String(form["password"].prefix(1024)),
                from: page.visit.clientAddress)
            return try await welcome(signedIn, form, page)
        } catch let problem as Problem {
            return try logInPage(page, form, next: next(form), FormProblems(problem, page.texts))
        }
    }

    @Sendable func register(_ page: PageVisit, _ form: Form) async throws -> Response {
        do {
            // The service looks at every field and tells of each; nothing of ours is longer than this.
            let signedIn = try await page.site.accounts.register(
                email: String(form["email"].prefix(1000)), password: String(form["password"].prefix(1024)),
                name: String(form["name"].prefix(1000)),
                language: page.language == .english ? nil : page.language.code, from: page.visit.clientAddress)
            return try await welcome(signedIn, form, page)
        } catch let problem as Problem {
            return try registerPage(page, form, next: next(form), FormProblems(problem, page.texts))
        }
    }

    @Sendable func logOut(_ page: PageVisit, _ form: Form) async throws -> Response {
        if let token = page.visit.token { try await page.site.accounts.logOut(token: token) }
        return page.goTo("/", headers: [.setCookie: page.site.cookie.cleared])
    }

    /// On to where they wanted to go, in the language they chose; who has chosen none, and signs in on a page that is not
    /// English, has chosen now.
    private func welcome(_ signedIn: SignedIn, _ form: Form, _ page: PageVisit) async throws -> Response {
        var language = signedIn.person.language.flatMap { Language(rawValue: $0) }
        if language == nil, page.language != .english {
            _ = try await page.site.accounts.change(
                name: nil, language: page.language.code, for: signedIn.person.caller)
            language = page.language
        }
        let next = next(form)
        let plain = Language.split(next)?.path ?? next
        return .seeOther(
            (language ?? page.language).path(plain),
            headers: [.setCookie: page.site.cookie.set(signedIn, now: page.site.world.now())])
    }

    /// Where to go on to; whatever leads elsewhere leads home.
    private func next(_ form: Form) -> String {
        let address = form["next"]
        let isOurs =
            address.hasPrefix("/") && !address.hasPrefix("//") && address.utf8.count <= 512
            && address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return isOurs ? address : "/"
    }

    // MARK: The pages

    private func logInPage(
        _ page: PageVisit, _ form: Form, next: String, _ problems: FormProblems? = nil
    ) throws -> Response {
        let texts = page.texts
        var email = Field("email", texts("account.email"))
        email.type = "email"
        email.value = form["email"]
        email.autocomplete = "username"
        email.longest = 254
        email.error = problems?["email"]
        var password = Field("password", texts("account.password"))
        password.type = "password"
        password.autocomplete = "current-password"
        password.error = problems?["password"]
        var view = common(page, next)
        view["fieldsHTML"] = HTML([email, password], texts)
        if next.contains("/book?") {
            // On the way to a stay one page is enough, whether they have an account or not.
            let fields = SignInPages.registerFields(texts, Form([]), nil).map { field in
                var field = field
                field.idPrefix = "new-"
                return field
            }
            view["onTheWay"] = ["registerFieldsHTML": HTML(fields, texts)] as View
        }
        view["demo"] = page.site.settings.demoSignIns.map { person in
            ["role": texts("demo.\(person.role)"), "email": person.email, "password": person.password] as View
        }
        return try page.show(
            "login", Head(texts("account.signIn")), view, problems: problems?.naming([email, password]),
            status: problems?.status ?? .ok,
            headers: problems?.headers ?? [:])
    }

    private func registerPage(
        _ page: PageVisit, _ form: Form, next: String, _ problems: FormProblems? = nil
    ) throws -> Response {
        var view = common(page, next)
        let fields = SignInPages.registerFields(page.texts, form, problems)
        view["fieldsHTML"] = HTML(fields, page.texts)
        return try page.show(
            "register", Head(page.texts("account.register")), view, problems: problems?.naming(fields),
            status: problems?.status ?? .ok,
            headers: problems?.headers ?? [:])
    }

    static func registerFields(_ texts: Texts, _ form: Form, _ problems: FormProblems?) -> [Field] {
        var name = Field("name", texts("account.name"))
        name.autocomplete = "name"
        name.longest = 100
        var email = Field("email", texts("account.email"))
        email.type = "email"
        email.autocomplete = "username"
        email.longest = 254
        var password = Field("password", texts("account.password"))
        password.type = "password"
        password.autocomplete = "new-password"
        password.shortest = 8
        password.longest = 256
        password.hint = texts("account.passwordHint")
        return [name, email, password].map { field in
            var field = field
            if field.type != "password" { field.value = form[field.name] }
            field.error = problems?[field.name]
            return field
        }
    }

    private func common(_ page: PageVisit, _ next: String) -> View {
        let query = next == "/" ? "" : "?next=" + PercentCoding.encode(next)
        return [
            "next": next, "logInHref": page.path("/login") + query, "registerHref": page.path("/register") + query,
        ]
    }
}

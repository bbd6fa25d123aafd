import AuthService
import Core
import HTTPTypes
import Hummingbird

/// One's own account: name, language, password, and where one is signed in. Each part saves on its own.
struct AccountPages {
    func add(to routes: inout Routes) {
        routes.page("/account") { page in try await show(page) }
        routes.form("/account/profile", back: "/account", profile)
        routes.form("/account/password", back: "/account", password)
        routes.form("/account/sessions", back: "/account", endSession)
    }

    @Sendable func profile(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        do {
            guard let language = Language(rawValue: form["language"]) else {
                throw Problem.invalid("language", "invalid", "Choose one of the languages.")
            }
            _ = try await page.site.accounts.change(name: form["name"], language: language.code, for: caller)
            // From here on in the language they chose.
            return .seeOther(language.path("/account?saved=profile"))
        } catch let problem as Problem where problem.code == .validationFailed {
            return try await show(page, form, FormProblems(problem, page.texts))
        }
    }

    @Sendable func password(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        do {
            try await page.site.accounts.changePassword(
                from: String(form["currentPassword"].prefix(1024)), to: String(form["newPassword"].prefix(1024)),
                for: caller, keeping: page.visit.token, from: page.visit.clientAddress)
            return page.goTo("/account?saved=password")
        } catch let problem as Problem where [.validationFailed, .rateLimited, .unavailable].contains(problem.code) {
            return try await show(page, form, FormProblems(problem, page.texts))
        }
    }

    @Sendable func endSession(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        guard let id = SessionID(form["session"]) else { throw Problem.notFound("session") }
        try await page.site.accounts.endSession(id, for: caller)
        return page.goTo("/account?saved=session")
    }

    private func show(_ page: PageVisit, _ form: Form = Form([]), _ problems: FormProblems? = nil) async throws
        -> Response
    {
        let person = try page.requirePerson()
        let texts = page.texts
        let sessions = try await page.site.accounts.sessions(for: person.caller, token: page.visit.token)
        let saved = page.parameters["saved"]
        let chosen = person.language ?? page.language.code
        let (name, passwords) = (nameField(person, form, problems, texts), passwordFields(problems, texts))
        let language = Field("language", texts("nav.language"))
        var view: View = [
            "email": person.email, "profileFieldsHTML": name.html(texts),
            "passwordFieldsHTML": HTML(passwords, texts),
            "choices": Language.allCases.map {
                ["code": $0.code, "name": $0.name, "isChosen": $0.code == chosen] as View
            },
            "sessions": sessions.prefix(50).map { session in
                [
                    "id": session.id.text, "isCurrent": session.isCurrent,
                    "since": texts("account.since", ["day": page.formats.dayWithYear(session.createdAt.utcDay)]),
                    "until": texts("account.sessionUntil", ["day": page.formats.dayWithYear(session.expiresAt.utcDay)]),
                ] as View
            },
        ]
        if problems == nil, ["profile", "password", "session"].contains(saved) {
            view["saved"] = texts("account.saved.\(saved)")
        }
        return try page.show(
            "account", Head(texts("account.title")), view, problems: problems?.naming([name, language] + passwords),
            status: problems?.status ?? .ok,
            headers: problems?.headers ?? [:])
    }

    private func nameField(_ person: Person, _ form: Form, _ problems: FormProblems?, _ texts: Texts) -> Field {
        var name = Field("name", texts("account.name"))
        name.autocomplete = "name"
        name.longest = 100
        name.value = form.has("name") ? form["name"] : person.name
        name.error = problems?["name"]
        return name
    }

    private func passwordFields(_ problems: FormProblems?, _ texts: Texts) -> [Field] {
        var current = Field("currentPassword", texts("account.currentPassword"))
        current.type = "password"
        current.autocomplete = "current-password"
        current.error = problems?["currentPassword"]
        var new = Field("newPassword", texts("account.newPassword"))
        new.type = "password"
        new.autocomplete = "new-password"
        new.hint = texts("account.passwordHint")
        new.shortest = 8
        new.longest = 256
        new.error = problems?["newPassword"]
        return [current, new]
    }
}

import AuthService
import Core
import HTTPTypes
import Hummingbird

/// Someone at a page: who they are, and the language it speaks with them.
struct PageVisit: Sendable {
    let visit: Visit
    let person: Person?
    let texts: Texts
    let formats: Formats
    /// What the tokens of forms are bound to (`FormToken`).
    let browser: Browser

    var site: Site { visit.site }
    var request: Request { visit.request }
    var language: Language { texts.language }
    var caller: Caller? { person?.caller }

    init(_ visit: Visit) async throws {
        self.visit = visit
        person = try await visit.person()
        texts = visit.site.pages.texts(visit.context.language)
        formats = visit.site.pages.formats(visit.context.language)
        browser = Browser(visit)
    }

    /// For pages about refusals, which are shown whatever else does not work.
    init(_ visit: Visit, person: Person?) {
        self.visit = visit
        self.person = person
        texts = visit.site.pages.texts(visit.context.language)
        formats = visit.site.pages.formats(visit.context.language)
        browser = Browser(visit)
    }

    /// - Throws: `Problem` `unauthenticated`, which becomes the way to the sign-in page and back.
    func requirePerson() throws(Problem) -> Person {
        guard let person else { throw Problem(.unauthenticated, "Sign in first.") }
        return person
    }

    func requireCaller() throws(Problem) -> Caller { try requirePerson().caller }

    /// An address of ours in the language of this page.
    func path(_ plain: String) -> String { language.path(plain) }

    /// On to a page of ours, in the language of this one.
    func goTo(_ plain: String, headers: HTTPFields = [:]) -> Response { .seeOther(path(plain), headers: headers) }

    /// The parameters of the address, the first of each name. A page forgives what it does not know.
    var parameters: Form { Form(PercentCoding.pairs(request.uri.query ?? "") ?? []) }

    /// The plain address that was asked for, with its parameters.
    var address: String { request.uri.path + (request.uri.query.map { "?" + $0 } ?? "") }
}

extension Routes {
    /// A page to read. Where it needs someone signed in and nobody is, the way leads over the sign-in page.
    mutating func page(_ path: String, _ handle: @escaping @Sendable (PageVisit) async throws -> Response) {
        get(path) { visit in
            let page = try await PageVisit(visit)
            do {
                return try await handle(page)
            } catch let problem as Problem where problem.code == .unauthenticated {
                return page.signIn(next: page.address)
            }
        }
    }

    /// What a form of ours sends.
    /// - Parameters:
    ///   - back: the page that the form stands on, as a path with the parameters of `path`; nothing where it has the same
    ///     address (`FormPages`).
    ///   - limit: how many bytes it may have.
    mutating func form(
        _ path: String, back: String? = nil, upTo limit: Int = BodyLimit.form,
        _ handle: @escaping @Sendable (PageVisit, Form) async throws -> Response
    ) {
        post(path, back: back ?? path) { visit in
            let page = try await PageVisit(visit)
            let form = try await visit.form(upTo: limit)
            try page.requireToken(of: form)
            do {
                return try await handle(page, form)
            } catch let problem as Problem where problem.code == .unauthenticated {
                return page.signIn(next: page.addressToReturnTo)
            }
        }
    }
}

extension PageVisit {
    /// To the sign-in page, and from there to `next`, a plain address.
    func signIn(next: String) -> Response {
        goTo("/login?next=" + PercentCoding.encode(path(next)))
    }
}

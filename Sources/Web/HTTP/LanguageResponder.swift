import Core
import Hummingbird
import NIOCore

/// Takes the language off the front of a path, before any route is looked for: `/de/search` is `/search`, in German.
struct LanguageResponder<Base: HTTPResponder>: HTTPResponder where Base.Context == WebContext {
    let base: Base

    func respond(to request: Request, context: WebContext) async throws -> Response {
        guard let path = request.head.path, let (language, _) = Language.split(request.uri.path) else {
            return try await base.respond(to: request, context: context)
        }
        let rest = String(path.dropFirst(1 + language.code.utf8.count))
        let plain = rest.hasPrefix("/") ? rest : "/" + rest
        // Only pages have languages: `/de/api/v1/me` is nothing.
        guard PagePath.isPage(plain.prefix { $0 != "?" }.description) else {
            return try await base.respond(to: request, context: context)
        }
        var head = request.head
        head.path = plain
        var context = context
        context.language = language
        return try await base.respond(to: Request(head: head, body: request.body), context: context)
    }
}

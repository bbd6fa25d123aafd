import AuthService
import Core
import HTTPTypes
import Hummingbird
import Logging

/// The same refusals for a person with a browser.
struct ProblemPages: Sendable {
    let site: Site

    /// A page that says what is the matter and where to go, under the header that all pages have.
    func answer(_ problem: Problem, _ request: Request, _ context: WebContext) async -> Response {
        let visit = Visit(request: request, context: context, site: site)
        // Where the databases do not answer, the page does.
        let asksNobody = problem.code == .internal || problem.code == .unavailable
        let person = asksNobody ? nil : try? await visit.person()
        let page = PageVisit(visit, person: person)
        do {
            return try ProblemPages.show(ProblemKind(problem), problem, on: page)
        } catch {
            context.logger.error("no page for a refusal", metadata: ["error": "\(error)"])
            return problem.response
        }
    }

    static func show(_ kind: ProblemKind, _ problem: Problem, on page: PageVisit) throws -> Response {
        let texts = page.texts
        let title = texts("error.\(kind.rawValue).title")
        var view: View = ["heading": title, "text": texts("error.\(kind.rawValue).text"), "status": kind.status.code]
        if let seconds = problem.retryAfterSeconds, kind == .rateLimited {
            view["wait"] = texts.count("error.wait", max(1, (seconds + 59) / 60))
        }
        // What the service says about this very case; the number by which a fault is found.
        switch kind {
        case .fault: view["reference"] = page.visit.context.id
        case .notFound, .unavailable, .rateLimited, .gone, .signIn, .oldForm: break
        default: view["detail"] = texts.message(of: problem)
        }
        var headers = problem.response.headers
        headers[.contentType] = nil
        headers[.contentLength] = nil
        var response = try page.show("problem", Head(title), view, status: kind.status, headers: headers)
        response.headers[.vary] = "Accept, Accept-Encoding, Accept-Language"
        return response
    }
}

/// The pages for refusals; the raw value is the part of the catalogue.
enum ProblemKind: String, CaseIterable {
    case badRequest, signIn, forbidden, oldForm, notFound, gone, method, conflict, tooLarge, invalid, rateLimited,
        fault, unavailable

    init(_ problem: Problem) {
        // Who sends a form that is not of our page need not be signed in, and may well be its owner.
        guard problem != FormToken.refusal, problem != OriginCheck.refusal else {
            self = .oldForm
            return
        }
        self =
            switch problem.code {
            case .malformedRequest, .unsupportedMediaType: .badRequest
            case .unauthenticated: .signIn
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .method
            case .nightsUnavailable, .holdExpired, .stateConflict, .idempotencyKeyInUse: .conflict
            case .payloadTooLarge: .tooLarge
            case .validationFailed, .idempotencyKeyReused: .invalid
            case .rateLimited: .rateLimited
            case .internal: .fault
            case .providerUnavailable, .unavailable: .unavailable
            }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .signIn: .unauthorized
        case .forbidden, .oldForm: .forbidden
        case .notFound: .notFound
        case .gone: .gone
        case .method: .methodNotAllowed
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .invalid: .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .fault: .internalServerError
        case .unavailable: .serviceUnavailable
        }
    }
}

extension Request {
    /// Whether a person reads the answer: the address is one of the pages, and the browser asks for a page.
    var wantsPage: Bool { headers[.accept].map(Accepted.prefersPage) == true && PagePath.isPage(uri.path) }
}

/// Which addresses are pages.
enum PagePath {
    static func isPage(_ path: String) -> Bool {
        let first = path.split(separator: "/", maxSplits: 1).first ?? ""
        return !["api", "webhooks", "assets", "drawings", "healthz", "readyz", "metrics"].contains(first)
    }
}

import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// The last step of every answer that is a "no": whatever was thrown leaves as `application/problem+json`, or as a page
/// where a browser asked for one; also the router's own 404 and 405.
struct ProblemAnswers: RouterMiddleware {
    let allowed: AllowedMethods
    let pages: ProblemPages

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return await answer(problem, request, context)
        } catch let trouble as any Trouble {
            return await answer(to: trouble, request, context)
        } catch let error as any HTTPResponseError {
            return await answer(to: error, request, context)
        } catch let error as HTTPParserError {
            throw error  // the connection is past saving: `ConnectionGuard` answers 400 and it ends
        } catch is CancellationError {
            return await answer(
                Problem(.unavailable, "The server is stopping. Ask again in a moment."), request, context)
        } catch {
            return await fault(error, request, context)
        }
    }

    private func answer(_ problem: Problem, _ request: Request, _ context: WebContext) async -> Response {
        request.wantsPage ? await pages.answer(problem, request, context) : problem.response
    }

    private func answer(to trouble: any Trouble, _ request: Request, _ context: WebContext) async -> Response {
        guard let seconds = trouble.retryAfterSeconds else { return await fault(trouble, request, context) }
        context.logger.warning("not available", metadata: ["error": "\(trouble)"])
        let problem = Problem(
            .unavailable,
            "The server cannot answer just now. Ask again, with the same Idempotency-Key if you sent one.",
            retryAfterSeconds: seconds)
        return await answer(problem, request, context)
    }

    /// What the router and Hummingbird themselves refuse.
    private func answer(to error: any HTTPResponseError, _ request: Request, _ context: WebContext) async -> Response {
        switch error.status {
        case .notFound:
            guard let methods = allowed.methods(of: request.uri.path) else {
                return await answer(Problem(.notFound, "There is nothing at this address."), request, context)
            }
            var response = await answer(
                Problem(.methodNotAllowed, "Here only \(methods) can be asked."), request, context)
            response.headers[.allow] = methods
            return response
        case .contentTooLarge:
            return await answer(Problem(.payloadTooLarge, "The body is too large."), request, context)
        case .badRequest:
            return await answer(Problem(.malformedRequest, "The request cannot be read."), request, context)
        default: return await fault(error, request, context)
        }
    }

    /// A fault of ours: the log has the cause, the answer only the number to find it by.
    private func fault(_ error: any Error, _ request: Request, _ context: WebContext) async -> Response {
        context.logger.error("failed", metadata: ["error": "\(error)", "type": "\(type(of: error))"])
        let problem = Problem(
            .internal, "Something went wrong on our side. Tell the operator this number: \(context.id).")
        return await answer(problem, request, context)
    }
}

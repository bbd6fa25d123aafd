import HTTPTypes
import Hummingbird
import Logging

/// Counts and times every request, and logs it by its route: addresses with ids and tokens in them, names and bodies never
/// reach the log.
///
/// What changed something is logged at `info`, what we could not do at `error`, mere reading at `debug`.
struct Journal: RouterMiddleware {
    let meters: Meters

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        // How long an answer took decides nothing, so it is measured with the machine's clock and not with `World`.
        let start = ContinuousClock.now
        meters.began()
        do {
            let response = try await next(request, context)
            record(request, context, response.status.code, ContinuousClock.now - start)
            return response
        } catch {
            record(request, context, 400, ContinuousClock.now - start)
            throw error
        }
    }

    private func record(_ request: Request, _ context: WebContext, _ status: Int, _ duration: Duration) {
        let route = context.endpointPath ?? Meters.noRoute
        meters.ended(request.method, route, status: status, duration)
        let level: Logger.Level =
            switch request.method {
            case _ where status >= 500: .error
            case .get, .head: .debug
            default: .info
            }
        context.logger.log(
            level: level, "answered",
            metadata: [
                "method": "\(request.method.rawValue.prefix(16))", "route": "\(route)", "status": "\(status)",
                "milliseconds": "\(duration.milliseconds)",
            ])
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    fileprivate var milliseconds: Double { (seconds * 100_000).rounded() / 100 }
}

import Core
import Hummingbird
import NotificationService

/// Where providers tell us what happened. One that is not configured is not found.
struct WebhookRoutes {
    private static let paymentProviders = ["stripe", "paypal"]
    private static let mailProviders = ["sendgrid", "mailgun"]

    func add(to routes: inout Routes) {
        for provider in WebhookRoutes.paymentProviders {
            routes.post("/webhooks/\(provider)") { _ in
                throw Problem(.notFound, "The provider \(provider) is not configured here.")
            }
        }
        for provider in WebhookRoutes.mailProviders {
            routes.post("/webhooks/\(provider)") { try await mail($0, provider) }
        }
    }

    /// Stored as it came before the answer; what it says is applied in the background.
    private func mail(_ visit: Visit, _ provider: String) async throws -> Response {
        let mails = visit.site.mails
        guard mails.takesWebhooks(of: provider) else {
            throw Problem(.notFound, "The provider \(provider) is not configured here.")
        }
        let body = try await visit.bytes(upTo: BodyLimit.webhook)
        try await mails.receive(
            MailPost(
                provider: provider, signature: visit.request.headers[.sendGridSignature],
                timestamp: visit.request.headers[.sendGridTimestamp], body: body))
        return .json { json in json.object { $0.member("status", "stored") } }
    }
}

import Core
import HTTPTypes
import Hummingbird
import PaymentService

/// Where providers tell us what happened. A provider that is not configured has no address here.
struct WebhookRoutes {
    static let payments = ["stripe", "paypal"]
    static let mails = ["sendgrid", "mailgun"]

    func add(to routes: inout Routes) {
        for provider in WebhookRoutes.payments {
            routes.post("/webhooks/\(provider)") { try await payment(provider, $0) }
        }
        for provider in WebhookRoutes.mails {
            routes.post("/webhooks/\(provider)") { _ in
                throw Problem(.notFound, "The provider \(provider) is not configured here.")
            }
        }
    }

    /// Verified over the raw bytes, stored, answered; what it is about is looked into afterwards.
    private func payment(_ provider: String, _ visit: Visit) async throws -> Response {
        guard visit.site.payments.providerNames.contains(provider) else {
            throw Problem(.notFound, "The provider \(provider) is not configured here.")
        }
        let body = try await visit.bytes(upTo: Payments.longestWebhook)
        let headers = visit.request.headers
        try await visit.site.payments.receive(
            WebhookDelivery(body: body) { name in HTTPField.Name(name).flatMap { headers[$0] } }, from: provider)
        return .json { json in
            json.object { $0.member("received", true) }
        }
    }
}

import Core
import Hummingbird

/// Where providers tell us what happened. None of them is configured yet, so each of these addresses is not found.
struct WebhookRoutes {
    static let providers = ["stripe", "paypal", "sendgrid", "mailgun"]

    func add(to routes: inout Routes) {
        for provider in WebhookRoutes.providers {
            routes.post("/webhooks/\(provider)") { _ in
                throw Problem(.notFound, "The provider \(provider) is not configured here.")
            }
        }
    }
}

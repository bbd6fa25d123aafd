import Core
import Foundation
import Outside
package import PaymentService

/// Which payment providers there are, and their keys.
package struct PaymentSettings: Sendable {
    /// In order of preference.
    package let names: [String]
    package let stripe: StripeSettings?
    package let paypal: PayPalSettings?

    /// - Throws: `ConfigurationError` for a provider that is named without its keys, or half its keys.
    init(_ reader: SettingReader) throws {
        stripe = try PaymentSettings.stripe(reader)
        paypal = try PaymentSettings.paypal(reader)
        names = try PaymentSettings.names(reader, hasStripe: stripe != nil, hasPayPal: paypal != nil)
    }

    private static func stripe(_ reader: SettingReader) throws -> StripeSettings? {
        let base = try reader.apiBase("ROOST_STRIPE_API_BASE", or: "https://api.stripe.com")
        // Two, separated by a comma, while one is being rolled.
        let hooks = (try reader.secret("ROOST_STRIPE_WEBHOOK_SECRET")?.value ?? "").split(separator: ",")
            .map { Secret(String($0)) }
        guard let key = try reader.secret("ROOST_STRIPE_SECRET_KEY") else {
            guard hooks.isEmpty else {
                throw ConfigurationError(
                    sentence: "ROOST_STRIPE_WEBHOOK_SECRET is set, but ROOST_STRIPE_SECRET_KEY is not")
            }
            return nil
        }
        let pace = try reader.whole(
            "ROOST_STRIPE_REQUESTS_PER_SECOND", or: StripeSettings.standardPerSecond, in: mostPerSecond)
        return StripeSettings(secretKey: key, webhookSecrets: hooks, base: base, perSecond: pace)
    }

    private static func paypal(_ reader: SettingReader) throws -> PayPalSettings? {
        let base = try reader.apiBase("ROOST_PAYPAL_API_BASE", or: "https://api-m.paypal.com")
        let id = try reader.secret("ROOST_PAYPAL_CLIENT_ID")
        let secret = try reader.secret("ROOST_PAYPAL_CLIENT_SECRET")
        let webhook = try reader.secret("ROOST_PAYPAL_WEBHOOK_ID")?.value
        switch (id, secret) {
        case (let id?, let secret?):
            let pace = try reader.whole(
                "ROOST_PAYPAL_REQUESTS_PER_SECOND", or: PayPalSettings.standardPerSecond, in: mostPerSecond)
            return PayPalSettings(
                clientId: id, clientSecret: secret, webhookId: webhook, base: base, perSecond: pace)
        case (nil, nil) where webhook == nil: return nil
        default:
            throw ConfigurationError(
                sentence:
                    "PayPal needs both ROOST_PAYPAL_CLIENT_ID and ROOST_PAYPAL_CLIENT_SECRET; one of them is not set")
        }
    }

    /// Far more than any account may ask.
    private static let mostPerSecond = 1...1000

    private static func names(_ reader: SettingReader, hasStripe: Bool, hasPayPal: Bool) throws -> [String] {
        let variable = "ROOST_PAYMENT_PROVIDERS"
        let keyed = (hasStripe ? ["stripe"] : []) + (hasPayPal ? ["paypal"] : [])
        let standard = keyed.isEmpty ? "test" : keyed.joined(separator: ",")
        let listed = reader.text(variable, or: standard).split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard !listed.isEmpty, Set(listed).count == listed.count else {
            throw ConfigurationError(variable, "payment providers, each once", listed.joined(separator: ","))
        }
        for name in listed {
            guard ["stripe", "paypal", "test"].contains(name) else {
                throw ConfigurationError(variable, "stripe, paypal or test", name)
            }
            if name == "stripe", !hasStripe {
                throw ConfigurationError(sentence: "\(variable) names stripe, but ROOST_STRIPE_SECRET_KEY is not set")
            }
            if name == "paypal", !hasPayPal {
                throw ConfigurationError(
                    sentence:
                        "\(variable) names paypal, but ROOST_PAYPAL_CLIENT_ID and ROOST_PAYPAL_CLIENT_SECRET are not set"
                )
            }
        }
        return listed
    }

    /// The providers, in order of preference.
    func providers(
        _ databases: Databases, world: World, baseURL: String, outside: Outside
    ) -> [any PaymentProvider] {
        names.compactMap { name in
            switch name {
            case "stripe":
                stripe.map {
                    StripeProvider($0, database: databases.payments, world: world, baseURL: baseURL, outside: outside)
                }
            case "paypal":
                paypal.map {
                    PayPalProvider($0, database: databases.payments, world: world, baseURL: baseURL, outside: outside)
                }
            default: TestProvider(database: databases.payments, world: world, baseURL: baseURL)
            }
        }
    }
}

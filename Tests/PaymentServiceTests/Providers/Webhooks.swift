import Core
import Crypto
import Foundation
import Storage
import TestSupport

@testable import PaymentService

extension Counter {
    /// An event as Stripe sends it, signed.
    func stripeEvent(
        _ id: String, _ type: String, _ object: JSON, live: Bool = false, secret: String = Counter.hookSecret,
        at time: Instant? = nil, more: String = ""
    ) -> WebhookDelivery {
        let event: JSON = [
            "id": .text(id), "object": "event", "type": .text(type), "livemode": .flag(live), "created": 1,
            "data": ["object": object],
        ]
        let body = event.bytes
        let seconds = (time ?? clock.now).milliseconds / 1000
        let signed = Array("\(seconds).".utf8) + body
        let mac = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Array(secret.utf8)))
        let hex = mac.map { String(format: "%02x", $0) }.joined()
        let header = "t=\(seconds),\(more)v1=\(hex),v0=00"
        return WebhookDelivery(body: body) { $0.lowercased() == "stripe-signature" ? header : nil }
    }

    func sessionEvent(_ id: String, of payment: PaymentID, live: Bool = false) -> WebhookDelivery {
        stripeEvent(
            id, "checkout.session.completed",
            ["id": "cs_1", "object": "checkout.session", "client_reference_id": .text(payment.text)], live: live)
    }

    /// An event as PayPal sends it; `isGenuine` is what PayPal says of it.
    func paypalEvent(
        _ id: String, _ type: String, _ kind: String, _ resource: JSON, isGenuine: Bool = true,
        headers: Set<String> = ["auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time"]
    ) -> WebhookDelivery {
        // Members in no order of ours and numbers as PayPal writes them: none of it survives being decoded and encoded.
        let raw =
            "{ \"id\":\"\(id)\",\"event_type\":\"\(type)\" , \"resource_type\":\"\(kind)\",\"resource\":{\"n\": 1.50,"
            + String(decoding: resource.bytes, as: UTF8.self).dropFirst() + "}"
        if isGenuine { paypal.change { $0.genuine.insert(raw) } }
        let values = [
            "auth-algo": "SHA256withRSA", "cert-url": "https://api.example.com/cert",
            "transmission-id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
            "transmission-sig": "lmI95Jx3Y9nhR5SJWlHVIWpg4AgFk7==",
            "transmission-time": "2027-07-01T12:00:00Z",
        ]
        return WebhookDelivery(body: Array(raw.utf8)) { name in
            let name = name.lowercased()
            guard name.hasPrefix("paypal-") else { return nil }
            let short = String(name.dropFirst("paypal-".count))
            return headers.contains(short) ? values[short] : nil
        }
    }

    func storedEvents() async throws -> Int {
        try await store.read { try $0.value("SELECT COUNT(*) FROM provider_event") ?? -1 }
    }
}

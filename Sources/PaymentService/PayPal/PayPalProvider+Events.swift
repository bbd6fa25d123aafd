import Core
import Foundation

/// Webhooks: PayPal itself says whether they are its own.
extension PayPalProvider {
    package func verify(_ delivery: WebhookDelivery) async -> WebhookVerdict {
        guard let webhookId = settings.webhookId else { return .notConfigured }
        guard let text = String(validating: delivery.body, as: UTF8.self),
            let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(text.utf8)), !envelope.id.isEmpty,
            envelope.id.utf8.count <= 255
        else { return .refused(.forged, why: "it is no event") }
        var values: [(name: String, value: String)] = []
        for (name, header) in PayPalProvider.signedHeaders {
            guard let value = delivery.header(header), !value.isEmpty, value.utf8.count <= 2048 else {
                return .refused(.forged, why: "it has no \(header)")
            }
            values.append((name, value))
        }
        values.append(("webhook_id", webhookId))
        guard let head = try? values.map({ "\"\($0.name)\":\(try PayPalProvider.json($0.value))" }) else {
            return .refused(.forged, why: "its headers can't be said in JSON")
        }
        // The raw body goes in as it came: decoding and encoding it again would change it, and it would not verify.
        let asked = Array("{\(head.joined(separator: ",")),\"webhook_event\":".utf8) + delivery.body + Array("}".utf8)
        switch await client.verify(asked) {
        case .done(let answer):
            let verdict: Verdict
            do throws(Misunderstood) {
                verdict = try answer.read(Verdict.self)
            } catch {
                return .unverified(why: await misunderstood(error, "verifying a webhook", nil))
            }
            guard verdict.verification_status == "SUCCESS" else {
                return .refused(.forged, why: "its signature is not PayPal's")
            }
            return .genuine(ProviderEvent(id: envelope.id, kind: envelope.event_type, body: text))
        // A malformed header makes the question malformed: whoever sent it is not PayPal.
        case .refused(let refusal) where refusal.status == 400 || refusal.status == 422:
            return .refused(.forged, why: "PayPal can't make sense of its signature")
        case .refused(let refusal): return .unverified(why: "\(refusal)")
        case .stuck: return .unverified(why: "it is in trouble")
        case .unknown(let why): return .unverified(why: why)
        }
    }

    package func hint(in event: ProviderEvent) async -> ProviderHint {
        let bytes = Data(event.body.utf8)
        if event.kind.hasPrefix("CUSTOMER.DISPUTE.") {
            do throws(Misunderstood) {
                return .dispute(try ReplyBody(bytes: Array(bytes)).read(DisputeBody.self).resource.facts())
            } catch {
                return .unknown(why: await misunderstood(error, "event \(event.id)", nil))
            }
        }
        guard let body = try? JSONDecoder().decode(EventBody.self, from: bytes), let resource = body.resource else {
            return .nothing
        }
        if event.kind == PayPalProvider.reversal, let id = resource.id {
            // Most often a dispute took it: that has events of its own, and the money went once.
            let moved = PayPalRefund(id: id, status: nil, amount: nil, custom_id: nil, links: resource.links)
            switch await disputes(until: world.now()) {
            case .success(let disputes):
                let took = disputes.filter { $0.state.tookMoney && ($0.capture == moved.capture || $0.capture == id) }
                if let found = took.first(where: { !$0.state.isDecided }) ?? took.first { return .dispute(found) }
                // What no dispute ever tells of is found by the daily comparison.
                return .unknown(why: "no dispute tells of it yet")
            case .failure(let why): return .unknown(why: why.words)
            }
        }
        switch body.resource_type ?? event.kind {
        case "refund":
            guard let id = resource.id else { return .nothing }
            let refund = PayPalRefund(id: id, status: nil, amount: nil, custom_id: nil, links: resource.links)
            return .refund(
                RefundFacts(
                    reference: id, id: resource.custom_id.flatMap { RefundID($0) }, capture: refund.capture,
                    amount: try? resource.amount?.money()))
        default:
            let custom = resource.custom_id ?? resource.purchase_units?.first?.custom_id
            if let payment = custom.flatMap({ PaymentID($0) }) { return .payment(payment) }
            return resource.id.map { .capture($0) } ?? .nothing
        }
    }

    /// A dispute can't be asked about here: what PayPal's own list of events says last is how it stands.
    package func dispute(_ reference: String) async -> ProviderHint {
        switch await disputes(until: world.now()) {
        case .success(let disputes): disputes.first { $0.reference == reference }.map { .dispute($0) } ?? .nothing
        case .failure(let why): .unknown(why: why.words)
        }
    }

    private static let signedHeaders = [
        ("auth_algo", "PAYPAL-AUTH-ALGO"), ("cert_url", "PAYPAL-CERT-URL"),
        ("transmission_id", "PAYPAL-TRANSMISSION-ID"), ("transmission_sig", "PAYPAL-TRANSMISSION-SIG"),
        ("transmission_time", "PAYPAL-TRANSMISSION-TIME"),
    ]

    private struct Envelope: Decodable {
        let id: String
        let event_type: String
    }

    private struct Verdict: Decodable { let verification_status: String }

    private struct DisputeBody: Decodable { let resource: PayPalDispute }

    private struct EventBody: Decodable {
        struct Resource: Decodable {
            let id: String?
            let custom_id: String?
            let amount: PayPalAmount?
            let purchase_units: [PayPalOrder.Unit]?
            let links: [PayPalLink]?
        }
        let resource_type: String?
        let resource: Resource?
    }
}

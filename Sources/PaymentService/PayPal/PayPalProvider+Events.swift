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
            guard verdict.verification_status == "SUCCESS" else { return .refused(.forged, why: "its signature is not PayPal's") }
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
        guard let body = try? JSONDecoder().decode(EventBody.self, from: Data(event.body.utf8)),
            let resource = body.resource
        else { return .nothing }
        if event.kind.hasPrefix("CUSTOMER.DISPUTE.") { return dispute(resource) }
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

    /// There is no way to ask about a dispute here; the event itself, verified, is all there is.
    private func dispute(_ resource: EventBody.Resource) -> ProviderHint {
        guard let reference = resource.dispute_id, let amount = try? resource.dispute_amount?.money(),
            let capture = resource.disputed_transactions?.first?.seller_transaction_id
        else { return .nothing }
        let state: DisputeFacts.State
        if resource.status == "RESOLVED" {
            let outcome = resource.dispute_outcome?.outcome_code ?? ""
            state = ["RESOLVED_BUYER_FAVOUR", "ACCEPTED"].contains(outcome) ? .lost : .won
        } else {
            state = resource.dispute_life_cycle_stage == "INQUIRY" ? .inquiry : .open
        }
        return .dispute(
            DisputeFacts(
                reference: reference, capture: capture, amount: amount, state: state,
                reason: resource.reason ?? "unknown"))
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

    private struct EventBody: Decodable {
        struct Resource: Decodable {
            struct Outcome: Decodable { let outcome_code: String? }
            struct Disputed: Decodable { let seller_transaction_id: String? }
            let id: String?
            let custom_id: String?
            let amount: PayPalAmount?
            let purchase_units: [PayPalOrder.Unit]?
            let links: [PayPalLink]?
            let dispute_id: String?
            let dispute_amount: PayPalAmount?
            let disputed_transactions: [Disputed]?
            let dispute_outcome: Outcome?
            let dispute_life_cycle_stage: String?
            let status: String?
            let reason: String?
        }
        let resource_type: String?
        let resource: Resource?
    }
}

import Core
import Foundation

/// Webhooks: verified here without asking anybody, then only a hint.
extension StripeProvider {
    package func verify(_ delivery: WebhookDelivery) async -> WebhookVerdict {
        guard !settings.webhookSecrets.isEmpty else { return .notConfigured }
        if let fault = StripeSignature.fault(
            in: delivery.header("Stripe-Signature"), body: delivery.body, secrets: settings.webhookSecrets,
            now: world.now())
        {
            return .refused(fault.refusal, why: fault.why)
        }
        guard let text = String(validating: delivery.body, as: UTF8.self),
            let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(text.utf8)), !envelope.id.isEmpty,
            envelope.id.utf8.count <= 255
        else { return .refused(.forged, why: "it is signed, but no event") }
        guard envelope.livemode == settings.isLive else {
            return .refused(.otherMode, why: "it is of the other mode: \(envelope.livemode ? "live" : "test")")
        }
        return .genuine(ProviderEvent(id: envelope.id, kind: envelope.type, body: text))
    }

    package func hint(in event: ProviderEvent) async -> ProviderHint {
        guard let object = try? JSONDecoder().decode(EventBody.self, from: Data(event.body.utf8)).data.object else {
            return .nothing
        }
        let payment = (object.metadata?["payment_id"] ?? object.client_reference_id).flatMap { PaymentID($0) }
        switch object.object {
        case "checkout.session": return payment.map { .payment($0) } ?? .nothing
        case "payment_intent": return payment.map { .payment($0) } ?? .capture(object.id)
        case "charge":
            // Its refunds have events of their own; the charge itself tells no more than that something happened.
            return payment.map { .payment($0) } ?? object.payment_intent.map { .capture($0.id) } ?? .nothing
        case "refund":
            let amount = object.amount.flatMap { units in object.currency.flatMap { StripeMoney.money(units, $0) } }
            return .refund(
                RefundFacts(
                    reference: object.id, id: (object.metadata?["refund_id"]).flatMap { RefundID($0) },
                    capture: object.payment_intent?.id, amount: amount))
        case "dispute": return await dispute(object.id)
        default: return .nothing
        }
    }

    /// A dispute as it stands now: events come in any order.
    package func dispute(_ reference: String) async -> ProviderHint {
        switch await client.get("/v1/disputes/\(reference)", [("expand[]", "charge")]) {
        case .done(let answer):
            do throws(Misunderstood) {
                return .dispute(try StripeProvider.facts(try answer.read(StripeDispute.self)))
            } catch {
                return .unknown(why: await misunderstood(error, "dispute \(reference)", nil))
            }
        case .refused(let refusal) where refusal.status == 404: return .nothing
        case .refused(let refusal): return .unknown(why: "\(refusal)")
        case .stuck: return .unknown(why: "it is in trouble")
        case .unknown(let why): return .unknown(why: why)
        }
    }

    static func facts(_ dispute: StripeDispute) throws(Misunderstood) -> DisputeFacts {
        let state: DisputeFacts.State
        switch dispute.status {
        case "warning_needs_response"?, "warning_under_review"?: state = .inquiry
        case "needs_response"?, "under_review"?: state = .open
        case "won"?, "warning_closed"?, "prevented"?: state = .won
        case "lost"?: state = .lost
        default: throw Misunderstood(why: "status is \(dispute.status ?? "missing")")
        }
        guard let units = dispute.amount, let currency = dispute.currency,
            let money = StripeMoney.money(units, currency), money.amount >= 0
        else { throw Misunderstood(why: "it has no amount") }
        guard let intent = dispute.payment_intent?.id ?? dispute.charge?.object?.payment_intent?.id else {
            throw Misunderstood(why: "it names no payment_intent")
        }
        return DisputeFacts(
            reference: dispute.id, capture: intent, amount: money, state: state, reason: dispute.reason ?? "unknown")
    }

    private struct Envelope: Decodable {
        let id: String
        let type: String
        let livemode: Bool
    }

    private struct EventBody: Decodable {
        struct Content: Decodable { let object: Object }
        struct Object: Decodable {
            let id: String
            let object: String
            let client_reference_id: String?
            let amount: Int64?
            let currency: String?
            let metadata: [String: String]?
            let payment_intent: StripeLink<StripeObject>?
        }
        let data: Content
    }
}

import Core

/// Refunds: made once, followed to their end.
extension StripeProvider {
    package func refund(_ request: RefundRequest, key: String) async -> RefundAnswer {
        guard let units = StripeMoney.units(request.amount) else {
            return .failed(why: "Stripe can't say \(request.amount)")
        }
        let body = FormBody.text([
            ("payment_intent", request.capture), ("amount", "\(units)"),
            ("metadata[refund_id]", request.refundId.text), ("metadata[payment_id]", request.paymentId.text),
        ])
        do {
            guard var entry = try await requests.begin(key, body) else { return .unknown(why: "it was not begun") }
            if isOld(entry) {
                if let known = await findRefund(request) { return known }
                entry = try await requests.again(key, after: entry)
            }
            switch await client.post("/v1/refunds", entry.body, key: entry.key) {
            case .done(let answer):
                return await understand(answer, "a refund of \(request.paymentId)", request.paymentId)
            case .refused(let refusal):
                // Also "already refunded", which may be ours: its own list decides.
                return await findRefund(request) ?? .failed(why: "\(refusal)")
            case .stuck:
                if let known = await findRefund(request) { return known }
                _ = try await requests.again(key, after: entry)
                return .unknown(why: "it failed under its key, and goes on with the next")
            case .unknown(let why): return .unknown(why: why)
            }
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    package func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer {
        switch await client.get("/v1/refunds/\(refund.refund)") {
        case .done(let answer): await understand(answer, "refund \(refund.refund)", nil)
        case .refused(let refusal): .unknown(why: "\(refusal)")
        case .stuck: .unknown(why: "it is in trouble")
        case .unknown(let why): .unknown(why: why)
        }
    }

    private func understand(_ answer: ReplyBody, _ what: String, _ payment: PaymentID?) async -> RefundAnswer {
        do throws(Misunderstood) {
            return try StripeProvider.judge(try answer.read(StripeRefund.self))
        } catch {
            return .unknown(why: await misunderstood(error, what, payment))
        }
    }

    private static func judge(_ refund: StripeRefund) throws(Misunderstood) -> RefundAnswer {
        switch refund.status {
        case "succeeded"?: .done(refund: refund.id)
        case "pending"?, "requires_action"?: .pending(refund: refund.id)
        case "failed"?, "canceled"?: .failed(why: refund.failure_reason ?? "the refund \(refund.status ?? "")")
        default: throw Misunderstood(why: "status is \(refund.status ?? "missing")")
        }
    }

    /// Looks among the refunds of the payment for the one that carries our id.
    /// - Returns: nothing where it is known that there is none; `unknown` where it can't be said.
    private func findRefund(_ request: RefundRequest) async -> RefundAnswer? {
        var query = [("payment_intent", request.capture), ("limit", "100")]
        while true {
            switch await client.get("/v1/refunds", query.map { (name: $0.0, value: $0.1) }) {
            case .done(let answer):
                let page: StripeList<StripeRefund>
                do throws(Misunderstood) {
                    page = try answer.read(StripeList<StripeRefund>.self)
                    if let ours = page.data.first(where: { $0.metadata?["refund_id"] == request.refundId.text }) {
                        return try StripeProvider.judge(ours)
                    }
                } catch {
                    return .unknown(why: await misunderstood(error, "its list of refunds", request.paymentId))
                }
                guard page.has_more, let last = page.data.last else { return nil }
                query.removeAll { $0.0 == "starting_after" }
                query.append(("starting_after", last.id))
            case .refused(let refusal): return .unknown(why: "\(refusal)")
            case .stuck: return .unknown(why: "it is in trouble")
            case .unknown(let why): return .unknown(why: why)
            }
        }
    }
}

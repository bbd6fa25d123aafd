import Core

/// Refunds of captures: made once, followed to their end.
extension PayPalProvider {
    package func refund(_ request: RefundRequest, key: String) async -> RefundAnswer {
        guard let value = PayPalMoney.text(request.amount) else {
            return .failed(why: "PayPal can't say \(request.amount)")
        }
        do {
            let body = try PayPalProvider.json(
                RefundBody(
                    amount: PayPalAmount(currency_code: request.amount.currency.code, value: value),
                    custom_id: request.refundId.text))
            guard var entry = try await requests.begin(key, body) else { return .unknown(why: "it was not begun") }
            if isOld(entry, PayPalProvider.refundKeyLife) {
                if let known = await findRefund(request) { return known }
                entry = try await requests.again(key, after: entry)
            }
            switch await client.post("/v2/payments/captures/\(request.capture)/refund", entry.body, key: entry.key) {
            case .done(let answer):
                return await understand(answer, "a refund of \(request.paymentId)", request.paymentId)
            // Also "refunded in full", which may be ours: the order's own list decides.
            case .refused(let refusal): return await findRefund(request) ?? .failed(why: "\(refusal)")
            case .stuck: return .unknown(why: "it is in trouble")
            case .unknown(let why): return .unknown(why: why)
            }
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    package func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer {
        switch await client.get("/v2/payments/refunds/\(refund.refund)") {
        case .done(let answer): await understand(answer, "refund \(refund.refund)", nil)
        case .refused(let refusal): .unknown(why: "\(refusal)")
        case .stuck: .unknown(why: "it is in trouble")
        case .unknown(let why): .unknown(why: why)
        }
    }

    private struct RefundBody: Encodable {
        let amount: PayPalAmount
        let custom_id: String
    }

    private func understand(_ answer: ReplyBody, _ what: String, _ payment: PaymentID?) async -> RefundAnswer {
        do throws(Misunderstood) {
            return try PayPalProvider.judge(try answer.read(PayPalRefund.self))
        } catch {
            return .unknown(why: await misunderstood(error, what, payment))
        }
    }

    private static func judge(_ refund: PayPalRefund) throws(Misunderstood) -> RefundAnswer {
        switch refund.status {
        case "COMPLETED"?: .done(refund: refund.id)
        case "PENDING"?: .pending(refund: refund.id)
        case "FAILED"?, "CANCELLED"?: .failed(why: "the refund \(refund.status?.lowercased() ?? "")")
        default: throw Misunderstood(why: "status is \(refund.status ?? "missing")")
        }
    }

    /// Looks among the refunds of the order for the one that carries our id.
    /// - Returns: nothing where it is known that there is none; `unknown` where it can't be said.
    private func findRefund(_ request: RefundRequest) async -> RefundAnswer? {
        switch await order(SessionReference(paymentId: request.paymentId, session: request.session)) {
        case .failure(let failure): .unknown(why: "\(failure.answer)")
        case .success(let order):
            order.refunds.first { $0.custom_id == request.refundId.text }.map {
                (try? PayPalProvider.judge($0)) ?? .unknown(why: "its refund has an unknown status")
            }
        }
    }
}

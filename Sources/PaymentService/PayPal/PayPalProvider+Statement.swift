import Core

/// PayPal has no list of captures in the API we use: each order we know is read again, and its list of events shows
/// captures that we don't know.
extension PayPalProvider {
    package func statement(_ period: StatementPeriod) async -> StatementAnswer {
        var lines: [StatementLine] = []
        var captures: Set<String> = []
        for known in period.known {
            switch await order(SessionReference(paymentId: known.id, session: known.session)) {
            case .failure(let failure):
                guard failure.answer == .closed else { return .unknown(why: "\(failure.answer)") }
            case .success(let order):
                do throws(Misunderstood) {
                    lines += try PayPalProvider.lines(of: order, known.id)
                } catch {
                    return .unknown(why: await misunderstood(error, "order \(known.session)", known.id))
                }
                captures.formUnion(order.captures.map(\.id))
            }
        }
        switch await unknownCaptures(period, captures) {
        case .success(let more): return .lines(lines + more)
        case .failure(let why): return .unknown(why: why.words)
        }
    }

    private static func lines(of order: PayPalOrder, _ payment: PaymentID) throws(Misunderstood) -> [StatementLine] {
        var lines: [StatementLine] = []
        for capture in order.captures where capture.isTaken {
            guard let amount = capture.amount else { throw Misunderstood(why: "its capture has no amount") }
            lines.append(
                StatementLine(.charge, capture.id, capture: capture.id, paymentId: payment, amount: try amount.money()))
            if let fee = try capture.seller_receivable_breakdown?.paypal_fee?.money(), fee.amount != 0 {
                lines.append(StatementLine(.fee, capture.id, capture: capture.id, amount: fee))
            }
        }
        for refund in order.refunds where refund.status == "COMPLETED" || refund.status == "PENDING" {
            guard let amount = refund.amount else { throw Misunderstood(why: "its refund has no amount") }
            lines.append(
                StatementLine(
                    .refund, refund.id, capture: refund.capture ?? order.captures.first?.id, paymentId: payment,
                    refundId: refund.custom_id.flatMap { RefundID($0) }, amount: try amount.money()))
        }
        return lines
    }

    private struct Silence: Error { let words: String }

    private struct EventList: Decodable {
        struct Event: Decodable { let resource: PayPalCapture? }
        let events: [Event]?
        let links: [PayPalLink]?
    }

    private func unknownCaptures(
        _ period: StatementPeriod, _ known: Set<String>
    ) async -> Result<[StatementLine], Silence> {
        let query = [
            ("page_size", "300"), ("start_time", "\(period.from)"), ("end_time", "\(period.to)"),
            ("event_type", "PAYMENT.CAPTURE.COMPLETED"),
        ]
        switch await client.get("/v1/notifications/webhooks-events", query.map { (name: $0.0, value: $0.1) }) {
        case .done(let answer):
            guard let list = try? answer.read(EventList.self) else {
                return .failure(Silence(words: "its events can't be read"))
            }
            var seen = known
            let lines = (list.events ?? []).compactMap(\.resource).compactMap { capture -> StatementLine? in
                guard seen.insert(capture.id).inserted, let amount = try? capture.amount?.money() else { return nil }
                return StatementLine(
                    .charge, capture.id, capture: capture.id, paymentId: capture.custom_id.flatMap { PaymentID($0) },
                    amount: amount)
            }
            return .success(lines)
        case .refused(let refusal): return .failure(Silence(words: "\(refusal)"))
        case .stuck: return .failure(Silence(words: "it is in trouble"))
        case .unknown(let why): return .failure(Silence(words: why))
        }
    }
}

import Core

/// PayPal has no list of captures in the API we use: each order we know is read again, and its list of events shows
/// captures and refunds that we don't know.
extension PayPalProvider {
    package func statement(_ period: StatementPeriod) async -> StatementAnswer {
        var lines: [StatementLine] = []
        var seen: Set<String> = []
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
                seen.formUnion(order.captures.map(\.id) + order.refunds.map(\.id))
            }
        }
        for (type, kind) in PayPalProvider.moves {
            switch await events(type, from: period.from, to: period.to) {
            case .success(let moved):
                for move in moved where seen.insert(move.id).inserted {
                    guard let amount = try? move.amount?.money() else { continue }
                    let isCharge = kind == .charge
                    lines.append(
                        StatementLine(
                            kind, move.id, capture: isCharge ? move.id : move.capture,
                            paymentId: isCharge ? move.custom_id.flatMap { PaymentID($0) } : nil,
                            refundId: isCharge ? nil : move.custom_id.flatMap { RefundID($0) }, amount: amount))
                }
            case .failure(let why): return .unknown(why: why.words)
            }
        }
        return .lines(lines)
    }

    /// The events that tell of money moved, whoever moved it.
    private static let moves: [(type: String, kind: StatementLine.Kind)] = [
        ("PAYMENT.CAPTURE.COMPLETED", .charge), ("PAYMENT.CAPTURE.REFUNDED", .refund),
    ]

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
        /// A capture or a refund: what we read of them is alike.
        struct Event: Decodable { let resource: PayPalRefund? }
        let events: [Event]?
    }

    /// How many events a page has, and how many pages are read of one period.
    private static let pageSize = 300
    private static let mostPages = 1000

    /// What the events of one type are about, in no order. The list can't be turned over: where a page is full, each half
    /// of its time is asked about for itself.
    private func events(_ type: String, from: Instant, to: Instant) async -> Result<[PayPalRefund], Silence> {
        var found: [PayPalRefund] = []
        var waiting = [(from: from, to: to)]
        var pages = 0
        while let time = waiting.popLast() {
            pages += 1
            guard pages <= PayPalProvider.mostPages else {
                return .failure(Silence(words: "it has more events in that time than can be read"))
            }
            let query = [
                ("page_size", "\(PayPalProvider.pageSize)"), ("start_time", "\(time.from)"),
                ("end_time", "\(time.to)"), ("event_type", type),
            ]
            switch await client.get("/v1/notifications/webhooks-events", query.map { (name: $0.0, value: $0.1) }) {
            case .done(let answer):
                let events: [EventList.Event]
                do throws(Misunderstood) {
                    events = try answer.read(EventList.self).events ?? []
                } catch {
                    return .failure(Silence(words: await misunderstood(error, "its list of events", nil)))
                }
                let span = time.to.since(time.from)
                guard events.count >= PayPalProvider.pageSize, span >= .seconds(2) else {
                    found += events.compactMap(\.resource)
                    continue
                }
                let middle = time.from + .seconds(span.wholeMilliseconds / 2000)
                waiting += [(from: time.from, to: middle), (from: middle, to: time.to)]
            case .refused(let refusal): return .failure(Silence(words: "\(refusal)"))
            case .stuck: return .failure(Silence(words: "it is in trouble"))
            case .unknown(let why): return .failure(Silence(words: why))
            }
        }
        return .success(found)
    }
}

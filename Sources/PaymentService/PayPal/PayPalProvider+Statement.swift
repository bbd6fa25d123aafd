import Core

/// PayPal has no list of captures in the API we use: each order we know is read again, and its list of events shows
/// captures and refunds that we don't know, and disputes.
extension PayPalProvider {
    package func statement(_ period: StatementPeriod) async -> StatementAnswer {
        let disputes: [DisputeFacts]
        switch await self.disputes(until: period.to) {
        case .success(let found): disputes = found
        case .failure(let why): return .unknown(why: why.words)
        }
        var lines = disputes.flatMap(PayPalProvider.lines)
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
        let disputed = Set(disputes.filter(\.state.tookMoney).map(\.capture))
        for (type, kind) in PayPalProvider.moves {
            switch await events(
                type, from: period.from, to: period.to, reading: { (move: PayPalRefund) throws(Misunderstood) in move })
            {
            case .success(let moved):
                for move in moved where seen.insert(move.id).inserted {
                    // A reversal is told as a refund of the capture, or as the capture itself.
                    if type == PayPalProvider.reversal,
                        disputed.contains(move.id) || move.capture.map(disputed.contains) ?? false
                    {
                        continue
                    }
                    let amount: Money
                    do throws(Misunderstood) {
                        guard let sum = move.amount else { throw Misunderstood(why: "it has no amount") }
                        amount = try sum.money()
                    } catch {
                        _ = await misunderstood(error, "\(type) \(move.id)", nil)
                        continue
                    }
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

    /// Tells that money was taken back from us, by a dispute or otherwise.
    static let reversal = "PAYMENT.CAPTURE.REVERSED"

    /// The events that tell of money moved, whoever moved it.
    private static let moves: [(type: String, kind: StatementLine.Kind)] = [
        ("PAYMENT.CAPTURE.COMPLETED", .charge), ("PAYMENT.CAPTURE.REFUNDED", .refund), (reversal, .refund),
    ]

    private static func lines(of dispute: DisputeFacts) -> [StatementLine] {
        func line(_ kind: StatementLine.Kind) -> StatementLine {
            StatementLine(kind, dispute.reference, capture: dispute.capture, amount: dispute.amount)
        }
        return switch dispute.state {
        case .inquiry: [line(.inquiry)]
        case .open, .lost: [line(.chargeback)]
        case .won: [line(.chargebackReversal)]
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
        for refund in order.refunds {
            guard let amount = refund.amount else { throw Misunderstood(why: "its refund has no amount") }
            let cameBack = refund.status == "FAILED" || refund.status == "CANCELLED"
            lines.append(
                StatementLine(
                    cameBack ? .refundFailure : .refund, refund.id, capture: refund.capture ?? order.captures.first?.id,
                    paymentId: payment,
                    refundId: refund.custom_id.flatMap { RefundID($0) }, amount: try amount.money()))
        }
        return lines
    }

    struct Silence: Error { let words: String }

    /// The events that tell of a dispute.
    private static let ofDisputes = [
        "CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED", "CUSTOMER.DISPUTE.RESOLVED",
    ]
    /// How long PayPal keeps its events.
    private static let eventLife = Duration.hours(30 * 24)

    /// How each dispute stands by PayPal's own list of events: of several the one that went furthest.
    func disputes(until end: Instant) async -> Result<[DisputeFacts], Silence> {
        var latest: [String: DisputeFacts] = [:]
        for type in PayPalProvider.ofDisputes {
            switch await events(
                type, from: end - PayPalProvider.eventLife, to: end,
                reading: { (dispute: PayPalDispute) throws(Misunderstood) in try dispute.facts() })
            {
            case .success(let told):
                for facts in told {
                    if let known = latest[facts.reference], known.state.isNoEarlier(than: facts.state) { continue }
                    latest[facts.reference] = facts
                }
            case .failure(let why): return .failure(why)
            }
        }
        return .success(latest.values.sorted { $0.reference < $1.reference })
    }

    private struct EventList<Resource: Decodable & Sendable>: Decodable {
        /// One that can't be read takes no other with it.
        struct Event: Decodable {
            let id: String?
            let resource: Result<Resource, Misunderstood>

            private enum Member: CodingKey { case id, resource }

            init(from decoder: any Decoder) throws {
                let event = try decoder.container(keyedBy: Member.self)
                id = try? event.decode(String.self, forKey: .id)
                do {
                    resource = .success(try event.decode(Resource.self, forKey: .resource))
                } catch {
                    resource = .failure(Misunderstood(why: Misunderstood.words(for: error)))
                }
            }
        }
        private let events: [Event]?
        private let count: Int?

        /// - Throws: `Misunderstood` where it has no events and does not say that there are none: taken for empty, money of a
        ///   dispute would be found as a refund.
        func told() throws(Misunderstood) -> [Event] {
            if let events { return events }
            guard count == 0 else { throw Misunderstood(why: "it has no events") }
            return []
        }
    }

    /// How many events a page has, and how many pages are read of one period.
    private static let pageSize = 300
    private static let mostPages = 1000

    /// What the events of one type are about, in no order; each that can't be read is a case. The list can't be turned
    /// over: where a page is full, each half of its time is asked about for itself.
    private func events<Resource: Decodable & Sendable, Value: Sendable>(
        _ type: String, from: Instant, to: Instant, reading: @Sendable (Resource) throws(Misunderstood) -> Value
    ) async -> Result<[Value], Silence> {
        var found: [Value] = []
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
                let events: [EventList<Resource>.Event]
                do throws(Misunderstood) {
                    events = try answer.read(EventList<Resource>.self).told()
                } catch {
                    return .failure(Silence(words: await misunderstood(error, "its list of events", nil)))
                }
                let span = time.to.since(time.from)
                guard events.count >= PayPalProvider.pageSize, span >= .seconds(2) else {
                    for event in events {
                        do throws(Misunderstood) {
                            found.append(try reading(try event.resource.get()))
                        } catch {
                            _ = await misunderstood(error, "event \(event.id ?? "of \(type)")", nil)
                        }
                    }
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

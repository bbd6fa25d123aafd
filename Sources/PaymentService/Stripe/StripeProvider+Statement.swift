import Core

/// Stripe's own list of what moved its balance, to the smallest unit.
extension StripeProvider {
    /// How many pages of a hundred are read of one period.
    private static let mostStatementPages = 1000

    package func statement(_ period: StatementPeriod) async -> StatementAnswer {
        var query = [
            ("created[gte]", "\(period.from.milliseconds / 1000)"),
            ("created[lt]", "\((period.to.milliseconds + 999) / 1000)"), ("expand[]", "data.source"), ("limit", "100"),
        ]
        var lines: [StatementLine] = []
        for _ in 0..<StripeProvider.mostStatementPages {
            switch await client.get("/v1/balance_transactions", query.map { (name: $0.0, value: $0.1) }) {
            case .done(let answer):
                do throws(Misunderstood) {
                    let page = try answer.read(StripeList<StripeBalanceTransaction>.self)
                    for moved in page.data {
                        switch try await self.lines(moved) {
                        case .success(let more): lines += more
                        case .failure(let why): return .unknown(why: why.words)
                        }
                    }
                    guard page.has_more, let last = page.data.last else { return .lines(lines) }
                    query.removeAll { $0.0 == "starting_after" }
                    query.append(("starting_after", last.id))
                } catch {
                    return .unknown(why: await misunderstood(error, "the list of balance transactions", nil))
                }
            case .refused(let refusal): return .unknown(why: "\(refusal)")
            case .stuck: return .unknown(why: "it is in trouble")
            case .unknown(let why): return .unknown(why: why)
            }
        }
        return .unknown(why: "it has more movements in that time than can be read")
    }

    private struct Silence: Error { let words: String }

    private func lines(
        _ moved: StripeBalanceTransaction
    ) async throws(Misunderstood) -> Result<[StatementLine], Silence> {
        guard let kind = StripeProvider.kind(of: moved) else { return .success(try StripeProvider.ownFee(moved)) }
        guard let link = moved.source else { throw Misunderstood(why: "\(moved.id) has no source") }
        let source: StripeSource
        if let known = link.object {
            source = known
        } else {
            switch try await find(link.id, kind) {
            case .success(let found): source = found
            case .failure(let why): return .failure(why)
            }
        }
        // The source's own sum: the transaction may be in another currency, the account's.
        let units = kind == .charge ? source.amount_captured ?? source.amount : source.amount
        guard let units, let code = source.currency, let amount = StripeMoney.money(units, code) else {
            throw Misunderstood(why: "\(source.id) has no amount")
        }
        let metadata = source.metadata
        var lines = [
            StatementLine(
                kind, source.id, capture: source.payment_intent?.id,
                paymentId: (metadata?["payment_id"]).flatMap { PaymentID($0) },
                refundId: (metadata?["refund_id"]).flatMap { RefundID($0) }, amount: amount)
        ]
        if let fee = moved.fee, fee != 0 {
            guard let sum = StripeMoney.money(fee, moved.currency) else {
                throw Misunderstood(why: "\(moved.id): its fee")
            }
            lines.append(StatementLine(.fee, moved.id, capture: source.payment_intent?.id, amount: sum))
        }
        return .success(lines)
    }

    private static func kind(of moved: StripeBalanceTransaction) -> StatementLine.Kind? {
        switch (moved.type, moved.reporting_category) {
        case ("charge"?, _), ("payment"?, _): .charge
        case ("refund"?, _), ("payment_refund"?, _): .refund
        case ("refund_failure"?, _), ("payment_failure_refund"?, _): .refundFailure
        case ("adjustment"?, "dispute"?): .chargeback
        case ("adjustment"?, "dispute_reversal"?): .chargebackReversal
        default: nil
        }
    }

    /// A fee that is a movement of its own; payouts, transfers and the like are not between us and a payer.
    private static func ownFee(_ moved: StripeBalanceTransaction) throws(Misunderstood) -> [StatementLine] {
        guard moved.type == "stripe_fee" || moved.type == "tax_fee" else { return [] }
        guard let sum = StripeMoney.money(moved.amount, moved.currency) else {
            throw Misunderstood(why: "\(moved.id) has no amount")
        }
        return [StatementLine(.fee, moved.id, capture: nil, amount: Money(-sum.amount, sum.currency))]
    }

    private func find(
        _ id: String, _ kind: StatementLine.Kind
    ) async throws(Misunderstood) -> Result<StripeSource, Silence> {
        let path =
            switch kind {
            case .charge: "/v1/charges/\(id)"
            case .refund, .refundFailure: "/v1/refunds/\(id)"
            case .inquiry, .chargeback, .chargebackReversal, .fee: "/v1/disputes/\(id)"
            }
        switch await client.get(path) {
        case .done(let answer): return .success(try answer.read(StripeSource.self))
        case .refused(let refusal): return .failure(Silence(words: "\(refusal)"))
        case .stuck: return .failure(Silence(words: "it is in trouble"))
        case .unknown(let why): return .failure(Silence(words: why))
        }
    }
}

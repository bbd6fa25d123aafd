import Core

// What of PayPal's objects matters to us.

struct PayPalAmount: Codable, Sendable {
    let currency_code: String
    let value: String

    /// - Throws: `Misunderstood` where it is no sum.
    func money() throws(Misunderstood) -> Money {
        guard let money = PayPalMoney.money(value, currency_code) else {
            throw Misunderstood(why: "\(currency_code) \(value) is no sum")
        }
        return money
    }
}

struct PayPalLink: Decodable, Sendable {
    let href: String
    let rel: String
}

struct PayPalOrder: Decodable, Sendable {
    struct Unit: Decodable, Sendable {
        struct Payments: Decodable, Sendable {
            let captures: [PayPalCapture]?
            let refunds: [PayPalRefund]?
        }
        let custom_id: String?
        let payments: Payments?
    }

    let id: String
    let status: String?
    let purchase_units: [Unit]?
    let links: [PayPalLink]?

    var captures: [PayPalCapture] { (purchase_units ?? []).flatMap { $0.payments?.captures ?? [] } }
    var refunds: [PayPalRefund] { (purchase_units ?? []).flatMap { $0.payments?.refunds ?? [] } }
}

struct PayPalCapture: Decodable, Sendable {
    struct Breakdown: Decodable, Sendable {
        let paypal_fee: PayPalAmount?
    }

    let id: String
    let status: String?
    let amount: PayPalAmount?
    let custom_id: String?
    let create_time: String?
    let seller_receivable_breakdown: Breakdown?

    /// Whether money was taken, though some of it may have gone back since.
    var isTaken: Bool { ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"].contains(status) }
}

/// A dispute as the events about it tell. The API we use can't be asked about one.
struct PayPalDispute: Decodable, Sendable {
    struct Outcome: Decodable, Sendable {
        let outcome_code: String?
        let amount_refunded: PayPalAmount?
    }
    struct Disputed: Decodable, Sendable { let seller_transaction_id: String? }

    let dispute_id: String?
    let dispute_amount: PayPalAmount?
    let disputed_transactions: [Disputed]?
    let dispute_outcome: Outcome?
    let dispute_life_cycle_stage: String?
    let status: String?
    let reason: String?

    /// What its end means for us. A decision is final in the books, so of any other outcome it waits for one that says who
    /// has the money: with `RESOLVED_WITH_PAYOUT` PayPal may have paid either side, with `NONE` nothing was decided.
    private static let outcomesWon: Set = ["RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED"]
    private static let outcomesLost: Set = ["RESOLVED_BUYER_FAVOUR", "ACCEPTED"]

    private var state: DisputeFacts.State {
        if status == "RESOLVED", let outcome = dispute_outcome?.outcome_code {
            if PayPalDispute.outcomesWon.contains(outcome) { return .won }
            if PayPalDispute.outcomesLost.contains(outcome) { return .lost }
        }
        return dispute_life_cycle_stage == "INQUIRY" ? .inquiry : .open
    }

    /// - Throws: `Misunderstood` where it does not say which money is disputed, or a sum is none.
    func facts() throws(Misunderstood) -> DisputeFacts {
        guard let reference = dispute_id else { throw Misunderstood(why: "it has no dispute_id") }
        guard let disputed = dispute_amount else { throw Misunderstood(why: "it has no dispute_amount") }
        guard let capture = disputed_transactions?.first?.seller_transaction_id else {
            throw Misunderstood(why: "it names no seller_transaction_id")
        }
        var amount = try disputed.money()
        // Both may have agreed on less than was disputed.
        if state == .lost, let lost = try dispute_outcome?.amount_refunded?.money(), lost.amount > 0 { amount = lost }
        return DisputeFacts(
            reference: reference, capture: capture, amount: amount, state: state, reason: reason ?? "unknown")
    }
}

struct PayPalRefund: Decodable, Sendable {
    let id: String
    let status: String?
    let amount: PayPalAmount?
    let custom_id: String?
    let links: [PayPalLink]?

    /// The capture it was made of: its `up` link names it.
    var capture: String? {
        links?.first { $0.rel == "up" }?.href.split(separator: "/").last.map(String.init)
    }
}

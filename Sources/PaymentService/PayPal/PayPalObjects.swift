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

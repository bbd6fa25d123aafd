import Core

// What of Stripe's objects matters to us. Members that are new and values that are unknown do no harm.

protocol StripeNamed: Decodable, Sendable {
    var id: String { get }
}

/// A reference that is an id, or the object itself where it was asked for.
enum StripeLink<Value: StripeNamed>: Decodable, Sendable {
    case id(String)
    case object(Value)

    init(from decoder: any Decoder) throws {
        if let id = try? decoder.singleValueContainer().decode(String.self) {
            self = .id(id)
        } else {
            self = .object(try Value(from: decoder))
        }
    }

    var object: Value? {
        if case .object(let value) = self { value } else { nil }
    }

    var id: String {
        switch self {
        case .id(let id): id
        case .object(let value): value.id
        }
    }
}

struct StripeSession: StripeNamed {
    let id: String
    let url: String?
    let status: String?
    let payment_status: String?
    let amount_total: Int64?
    let currency: String?
    let client_reference_id: String?
    let payment_intent: StripeLink<StripeIntent>?
}

struct StripeIntent: StripeNamed {
    let id: String
    let status: String?
    let amount: Int64?
    let amount_received: Int64?
    let currency: String?
    let metadata: [String: String]?
}

struct StripeRefund: StripeNamed {
    let id: String
    let status: String?
    let amount: Int64?
    let currency: String?
    let payment_intent: StripeLink<StripeObject>?
    let metadata: [String: String]?
    let failure_reason: String?
}

struct StripeCharge: StripeNamed {
    let id: String
    let amount: Int64?
    let amount_captured: Int64?
    let currency: String?
    let payment_intent: StripeLink<StripeObject>?
    let metadata: [String: String]?
}

struct StripeDispute: StripeNamed {
    let id: String
    let status: String?
    let amount: Int64?
    let currency: String?
    let reason: String?
    let payment_intent: StripeLink<StripeObject>?
    let charge: StripeLink<StripeCharge>?
}

struct StripeBalanceTransaction: StripeNamed {
    let id: String
    let type: String?
    let reporting_category: String?
    let amount: Int64
    let fee: Int64?
    let currency: String
    let created: Int64?
    let source: StripeLink<StripeSource>?
}

/// What moved the balance: a charge, a refund or a dispute, told apart by `object`.
struct StripeSource: StripeNamed {
    let id: String
    let object: String?
    let amount: Int64?
    let amount_captured: Int64?
    let currency: String?
    let payment_intent: StripeLink<StripeObject>?
    let metadata: [String: String]?
}

/// Anything that has an id.
struct StripeObject: StripeNamed {
    let id: String
}

struct StripeList<Item: StripeNamed>: Decodable, Sendable {
    let data: [Item]
    let has_more: Bool
}

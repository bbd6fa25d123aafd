import Core
import Foundation
import Outside
import Synchronization

@testable import PaymentService

/// PayPal in memory, as far as we use it: a token, orders, captures, refunds, and its word about webhooks.
final class FakePayPal: Sendable {
    static let base = "https://paypal.example.com"
    static let webhookId = "1JE4291016473214C"

    struct Capture: Sendable {
        var id: String
        var status: String
        var value: String
        var currency: String
    }

    struct Refund: Sendable {
        var id: String
        var capture: String
        var status: String
        var value: String
        var currency: String
        var customId: String?
    }

    struct Order: Sendable {
        var id: String
        var status = "PAYER_ACTION_REQUIRED"
        var customId: String
        var value: String
        var currency: String
        var captures: [Capture] = []
        var refunds: [Refund] = []
    }

    struct Dispute: Sendable {
        var id: String
        var capture: String
        var value: String
        var currency: String
        var stage: String
        /// Nothing while it is undecided.
        var outcome: String?
        /// What the payer got back in the end, where that is less than was disputed.
        var refunded: String?

        /// Whether the money is with the payer, for good or until it is decided.
        var isTaken: Bool { isLost || outcome == nil && stage != "INQUIRY" }
        var isLost: Bool { outcome == "RESOLVED_BUYER_FAVOUR" || outcome == "ACCEPTED" }
    }

    struct Told: Sendable {
        var at: Instant
        var type: String
        var resource: JSON
    }

    struct Books: Sendable {
        var orders: [Order] = []
        var disputes: [Dispute] = []
        /// What disputes took: PayPal tells of it as of refunds, and can be asked about it.
        var reversals: [Refund] = []
        var tokens = 0
        var token = "A0"
        fileprivate var answers: [String: FakeAnswer] = [:]
        fileprivate var made = 0
        /// How the next captures end.
        var captureStatus = "COMPLETED"
        /// The next capture is refused for this reason.
        var captureIssue: String?
        var refundStatus = "COMPLETED"
        /// What it says of a webhook, by its raw text as it was spliced in.
        var genuine: Set<String> = []
        /// What its list of events has besides.
        var events: [Told] = []

        fileprivate mutating func next(_ prefix: String) -> String {
            made += 1
            return "\(prefix)\(made)"
        }
    }

    let plan = FaultPlan()
    private let state = Mutex(Books())
    private let clock: @Sendable () -> Instant

    init(clock: @escaping @Sendable () -> Instant) { self.clock = clock }

    var books: Books { state.withLock { $0 } }
    func change(_ change: (inout Books) -> Void) { state.withLock { change(&$0) } }

    var outside: Outside {
        FakeLine(contract: .paypal, plan: plan, base: FakePayPal.base, clock: clock) { request, path, query, fault in
            self.answer(request, path, query, fault)
        }.outside
    }

    // MARK: What people do

    /// The payer agrees on PayPal's page. No money moves.
    func approve(_ payment: PaymentID) {
        state.withLock { books in
            guard
                let index = books.orders.lastIndex(where: {
                    $0.customId == payment.text && $0.status == "PAYER_ACTION_REQUIRED"
                })
            else { return }
            books.orders[index].status = "APPROVED"
        }
    }

    /// A capture that was pending comes to its end.
    func finish(_ payment: PaymentID, _ status: String) {
        state.withLock { books in
            for index in books.orders.indices where books.orders[index].customId == payment.text {
                for at in books.orders[index].captures.indices { books.orders[index].captures[at].status = status }
            }
        }
    }

    /// An order that nobody approved is forgotten.
    func forget(_ payment: PaymentID) { state.withLock { $0.orders.removeAll { $0.customId == payment.text } } }

    func failRefund(_ id: String) {
        state.withLock { books in
            for index in books.orders.indices {
                for at in books.orders[index].refunds.indices where books.orders[index].refunds[at].id == id {
                    books.orders[index].refunds[at].status = "FAILED"
                }
            }
        }
    }

    /// A refund made by hand on PayPal's own page.
    func refundByHand(_ payment: PaymentID, _ amount: Int64) {
        state.withLock { books in
            guard let index = books.orders.firstIndex(where: { $0.customId == payment.text && !$0.captures.isEmpty }),
                let capture = books.orders[index].captures.first, capture.status == "COMPLETED",
                !FakePayPal.isDisputed(capture, in: books), amount <= FakePayPal.left(of: capture, in: books),
                let currency = Currency(code: capture.currency)
            else { return }
            let made = Refund(
                id: books.next("BYHAND"), capture: capture.id, status: "COMPLETED",
                value: Money(amount, currency).decimalText, currency: capture.currency)
            books.orders[index].refunds.append(made)
            books.events.append(Told(at: clock(), type: "PAYMENT.CAPTURE.REFUNDED", resource: refund(made)))
        }
    }

    /// What of a capture has not gone back, in minor units.
    static func left(of capture: Capture, in books: Books) -> Int64 {
        func units(_ value: String) -> Int64 { PayPalMoney.money(value, capture.currency)?.amount ?? 0 }
        let given = books.orders.flatMap(\.refunds).filter { $0.capture == capture.id && $0.status != "FAILED" }
        let lost = books.disputes.filter { $0.capture == capture.id && $0.isLost }
        return units(capture.value) - given.reduce(0) { $0 + units($1.value) }
            - lost.reduce(0) { $0 + units($1.refunded ?? $1.value) }
    }

    /// Whether nothing may be given back. A dispute that was lost in part leaves a rest.
    private static func isDisputed(_ capture: Capture, in books: Books) -> Bool {
        books.disputes.contains {
            $0.capture == capture.id && ($0.outcome == nil || $0.isLost && left(of: capture, in: books) <= 0)
        }
    }

    /// The payer disputes what is left of what was taken; where it is more than a question, the money is gone at once.
    /// - Returns: PayPal's name of the dispute; nothing where there is nothing to dispute.
    @discardableResult
    func dispute(_ payment: PaymentID, stage: String = "CHARGEBACK") -> String? {
        state.withLock { books in
            guard let order = books.orders.first(where: { $0.customId == payment.text && !$0.captures.isEmpty }),
                let capture = order.captures.first, capture.status == "COMPLETED",
                !books.disputes.contains(where: { $0.capture == capture.id && $0.outcome == nil }),
                let currency = Currency(code: capture.currency), FakePayPal.left(of: capture, in: books) > 0
            else { return nil }
            let value = Money(FakePayPal.left(of: capture, in: books), currency).decimalText
            let made = Dispute(
                id: books.next("PP-D-"), capture: capture.id, value: value, currency: capture.currency, stage: stage)
            books.disputes.append(made)
            tell(&books, "CREATED", made)
            return made.id
        }
    }

    /// A question becomes a dispute, or a dispute comes to its end.
    /// - Parameter outcome: nothing where it only becomes a dispute.
    func decide(_ dispute: String, _ outcome: String?, refunding refunded: String? = nil) {
        state.withLock { books in
            guard let index = books.disputes.firstIndex(where: { $0.id == dispute && $0.outcome == nil }) else {
                return
            }
            books.disputes[index].outcome = outcome
            books.disputes[index].refunded = refunded
            if outcome == nil { books.disputes[index].stage = "CHARGEBACK" }
            tell(&books, outcome == nil ? "UPDATED" : "RESOLVED", books.disputes[index])
        }
    }

    private func tell(_ books: inout Books, _ what: String, _ dispute: Dispute) {
        books.events.append(Told(at: clock(), type: "CUSTOMER.DISPUTE.\(what)", resource: FakePayPal.shape(dispute)))
        guard dispute.stage != "INQUIRY", what == "CREATED" || what == "UPDATED" else { return }
        let reversal = Refund(
            id: books.next("REVERSAL"), capture: dispute.capture, status: "COMPLETED", value: dispute.value,
            currency: dispute.currency)
        books.reversals.append(reversal)
        books.events.append(Told(at: clock(), type: "PAYMENT.CAPTURE.REVERSED", resource: refund(reversal)))
    }

    static func shape(_ dispute: Dispute) -> JSON {
        var made: JSON = [
            "dispute_id": .text(dispute.id), "reason": "UNAUTHORISED",
            "dispute_amount": ["currency_code": .text(dispute.currency), "value": .text(dispute.value)],
            "disputed_transactions": [["seller_transaction_id": .text(dispute.capture)]],
            "dispute_life_cycle_stage": .text(dispute.stage),
            "status": dispute.outcome == nil ? "WAITING_FOR_SELLER_RESPONSE" : "RESOLVED",
        ]
        if let outcome = dispute.outcome {
            var end: JSON = ["outcome_code": .text(outcome)]
            if let refunded = dispute.refunded {
                end["amount_refunded"] = ["currency_code": .text(dispute.currency), "value": .text(refunded)]
            }
            made["dispute_outcome"] = end
        }
        return made
    }

    /// The token is withdrawn before its time.
    func withdrawToken() { state.withLock { $0.token = "withdrawn" } }

    // MARK: The API

    private func answer(
        _ request: OutsideRequest, _ path: String, _ query: [(String, String)], _ fault: NetFault?
    ) -> FakeAnswer {
        state.withLock { books in
            let header = { (name: String) in request.headers.first { $0.name == name }?.value ?? "" }
            if path == "/v1/oauth2/token" {
                guard header("Authorization") == "Basic Y2xpZW50OnNlY3JldA==" else {
                    return FakeAnswer(status: 401, body: ["error": "invalid_client", "error_description": "no"])
                }
                books.tokens += 1
                books.token = "A\(books.tokens)"
                return FakeAnswer(
                    status: 200,
                    body: [
                        "scope": "all", "access_token": .text(books.token), "token_type": "Bearer", "app_id": "APP-1",
                        "expires_in": 32_400, "nonce": "n",
                    ])
            }
            guard header("Authorization") == "Bearer \(books.token)" else {
                return FakeAnswer(status: 401, body: ["error": "invalid_token", "error_description": "no"])
            }
            if fault == .stickyTrouble { return FakeAnswer(status: 500, body: ["name": "INTERNAL_SERVER_ERROR"]) }
            guard request.method == .post else { return read(&books, path, query) }
            if path == "/v1/notifications/verify-webhook-signature" { return verify(books, request) }
            let key = header("PayPal-Request-Id")
            if var known = books.answers["\(path) \(key)"] {
                known.status = 200
                return known
            }
            let body = (try? JSONText.value(request.body)) ?? [:]
            let answer = write(&books, path, body)
            // What the first call made is found again; a refusal made nothing.
            if answer.status < 300, !key.isEmpty { books.answers["\(path) \(key)"] = answer }
            return answer
        }
    }

    private func verify(_ books: Books, _ request: OutsideRequest) -> FakeAnswer {
        let text = String(decoding: request.body, as: UTF8.self)
        let mark = "\"webhook_event\":"
        let raw = text.range(of: mark).map { String(text[$0.upperBound...].dropLast()) } ?? ""
        let isOurs = text.contains("\"webhook_id\":\"\(FakePayPal.webhookId)\"")
        return FakeAnswer(
            status: 200,
            body: ["verification_status": isOurs && books.genuine.contains(raw) ? "SUCCESS" : "FAILURE"])
    }

    private func write(_ books: inout Books, _ path: String, _ body: JSON) -> FakeAnswer {
        let steps = path.split(separator: "/").map(String.init)
        if path == "/v2/checkout/orders" {
            let unit = body["purchase_units"]?[0]
            let order = Order(
                id: books.next("ORDER"), customId: unit?["custom_id"]?.text ?? "",
                value: unit?["amount"]?["value"]?.text ?? "", currency: unit?["amount"]?["currency_code"]?.text ?? "")
            books.orders.append(order)
            return FakeAnswer(status: 201, body: self.order(order))
        }
        if steps.count == 5, steps[4] == "capture" {
            guard let index = books.orders.firstIndex(where: { $0.id == steps[3] }) else { return missing() }
            if let issue = books.captureIssue {
                books.captureIssue = nil
                return refusal(issue)
            }
            switch books.orders[index].status {
            case "APPROVED": break
            case "COMPLETED": return refusal("ORDER_ALREADY_CAPTURED")
            default: return refusal("ORDER_NOT_APPROVED")
            }
            books.orders[index].captures.append(
                Capture(
                    id: books.next("CAPTURE"), status: books.captureStatus, value: books.orders[index].value,
                    currency: books.orders[index].currency))
            books.orders[index].status = "COMPLETED"
            return FakeAnswer(status: 201, body: order(books.orders[index]))
        }
        if steps.count == 5, steps[4] == "refund" {
            for index in books.orders.indices {
                guard let capture = books.orders[index].captures.first(where: { $0.id == steps[3] }) else { continue }
                if FakePayPal.isDisputed(capture, in: books) { return refusal("TRANSACTION_DISPUTED") }
                let value = body["amount"]?["value"]?.text ?? capture.value
                guard
                    PayPalMoney.money(value, capture.currency)?.amount ?? 0 <= FakePayPal.left(of: capture, in: books)
                else {
                    return refusal("REFUND_AMOUNT_EXCEEDED")
                }
                let made = Refund(
                    id: books.next("REFUND"), capture: capture.id, status: books.refundStatus, value: value,
                    currency: capture.currency, customId: body["custom_id"]?.text)
                books.orders[index].refunds.append(made)
                return FakeAnswer(status: 201, body: refund(made))
            }
            return missing()
        }
        return missing()
    }

    private func read(_ books: inout Books, _ path: String, _ query: [(String, String)]) -> FakeAnswer {
        let steps = path.split(separator: "/").map(String.init)
        if path == "/v1/notifications/webhooks-events" { return events(books, query) }
        if steps.count == 4, steps[1] == "checkout" {
            return books.orders.first { $0.id == steps[3] }.map { FakeAnswer(status: 200, body: order($0)) }
                ?? missing()
        }
        if steps.count == 4, steps[2] == "refunds" {
            return (books.orders.flatMap(\.refunds) + books.reversals).first { $0.id == steps[3] }
                .map { FakeAnswer(status: 200, body: refund($0)) } ?? missing()
        }
        return missing()
    }

    private func events(_ books: Books, _ query: [(String, String)]) -> FakeAnswer {
        let asked = Dictionary(query, uniquingKeysWith: { _, last in last })
        // Times in RFC 3339 and UTC sort as texts, once they have the same length.
        func comparable(_ text: String) -> String { String(text.prefix(19)) }
        let told = books.events.enumerated().filter { _, event in
            let at = comparable("\(event.at)")
            return event.type == asked["event_type"] && at >= comparable(asked["start_time"] ?? "")
                && at <= comparable(asked["end_time"] ?? "9")
        }
        let page = told.prefix(asked["page_size"].flatMap { Int($0) } ?? 10)
        return FakeAnswer(
            status: 200,
            body: [
                "events": .list(
                    page.map { number, event in
                        ["id": .text("WH-\(number)"), "event_type": .text(event.type), "resource": event.resource]
                    }),
                "count": .integer(Int64(page.count)),
            ])
    }

    // MARK: Shapes

    private func money(_ value: String, _ currency: String) -> JSON {
        ["currency_code": .text(currency), "value": .text(value)]
    }

    private func order(_ order: Order) -> JSON {
        var unit: JSON = [
            "reference_id": "default", "custom_id": .text(order.customId), "amount": money(order.value, order.currency),
        ]
        if !order.captures.isEmpty {
            unit["payments"] = [
                "captures": .list(
                    order.captures.map { capture in
                        [
                            "id": .text(capture.id), "status": .text(capture.status),
                            "amount": money(capture.value, capture.currency), "custom_id": .text(order.customId),
                            "seller_receivable_breakdown": [
                                "gross_amount": money(capture.value, capture.currency),
                                "paypal_fee": money("1.00", capture.currency),
                            ],
                        ]
                    }),
                "refunds": .list(order.refunds.map(refund)),
            ]
        }
        return [
            "id": .text(order.id), "status": .text(order.status), "intent": "CAPTURE", "purchase_units": [unit],
            "links": [
                [
                    "href": .text("https://paypal.example.com/checkoutnow?token=\(order.id)"), "rel": "payer-action",
                    "method": "GET",
                ]
            ],
        ]
    }

    private func refund(_ refund: Refund) -> JSON {
        var made: JSON = [
            "id": .text(refund.id), "status": .text(refund.status), "amount": money(refund.value, refund.currency),
            "links": [
                [
                    "href": .text("https://api-m.paypal.com/v2/payments/captures/\(refund.capture)"), "rel": "up",
                    "method": "GET",
                ]
            ],
        ]
        if let customId = refund.customId { made["custom_id"] = .text(customId) }
        return made
    }

    private func missing() -> FakeAnswer {
        FakeAnswer(status: 404, body: ["name": "RESOURCE_NOT_FOUND", "message": "no", "debug_id": "d"])
    }

    private func refusal(_ issue: String) -> FakeAnswer {
        FakeAnswer(
            status: 422,
            body: [
                "name": "UNPROCESSABLE_ENTITY", "message": "no", "debug_id": "d", "details": [["issue": .text(issue)]],
            ])
    }
}

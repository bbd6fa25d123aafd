import Core
import Outside
import Synchronization

@testable import PaymentService

/// Stripe in memory, as far as we use it: keys that replay, sessions, intents, refunds, disputes and its balance.
final class FakeStripe: Sendable {
    static let base = "https://stripe.example.com"

    struct Session: Sendable {
        var id: String
        var reference: String
        var amount: Int64
        var currency: String
        var metadata: JSON
        var intentMetadata: JSON
        var status = "open"
        var paymentStatus = "unpaid"
        var intent: String?
        var created: Int64
    }

    struct Intent: Sendable {
        var id: String
        var status: String
        var amount: Int64
        var received: Int64
        var currency: String
        var metadata: JSON
    }

    struct Refund: Sendable {
        var id: String
        var intent: String
        var amount: Int64
        var currency: String
        var metadata: JSON
        var status: String
        var created: Int64
    }

    struct Dispute: Sendable {
        var id: String
        var intent: String
        var amount: Int64
        var currency: String
        var status: String
        /// Whether the money was withheld: not for a mere question.
        var isTaken = false

        /// While it is so nothing can be refunded.
        var isUndecidedOrLost: Bool { status != "won" && status != "warning_closed" }
    }

    struct Books: Sendable {
        var sessions: [Session] = []
        var intents: [String: Intent] = [:]
        var refunds: [Refund] = []
        var disputes: [Dispute] = []
        var moves: [JSON] = []
        fileprivate var answers: [String: (asked: String, answer: FakeAnswer, isRunning: Bool, at: Instant)] = [:]
        fileprivate var made = 0
        /// How a new refund stands.
        var refundStatus = "succeeded"
        /// Whether the intent is given whole where it is asked for.
        var expands = true

        fileprivate mutating func next(_ prefix: String) -> String {
            made += 1
            return "\(prefix)_\(made)"
        }
    }

    let plan = FaultPlan()
    private let state = Mutex(Books())
    private let clock: @Sendable () -> Instant

    init(clock: @escaping @Sendable () -> Instant) { self.clock = clock }

    var books: Books { state.withLock { $0 } }
    func change(_ change: (inout Books) -> Void) { state.withLock { change(&$0) } }

    var outside: Outside {
        FakeLine(contract: .stripe, plan: plan, base: FakeStripe.base, clock: clock) { request, path, query, fault in
            self.answer(request, path, query, fault)
        }.outside
    }

    // MARK: What people do

    /// The payer pays, where the page is still open. Nobody is told.
    /// - Parameter taking: what is taken in place of what was asked for.
    @discardableResult
    func pay(_ reference: PaymentID, taking: Int64? = nil, in currency: String? = nil) -> Bool {
        state.withLock { books in
            guard let index = books.sessions.lastIndex(where: { $0.reference == reference.text && $0.status == "open" })
            else { return false }
            let intent = begin(&books, index, "succeeded")
            books.intents[intent]?.received = taking ?? books.sessions[index].amount
            if let currency { books.intents[intent]?.currency = currency }
            books.sessions[index].paymentStatus = "paid"
            enterCharge(&books, intent)
            return true
        }
    }

    /// The payer chooses a method that takes days.
    func payLater(_ reference: PaymentID) {
        state.withLock { books in
            guard let index = books.sessions.lastIndex(where: { $0.reference == reference.text && $0.status == "open" })
            else { return }
            _ = begin(&books, index, "processing")
        }
    }

    /// The method that took days comes to its end.
    func finish(_ reference: PaymentID, well: Bool) {
        state.withLock { books in
            guard let index = books.sessions.lastIndex(where: { $0.reference == reference.text }),
                let intent = books.sessions[index].intent, books.intents[intent]?.status == "processing"
            else { return }
            books.intents[intent]?.status = well ? "succeeded" : "requires_payment_method"
            if well {
                books.intents[intent]?.received = books.sessions[index].amount
                books.sessions[index].paymentStatus = "paid"
                enterCharge(&books, intent)
            }
        }
    }

    /// The card is refused, or the payer leaves in the middle of 3-D Secure: the page stays open.
    func tryInVain(_ reference: PaymentID, _ status: String = "requires_payment_method") {
        state.withLock { books in
            guard let index = books.sessions.lastIndex(where: { $0.reference == reference.text && $0.status == "open" })
            else { return }
            _ = begin(&books, index, status)
            books.sessions[index].status = "open"
        }
    }

    /// A refund made by hand at Stripe.
    func refundByHand(_ reference: PaymentID, _ amount: Int64) -> String {
        state.withLock { books in
            let intent = books.sessions.last { $0.reference == reference.text }?.intent ?? ""
            guard amount <= FakeStripe.left(of: intent, in: books) else { return "" }
            return makeRefund(&books, intent, amount, [:], "succeeded")
        }
    }

    /// Somebody takes money with the same account, and not for us.
    func strangerPays(_ amount: Int64) {
        state.withLock { books in
            let intent = books.next("pi")
            books.intents[intent] = Intent(
                id: intent, status: "succeeded", amount: amount, received: amount, currency: "eur", metadata: [:])
            enterCharge(&books, intent)
        }
    }

    /// The bank sends a refund back.
    func failRefund(_ id: String) {
        state.withLock { books in
            guard let index = books.refunds.firstIndex(where: { $0.id == id }) else { return }
            books.refunds[index].status = "failed"
            books.moves.append(
                move(
                    &books, "refund_failure", "refund_failure", books.refunds[index].amount, 0,
                    refund(books.refunds[index])))
        }
    }

    /// - Returns: Stripe's name of the dispute.
    func dispute(_ reference: PaymentID, status: String = "needs_response") -> String {
        state.withLock { books in
            guard let intent = books.sessions.last(where: { $0.reference == reference.text })?.intent,
                let paid = books.intents[intent]
            else { return "" }
            let left = FakeStripe.left(of: intent, in: books)
            guard left > 0 else { return "" }
            let made = Dispute(
                id: books.next("dp"), intent: intent, amount: left, currency: paid.currency, status: "")
            books.disputes.append(made)
            decide(&books, books.disputes.count - 1, status)
            return made.id
        }
    }

    func decide(_ dispute: String, _ status: String) {
        state.withLock { books in
            guard let index = books.disputes.firstIndex(where: { $0.id == dispute }) else { return }
            decide(&books, index, status)
        }
    }

    private func decide(_ books: inout Books, _ index: Int, _ status: String) {
        books.disputes[index].status = status
        let made = books.disputes[index]
        switch status {
        case "won" where made.isTaken:
            books.moves.append(move(&books, "adjustment", "dispute_reversal", made.amount, 0, dispute(made)))
        case "needs_response" where !made.isTaken, "lost" where !made.isTaken:
            books.disputes[index].isTaken = true
            books.moves.append(move(&books, "adjustment", "dispute", -made.amount, 1500, dispute(made)))
        default: break
        }
    }

    /// What of an intent has not gone back, in its units; nothing while it is disputed.
    private static func left(of intent: String, in books: Books) -> Int64 {
        guard let paid = books.intents[intent] else { return 0 }
        let isOpen = books.disputes.contains { $0.intent == intent && $0.isUndecidedOrLost }
        let given = books.refunds.filter { $0.intent == intent && $0.status != "failed" }
        return isOpen ? 0 : paid.received - given.reduce(0) { $0 + $1.amount }
    }

    private func begin(_ books: inout Books, _ index: Int, _ status: String) -> String {
        let id = books.sessions[index].intent ?? books.next("pi")
        let session = books.sessions[index]
        books.intents[id] = Intent(
            id: id, status: status, amount: session.amount, received: 0, currency: session.currency,
            metadata: session.intentMetadata)
        books.sessions[index].intent = id
        books.sessions[index].status = "complete"
        return id
    }

    // MARK: The API

    private func answer(
        _ request: OutsideRequest, _ path: String, _ query: [(String, String)], _ fault: NetFault?
    ) -> FakeAnswer {
        let now = clock()
        return state.withLock { books in
            guard request.method == .post else { return read(&books, path, query) }
            let body = String(decoding: request.body, as: UTF8.self)
            let key = request.headers.first { $0.name == "Idempotency-Key" }?.value ?? ""
            let asked = "\(path)?\(body)"
            if let known = books.answers[key], now.since(known.at) < .hours(24) {
                guard known.asked == asked else {
                    return error(400, "idempotency_error", "the key was used for something else")
                }
                var again = known.answer
                again.headers.append((name: "Idempotent-Replayed", value: "true"))
                return again
            }
            var answer = write(&books, path, FormText.pairs(body), now)
            if fault == .stickyTrouble {
                // It failed before it did anything, and will say so for as long as the key lives.
                undo(&books, answer, path)
                answer = error(500, "api_error", "something broke")
            }
            // A request that fails validation is not stored.
            if answer.status != 400 || path.hasSuffix("/expire") {
                books.answers[key] = (asked, answer, false, now)
            }
            if fault == .stickyTrouble { answer.headers.append((name: "Idempotent-Replayed", value: "true")) }
            return answer
        }
    }

    private func undo(_ books: inout Books, _ answer: FakeAnswer, _ path: String) {
        guard let id = answer.body["id"]?.text, answer.status < 300 else { return }
        if path == "/v1/checkout/sessions" { books.sessions.removeAll { $0.id == id } }
        if path == "/v1/refunds" {
            books.refunds.removeAll { $0.id == id }
            books.moves.removeAll { $0["source"]?["id"]?.text == id }
        }
        if path.hasSuffix("/expire"), let index = books.sessions.firstIndex(where: { $0.id == id }) {
            books.sessions[index].status = "open"
        }
    }

    private func write(_ books: inout Books, _ path: String, _ pairs: [(String, String)], _ now: Instant) -> FakeAnswer
    {
        let form = ProviderContract.nested(pairs)
        let steps = path.split(separator: "/").map(String.init)
        if path == "/v1/checkout/sessions" {
            let price = form["line_items"]?[0]?["price_data"]
            guard form["mode"] == "payment", let amount = price?["unit_amount"]?.text.flatMap({ Int64($0) }),
                amount > 0,
                let currency = price?["currency"]?.text, currency == currency.lowercased()
            else { return error(400, "invalid_request_error", "what is it for?") }
            let session = Session(
                id: books.next("cs_test"), reference: form["client_reference_id"]?.text ?? "", amount: amount,
                currency: currency, metadata: form["metadata"] ?? [:],
                intentMetadata: form["payment_intent_data"]?["metadata"] ?? [:], created: now.milliseconds / 1000)
            books.sessions.append(session)
            return FakeAnswer(status: 200, body: self.session(session, nil))
        }
        if steps.count == 5, steps[4] == "expire" {
            guard let index = books.sessions.firstIndex(where: { $0.id == steps[3] }) else { return missing() }
            guard books.sessions[index].status == "open" else {
                return error(400, "invalid_request_error", "only an open session can be expired")
            }
            books.sessions[index].status = "expired"
            return FakeAnswer(status: 200, body: session(books.sessions[index], nil))
        }
        if path == "/v1/refunds" {
            guard let intent = form["payment_intent"]?.text, let paid = books.intents[intent],
                let amount = form["amount"]?.text.flatMap({ Int64($0) }), amount > 0
            else { return error(400, "invalid_request_error", "of what?") }
            let given = books.refunds.filter { $0.intent == intent && $0.status != "failed" }.reduce(0) {
                $0 + $1.amount
            }
            guard !books.disputes.contains(where: { $0.intent == intent && $0.isUndecidedOrLost }) else {
                return error(400, "invalid_request_error", "it is disputed", code: "charge_disputed")
            }
            guard given + amount <= paid.received else {
                return error(400, "invalid_request_error", "more than was taken", code: "charge_already_refunded")
            }
            let id = makeRefund(&books, intent, amount, form["metadata"] ?? [:], books.refundStatus)
            return FakeAnswer(status: 200, body: refund(books.refunds.first { $0.id == id }!))
        }
        return missing()
    }

    private func read(_ books: inout Books, _ path: String, _ query: [(String, String)]) -> FakeAnswer {
        let steps = path.split(separator: "/").map(String.init)
        let asked = Dictionary(query, uniquingKeysWith: { _, last in last })
        let found: JSON?
        switch (steps.dropFirst().first, steps.count) {
        case ("checkout"?, 4):
            let session = books.sessions.first { $0.id == steps[3] }
            let intent = books.expands && asked["expand[]"] != nil ? session?.intent.flatMap { books.intents[$0] } : nil
            found = session.map { self.session($0, intent) }
        case ("checkout"?, 3):
            let from = asked["created[gte]"].flatMap { Int64($0) } ?? 0
            found = list(books.sessions.filter { $0.created >= from }.reversed().map { session($0, nil) }, asked)
        case ("payment_intents"?, 3): found = books.intents[steps[2]].map(intent)
        case ("refunds"?, 3): found = books.refunds.first { $0.id == steps[2] }.map(refund)
        case ("refunds"?, 2):
            found = list(books.refunds.filter { $0.intent == asked["payment_intent"] }.reversed().map(refund), asked)
        case ("disputes"?, 3): found = books.disputes.first { $0.id == steps[2] }.map(dispute)
        case ("events"?, 2): found = list([], asked)
        case ("balance_transactions"?, 2):
            let (from, to) = (Int64(asked["created[gte]"] ?? "") ?? 0, Int64(asked["created[lt]"] ?? "") ?? .max)
            let moves = books.moves.filter { move in
                let created = move["created"]?.integer ?? 0
                return created >= from && created < to
            }
            found = list(moves.reversed(), asked)
        default: found = nil
        }
        return found.map { FakeAnswer(status: 200, body: $0) } ?? missing()
    }

    private func makeRefund(
        _ books: inout Books, _ intent: String, _ amount: Int64, _ metadata: JSON, _ status: String
    ) -> String {
        let made = Refund(
            id: books.next("re"), intent: intent, amount: amount, currency: books.intents[intent]?.currency ?? "eur",
            metadata: metadata, status: status, created: clock().milliseconds / 1000)
        books.refunds.append(made)
        books.moves.append(move(&books, "refund", "refund", -amount, 0, refund(made)))
        return made.id
    }

    private func enterCharge(_ books: inout Books, _ intent: String) {
        guard let paid = books.intents[intent] else { return }
        let charge: JSON = [
            "id": .text("ch_\(intent)"), "object": "charge", "amount": .integer(paid.received),
            "amount_captured": .integer(paid.received), "currency": .text(paid.currency),
            "payment_intent": .text(intent), "metadata": paid.metadata,
        ]
        books.moves.append(move(&books, "charge", "charge", paid.received, paid.received / 50 + 25, charge))
    }

    private func move(
        _ books: inout Books, _ type: JSON, _ category: JSON, _ amount: Int64, _ fee: Int64, _ source: JSON
    ) -> JSON {
        [
            "id": .text(books.next("txn")), "object": "balance_transaction", "type": type,
            "reporting_category": category,
            "amount": .integer(amount), "fee": .integer(fee), "net": .integer(amount - fee),
            "currency": source["currency"] ?? "eur", "created": .integer(clock().milliseconds / 1000), "source": source,
        ]
    }

    // MARK: Shapes

    private func session(_ session: Session, _ intent: Intent?) -> JSON {
        [
            "id": .text(session.id), "object": "checkout.session", "status": .text(session.status),
            "payment_status": .text(session.paymentStatus), "amount_total": .integer(session.amount),
            "currency": .text(session.currency), "client_reference_id": .text(session.reference),
            "metadata": session.metadata, "created": .integer(session.created), "livemode": false, "mode": "payment",
            "url": session.status == "open" ? .text("https://checkout.example.com/\(session.id)") : .null,
            "payment_intent": intent.map(self.intent) ?? session.intent.map { .text($0) } ?? .null,
        ]
    }

    private func intent(_ intent: Intent) -> JSON {
        [
            "id": .text(intent.id), "object": "payment_intent", "status": .text(intent.status),
            "amount": .integer(intent.amount), "amount_received": .integer(intent.received),
            "currency": .text(intent.currency), "metadata": intent.metadata, "livemode": false,
        ]
    }

    private func refund(_ refund: Refund) -> JSON {
        [
            "id": .text(refund.id), "object": "refund", "amount": .integer(refund.amount),
            "currency": .text(refund.currency), "payment_intent": .text(refund.intent), "metadata": refund.metadata,
            "status": .text(refund.status), "created": .integer(refund.created),
        ]
    }

    private func dispute(_ dispute: Dispute) -> JSON {
        [
            "id": .text(dispute.id), "object": "dispute", "amount": .integer(dispute.amount),
            "currency": .text(dispute.currency), "status": .text(dispute.status), "reason": "fraudulent",
            "payment_intent": .text(dispute.intent), "charge": .text("ch_\(dispute.intent)"),
        ]
    }

    private func list(_ items: [JSON], _ asked: [String: String]) -> JSON {
        let limit = asked["limit"].flatMap { Int($0) } ?? 10
        let start = asked["starting_after"].flatMap { last in items.firstIndex { $0["id"]?.text == last } }
        let rest = Array(items.dropFirst(start.map { $0 + 1 } ?? 0))
        return [
            "object": "list", "data": .list(Array(rest.prefix(limit))), "has_more": .flag(rest.count > limit),
            "url": "/v1/list",
        ]
    }

    private func missing() -> FakeAnswer {
        error(404, "invalid_request_error", "no such object", code: "resource_missing")
    }

    private func error(_ status: Int, _ type: String, _ message: String, code: String? = nil) -> FakeAnswer {
        FakeAnswer(
            status: status,
            body: ["error": ["type": .text(type), "message": .text(message), "code": code.map { .text($0) } ?? .null]])
    }
}

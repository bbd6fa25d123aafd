import Core
import Foundation
import Outside

/// Orders: made, approved by the payer, captured once.
extension PayPalProvider {
    package func open(_ request: SessionRequest, key: String) async -> OpenAnswer {
        guard let value = PayPalMoney.text(request.amount) else {
            return .refused(why: "PayPal can't say \(request.amount)")
        }
        do {
            let body = try orderBody(request, value)
            guard var entry = try await requests.begin(key, body) else { return .unknown(why: "it was not begun") }
            // An order that nobody was shown can't be approved: after its key is forgotten a new one does no harm.
            if isOld(entry, PayPalProvider.orderKeyLife) { entry = try await requests.again(key, after: entry) }
            switch await client.post("/v2/checkout/orders", entry.body, key: entry.key) {
            case .done(let answer):
                do throws(Misunderstood) {
                    let order = try answer.read(PayPalOrder.self)
                    guard let page = order.links?.first(where: { ["payer-action", "approve"].contains($0.rel) }) else {
                        // Approved or over already: asking about it tells the rest.
                        guard ["CREATED", "PAYER_ACTION_REQUIRED"].contains(order.status) else {
                            return .opened(session: order.id, checkoutUrl: "\(baseURL)/")
                        }
                        throw Misunderstood(why: "it has no link for the payer")
                    }
                    return .opened(session: order.id, checkoutUrl: page.href)
                } catch {
                    return .unknown(why: await misunderstood(error, "opening an order", request.paymentId))
                }
            case .refused(let refusal): return .refused(why: "\(refusal)")
            case .stuck: return .unknown(why: "it is in trouble")
            case .unknown(let why): return .unknown(why: why)
            }
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    package func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer {
        switch await order(session) {
        case .failure(let answer): answer.answer
        case .success(let order): await understand(order, session, whenApproved: .open)
        }
    }

    package func collect(_ session: SessionReference, key: String) async -> SessionAnswer {
        switch await order(session) {
        case .failure(let answer): return answer.answer
        case .success(let order):
            guard order.status == "APPROVED", order.captures.isEmpty else {
                return await understand(order, session, whenApproved: .open)
            }
        }
        do {
            // Begun only while the payment is open, in the transaction that sees it so: what is being closed is never
            // captured, and who closes sees that a capture is under way.
            guard let entry = try await requests.begin(captureKey(session), "{}", whileOpen: session.paymentId) else {
                return .open
            }
            let reply = await client.post(
                "/v2/checkout/orders/\(session.session)/capture", entry.body, key: entry.key,
                notAfter: entry.begunAt + PayPalProvider.captureStart)
            switch reply {
            case .done(let answer):
                do throws(Misunderstood) {
                    return await understand(try answer.read(PayPalOrder.self), session, whenApproved: .open)
                } catch {
                    return .unknown(
                        why: await misunderstood(error, "capturing order \(session.session)", session.paymentId))
                }
            case .refused(let refusal):
                switch refusal.code {
                case "ORDER_ALREADY_CAPTURED": return await lookUp(session, key: key)
                case "ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED", "INSTRUMENT_DECLINED":
                    // The payer may choose another way on PayPal's page; taking the money then needs a new key.
                    _ = try await requests.again(captureKey(session), after: entry)
                    return .open
                case _ where refusal.status == 401 || refusal.status == 403: return .unknown(why: "\(refusal)")
                case _ where refusal.status == 404: return .closed
                default: return .declined
                }
            case .stuck: return .unknown(why: "it is in trouble")
            case .unknown(let why): return .unknown(why: why)
            }
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    package func close(_ session: SessionReference, key: String) async -> SessionAnswer {
        // An order can't be withdrawn; it is closed by never capturing it. One whose capture was begun may still be on
        // its way: it is waited for.
        let begun: RequestBook.Entry?
        do { begun = try await requests.find(captureKey(session)) } catch { return .unknown(why: "\(error)") }
        let isUnderWay = begun.map { world.now().since($0.begunAt) < PayPalProvider.captureTime } ?? false
        switch await order(session) {
        case .failure(let answer): return answer.answer
        case .success(let order):
            return await understand(order, session, whenApproved: isUnderWay ? .open : .closed, otherwise: .closed)
        }
    }

    /// So long after it was begun a capture may be sent, a first time or again: what waited longer, for a token or for its
    /// turn, is not sent any more, and is begun anew where the payment is still open.
    static let captureStart = Duration.seconds(120)
    /// After so long a capture that was begun has either been made, and the order says so, or never will be: the last try
    /// has ended, and a clock that differs between two nodes, and PayPal's own hands, have had their time.
    static let captureTime = captureStart + OutsideRequest.writeTimeout + .seconds(100)

    private func captureKey(_ session: SessionReference) -> String { "\(session.paymentId)-capture" }

    // MARK: Understanding

    struct NoOrder: Error { let answer: SessionAnswer }

    func order(_ session: SessionReference) async -> Result<PayPalOrder, NoOrder> {
        switch await client.get("/v2/checkout/orders/\(session.session)") {
        case .done(let answer):
            do throws(Misunderstood) {
                return .success(try answer.read(PayPalOrder.self))
            } catch {
                let why = await misunderstood(error, "order \(session.session)", session.paymentId)
                return .failure(NoOrder(answer: .unknown(why: why)))
            }
        // It lapsed without the payer's approval.
        case .refused(let refusal) where refusal.status == 404: return .failure(NoOrder(answer: .closed))
        case .refused(let refusal): return .failure(NoOrder(answer: .unknown(why: "\(refusal)")))
        case .stuck: return .failure(NoOrder(answer: .unknown(why: "it is in trouble")))
        case .unknown(let why): return .failure(NoOrder(answer: .unknown(why: why)))
        }
    }

    /// The capture decides, never the order: a completed order may hold one that is pending or declined.
    /// - Parameters:
    ///   - approved: what an approval without a capture means.
    ///   - otherwise: what an order means that the payer has not approved.
    private func understand(
        _ order: PayPalOrder, _ session: SessionReference, whenApproved approved: SessionAnswer,
        otherwise: SessionAnswer = .open
    ) async -> SessionAnswer {
        do throws(Misunderstood) {
            if let capture = order.captures.first(where: \.isTaken) {
                guard let amount = capture.amount else { throw Misunderstood(why: "its capture has no amount") }
                return .paid(try amount.money(), capture: capture.id)
            }
            if order.captures.contains(where: { $0.status == "PENDING" }) { return .open }
            if let capture = order.captures.last {
                guard capture.status == "DECLINED" || capture.status == "FAILED" else {
                    throw Misunderstood(why: "its capture is \(capture.status ?? "without status")")
                }
                return .declined
            }
            switch order.status {
            case "CREATED"?, "SAVED"?, "PAYER_ACTION_REQUIRED"?: return otherwise
            case "APPROVED"?: return approved
            case "VOIDED"?: return .closed
            default: throw Misunderstood(why: "it is \(order.status ?? "without status"), without a capture")
            }
        } catch {
            return .unknown(why: await misunderstood(error, "order \(session.session)", session.paymentId))
        }
    }

    // MARK: What is sent

    private struct OrderBody: Encodable {
        struct Unit: Encodable {
            let amount: PayPalAmount
            let custom_id: String
            let description: String
            let invoice_id: String
        }
        struct Source: Encodable { let paypal: Wallet }
        struct Wallet: Encodable { let experience_context: Experience }
        struct Experience: Encodable {
            let cancel_url: String
            let return_url: String
            let shipping_preference = "NO_SHIPPING"
            let user_action = "PAY_NOW"
        }
        let intent = "CAPTURE"
        let payment_source: Source
        let purchase_units: [Unit]
    }

    /// Longer texts are refused.
    private static let longestDescription = 127

    /// Members in a fixed order and nothing of now in it.
    private func orderBody(_ request: SessionRequest, _ value: String) throws -> String {
        let unit = OrderBody.Unit(
            amount: PayPalAmount(currency_code: request.amount.currency.code, value: value),
            custom_id: request.paymentId.text,
            description: String(
                String.UnicodeScalarView(request.description.unicodeScalars.prefix(PayPalProvider.longestDescription))),
            // PayPal refuses to capture a second order of one invoice: a net under our own keys.
            invoice_id: request.paymentId.text)
        let body = OrderBody(
            payment_source: .init(
                paypal: .init(
                    experience_context: .init(
                        cancel_url: request.cancelURL(at: baseURL), return_url: request.returnURL(at: baseURL)))),
            purchase_units: [unit])
        return try PayPalProvider.json(body)
    }

    static func json(_ body: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(body), as: UTF8.self)
    }
}

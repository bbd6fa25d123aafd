import Core

/// Checkout Sessions: opened, looked up, expired.
extension StripeProvider {
    package func open(_ request: SessionRequest, key: String) async -> OpenAnswer {
        guard let body = sessionBody(request) else { return .refused(why: "Stripe can't say \(request.amount)") }
        do {
            guard var entry = try await requests.begin(key, body) else { return .unknown(why: "it was not begun") }
            if isOld(entry) {
                // The same key would be a new request by now: what the first one did is looked for instead.
                switch await findSession(of: request.paymentId, since: entry.begunAt) {
                case .found(let session): return opened(session)
                case .nowhere: entry = try await requests.again(key, after: entry)
                case .unknown(let why): return .unknown(why: why)
                }
            }
            switch await client.post("/v1/checkout/sessions", entry.body, key: entry.key) {
            case .done(let answer):
                do throws(Misunderstood) {
                    return opened(try answer.read(StripeSession.self))
                } catch {
                    return .unknown(why: await misunderstood(error, "opening a page", request.paymentId))
                }
            case .refused(let refusal): return .refused(why: "\(refusal)")
            case .stuck:
                switch await findSession(of: request.paymentId, since: entry.begunAt) {
                case .found(let session): return opened(session)
                case .nowhere:
                    _ = try await requests.again(key, after: entry)
                    return .unknown(why: "it failed under its key, and goes on with the next")
                case .unknown(let why): return .unknown(why: why)
                }
            case .unknown(let why): return .unknown(why: why)
            }
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    package func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer {
        let reply = await client.get("/v1/checkout/sessions/\(session.session)", [("expand[]", "payment_intent")])
        switch reply {
        case .done(let answer):
            do throws(Misunderstood) {
                return try await judge(try answer.read(StripeSession.self))
            } catch {
                return .unknown(why: await misunderstood(error, "session \(session.session)", session.paymentId))
            }
        case .refused(let refusal) where refusal.status == 404:
            // Sessions don't vanish: the key is of another account or mode. Nothing may be concluded from that.
            let trouble = Misunderstood(why: "it says that there is no such session")
            return .unknown(why: await misunderstood(trouble, "session \(session.session)", session.paymentId))
        case .refused(let refusal): return .unknown(why: "\(refusal)")
        case .stuck: return .unknown(why: "it is in trouble")
        case .unknown(let why): return .unknown(why: why)
        }
    }

    package func close(_ session: SessionReference, key: String) async -> SessionAnswer {
        do {
            guard let entry = try await requests.begin(key, "") else { return .unknown(why: "it was not begun") }
            let reply = await client.post("/v1/checkout/sessions/\(session.session)/expire", entry.body, key: entry.key)
            if case .unknown(let why) = reply { return .unknown(why: why) }
            // Refused where the payer has won, or where it is closed already: the session itself says which.
            let answer = await lookUp(session, key: key)
            // What was answered under this key is answered for ever: the next try needs another.
            if answer == .open { _ = try await requests.again(key, after: entry) }
            return answer
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    // MARK: Understanding

    private func opened(_ session: StripeSession) -> OpenAnswer {
        // A session that is over has no address any more: it is opened all the same, and asking about it tells the rest.
        .opened(session: session.id, checkoutUrl: session.url ?? "\(baseURL)/")
    }

    /// The session's own word first, then that of the intent behind it.
    private func judge(_ session: StripeSession) async throws(Misunderstood) -> SessionAnswer {
        switch session.payment_status {
        case "paid"?: return try await paid(session)
        case "unpaid"?: break
        default: throw Misunderstood(why: "payment_status is \(session.payment_status ?? "missing")")
        }
        switch session.status {
        case "open"?: return .open
        case "complete"?, "expired"?: break
        default: throw Misunderstood(why: "status is \(session.status ?? "missing")")
        }
        guard let link = session.payment_intent else { return .closed }
        let intent: StripeIntent
        switch try await self.intent(link) {
        case .success(let found): intent = found
        case .failure(let why): return .unknown(why: why.words)
        }
        switch intent.status {
        case "succeeded"?: return try taken(intent)
        // A method that takes days: it can't be closed any more, and is waited for.
        case "processing"?: return .open
        case "requires_payment_method"?: return .declined
        case "canceled"?: return .closed
        case "requires_action"?, "requires_confirmation"?, "requires_capture"?:
            // Nobody can go on with it once the page is closed.
            return session.status == "expired" ? .closed : .open
        default: throw Misunderstood(why: "the intent's status is \(intent.status ?? "missing")")
        }
    }

    private func paid(_ session: StripeSession) async throws(Misunderstood) -> SessionAnswer {
        guard let link = session.payment_intent else { throw Misunderstood(why: "it is paid without payment_intent") }
        switch try await intent(link) {
        case .success(let intent): return try taken(intent)
        case .failure(let why): return .unknown(why: why.words)
        }
    }

    /// What was taken counts, not what was asked for.
    private func taken(_ intent: StripeIntent) throws(Misunderstood) -> SessionAnswer {
        guard let units = intent.amount_received, let currency = intent.currency,
            let money = StripeMoney.money(units, currency)
        else { throw Misunderstood(why: "it is paid, but the intent does not say what") }
        return .paid(money, capture: intent.id)
    }

    private struct Silence: Error { let words: String }

    private func intent(_ link: StripeLink<StripeIntent>) async throws(Misunderstood) -> Result<StripeIntent, Silence> {
        if let intent = link.object { return .success(intent) }
        switch await client.get("/v1/payment_intents/\(link.id)") {
        case .done(let answer): return .success(try answer.read(StripeIntent.self))
        case .refused(let refusal): return .failure(Silence(words: "\(refusal)"))
        case .stuck: return .failure(Silence(words: "it is in trouble"))
        case .unknown(let why): return .failure(Silence(words: why))
        }
    }

    // MARK: Looking for what may have been opened

    private enum Search {
        case found(StripeSession)
        case nowhere
        case unknown(String)
    }

    /// How much the clocks may differ, to both sides.
    private static let clockSlack: Int64 = 300
    /// How many pages of a hundred are looked through before somebody must look.
    private static let mostPages = 50

    /// Looks through the sessions of that time for the one that carries our id.
    private func findSession(of payment: PaymentID, since begun: Instant) async -> Search {
        let first = begun.milliseconds / 1000 - StripeProvider.clockSlack
        let last = world.now().milliseconds / 1000 + StripeProvider.clockSlack
        var query = [("created[gte]", "\(first)"), ("created[lte]", "\(last)"), ("limit", "100")]
        for _ in 0..<StripeProvider.mostPages {
            switch await client.get("/v1/checkout/sessions", query.map { (name: $0.0, value: $0.1) }) {
            case .done(let answer):
                let page: StripeList<StripeSession>
                do throws(Misunderstood) {
                    page = try answer.read(StripeList<StripeSession>.self)
                } catch {
                    return .unknown(await misunderstood(error, "its list of sessions", payment))
                }
                if let ours = page.data.first(where: { $0.client_reference_id == payment.text }) { return .found(ours) }
                guard page.has_more, let last = page.data.last else { return .nowhere }
                query.removeAll { $0.0 == "starting_after" }
                query.append(("starting_after", last.id))
            case .refused(let refusal): return .unknown("\(refusal)")
            case .stuck: return .unknown("it is in trouble")
            case .unknown(let why): return .unknown(why)
            }
        }
        return .unknown("it has too many sessions of that time to look through")
    }

    /// The same pairs in the same order for the same request, with nothing of now in them.
    private func sessionBody(_ request: SessionRequest) -> String? {
        guard let units = StripeMoney.units(request.amount) else { return nil }
        let title = String(request.description.prefix(StripeProvider.longestTitle))
        return FormBody.text([
            ("mode", "payment"),
            ("client_reference_id", request.paymentId.text),
            ("success_url", request.returnURL(at: baseURL)),
            ("cancel_url", request.cancelURL(at: baseURL)),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", request.amount.currency.code.lowercased()),
            ("line_items[0][price_data][unit_amount]", "\(units)"),
            ("line_items[0][price_data][product_data][name]", title.isEmpty ? "Stay" : title),
            ("metadata[payment_id]", request.paymentId.text),
            ("metadata[booking_id]", request.bookingId.text),
            // The session's metadata is not copied to the intent.
            ("payment_intent_data[metadata][payment_id]", request.paymentId.text),
            ("payment_intent_data[metadata][booking_id]", request.bookingId.text),
        ])
    }

    /// A name longer than this is refused.
    private static let longestTitle = 250
}

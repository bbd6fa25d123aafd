package import Core
package import Storage

/// A provider for demos and tests, never for money: its page is one of Roost's own.
///
/// It plays somebody outside: its tables lie in the Payments database for convenience, but it has transactions of its
/// own, and nobody else looks into them.
public struct TestProvider: PaymentProvider {
    public let name: String
    private let database: any Database
    private let world: World
    private let baseURL: String

    /// - Parameter baseURL: where the outside reaches Roost, without a slash at the end.
    package init(database: any Database, world: World, baseURL: String, name: String = "test") {
        self.name = name
        self.database = database
        self.world = world
        self.baseURL = baseURL
    }

    public func open(_ request: SessionRequest, key: String) async -> OpenAnswer {
        let token = Base32.text(of: world.random(TestProvider.tokenBytes))
        do {
            let session = try await database.write { tx in
                try tx.execute(
                    """
                    INSERT INTO test_session (
                        token, provider, session_key, booking_id, payment_id, amount, currency, description,
                        is_open, is_declined, is_paid)
                    VALUES (
                        \(token), \(name), \(key), \(request.bookingId), \(request.paymentId),
                        \(request.amount.amount), \(request.amount.currency), \(request.description),
                        \(true), \(false), \(false))
                    ON CONFLICT (provider, session_key) DO NOTHING
                    """)
                return try tx.first(
                    """
                    SELECT \(TestSession.columns) FROM test_session
                    WHERE provider = \(name) AND session_key = \(key)
                    """, TestSession.init)
            }
            guard let session else { return .unknown(why: "the session is not there") }
            guard session.isOf(request) else { return .refused(why: "the key was used for another request") }
            return .opened(session: session.token, checkoutUrl: "\(baseURL)/test-checkout/\(session.token)")
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    public func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer {
        do {
            return answer(try await find(token: session.session))
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    public func close(_ session: SessionReference, key: String) async -> SessionAnswer {
        do {
            let closed = try await database.write { tx in
                try tx.execute(
                    """
                    UPDATE test_session SET is_open = \(false) WHERE token = \(session.session) AND provider = \(name)
                    """)
                return try tx.testSession(session.session, of: name)
            }
            return answer(closed)
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    public func refund(_ request: RefundRequest, key: String) async -> RefundAnswer {
        do {
            return try await database.write { tx in
                let known = try tx.first(
                    "SELECT token, amount FROM test_refund WHERE provider = \(name) AND refund_key = \(key)"
                ) { row in (token: try row[0] as String, amount: try row[1] as Int64) }
                if let known {
                    guard known.token == request.session, known.amount == request.amount.amount else {
                        return .failed(why: "the key was used for another request")
                    }
                    return .done(refund: key)
                }
                guard let session = try tx.testSession(request.session, of: name), session.isPaid else {
                    return .failed(why: "nothing was paid")
                }
                let given = try tx.value(
                    """
                    SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM test_refund
                    WHERE provider = \(name) AND token = \(session.token)
                    """, as: Int64.self)
                guard let given, request.amount.currency == session.amount.currency,
                    request.amount.amount <= session.amount.amount - given
                else { return .failed(why: "more than what is left of the payment") }
                try tx.execute(
                    """
                    INSERT INTO test_refund (provider, refund_key, token, amount)
                    VALUES (\(name), \(key), \(session.token), \(request.amount.amount))
                    """)
                return .done(refund: key)
            }
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    public func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer {
        do {
            let isKnown = try await database.read { reader in
                try reader.exists(
                    "SELECT 1 FROM test_refund WHERE provider = \(name) AND refund_key = \(refund.refund)")
            }
            return isKnown ? .done(refund: refund.refund) : .unknown(why: "no such refund")
        } catch {
            return .unknown(why: "\(error)")
        }
    }

    /// What the page shows; nothing for an unknown token.
    public func checkout(token: String) async throws -> TestCheckout? {
        try await find(token: token)?.checkout
    }

    /// Does what the payer does. Nobody has heard of it yet: `Payments.settle` must be asked, as with a real provider.
    /// - Throws: `Problem` `not_found` for an unknown token.
    @discardableResult
    public func act(token: String, outcome: TestOutcome) async throws -> TestCheckout {
        let session = try await database.write { tx in
            switch outcome {
            case .succeed:
                try tx.execute(
                    """
                    UPDATE test_session SET is_paid = \(true), is_open = \(false)
                    WHERE token = \(token) AND provider = \(name)
                    """)
            case .decline:
                try tx.execute(
                    """
                    UPDATE test_session SET is_declined = \(true), is_open = \(false)
                    WHERE token = \(token) AND provider = \(name) AND is_open = \(true)
                    """)
            case .abandon:
                break
            }
            return try tx.testSession(token, of: name)
        }
        guard let session else { throw Problem.notFound("checkout") }
        return session.checkout
    }

    private func find(token: String) async throws -> TestSession? {
        try await database.read { try $0.testSession(token, of: name) }
    }

    private func answer(_ session: TestSession?) -> SessionAnswer {
        guard let session else { return .unknown(why: "no such session") }
        switch session.state {
        case .open: return .open
        case .paid: return .paid(session.amount, capture: session.token)
        case .declined: return .declined
        case .closed: return .closed
        }
    }

    /// Nobody guesses 128 bits: who has the address may pay.
    private static let tokenBytes = 16
}

import Core
import Storage

/// What providers were asked under which key, stored before they are asked, so that every retry is byte for byte the
/// same, on whatever node it happens.
struct RequestBook: Sendable {
    let database: any Database
    let world: World
    let provider: String

    /// A request as it was first made.
    struct Entry: Sendable, Equatable {
        /// What the provider is given as its idempotency key: another for each attempt.
        let key: String
        /// The body as it goes over the wire.
        let body: String
        /// From 1; it rises only when it is known that nothing happened under the key before.
        let attempt: Int
        let begunAt: Instant
        /// Whether nobody can have asked under this key before.
        let isNew: Bool
    }

    /// Stores the body for a key, or gives what is stored there.
    /// - Parameter payment: where given, nothing is begun, or begun again, unless that payment is open: asked in the same
    ///   transaction, so that what is closed is never captured by somebody who looked earlier. Each time counts as begun.
    /// - Returns: nothing where it may not be begun.
    func begin(_ name: String, _ body: String, whileOpen payment: PaymentID? = nil) async throws -> Entry? {
        let now = world.now()
        return try await database.write { tx in
            if let payment {
                guard try tx.findPayment(payment)?.course.state == .open else { return nil }
                try tx.execute(
                    """
                    UPDATE provider_request SET begun_at = \(now)
                    WHERE provider = \(provider) AND request_key = \(name)
                    """)
            }
            if let known = try tx.request(name, of: provider) { return known }
            try tx.execute(
                """
                INSERT INTO provider_request (provider, request_key, attempt, body, begun_at)
                VALUES (\(provider), \(name), 1, \(body), \(now))
                """)
            return Entry(key: RequestBook.key(name, 1), body: body, attempt: 1, begunAt: now, isNew: true)
        }
    }

    /// What was begun under a key, if anything.
    func find(_ name: String) async throws -> Entry? {
        try await database.read { try $0.request(name, of: provider) }
    }

    /// Goes on with a new key, once it is known that nothing came of the one before. Whoever is late finds it done.
    func again(_ name: String, after entry: Entry) async throws -> Entry {
        let now = world.now()
        return try await database.write { tx in
            try tx.execute(
                """
                UPDATE provider_request SET attempt = attempt + 1, begun_at = \(now)
                WHERE provider = \(provider) AND request_key = \(name) AND attempt = \(entry.attempt)
                """)
            guard let next = try tx.request(name, of: provider) else {
                throw StorageError.fault("no request \(name)")
            }
            return next
        }
    }

    fileprivate static func key(_ name: String, _ attempt: Int) -> String { "\(name)-\(attempt)" }
}

extension Queries where Self: ~Copyable {
    fileprivate func request(_ name: String, of provider: String) throws -> RequestBook.Entry? {
        try first(
            """
            SELECT attempt, body, begun_at FROM provider_request
            WHERE provider = \(provider) AND request_key = \(name)
            """
        ) { row in
            let attempt: Int = try row[0]
            return RequestBook.Entry(
                key: RequestBook.key(name, attempt), body: try row[1], attempt: attempt, begunAt: try row[2],
                isNew: false)
        }
    }
}

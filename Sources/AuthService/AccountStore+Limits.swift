import Core
import Storage

/// Counting tries, in the database that all nodes share.
extension AccountStore {
    /// How many old rows one write removes, so that others get their turn.
    static let tidyBatch = 1000

    /// A look before the costly hash: most of what is refused is refused here.
    /// - Throws: `Problem` `rate_limited`.
    func refuseBeyond(_ buckets: [RateBucket], at now: Instant) async throws {
        guard !buckets.isEmpty else { return }
        try await database.read { try AccountStore.refuseBeyond(buckets, at: now, in: $0) }
    }

    /// Counts one in each bucket.
    /// - Throws: `Problem` `rate_limited`, with nothing counted, where one is full: of many tries at once only as many
    ///   as allowed get another answer.
    func count(_ buckets: [RateBucket], at now: Instant) async throws {
        guard !buckets.isEmpty else { return }
        try await database.write { tx in
            try AccountStore.refuseBeyond(buckets, at: now, in: tx)
            for bucket in buckets {
                try tx.execute(
                    """
                    INSERT INTO rate_window (bucket, hits, ends_at) VALUES (\(bucket.name), 1, \(now + bucket.window))
                    ON CONFLICT (bucket) DO UPDATE SET
                        hits = CASE WHEN rate_window.ends_at > \(now) THEN rate_window.hits + 1 ELSE 1 END,
                        ends_at = CASE WHEN rate_window.ends_at > \(now) THEN rate_window.ends_at ELSE excluded.ends_at END
                    """)
            }
        }
    }

    /// Removes sessions and windows that are over.
    func tidy(at now: Instant) async throws {
        var removed: Int
        repeat {
            removed = try await database.write { tx in
                try tx.execute(
                    """
                    DELETE FROM session WHERE token_hash IN (
                        SELECT token_hash FROM session WHERE expires_at <= \(now) LIMIT \(AccountStore.tidyBatch))
                    """)
            }
        } while removed == AccountStore.tidyBatch
        repeat {
            removed = try await database.write { tx in
                try tx.execute(
                    """
                    DELETE FROM rate_window WHERE bucket IN (
                        SELECT bucket FROM rate_window WHERE ends_at <= \(now) LIMIT \(AccountStore.tidyBatch))
                    """)
            }
        } while removed == AccountStore.tidyBatch
    }

    static func refuseBeyond(
        _ buckets: [RateBucket], at now: Instant, in queries: borrowing some Queries & ~Copyable
    ) throws {
        for bucket in buckets {
            let full = try queries.value(
                """
                SELECT ends_at FROM rate_window
                WHERE bucket = \(bucket.name) AND hits >= \(bucket.most) AND ends_at > \(now)
                """, as: Instant.self)
            if let full { throw Problem.tooManyTries(until: full, at: now) }
        }
    }

    static func clear(_ bucket: RateBucket, in tx: borrowing Transaction) throws {
        try tx.execute("DELETE FROM rate_window WHERE bucket = \(bucket.name)")
    }
}

extension Problem {
    /// The one answer to every sign-in that fails, so that nobody learns who has an account.
    static let wrongCredentials = Problem(.unauthenticated, "The e-mail address or the password is wrong.")

    static let addressInUse = Problem(
        .stateConflict, "There is an account with this e-mail address already. Sign in, or use another address.")

    static func tooManyTries(until end: Instant, at now: Instant) -> Problem {
        let seconds = max(1, Int((end.since(now).wholeMilliseconds + 999) / 1000))
        let wait = seconds < 90 ? "\(seconds) seconds" : "\((seconds + 59) / 60) minutes"
        return Problem(.rateLimited, "Too many tries. Try again in \(wait).", retryAfterSeconds: seconds)
    }
}

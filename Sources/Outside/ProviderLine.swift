public import Core

/// The line to one provider: tries again with growing, random pauses where that is safe, and leaves a provider alone
/// that fails too often.
public struct ProviderLine: Sendable {
    /// How often and how long to try again while somebody waits. Longer waits belong to the durable work behind.
    public struct Patience: Sendable {
        /// Tries in all.
        public let tries: Int
        /// The ceiling of the first pause; it doubles with each.
        public let firstPause: Duration
        /// The longest pause; after a `Retry-After` beyond it the provider is left alone for so long, by everybody.
        public let longestPause: Duration

        public init(tries: Int, firstPause: Duration = .milliseconds(500), longestPause: Duration = .seconds(8)) {
            self.tries = tries
            self.firstPause = firstPause
            self.longestPause = longestPause
        }

        /// For a person who waits.
        public static let standard = Patience(tries: 3)
        /// For work that is kept in a database and comes again by itself.
        public static let once = Patience(tries: 1)
    }

    public let name: String
    private let outside: Outside
    private let world: World
    private let patience: Patience
    private let mayPass: @Sendable (OutsideAnswer) -> Bool
    public let breaker: Breaker
    private let pace: Pace?

    /// - Parameters:
    ///   - mayPass: which answers are worth another try; where left out, 408, 425, 429 and 5xx.
    ///   - breaker: shared by all lines to the same provider.
    ///   - pace: how fast requests may follow each other; shared as the breaker is.
    public init(
        to name: String, outside: Outside = .live, world: World, patience: Patience = .standard,
        breaker: Breaker = Breaker(), pace: Pace? = nil,
        mayPass: @escaping @Sendable (OutsideAnswer) -> Bool = { $0.mayPass }
    ) {
        self.name = name
        self.outside = outside
        self.world = world
        self.patience = patience
        self.breaker = breaker
        self.pace = pace
        self.mayPass = mayPass
    }

    /// Until when the provider is left alone; nothing where it is believed to be well.
    public var restsUntil: Instant? { breaker.restsUntil(at: world.now()) }

    /// Asks, again where that is safe and may help.
    /// - Returns: the last answer, whatever its status.
    public func ask(_ request: OutsideRequest) async throws(OutsideFailure) -> OutsideAnswer {
        var attempt = 1
        var last: Result<OutsideAnswer, OutsideFailure>?
        while true {
            do throws(OutsideFailure) {
                try await waitForTurn(of: request)
            } catch {
                // An earlier try may have taken effect: that stands, and not that there was no other.
                guard let last else { throw error }
                return try last.get()
            }
            let outcome: Result<OutsideAnswer, OutsideFailure>
            do throws(OutsideFailure) {
                outcome = .success(try await outside.exchange(request))
            } catch {
                outcome = .failure(error)
            }
            last = outcome
            breaker.record(isWell: isWell(outcome), at: world.now())
            if let wish = wish(in: outcome), wish > patience.longestPause {
                breaker.rest(until: world.now() + wish, at: world.now())
            }
            guard attempt < patience.tries, let pause = pause(after: outcome, of: request, attempt: attempt) else {
                return try outcome.get()
            }
            // Cancelled while waiting: the last outcome stands.
            do { try await world.sleep(pause) } catch { return try outcome.get() }
            attempt += 1
        }
    }

    private func waitForTurn(of request: OutsideRequest) async throws(OutsideFailure) {
        // Who is not to be asked costs no place, and whoever waited for one looks again.
        if let until = breaker.restsUntil(at: world.now()), until > world.now() { throw .resting(until: until) }
        try await waitForPlace()
        if let end = request.notAfter, world.now() > end { throw .notSent("its turn came too late") }
        if let until = breaker.admit(at: world.now()) { throw .resting(until: until) }
    }

    private func waitForPlace() async throws(OutsideFailure) {
        guard let pace else { return }
        guard let wait = pace.reserve(at: world.now()) else { throw .crowded }
        guard wait > .zero else { return }
        do { try await world.sleep(wait) } catch { throw .notSent("we stopped waiting") }
    }

    /// How long the provider wants to be left alone. Who is limited, and who is in trouble, means everybody's requests.
    private func wish(in outcome: Result<OutsideAnswer, OutsideFailure>) -> Duration? {
        guard case .success(let answer) = outcome, answer.status == 429 || answer.status == 503 else { return nil }
        return answer.retryAfter(at: world.now())
    }

    /// A refusal is an answer too: only silence and 5xx speak of trouble. A limit (429) has its own pause.
    private func isWell(_ outcome: Result<OutsideAnswer, OutsideFailure>) -> Bool {
        switch outcome {
        case .success(let answer): answer.status < 500
        case .failure: false
        }
    }

    /// How long to wait before another try; nothing where there must be none.
    private func pause(
        after outcome: Result<OutsideAnswer, OutsideFailure>, of request: OutsideRequest, attempt: Int
    ) -> Duration? {
        switch outcome {
        case .success(let answer):
            // A limit was hit before anything was done; after other trouble the request may have taken effect.
            guard mayPass(answer), request.mayRepeat || answer.status == 429 else { return nil }
            let asked = answer.retryAfter(at: world.now()) ?? .zero
            let pause = max(asked, jitter(attempt))
            return pause <= patience.longestPause ? pause : nil
        case .failure(.notSent): return jitter(attempt)
        case .failure(.unknown): return request.mayRepeat ? jitter(attempt) : nil
        case .failure(.resting), .failure(.crowded): return nil
        }
    }

    /// Full jitter: anywhere from nothing to a ceiling that doubles, so that many who failed together come apart.
    private func jitter(_ attempt: Int) -> Duration {
        let ceiling = min(patience.longestPause, patience.firstPause * (1 << min(attempt - 1, 10)))
        let chance = world.random(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return .milliseconds(Int64(chance % UInt64(max(1, ceiling.wholeMilliseconds))))
    }
}

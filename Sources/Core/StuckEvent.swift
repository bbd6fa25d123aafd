/// An event that was tried as often as events are, or that has failed for a day by trouble that passes and is tried on: it
/// and those of its subject behind it wait for a person, who mends the cause and may have it tried again.
public struct StuckEvent: Sendable, Codable, Equatable {
    /// Names it over all databases: `bookings.payments.3.bkg_…`. Fit for an address.
    public struct ID: Sendable, Hashable, Codable, CustomStringConvertible {
        /// The database it happened in: `users`, `properties`, `bookings`, `payments`.
        public let source: String
        /// Who was to hear of it.
        public let receiver: String
        public let version: Int64
        /// What it is about: the id of a booking, place or person.
        public let subject: String

        public init(source: String, receiver: String, version: Int64, subject: String) {
            self.source = source
            self.receiver = receiver
            self.version = version
            self.subject = subject
        }

        /// Nothing for a text that names no event.
        public init?(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            guard text.utf8.count <= 200, parts.count == 4, let version = Int64(parts[2]), !parts[3].isEmpty else {
                return nil
            }
            self.init(source: parts[0], receiver: parts[1], version: version, subject: parts[3])
        }

        public var description: String { "\(source).\(receiver).\(version).\(subject)" }
    }

    public let id: ID
    /// What happened: `payable.refund`.
    public let kind: String
    /// How often it failed by its own fault since it happened, or since a person had it tried again; 0 where all was trouble
    /// that passes.
    public let tries: Int
    /// Why the last try failed, in words for an operator.
    public let lastError: String?
    public let happenedAt: Instant

    public init(id: ID, kind: String, tries: Int, lastError: String?, happenedAt: Instant) {
        self.id = id
        self.kind = kind
        self.tries = tries
        self.lastError = lastError
        self.happenedAt = happenedAt
    }
}

/// What operators see of events that wait for a person, handed to `Web` by whoever knows the databases; who asks is an
/// operator already.
public struct StuckEvents: Sendable {
    /// Oldest first, at most `limit`, after the place where the page before ended.
    public let list: @Sendable (_ cursor: String?, _ limit: Int) async throws -> Page<StuckEvent>
    public let count: @Sendable () async throws -> Int
    /// Has it tried again, from the first try on. Throws `Problem` `not_found`, or `state_conflict` where it waits for no
    /// person.
    public let tryAgain: @Sendable (StuckEvent.ID, _ reason: String, Caller, Once?) async throws -> StuckEvent
    /// As `KeepsAnswers` says, in the database of the event.
    public let keep: @Sendable (StuckEvent.ID, Problem, Once) async throws -> Problem

    public init(
        list: @escaping @Sendable (String?, Int) async throws -> Page<StuckEvent>,
        count: @escaping @Sendable () async throws -> Int,
        tryAgain: @escaping @Sendable (StuckEvent.ID, String, Caller, Once?) async throws -> StuckEvent,
        keep: @escaping @Sendable (StuckEvent.ID, Problem, Once) async throws -> Problem
    ) {
        self.list = list
        self.count = count
        self.tryAgain = tryAgain
        self.keep = keep
    }

    /// Nothing ever waits: for a server without databases of its own.
    public static let none = StuckEvents(
        list: { _, _ in Page(items: [], nextCursor: nil) }, count: { 0 },
        tryAgain: { _, _, _, _ in throw Problem.notFound("event") }, keep: { _, refusal, _ in refusal })
}

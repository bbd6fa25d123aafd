/// Who asks. Every use case takes one, and the service decides what they may do: a route that forgets can grant nothing.
public struct Caller: Sendable, Hashable {
    public let id: UserID
    public let isOperator: Bool

    public init(id: UserID, isOperator: Bool) {
        self.id = id
        self.isOperator = isOperator
    }
}

/// The `Idempotency-Key` of a request: for one person and one path, asking again gives the first answer again.
public struct IdempotencyKey: Sendable, Hashable {
    public let person: UserID
    public let path: String
    public let key: String

    /// The longest key a client may send, in characters.
    public static let longest = 255

    public init(person: UserID, path: String, key: String) {
        self.person = person
        self.path = path
        self.key = key
    }
}

/// The `Idempotency-Key` of a request together with what was asked, recorded in the database of the effect.
public struct Once: Sendable {
    public let key: IdempotencyKey
    /// A hash of the body: another body under the same key is refused.
    public let bodyHash: String

    public init(key: IdempotencyKey, bodyHash: String) {
        self.key = key
        self.bodyHash = bodyHash
    }

    /// How long the first try may run alone where it calls outside; a later try takes over after that.
    public static let lease = Duration.seconds(60)
    /// How long an answer is kept: the contract's 72 hours and a little.
    public static let kept = Duration.seconds(80 * 3600)
}

/// Who keeps the answers given under an `Idempotency-Key`: the service whose database has the effect.
public protocol KeepsAnswers: Sendable {
    /// Keeps a refusal that was found before the use case began, so that asking again gives it again.
    /// - Returns: what to answer: the first refusal under this key, which is this one unless another came before.
    func keep(_ refusal: Problem, for once: Once) async throws -> Problem
}

/// A slice of a list, and where the next one begins.
public struct Page<Item: Sendable>: Sendable {
    public let items: [Item]
    /// Opaque; nothing where the list ends here.
    public let nextCursor: String?

    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// How many items one page may have.
    public static var limits: ClosedRange<Int> { 1...100 }
}

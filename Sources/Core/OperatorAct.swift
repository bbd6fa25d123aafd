/// Something an operator did to what is not theirs: who, what, on what, why and when. Written in the transaction that does
/// it, so that nothing is done and not written down, and never changed afterwards.
public struct OperatorAct: Sendable, Codable, Equatable {
    /// Unique over all databases.
    public let id: String
    public let operatorId: UserID
    /// `cancel`, `refund`, `change calendar`: what was done, in the words of the service that did it.
    public let act: String
    /// The id of a booking, place, payment, case, mail or person, or a mail address.
    public let subject: String
    /// Empty where a program gave none.
    public let reason: String
    public let at: Instant

    public init(id: String, operatorId: UserID, act: String, subject: String, reason: String, at: Instant) {
        self.id = id
        self.operatorId = operatorId
        self.act = act
        self.subject = subject
        self.reason = reason
        self.at = at
    }

    /// The longest reason, in characters.
    public static let longestReason = 1000

    /// A reason as it is kept.
    /// - Throws: `Problem` `validation_failed` on `reason` for none, or one that is too long.
    public static func checked(_ reason: String) throws(Problem) -> String {
        let text = String(reason.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !text.isEmpty else {
            throw Problem.invalid("reason", "required", "Say why: the log keeps it beside what you do.")
        }
        guard text.unicodeScalars.count <= longestReason else {
            throw Problem.invalid("reason", "too_long", "A reason has at most \(longestReason) characters.")
        }
        return text
    }
}

/// Which acts an operator looks at; what is left out does not narrow.
public struct OperatorActFilter: Sendable {
    public var operatorId: UserID?
    public var subject: String?

    public init(operatorId: UserID? = nil, subject: String? = nil) {
        self.operatorId = operatorId
        self.subject = subject
    }
}

/// Where a page of a list ended that goes back in time: stable while others are added.
public struct MomentCursor: Sendable, Equatable {
    public let moment: Instant
    public let id: String

    public init(_ moment: Instant, _ id: String) {
        self.moment = moment
        self.id = id
    }

    /// - Throws: `Problem` `validation_failed` for a text that is no cursor of ours.
    public init(_ text: String) throws(Problem) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let moment = Int64(parts[0]), !parts[1].isEmpty, parts[1].utf8.count <= 128 else {
            throw Problem.invalid("cursor", "invalid", "This cursor is not one of ours. Begin again without it.")
        }
        self.init(Instant(milliseconds: moment), String(parts[1]))
    }

    public var text: String { "\(moment.milliseconds).\(id)" }
}

extension Page {
    /// A page out of what was found, which is one more than asked for where the list goes on.
    public init(_ found: [Item], limit: Int, place: (Item) -> MomentCursor) {
        let items = Array(found.prefix(limit))
        self.init(items: items, nextCursor: found.count > limit ? items.last.map { place($0).text } : nil)
    }
}

public import Core
import Storage

/// Which mails an operator looks at; what is left out does not narrow.
public struct MailFilter: Sendable {
    public var state: MailDelivery.State?
    public var outcome: MailDelivery.Outcome?
    public var kind: LetterKind?
    public var recipient: UserID?
    /// A booking's id, or the id of a person for their registration.
    public var subject: String?

    public init() {}
}

/// A mail and all that happened to it, oldest first.
public struct MailTimeline: Sendable {
    /// One thing that happened.
    public struct Entry: Sendable, Equatable {
        public let at: Instant
        /// `queued`, `resent`; how a try ended: `sent`, `failed`, `unknown`, `suppressed`, `trying`; what the provider
        /// told: `accepted`, `deferred`, `delivered`, `bounced`, `blocked`, `dropped`, `complained`, `opened`, …
        public let what: String
        public let provider: String?
        /// The provider's words, or the error.
        public let detail: String?
    }

    public let mail: MailDelivery
    public let entries: [Entry]
}

// What operators do. Anyone else is refused.
extension Mails {
    /// The mails, newest first.
    public func mails(
        _ filter: MailFilter, limit: Int, cursor: String?, for caller: Caller
    ) async throws -> Page<MailDelivery> {
        try Mails.requireOperator(caller)
        return try await store.mails(filter, limit: limit, after: try cursor.map(ListPlace.init))
    }

    /// One mail with all that happened to it.
    public func timeline(of id: MailID, for caller: Caller) async throws -> MailTimeline {
        try Mails.requireOperator(caller)
        guard let timeline = try await store.timeline(of: id) else { throw Problem.notFound("mail") }
        return timeline
    }

    /// Sends a mail again that has come to an end, as it was written then: under a message id of its own, so that no
    /// mail program takes it for the first.
    /// - Throws: `Problem` `state_conflict` while it is still on its way, or where its address gets no mails.
    /// - Parameter reason: kept in the log of what operators do.
    public func resend(
        _ id: MailID, reason: String = "", for caller: Caller, once: Once?
    ) async throws -> MailDelivery {
        try Mails.requireOperator(caller)
        guard let timeline = try await store.timeline(of: id) else { throw Problem.notFound("mail") }
        let recipient = timeline.mail.recipient
        let address = try await readersOf([recipient])[recipient]?.address.address
        return try await store.resend(
            id, to: address, act("resend", on: id.text, reason, by: caller), once: once)
    }

    /// The addresses that get no mails, the latest first.
    public func suppressedAddresses(
        limit: Int, cursor: String?, for caller: Caller
    ) async throws -> Page<SuppressedAddress> {
        try Mails.requireOperator(caller)
        return try await store.suppressedAddresses(limit: limit, after: try cursor.map(ListPlace.init))
    }

    /// Lets an address have mails again.
    /// - Parameter reason: kept in the log of what operators do.
    /// - Throws: `Problem` `not_found` where it is not suppressed.
    public func lift(
        _ address: String, reason: String = "", for caller: Caller, once: Once?
    ) async throws -> SuppressedAddress {
        try Mails.requireOperator(caller)
        let address = address.lowercased()
        return try await store.lift(address, act("lift", on: address, reason, by: caller), once: once)
    }

    /// How many mails wait, are being sent, or were given up.
    public func standing(for caller: Caller) async throws -> [MailDelivery.State: Int] {
        try Mails.requireOperator(caller)
        return Dictionary(try await standing().map { ($0.state, $0.count) }) { first, _ in first }
    }

    private func act(_ act: String, on subject: String, _ reason: String, by caller: Caller) -> OperatorAct {
        OperatorAct(
            id: Base32.text(of: world.random(16)), operatorId: caller.id, act: act, subject: subject, reason: reason,
            at: world.now())
    }

    private static func requireOperator(_ caller: Caller) throws(Problem) {
        guard caller.isOperator else { throw Problem(.forbidden, "Only operators may look after mails.") }
    }
}

extension Mails: KeepsAnswers {
    public func keep(_ refusal: Problem, for once: Once) async throws -> Problem {
        try await store.database.keep(refusal, for: once, at: world.now())
    }
}

/// Where a page of a list ended: a moment, and what came at it.
struct ListPlace: Sendable {
    let moment: Instant
    let name: String

    /// - Throws: `Problem` for a cursor that is none of ours.
    init(_ cursor: String) throws(Problem) {
        let parts = cursor.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else {
            throw Problem.invalid("cursor", "invalid", "is none of ours: give back nextCursor as it was")
        }
        moment = Instant(milliseconds: milliseconds)
        name = String(parts[1])
    }

    init(moment: Instant, name: String) {
        self.moment = moment
        self.name = name
    }

    var cursor: String { "\(moment.milliseconds)-\(name)" }
}

public import Core

/// What became of a mail.
public struct MailDelivery: Sendable, Equatable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Waits for its turn, the first or a later one.
        case queued
        /// Someone is sending it; where they never say how it went, it is tried again after the lease.
        case sending
        /// The provider has taken it.
        case sent
        /// Given up: the provider refused it for good, or every try failed.
        case failed
        /// Not to be sent: the person is gone, mails to the address come back, or no server could reach it.
        case suppressed
    }

    public let id: MailID
    /// The event that made it due: database, subject and version.
    public let event: String
    public let kind: LetterKind
    public let recipient: UserID
    /// The booking's id, else the person's.
    public let subject: String
    public let state: State
    /// What became of it behind its provider, as far as that told.
    public let outcome: Outcome?
    /// How often it was tried.
    public let tries: Int
    /// How often an operator has sent it again.
    public let resends: Int
    /// When it is tried next, while it is queued; until when the lease runs, while it is being sent.
    public let dueAt: Instant
    public let lastError: String?
    public let createdAt: Instant
    public let sentAt: Instant?
}

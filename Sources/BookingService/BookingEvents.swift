public import Core

/// A booking's state changed: what letters are made from.
public struct BookingChanged: Sendable, Codable {
    public enum Change: String, Sendable, Codable, CaseIterable {
        case requested, held, accepted, declined, lapsed, confirmed, expired, cancelled, completed
        /// Money came for an expired booking and its nights were still free.
        case revived
    }

    public static let kind = "booking.changed"

    /// As it was right after the change; `paid` and `refunded` are not filled in.
    public let booking: Booking
    public let change: Change
    public let by: Actor
    /// What cancelling gives back; nothing for the other changes.
    public let refund: Money?
    public let refundPercent: Int?
    public let reason: String?

    public init(
        booking: Booking, change: Change, by actor: Actor, refund: Money? = nil, refundPercent: Int? = nil,
        reason: String? = nil
    ) {
        self.booking = booking
        self.change = change
        self.by = actor
        self.refund = refund
        self.refundPercent = refundPercent
        self.reason = reason
    }
}

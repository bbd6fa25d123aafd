import AuthService
import BookingService
import Core

/// Who cancelled a stay and when, in words that both sides read.
enum CancelledWords {
    /// - Parameter guest: the name of who would have come, for readers who are somebody else.
    /// - Returns: nothing where it is not known.
    static func text(_ booking: Booking, guest: String, for caller: Caller, on page: PageVisit) -> String? {
        guard let by = booking.cancelledBy, let when = booking.cancelledAt else { return nil }
        // An operator looks at these pages too.
        let isOwn =
            switch by {
            case .guest: caller.id == booking.guestId
            case .host: caller.id == booking.hostId
            default: false
            }
        return page.texts(
            "host.booking.cancelledBy.\(isOwn ? "you" : by.rawValue)",
            ["guest": guest, "when": page.formats.moment(when, in: booking.agreed.zone)])
    }
}

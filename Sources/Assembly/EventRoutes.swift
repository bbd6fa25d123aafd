import AuthService
import BookingService
import NotificationService
import PaymentService
import PropertyService
import Storage

/// Who hears what: the map of who talks to whom. Events leave through the outbox of the database where they happened.
enum EventRoutes {
    static let users = [
        PersonRegistered.kind: ["mails"],
        MailUndeliverable.kind: ["mails"],  // the host is told that a guest gets none
    ]

    static let properties = [
        PropertyCreated.kind: ["accounts"]  // whoever lists a place is a host
    ]

    static let bookings = [
        NightsMoved.taken: ["properties"],  // the copy of taken nights, for search
        NightsMoved.freed: ["properties"],
        CalendarChanged.kind: ["properties"],
        PayableClosing.kind: ["payments"],
        PayableRefund.kind: ["payments"],
        BookingChanged.kind: ["mails"],
        AlterationChanged.kind: ["mails"],
    ]

    static let payments = [
        PayablePaid.kind: ["bookings"],
        PayableClosed.kind: ["bookings"],
        PaymentRefunded.kind: ["mails"],
    ]

    /// Who hears what in the background: nobody's answer waits for a letter.
    static let unhurried: Set<String> = ["mails"]

    /// In which outbox a hearer may leave events of its own about the subject it has heard of.
    static let answers = [
        "payments": "payments",  // paid, closed, refunded
        "bookings": "bookings",  // confirmed, expired, nights taken or freed
    ]

    static func outbox(_ source: String, _ routes: [String: [String]]) -> Outbox {
        Outbox(source: source, unhurried: unhurried) { routes[$0] ?? [] }
    }
}

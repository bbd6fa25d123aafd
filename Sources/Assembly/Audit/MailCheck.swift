import BookingService
import Core
import NotificationService

/// Every mail that is due is queued, once.
enum MailCheck {
    static func compare(_ bookings: BookingsAudit, _ mails: MailsAudit) -> [Audit.Finding] {
        var findings: [Audit.Finding] = []
        for booking in bookings.bookings {
            for (kind, recipient) in due(for: booking) {
                let count = mails.counts[MailTopic(subject: booking.id.text, recipient: recipient, kind: kind)] ?? 0
                guard count != 1 else { continue }
                findings.append(
                    .init(
                        booking.id.text,
                        "\(booking.id) (\(booking.status.rawValue)): the mail \(kind.rawValue) is queued \(count) times"))
            }
        }
        return findings
    }

    private static func due(for booking: AuditedBooking) -> [(LetterKind, UserID)] {
        var due: [(LetterKind, UserID)] =
            booking.wasRequest
            ? [(.requested, booking.guestId), (.requestReceived, booking.hostId)] : [(.held, booking.guestId)]
        if booking.wasConfirmed { due += [(.confirmed, booking.guestId), (.bookingReceived, booking.hostId)] }
        let wasAccepted =
            booking.wasConfirmed || booking.status == .held || (booking.status == .expired && !booking.lapsed)
        if booking.wasRequest && wasAccepted { due.append((.accepted, booking.guestId)) }
        switch booking.status {
        case .cancelled: due += [(.cancelled, booking.guestId), (.cancelledForHost, booking.hostId)]
        case .declined: due.append((.declined, booking.guestId))
        case .expired: due.append((booking.lapsed ? .lapsed : .expired, booking.guestId))
        case .requested, .held, .confirmed, .completed: break
        }
        return due
    }
}

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
                        "\(booking.id) (\(booking.status.rawValue)): the mail \(kind.rawValue) is queued \(count) times"
                    ))
            }
        }
        return findings + alterations(bookings, mails)
    }

    /// Both sides hear of every step of every change.
    private static func alterations(_ bookings: BookingsAudit, _ mails: MailsAudit) -> [Audit.Finding] {
        let people = Dictionary(
            uniqueKeysWithValues: bookings.bookings.map { ($0.id, (guest: $0.guestId, host: $0.hostId)) })
        var findings: [Audit.Finding] = []
        for (id, all) in Dictionary(grouping: bookings.alterations, by: \.bookingId) {
            guard let (guest, host) = people[id] else { continue }
            let agreed = all.count { $0.wasOwed }
            let applied = all.count { $0.status == .applied }
            let ended = all.count { [.declined, .withdrawn, .lapsed, .expired].contains($0.status) }
            // One that counts after all, because its money came late, was told of as ended first.
            let late = all.count { $0.status == .applied && $0.wasOwed }
            let due: [(LetterKind, UserID, ClosedRange<Int>)] = [
                (.changeProposed, guest, all.count...all.count), (.changeProposedToHost, host, all.count...all.count),
                (.changeAgreed, guest, agreed...agreed), (.changeAgreedForHost, host, agreed...agreed),
                (.changeApplied, guest, applied...applied), (.changeAppliedForHost, host, applied...applied),
                (.changeEnded, guest, ended...ended + late), (.changeEndedForHost, host, ended...ended + late),
            ]
            for (kind, recipient, expected) in due {
                let count = mails.counts[MailTopic(subject: id.text, recipient: recipient, kind: kind)] ?? 0
                guard !expected.contains(count) else { continue }
                findings.append(
                    .init(id.text, "\(id): the mail \(kind.rawValue) is queued \(count) times for \(all.count) changes")
                )
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

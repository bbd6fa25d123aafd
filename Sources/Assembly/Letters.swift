import AuthService
import BookingService
import Core
import NotificationService
import PaymentService
import PropertyService
import Storage

/// Turns events, which name people and places by id, into letters.
struct Letters: Sendable {
    let accounts: Accounts
    let properties: Properties
    let bookings: Bookings

    /// The letters an event makes due; none for a change nobody needs a letter about.
    func due(for event: Event) async throws -> [Letter] {
        switch event.kind {
        case PersonRegistered.kind:
            return [.registered(try event.decoded(as: PersonRegistered.self).personId)]
        case BookingChanged.kind:
            return try await letters(about: try event.decoded(as: BookingChanged.self))
        case PaymentRefunded.kind:
            return try await letters(about: try event.decoded(as: PaymentRefunded.self))
        case MailUndeliverable.kind:
            return try await letters(about: try event.decoded(as: MailUndeliverable.self))
        default:
            throw StorageError.fault("no letter is known for the event \(event.kind)")
        }
    }

    private func letters(about changed: BookingChanged) async throws -> [Letter] {
        let booking = changed.booking
        guard changed.change != .completed else { return [] }
        var facts = try await facts(booking)
        facts.reason = changed.reason
        // Nothing: nothing had been paid. Zero: the policy gives nothing back.
        facts.refund = booking.confirmedAt == nil ? nil : changed.refund
        facts.cancelledBy = [.cancelled, .declined].contains(changed.change) ? party(changed.by) : nil
        func toGuest(_ kind: LetterKind) -> Letter { Letter(kind, to: booking.guestId, about: facts) }
        func toHost(_ kind: LetterKind) -> Letter { Letter(kind, to: booking.hostId, about: facts) }
        switch changed.change {
        case .requested:
            facts.deadline = booking.requestExpiresAt
            return [toGuest(.requested), toHost(.requestReceived)]
        case .held:
            facts.deadline = booking.holdExpiresAt
            return [toGuest(.held)]
        case .accepted:
            facts.deadline = booking.holdExpiresAt
            return [toGuest(.accepted)]
        case .declined: return [toGuest(.declined)]
        case .lapsed: return [toGuest(.lapsed)]
        case .confirmed, .revived: return [toGuest(.confirmed), toHost(.bookingReceived)]
        case .expired: return [toGuest(.expired)]
        case .cancelled: return [toGuest(.cancelled), toHost(.cancelledForHost)]
        case .completed: return []
        }
    }

    private func letters(about refunded: PaymentRefunded) async throws -> [Letter] {
        guard let booking = try await bookings.anyBooking(refunded.bookingId) else {
            throw StorageError.fault("a refund for \(refunded.bookingId), which is no booking")
        }
        var facts = try await facts(booking)
        facts.refund = refunded.amount
        return [Letter(booking.status == .expired ? .lateRefunded : .refunded, to: booking.guestId, about: facts)]
    }

    private func letters(about undeliverable: MailUndeliverable) async throws -> [Letter] {
        guard let booking = try await bookings.anyBooking(undeliverable.bookingId),
            booking.guestId == undeliverable.recipient
        else { return [] }
        return [Letter(.guestUnreachable, to: booking.hostId, about: try await facts(booking))]
    }

    private func facts(_ booking: Booking) async throws -> StayFacts {
        var facts = StayFacts(
            bookingId: booking.id, code: booking.code, place: booking.agreed.title, stay: booking.stay,
            guests: booking.guests, total: booking.total, zone: booking.agreed.zone,
            checkInFrom: booking.agreed.checkInFrom, checkOutBy: booking.agreed.checkOutBy)
        facts.lines = booking.lines.map { StayFacts.Line($0.label, $0.amount, kind: $0.kind.rawValue) }
        facts.guestName = try await accounts.person(booking.guestId)?.name
        if let location = try await properties.properties([booking.propertyId])[booking.propertyId]?.location {
            facts.area = "\(location.city), \(location.country)"
        }
        return facts
    }

    private func party(_ actor: Actor) -> StayFacts.Party {
        switch actor {
        case .guest: .guest
        case .host: .host
        case .operator: .operator
        case .system: .system
        }
    }
}

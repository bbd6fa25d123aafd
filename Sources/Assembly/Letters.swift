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

    /// The letters that each of several events makes due; none for a change nobody needs a letter about. People and places
    /// are read once for all of them.
    func due(for events: [Event]) async throws -> [[Letter]] {
        var news: [News] = []
        for event in events { news.append(try await self.news(in: event)) }
        let bookings = news.compactMap(\.booking)
        let guests = bookings.isEmpty ? [:] : try await accounts.people(bookings.map(\.guestId))
        let places = try await properties.properties(Array(Set(bookings.map(\.propertyId))))
        return news.map { news in
            letters(about: news) { booking in
                facts(booking, guest: guests[booking.guestId], place: places[booking.propertyId])
            }
        }
    }

    /// What an event tells.
    private enum News {
        case registered(UserID)
        case changed(BookingChanged)
        case altered(AlterationChanged)
        case refunded(PaymentRefunded, Booking)
        case unreachable(Booking)
        /// Nobody needs a letter about it.
        case nothing

        var booking: Booking? {
            switch self {
            case .changed(let changed): changed.booking
            case .altered(let changed): changed.booking
            case .refunded(_, let booking), .unreachable(let booking): booking
            case .registered, .nothing: nil
            }
        }
    }

    private func news(in event: Event) async throws -> News {
        switch event.kind {
        case PersonRegistered.kind:
            return .registered(try event.decoded(as: PersonRegistered.self).personId)
        case BookingChanged.kind:
            let changed = try event.decoded(as: BookingChanged.self)
            return changed.change == .completed ? .nothing : .changed(changed)
        case AlterationChanged.kind:
            return .altered(try event.decoded(as: AlterationChanged.self))
        case PaymentRefunded.kind:
            let refunded = try event.decoded(as: PaymentRefunded.self)
            guard let booking = try await bookings.anyBooking(refunded.bookingId) else {
                throw StorageError.fault("a refund for \(refunded.bookingId), which is no booking")
            }
            return .refunded(refunded, booking)
        case MailUndeliverable.kind:
            let undeliverable = try event.decoded(as: MailUndeliverable.self)
            guard let booking = try await bookings.anyBooking(undeliverable.bookingId),
                booking.guestId == undeliverable.recipient
            else { return .nothing }
            return .unreachable(booking)
        default:
            throw StorageError.fault("no letter is known for the event \(event.kind)")
        }
    }

    private func letters(about news: News, _ facts: (Booking) -> StayFacts) -> [Letter] {
        switch news {
        case .registered(let person): return [.registered(person)]
        case .changed(let changed): return letters(about: changed, facts(changed.booking))
        case .altered(let changed): return letters(about: changed, facts(changed.booking))
        case .refunded(let refunded, let booking):
            var facts = facts(booking)
            facts.refund = refunded.amount
            let kind: LetterKind = booking.status == .expired ? .lateRefunded : .refunded
            return [Letter(kind, to: booking.guestId, about: facts)]
        case .unreachable(let booking):
            return [Letter(.guestUnreachable, to: booking.hostId, about: facts(booking))]
        case .nothing: return []
        }
    }

    private func letters(about changed: BookingChanged, _ known: StayFacts) -> [Letter] {
        let booking = changed.booking
        var facts = known
        facts.reason = changed.reason
        facts.isOvertakenByOwn = booking.crowdedOut == .byOwnRequest ? true : nil
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

    private func letters(about changed: AlterationChanged, _ known: StayFacts) -> [Letter] {
        let (alteration, booking) = (changed.alteration, changed.booking)
        var facts = known
        facts.reason = alteration.reason
        facts.deadline = alteration.expiresAt
        facts.change = StayFacts.Change(alteration)
        func letters(_ toGuest: LetterKind, _ toHost: LetterKind) -> [Letter] {
            [Letter(toGuest, to: booking.guestId, about: facts), Letter(toHost, to: booking.hostId, about: facts)]
        }
        switch alteration.status {
        case .proposed: return letters(.changeProposed, .changeProposedToHost)
        case .agreed: return letters(.changeAgreed, .changeAgreedForHost)
        case .applied: return letters(.changeApplied, .changeAppliedForHost)
        case .declined, .withdrawn, .lapsed, .expired: return letters(.changeEnded, .changeEndedForHost)
        // The booking is over, and the letter about that says so.
        case .ended: return []
        }
    }

    private func facts(_ booking: Booking, guest: Person?, place: Property?) -> StayFacts {
        var facts = StayFacts(
            bookingId: booking.id, code: booking.code, place: booking.agreed.title, stay: booking.stay,
            guests: booking.guests, total: booking.total, zone: booking.agreed.zone,
            checkInFrom: booking.agreed.checkInFrom, checkOutBy: booking.agreed.checkOutBy)
        facts.lines = booking.lines.map { StayFacts.Line($0.label, $0.amount, kind: $0.kind.rawValue) }
        facts.guestName = guest?.name
        facts.area = (place?.location).map { "\($0.city), \($0.country)" }
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

extension StayFacts.Change {
    fileprivate init(_ alteration: Alteration) {
        let (before, after) = (alteration.before, alteration.after)
        let outcome: Outcome? =
            switch alteration.status {
            case .proposed, .agreed, .applied, .ended: nil
            case .declined: .declined
            case .withdrawn: .withdrawn
            case .lapsed: .lapsed
            case .expired: .expired
            }
        self.init(
            number: alteration.number, isProposedByHost: alteration.proposedBy != .guest,
            before: (before.stay, before.party.guests, before.total),
            after: (after.stay, after.party.guests, after.total), isApplied: alteration.status == .applied,
            outcome: outcome, message: alteration.message)
    }
}

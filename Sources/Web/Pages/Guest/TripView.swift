import AuthService
import BookingService
import Core
import PaymentService
import PropertyService

/// A trip as its page tells its guest: where it stands, what to do, what was paid and given back.
struct TripView {
    let view: View

    /// After so long a provider's silence is worth a word.
    private static let late = Duration.seconds(15 * 60)

    init(_ booking: Booking, _ payments: [Payment], _ caller: Caller, on page: PageVisit) async throws {
        let (texts, formats) = (page.texts, page.formats)
        let now = page.site.world.now()
        var view: View = [
            "booking": BookingView(booking, on: page).view,
            "placeHref": page.path("/properties/\(booking.propertyId)"), "id": booking.id.text,
            "policyName": texts("policy.\(booking.agreed.cancellation.name).name"),
        ]
        if let reason = booking.reason, [.declined, .cancelled].contains(booking.status) {
            let isHosts = booking.status == .declined && !booking.isCrowdedOut
            view["why"] =
                [
                    "label": texts(isHosts ? "letter.hostWrote" : "letter.reasonGiven"),
                    "text": booking.crowdedOut.map { $0.words(texts, forGuest: true) } ?? reason,
                ] as View
        }
        if let property = try await page.site.properties.properties([booking.propertyId])[booking.propertyId] {
            view["drawing"] = Drawing.address(of: property, .wide)
            view["place"] = PlaceCard.place(property, page)
            if booking.status == .confirmed, now < booking.agreed.checkOutAt {
                view["address"] = TripView.address(of: property.location, page)
                // Who has booked finds the door; the programs for maps on a phone know such links (RFC 5870).
                let point = [property.location.latitude, property.location.longitude]
                    .map { SearchMap.Area.short($0) }
                view["position"] =
                    ["text": point.joined(separator: ", "), "href": "geo:\(point.joined(separator: ","))"] as View
            }
        }
        let people = try await page.site.accounts.people([booking.hostId, booking.guestId])
        if let host = people[booking.hostId] {
            view["with"] = ["label": texts("trip.host"), "name": host.name] as View
        }
        let open = payments.last { $0.status == .pending || $0.status == .authorized }
        switch booking.status {
        case .requested:
            if let until = booking.requestExpiresAt {
                view["about"] = texts("trip.requested", ["until": formats.moment(until, in: booking.agreed.zone)])
            }
        case .held:
            if let open {
                view["waiting"] = TripView.waiting(open, booking, now, on: page)
            } else if let until = booking.holdExpiresAt, until > now {
                view["about"] = texts("status.held.about", ["until": formats.moment(until, in: booking.agreed.zone)])
            } else {
                view["about"] = texts("trip.closing")
            }
            // Beside a payment that is open a second one would only be taken for the first.
            if open == nil, booking.holdExpiresAt.map({ $0 > now }) == true {
                view["payHref"] = page.path("/checkout/\(booking.id)")
                if payments.last?.status == .failed { view["declined"] = true }
            }
        case .confirmed:
            view["calendarHref"] = page.path("/trips/\(booking.id)/stay.ics")
            view["about"] = texts(
                now < booking.agreed.checkInAt
                    ? "trip.upcoming" : now < booking.agreed.checkOutAt ? "trip.inStay" : "status.completed.about")
        case .cancelled:
            let guest = people[booking.guestId]?.name ?? texts("host.bookings.unknownGuest")
            view["about"] =
                CancelledWords.text(booking, guest: guest, for: caller, on: page) ?? texts("status.cancelled.about")
        case .completed, .declined: view["about"] = texts("status.\(booking.status.rawValue).about")
        case .expired:
            view["about"] = texts(booking.paid.amount > 0 ? "trip.paidTooLate" : "status.expired.about")
        }
        if booking.canStillBeCancelled(at: now) {
            view["cancelHref"] = page.path("/trips/\(booking.id)/cancel")
        }
        if booking.status == .confirmed, now < booking.agreed.checkOutAt {
            let change = try await page.site.bookings.alterations(of: booking.id, for: caller).first {
                $0.status == .proposed || $0.status == .agreed
            }
            view["change"] =
                [
                    "href": page.path("/trips/\(booking.id)/change"),
                    "label": texts(change == nil ? "change.link" : "change.linkOpen"), "isOpen": change != nil,
                ] as View
            if let change {
                view["changeAbout"] = OpenChange.about(change, booking, isGuest: true, on: page)
                view["changeDeclined"] = OpenChange.declined(change, booking, payments, on: page)
            }
        }
        let policy = try await TripView.policy(booking, caller, now, on: page)
        view["policyHTML"] = policy
        view["showsPolicy"] = policy != nil
        if [.expired, .declined, .cancelled].contains(booking.status) {
            view["againHref"] = page.path("/properties/\(booking.propertyId)" + booking.again)
        }
        view["payments"] = payments.map { payment -> View in
            var view: View = [
                "provider": texts.known("provider.\(payment.provider).name") ?? payment.provider,
                "status": texts("payment.\(payment.status.rawValue)"), "amount": formats.money(payment.amount),
                "date": formats.moment(payment.createdAt, in: booking.agreed.zone),
            ]
            // A name of its own: a template takes what a payment lacks from the booking around it.
            if payment.refunded.amount > 0 { view["back"] = formats.money(payment.refunded) }
            return view
        }
        view["hasPayments"] = !payments.isEmpty
        if booking.status == .cancelled || booking.status == .expired {
            view["refund"] = TripView.refund(booking, on: page)
        }
        self.view = view
    }

    /// What cancelling gives back and until when, as the page that cancels says it; nothing of what has ended.
    private static func policy(
        _ booking: Booking, _ caller: Caller, _ now: Instant, on page: PageVisit
    ) async throws -> HTML? {
        guard booking.canStillBeCancelled(at: now) else { return nil }
        do {
            let offer = try await page.site.bookings.cancellation(of: booking.id, for: caller)
            return PolicySteps.html(offer.schedule, zone: booking.agreed.zone, on: page)
        } catch let problem as Problem where problem.code == .stateConflict {
            // It ended while this page was made.
            return nil
        }
    }

    private static func waiting(_ payment: Payment, _ booking: Booking, _ now: Instant, on page: PageVisit) -> View {
        let (texts, formats) = (page.texts, page.formats)
        let provider = texts.known("provider.\(payment.provider).name") ?? payment.provider
        var view: View = [
            "checkHref": page.path("/trips/\(booking.id)?check=1"),
            "heading": texts("trip.waiting", ["amount": formats.money(payment.amount)]),
            "open": texts("checkout.continueWith", ["provider": provider]),
        ]
        if let address = payment.checkoutUrl { view["openHref"] = address }
        if let until = booking.holdExpiresAt, until > now {
            view["until"] = texts("trip.waitingUntil", ["until": formats.moment(until, in: booking.agreed.zone)])
            view["otherHref"] = page.path("/checkout/\(booking.id)")
        }
        if now.since(payment.createdAt) > late {
            view["late"] = page.texts("trip.late", ["reference": payment.id.text])
        }
        return view
    }

    /// What is on its way back, or was given back.
    private static func refund(_ booking: Booking, on page: PageVisit) -> String {
        guard booking.paid.amount > 0 else { return page.texts("trip.nothingPaid") }
        guard booking.refunded.amount > 0 else { return page.texts("trip.nothingBack") }
        return page.texts("trip.refunded", ["amount": page.formats.money(booking.refunded)])
    }

    private static func address(of location: Location, _ page: PageVisit) -> String {
        [location.calmNeighbourhood, location.city, page.formats.country(location.country)].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: page.texts("format.comma"))
    }
}

extension Booking {
    /// Whether the policy still says anything: not of what has ended, though nobody has written that down yet.
    func canStillBeCancelled(at now: Instant) -> Bool {
        switch status {
        case .requested, .held: true
        case .confirmed: now < agreed.checkOutAt
        case .completed, .cancelled, .declined, .expired: false
        }
    }

    /// The parameters that ask for the same stay for the same people once more.
    var again: String {
        "?checkIn=\(stay.checkIn)&checkOut=\(stay.checkOut)" + PartyAsked.query(party ?? Party(adults: guests))
    }
}

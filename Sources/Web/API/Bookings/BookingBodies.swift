import BookingService
import Core
import PropertyService

/// A stay someone asks for.
struct HoldBody: Sendable {
    /// As sent: what is no id of ours names no place.
    let place: String
    let stay: Stay
    let party: Party
    let expectedTotal: Money?
    /// With whom the guest wants to pay, where they say so.
    let provider: String?

    /// - Parameter place: told also where the rest is wrong.
    init?(_ fields: inout Fields, place: inout String?) {
        place = fields.required("propertyId", .secret(0...1024))
        let checkIn = fields.required("checkIn", .day)
        let checkOut = fields.required("checkOut", .day)
        let party = fields.party()
        var expected: Money?
        if case .value(let money) = fields.nullable("expectedTotal", .money(0...Int64.max)) { expected = money }
        var provider: String?
        if case .value(let name) = fields.nullable("provider", .text(1...40)) { provider = name }
        guard let checkIn, let checkOut else { return nil }
        guard let stay = Stay(from: checkIn, to: checkOut) else {
            fields.complain("checkOut", "not_after_check_in", "must be after checkIn")
            return nil
        }
        guard let place, let party else { return nil }
        self.place = place
        self.stay = stay
        self.party = party
        expectedTotal = expected
        self.provider = provider
    }
}

/// Why something is declined or cancelled, if they say.
struct ReasonBody: Sendable {
    let reason: String?

    init() { reason = nil }

    init?(_ fields: inout Fields) {
        var reason: String?
        if case .value(let text) = fields.nullable("reason", .text(0...1000, lines: true)) { reason = text }
        self.reason = reason.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Booking: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { booking in
            booking.member("id", id)
            booking.member("code", code)
            booking.member("status", status.rawValue)
            booking.member("propertyId", propertyId)
            booking.member("guestId", guestId)
            booking.member("hostId", hostId)
            booking.member("checkIn", stay.checkIn)
            booking.member("checkOut", stay.checkOut)
            booking.member("guests", guests)
            booking.member("party", party ?? Party(adults: guests))
            booking.list("lines", lines) { $0.value($1) }
            booking.member("total", total)
            booking.member("paid", paid)
            booking.member("refunded", refunded)
            booking.member("holdExpiresAt", holdExpiresAt)
            booking.member("requestExpiresAt", requestExpiresAt)
            booking.member("createdAt", createdAt)
            booking.member("confirmedAt", confirmedAt)
            booking.member("cancelledAt", cancelledAt)
            booking.member("cancelledBy", cancelledBy?.rawValue)
            booking.member("reason", reason)
            booking.member("title", agreed.title)
            booking.member("timeZone", agreed.zone)
            booking.member("checkInFrom", agreed.checkInFrom)
            booking.member("checkOutBy", agreed.checkOutBy)
            booking.member("cancellationPolicy", agreed.cancellation.name)
            booking.list("cancellationSchedule", agreed.cancellation.refunds(of: total)) { $0.value($1) }
        }
    }
}

extension CancellationOffer: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { offer in
            offer.member("refund", refund)
            offer.object("rule") { rule in
                rule.member("policy", policy)
                rule.member("percent", percent)
                rule.member("until", until)
            }
            offer.list("schedule", schedule) { $0.value($1) }
        }
    }
}

extension CancellationTerms.Refund: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { refund in
            refund.member("percent", percent)
            refund.member("refund", amount)
            refund.member("until", until)
            refund.member("hoursAfterConfirmation", hoursAfterConfirmation)
        }
    }
}

import BookingService
import Core
import PropertyService

/// A booking as pages say it: its state in words, the days in words, the price line by line.
struct BookingView {
    let view: View

    init(_ booking: Booking, on page: PageVisit) {
        let (texts, formats) = (page.texts, page.formats)
        var view: View = [
            "id": booking.id.text, "code": booking.code, "placeTitle": booking.agreed.title,
            "href": page.path("/trips/\(booking.id)"), "status": booking.status.rawValue,
            "statusText": texts("status.\(booking.status.rawValue).name"),
            "statusAbout": texts(
                "status.\(booking.status.rawValue).about",
                ["until": booking.holdExpiresAt.map { formats.moment($0, in: booking.agreed.zone) } ?? ""]),
            "days": formats.stay(booking.stay), "checkIn": formats.longDay(booking.stay.checkIn),
            "checkOut": formats.longDay(booking.stay.checkOut),
            "checkInTime": texts("time.from", ["time": formats.time(booking.agreed.checkInFrom)]),
            "checkOutTime": texts("time.by", ["time": formats.time(booking.agreed.checkOutBy)]),
            "zone": formats.zoneName(booking.agreed.zone, at: booking.agreed.checkInAt),
            "nights": texts.count("count.nights", booking.stay.nightCount),
            "guests": PartyWords.short(booking.party ?? Party(adults: booking.guests), texts),
            "priceHTML": PriceView(booking.lines, total: booking.total, on: page).html,
        ]
        view["icon"] = BookingView.icon(booking.status.rawValue)
        if booking.paid.amount > 0 { view["paid"] = formats.money(booking.paid) }
        if booking.refunded.amount > 0 { view["refunded"] = formats.money(booking.refunded) }
        self.view = view
    }

    /// The sign beside a status; the word says it too.
    static func icon(_ status: String) -> String {
        switch status {
        case "requested", "held": "clock"
        case "confirmed", "completed": "check"
        default: "cross"
        }
    }
}

import Core
import PropertyService

/// Why a stay is not possible, in the language of the page.
struct ReasonWords {
    private let page: PageVisit
    private let property: Property?
    private let calendar: [CalendarDay]

    init(_ page: PageVisit, _ property: Property?, _ calendar: [CalendarDay] = []) {
        self.page = page
        self.property = property
        self.calendar = calendar
    }

    func text(code: String, english: String, checkIn: LocalDay? = nil) -> String {
        let texts = page.texts
        switch code {
        case "too_many_guests":
            if let property { return texts.count("reason.too_many_guests", property.maximumGuests) }
        case "below_minimum_nights":
            let least = calendar.first { $0.date == checkIn }?.minimumNights ?? property?.minimumNights
            if let least { return texts.count("reason.below_minimum_nights", least) }
        case "above_maximum_nights":
            if let property { return texts.count("reason.above_maximum_nights", property.maximumNights) }
        case "in_the_past", "night_taken", "no_unit_for_whole_stay", "beyond_booking_window":
            return texts("reason.\(code)")
        default: break
        }
        return withDays(english)
    }

    func text(_ reason: Reason, checkIn: LocalDay? = nil) -> String {
        text(
            code: reason.code, english: [reason.message, reason.suggestion].compactMap(\.self).joined(separator: " "),
            checkIn: checkIn)
    }

    /// Days as people write them, where a sentence of a service has them as programs do.
    private func withDays(_ text: String) -> String {
        text.replacing(#/\d{4}-\d{2}-\d{2}/#) { match in
            LocalDay(String(match.output)).map { page.formats.dayWithYear($0) } ?? String(match.output)
        }
    }
}

import Core
import PropertyService

/// Why a stay is not possible and what would do, in the language of the page.
struct ReasonWords {
    private let page: PageVisit

    init(_ page: PageVisit) { self.page = page }

    /// A rule that the catalogue does not know is told as the service tells it.
    func text(_ reason: Reason) -> String {
        guard let sentence = sentence(reason) else {
            return withDays([reason.message, reason.suggestion].compactMap(\.self).joined(separator: " "))
        }
        return [sentence, suggestion(reason)].compactMap(\.self).joined(separator: " ")
    }

    private func sentence(_ reason: Reason) -> String? {
        let (texts, facts) = (page.texts, reason.facts)
        let day = facts.days.first.map { page.formats.dayWithYear($0) } ?? ""
        let weekdays = list(facts.weekdays.map { page.formats.weekday($0).full })
        switch reason.code {
        case "not_listed", "no_price", "in_the_past", "no_unit_for_whole_stay": return texts("reason.\(reason.code)")
        case "too_short_notice":
            guard let days = facts.limit else { return nil }
            let notice = days == 0 ? texts("reason.too_late_today") : texts.count("reason.too_short_notice", days)
            guard let cutOff = facts.cutOff else { return notice }
            return notice + " " + texts("reason.cutOff", ["time": page.formats.time(cutOff)])
        case "beyond_booking_window":
            guard !facts.days.isEmpty else { return nil }
            guard let months = facts.limit else {
                // The end of what can be booked at all, or of what the host has opened.
                if case .beginOnOrBefore = facts.suggestion { return texts("reason.beyond_horizon", ["day": day]) }
                return texts("reason.not_open", ["day": day])
            }
            return texts.count("reason.beyond_booking_window", months, ["day": day])
        case "below_minimum_nights", "above_maximum_nights":
            return facts.limit.map { texts.count("reason.\(reason.code)", $0, ["day": day]) }
        case "no_arrival_on_this_day", "no_departure_on_this_day":
            return texts("reason.\(reason.code)", ["weekdays": weekdays])
        case "too_many_guests": return facts.limit.map { texts.count("reason.too_many_guests", $0) }
        case "too_many_children", "too_many_infants", "too_many_pets":
            guard let most = facts.limit else { return nil }
            return most == 0 ? texts("reason.none.\(reason.code)") : texts.count("reason.\(reason.code)", most)
        case "night_taken":
            guard !facts.days.isEmpty else { return nil }
            // A month of them helps nobody.
            let named = facts.days.prefix(ReasonWords.mostNamed).map { page.formats.day($0) }
                .joined(separator: texts("format.semicolon"))
            let more = facts.days.count - ReasonWords.mostNamed
            return more > 0
                ? texts.count("reason.nights_taken", more, ["nights": named])
                : texts("reason.night_taken", ["nights": named])
        default: return nil
        }
    }

    private static let mostNamed = 3

    private func suggestion(_ reason: Reason) -> String? {
        let (texts, formats) = (page.texts, page.formats)
        guard let change = reason.facts.suggestion else { return nil }
        func days(_ days: [LocalDay]) -> [String: String] {
            let words = days.map { formats.dayWithYear($0) }
            guard words.count > 1 else { return ["day": words.first ?? ""] }
            return ["day": texts("reason.or", ["one": words[0], "other": words[1]])]
        }
        switch change {
        case .beginOnOrAfter(let day): return texts("reason.suggest.beginAfter", days([day]))
        case .beginOnOrBefore(let day): return texts("reason.suggest.beginBefore", days([day]))
        case .beginOn(let either): return texts("reason.suggest.begin", days(either))
        case .leaveOnOrAfter(let day): return texts("reason.suggest.leaveAfter", days([day]))
        case .leaveOnOrBefore(let day): return texts("reason.suggest.leaveBefore", days([day]))
        case .leaveOn(let either): return texts("reason.suggest.leave", days(either))
        case .nightsBefore(let day): return texts("reason.suggest.nightsBefore", days([day]))
        case .part(let stay):
            return texts.count("reason.suggest.part", stay.nightCount, ["days": formats.stay(stay)])
        case .nearest(let stay): return texts("reason.suggest.nearest", ["days": formats.stay(stay)])
        case .otherDates: return texts("reason.suggest.otherDates")
        // The rule itself says how many.
        case .comeWith: return nil
        }
    }

    private func list(_ words: [String]) -> String { words.joined(separator: page.texts("format.comma")) }

    /// Days as people write them, where a sentence of a service has them as programs do.
    private func withDays(_ text: String) -> String {
        text.replacing(#/\d{4}-\d{2}-\d{2}/#) { match in
            LocalDay(String(match.output)).map { page.formats.dayWithYear($0) } ?? String(match.output)
        }
    }
}

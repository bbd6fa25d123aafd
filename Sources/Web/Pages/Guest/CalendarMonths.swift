import Core
import Foundation
import PropertyService

/// Two months of a place's calendar, with what each day is good for. Days are links that choose the stay.
struct CalendarMonths {
    let html: HTML

    init(_ property: Property, _ asked: StayAsked, on page: PageVisit) async throws {
        let today = property.zone.day(at: page.site.world.now())
        let last = CalendarMonths.month(of: today.advanced(by: Stay.farthest - 31))
        let wanted = LocalDay(asked.form["month"] + "-01") ?? asked.checkIn ?? today
        let first = min(max(CalendarMonths.month(of: wanted), CalendarMonths.month(of: today)), last)
        let second = CalendarMonths.month(after: first)
        let end = CalendarMonths.month(after: second)
        // From the day of arrival on, so that its minimum is known though another month is shown.
        let from = max(min(first, asked.checkIn ?? first), today.advanced(by: -31))
        let caller = page.caller
        let visit = page.visit
        let days = try await page.site.properties.calendar(
            property.id, from: from, to: max(end, from.advanced(by: 1)), for: caller,
            orWhere: { try await visit.hasBooked(property.id, caller) })
        let byDay = Dictionary(days.map { ($0.date, $0) }) { $1 }
        let path = "/properties/\(property.id)"
        let links = DayLinks(asked, path: path, on: page)
        let months = [first, second].map { CalendarMonths.month($0, byDay, asked, today: today, links, on: page) }
        func turn(_ name: String, to month: LocalDay) -> HTML {
            let href = page.path(path + asked.query([("month", String(month.description.prefix(7)))]) + "#calendar")
            return "<a class=\"button quiet\" href=\"\(href)\" rel=\"nofollow\">\(page.texts("calendar.\(name)"))</a>"
        }
        let isFirst = first == CalendarMonths.month(of: today)
        let earlier = isFirst ? "" : turn("earlier", to: CalendarMonths.month(of: first.advanced(by: -1)))
        let later = first < last ? turn("later", to: second) : ""
        let keys = ["free", "taken", "leave"].map { state -> HTML in
            "<span class=\"key \(state)\">\(page.texts("calendar.\(state)"))</span>"
        }
        html = """
            <div class="months">
            \(HTML(months))
            </div>
            <div class="months-foot"><p class="ways">\(earlier) \(later)</p>
            <p class="small muted legend">\(HTML(keys, separator: " "))</p></div>
            """
    }

    static func month(of day: LocalDay) -> LocalDay { day.advanced(by: 1 - day.civil.day) }
    static func month(after month: LocalDay) -> LocalDay { CalendarMonths.month(of: month.advanced(by: 31)) }

    /// Two months have sixty days: written here and not in a template, as all that a page has dozens of.
    private static func month(
        _ month: LocalDay, _ days: [LocalDay: CalendarDay], _ asked: StayAsked, today: LocalDay, _ links: DayLinks,
        on page: PageVisit
    ) -> HTML {
        let weekdays = page.formats.weekdays
        let next = self.month(after: month)
        let lead = weekdays.firstIndex(of: month.weekday) ?? 0
        let weeks = stride(from: -lead, to: month.distance(to: next), by: 7).map { start -> HTML in
            let cells = (start..<start + 7).map { index -> HTML in
                let day = month.advanced(by: index)
                guard day >= month, day < next else { return "<td></td>" }
                return cell(day, days, asked, today: today, links, on: page)
            }
            return HTML(element: "tr", HTML(cells, separator: ""))
        }
        let heads = weekdays.map { day -> HTML in
            let name = page.formats.weekday(day)
            return "<th scope=\"col\" abbr=\"\(name.full)\">\(name.short)</th>"
        }
        return """
            <table class="month"><caption>\(page.formats.month(month))</caption>
            <thead><tr>\(HTML(heads, separator: ""))</tr></thead>
            <tbody>
            \(HTML(weeks))
            </tbody></table>
            """
    }

    private static func cell(
        _ day: LocalDay, _ days: [LocalDay: CalendarDay], _ asked: StayAsked, today: LocalDay, _ links: DayLinks,
        on page: PageVisit
    ) -> HTML {
        let night = days[day]
        let isFree = night?.available ?? false
        let wasFree = day > today && days[day.advanced(by: -1)]?.available ?? false
        var state = isFree ? "free" : day < today ? "past" : wasFree ? "leave" : "taken"
        var chosen = ""
        if let stay = asked.stay, stay.checkIn <= day, day <= stay.checkOut {
            chosen = " chosen"
            if day == stay.checkIn { state = "arrive" }
            if day == stay.checkOut { state = "depart" }
        } else if asked.stay == nil, day == asked.checkIn {
            state = "arrive"
        }
        let price = isFree ? night?.price.map { page.formats.shortMoney($0) } : nil
        let label = "\(page.formats.longDay(day)), \(page.texts("calendar.\(state)"))" + (price.map { ", " + $0 } ?? "")
        let number = day.civil.day
        let link: HTML? =
            // The first choice is the arrival, the second the day of leaving.
            if let arrival = asked.checkIn, asked.stay == nil, day > arrival, isFree || wasFree {
                links.leaving(day)
            } else {
                isFree ? links.arriving(day) : nil
            }
        guard let link else {
            return """
                <td class="day \(state)\(chosen)"><span class="hidden">\(label)</span><b aria-hidden="true">\(number)</b></td>
                """
        }
        let costs: HTML = price.map { "<span>\($0)</span>" } ?? ""
        return """
            <td class="day \(state)\(chosen)"><a href="\(link)" rel="nofollow" aria-label="\(label)"><b>\(number)</b>\(costs)</a></td>
            """
    }
}

/// Where the days of a calendar lead. An address is made once, and the day put into it.
private struct DayLinks {
    private let arrival: HTML
    private let departure: HTML

    init(_ asked: StayAsked, path: String, on page: PageVisit) {
        // What is asked for comes last: the day goes to the end.
        arrival = "\(page.path(path + asked.query([("checkOut", ""), ("checkIn", "")])))"
        departure = "\(page.path(path + asked.query([("checkOut", "")])))"
    }

    func arriving(_ day: LocalDay) -> HTML { "\(arrival)\(day)#calendar" }
    func leaving(_ day: LocalDay) -> HTML { "\(departure)\(day)#book" }
}

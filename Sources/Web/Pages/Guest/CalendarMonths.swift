import Core
import PropertyService

/// Two months of a place's calendar, with what each day is good for. Days are links that choose the stay.
struct CalendarMonths {
    let view: View
    /// Every night that was read.
    let days: [CalendarDay]

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
        self.days = days
        let byDay = Dictionary(days.map { ($0.date, $0) }) { $1 }
        let path = "/properties/\(property.id)"
        var view: View = [
            "months": [first, second].map {
                CalendarMonths.month($0, byDay, asked, today: today, path: path, on: page)
            }
        ]
        func turn(_ month: LocalDay) -> String {
            page.path(path + asked.query([("month", String(month.description.prefix(7)))]) + "#calendar")
        }
        if first > CalendarMonths.month(of: today) {
            view["earlier"] = turn(CalendarMonths.month(of: first.advanced(by: -1)))
        }
        if first < last { view["later"] = turn(second) }
        self.view = view
    }

    static func month(of day: LocalDay) -> LocalDay { day.advanced(by: 1 - day.civil.day) }
    static func month(after month: LocalDay) -> LocalDay { CalendarMonths.month(of: month.advanced(by: 31)) }

    private static func month(
        _ month: LocalDay, _ days: [LocalDay: CalendarDay], _ asked: StayAsked, today: LocalDay, path: String,
        on page: PageVisit
    ) -> View {
        let weekdays = page.formats.weekdays
        let next = self.month(after: month)
        let lead = weekdays.firstIndex(of: month.weekday) ?? 0
        let cells = (0..<((lead + month.distance(to: next) + 6) / 7 * 7)).map { index -> View in
            let day = month.advanced(by: index - lead)
            guard day >= month, day < next else { return ["isEmpty": true] }
            return cell(day, days, asked, today: today, path: path, on: page)
        }
        return [
            "name": page.formats.month(month),
            "weekdays": weekdays.map { day -> View in
                let name = page.formats.weekday(day)
                return ["short": name.short, "full": name.full]
            },
            "weeks": stride(from: 0, to: cells.count, by: 7).map { ["days": Array(cells[$0..<$0 + 7])] as View },
        ]
    }

    private static func cell(
        _ day: LocalDay, _ days: [LocalDay: CalendarDay], _ asked: StayAsked, today: LocalDay, path: String,
        on page: PageVisit
    ) -> View {
        let texts = page.texts
        let night = days[day]
        let isFree = night?.available ?? false
        let wasFree = day > today && days[day.advanced(by: -1)]?.available ?? false
        var view: View = ["number": day.civil.day, "day": day.description]
        var state = isFree ? "free" : day < today ? "past" : wasFree ? "leave" : "taken"
        if let stay = asked.stay, stay.checkIn <= day, day <= stay.checkOut {
            view["isChosen"] = true
            if day == stay.checkIn { state = "arrive" }
            if day == stay.checkOut { state = "depart" }
        }
        view["state"] = state
        var words = [page.formats.longDay(day), texts("calendar.\(state)")]
        if isFree, let price = night?.price {
            view["price"] = page.formats.shortMoney(price)
            words.append(page.formats.shortMoney(price))
        }
        view["label"] = words.joined(separator: ", ")
        // The first choice is the arrival, the second the day of leaving.
        if let arrival = asked.checkIn, asked.stay == nil, day > arrival, isFree || wasFree {
            view["href"] = page.path(path + asked.query([("checkOut", day.description)])) + "#book"
        } else if isFree {
            let query = asked.query([("checkIn", day.description), ("checkOut", "")])
            view["href"] = page.path(path + query) + "#calendar"
        }
        return view
    }
}

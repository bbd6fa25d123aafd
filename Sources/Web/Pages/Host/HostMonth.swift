import BookingService
import Core
import PropertyService

/// A month of a place, each night with its price, who has it, and the shortest stay where it is not the usual one.
struct HostMonth {
    let view: View

    init(_ property: Property, _ form: Form, _ caller: Caller, on page: PageVisit) async throws {
        let today = property.zone.day(at: page.site.world.now())
        let wanted = LocalDay(page.parameters["month"] + "-01") ?? LocalDay(form["from"]) ?? today
        // A year back to look at what was, and as far ahead as anything can be booked.
        let earliest = CalendarMonths.month(of: today.advanced(by: -366))
        let latest = CalendarMonths.month(of: today.advanced(by: Stay.farthest))
        let first = min(max(CalendarMonths.month(of: wanted), earliest), latest)
        let next = CalendarMonths.month(after: first)
        let days = try await page.site.properties.calendar(property.id, from: first, to: next, for: caller)
        let taken = try await page.site.bookings.takenNights(of: property.id, from: first, to: next, for: caller)
        let cells = Cells(
            property: property, page: page, today: today,
            days: Dictionary(days.map { ($0.date, $0) }) { $1 }, taken: Dictionary(grouping: taken, by: \.date))
        let weekdays = page.formats.weekdays
        let lead = weekdays.firstIndex(of: first.weekday) ?? 0
        let views = (0..<((lead + first.distance(to: next) + 6) / 7 * 7)).map { index -> View in
            let day = first.advanced(by: index - lead)
            return day >= first && day < next ? cells.view(of: day) : ["isEmpty": true]
        }
        var view: View = [
            "monthName": page.formats.month(first),
            "weekdayNames": weekdays.map { day -> View in
                let name = page.formats.weekday(day)
                return ["short": name.short, "full": name.full]
            },
            "weeks": stride(from: 0, to: views.count, by: 7).map { ["nights": Array(views[$0..<$0 + 7])] as View },
            "legend": ["open", "booked", "held", "closed", "kept"].map {
                ["state": $0, "text": page.texts("host.calendar.state.\($0)")] as View
            },
        ]
        func turn(_ month: LocalDay) -> String {
            page.path("/host/calendar/\(property.id)?month=\(month.description.prefix(7))")
        }
        if first > earliest { view["earlier"] = turn(CalendarMonths.month(of: first.advanced(by: -1))) }
        if first < latest { view["later"] = turn(next) }
        self.view = view
    }

    /// Who has how many of several units; nothing where all of them are closed, or none is taken: the state says that.
    static func taken(_ holders: [TakenNight], of units: Int, _ texts: Texts) -> String? {
        guard !holders.isEmpty else { return nil }
        let (closed, kept) = (holders.count { $0.holder == .closed }, holders.count { $0.holder == .kept })
        let guests = holders.count - closed - kept
        guard closed < units, kept < units else { return nil }
        guard closed + kept > 0 else {
            return texts("host.calendar.taken", ["taken": String(guests), "units": String(units)])
        }
        return [("taken", guests), ("closed", closed), ("kept", kept)].filter { $0.1 > 0 }
            .map { texts("host.calendar.some.\($0.0)", ["count": String($0.1)]) }
            .joined(separator: texts("format.comma"))
    }

    private struct Cells {
        let property: Property
        let page: PageVisit
        let today: LocalDay
        let days: [LocalDay: CalendarDay]
        let taken: [LocalDay: [TakenNight]]

        func view(of day: LocalDay) -> View {
            let (texts, formats) = (page.texts, page.formats)
            let (night, holders) = (days[day], taken[day] ?? [])
            let state = state(day, night, holders)
            var words = [formats.longDay(day), texts("host.calendar.state.\(state)")]
            var view: View = ["number": day.civil.day, "day": day.description, "state": state]
            // What is usual needs no word to be seen; it is in the label.
            var word = ["open", "past"].contains(state) ? nil : texts("host.calendar.state.\(state)")
            if property.unitCount > 1, let taken = HostMonth.taken(holders, of: property.unitCount, texts) {
                word = taken
                words.append(taken)
            }
            if let word { view["word"] = word }
            let bookings = holders.compactMap { night -> (id: BookingID, code: String)? in
                if case .booking(let id, let code, _) = night.holder { (id, code) } else { nil }
            }
            if let first = bookings.first {
                view["href"] =
                    bookings.count == 1
                    ? page.path("/host/bookings/\(first.id)")
                    : page.path("/host/bookings?show=arriving&property=\(property.id)")
                words += bookings.prefix(3).map { texts("host.calendar.booking", ["code": $0.code]) }
            }
            if let price = night?.price, day >= today {
                view["price"] = formats.shortMoney(price)
                words.append(formats.money(price))
            }
            if let night, day >= today, night.minimumNights != property.minimumNights {
                view["least"] = texts("host.calendar.nights", ["count": String(night.minimumNights)])
                words.append(texts.count("host.atLeast", night.minimumNights))
            }
            view["label"] = words.joined(separator: ", ")
            return view
        }

        /// In one word: what has most to say where a place has several units.
        private func state(_ day: LocalDay, _ night: CalendarDay?, _ holders: [TakenNight]) -> String {
            var isHeld = false
            for holder in holders {
                guard case .booking(_, _, let status) = holder.holder else { continue }
                if status == .held { isHeld = true } else { return "booked" }
            }
            if isHeld { return "held" }
            if day < today { return "past" }
            if holders.count >= property.unitCount {
                return holders.contains { $0.holder == .closed } ? "closed" : "kept"
            }
            // An unpublished place has no night that can be booked; that is no news about the night.
            return night?.available == false && property.status == .listed ? "off" : "open"
        }
    }
}

import BookingService
import Core
import Hummingbird
import PropertyService

/// Which nights are open, at what price: read by anyone, changed by the host.
struct CalendarRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/properties/{id}/calendar", calendar)
        routes.put("/api/v1/properties/{id}/calendar", change)
    }

    @Sendable func calendar(_ visit: Visit) async throws -> Response {
        let caller = try await visit.caller()
        let id: PropertyID = try visit.id("place")
        let wanted = try await visit.readQuery(CalendarQuery.init) { _ = try await visit.property() }
        let days = try await visit.site.properties.calendar(
            id, from: wanted.from, to: wanted.to, for: caller, orWhere: { try await visit.hasBooked(id, caller) })
        return answer(days)
    }

    @Sendable func change(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let property = try await visit.requireHosted(by: caller)
        let nights = try await visit.read(upTo: BodyLimit.large) { fields in
            fields.nights(currency: property.nightlyPrice?.currency)
        }
        try await visit.site.bookings.changeCalendar(of: property.id, nights, for: caller)
        return answer(try await days(of: nights.map(\.date), visit, property.id, caller))
    }

    /// The nights named, which may lie years apart, read in stretches of what one look may cover.
    private func days(
        of dates: [LocalDay], _ visit: Visit, _ id: PropertyID, _ caller: Caller
    ) async throws -> [CalendarDay] {
        var left = dates.sorted()[...]
        var days: [CalendarDay] = []
        while let first = left.first {
            let stretch = left.prefix { first.distance(to: $0) < Bounds.nights }
            guard let last = stretch.last else { break }
            let named = Set(stretch)
            days += try await visit.site.properties.calendar(
                id, from: first, to: last.advanced(by: 1), for: caller, orWhere: { false }
            ).filter { named.contains($0.date) }
            left = left.dropFirst(stretch.count)
        }
        return days
    }

    private func answer(_ days: [CalendarDay]) -> Response {
        .json { json in
            json.object { $0.list("items", days) { $0.value($1) } }
        }
    }
}

extension Fields {
    /// The nights of a calendar change, each date once, prices in the property's currency.
    fileprivate mutating func nights(currency: Currency?) -> [NightChange]? {
        guard let nights = required("nights", .list(of: .night(currency), 1...Bounds.nights)) else { return nil }
        var seen: Set<LocalDay> = []
        for night in nights where !seen.insert(night.date).inserted {
            complain("nights", "duplicate", "names \(night.date) twice")
        }
        return nights
    }
}

extension Shape where Value == NightChange {
    fileprivate static func night(_ currency: Currency?) -> Shape {
        .object { fields in
            let date = fields.required("date", .day)
            let open = fields.optional("open", .flag)
            let price = fields.changeOrClear("price", .money(NightChange.priceRange))
            let minimumNights = fields.changeOrClear("minimumNights", .integer(NightChange.minimumNightsRange))
            var amount = Change<Int64>.keep
            switch price {
            case .keep: break
            case .clear: amount = .clear
            case .set(let money):
                if let currency, money.currency != currency {
                    fields.complain("price.currency", "wrong_currency", "must be \(currency), as the place's own price")
                }
                amount = .set(money.amount)
            }
            guard let date else { return nil }
            return NightChange(date: date, open: open, price: amount, minimumNights: minimumNights)
        }
    }
}

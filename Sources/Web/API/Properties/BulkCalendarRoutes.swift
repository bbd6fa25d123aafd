import BookingService
import Core
import Hummingbird
import PropertyService

/// Many nights of many places in one request, told night by night.
struct BulkCalendarRoutes {
    func add(to routes: inout Routes) {
        routes.post("/api/v1/calendar-changes", change)
    }

    @Sendable func change(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let sent = try await visit.read(for: caller, by: visit.site.bookings) { fields in
            fields.required("changes", .list(of: .nights, 1...Bookings.mostChanges))
        }
        let outcomes = try await visit.site.bookings.changeCalendars(sent.body, for: caller, once: sent.once)
        return .json { json in
            json.object { answer in
                answer.list("items", outcomes) { $0.value($1) }
                answer.member("changed", outcomes.count { $0.code == nil })
                answer.member("refused", outcomes.count { $0.code != nil })
            }
        }
    }
}

extension NightOutcome: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { night in
            night.member("change", change)
            night.member("propertyId", place)
            night.member("date", date)
            night.member("outcome", code == nil ? "changed" : "refused")
            night.member("code", code)
            night.member("message", message)
        }
    }
}

extension Shape where Value == NightsChange {
    fileprivate static var nights: Shape {
        .object { fields in
            let place = fields.required("propertyId", .secret(0...1024))
            let from = fields.required("from", .day)
            let to = fields.required("to", .day)
            let weekdays = fields.optional("weekdays", .weekdays) ?? .all
            let open = fields.optional("open", .flag)
            let price = fields.changeOrClear("price", .money(NightChange.priceRange))
            let minimumNights = fields.changeOrClear("minimumNights", .integer(NightChange.minimumNightsRange))
            guard let place, let from, let to else { return nil }
            guard from < to, from.distance(to: to) <= Bounds.nights else {
                fields.complain(
                    "to", "out_of_range", "must be after from, and at most \(Bounds.nights) nights after it")
                return nil
            }
            return NightsChange(
                place: place, nights: (from..<to).filter { weekdays.contains($0.weekday) }, open: open, price: price,
                minimumNights: minimumNights)
        }
    }
}

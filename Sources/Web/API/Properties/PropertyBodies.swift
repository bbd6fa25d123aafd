import Core
import PropertyService

/// A property, whole.
struct PropertyBody: JSONWritable {
    let property: Property

    func write(to json: inout JSONWriter) {
        json.object {
            $0.members(of: property, isSummary: false, total: nil)
        }
    }
}

/// A property in a list, with the price of the stay that was asked for.
struct PropertySummaryBody: JSONWritable {
    let property: Property
    let total: Money?

    func write(to json: inout JSONWriter) {
        json.object {
            $0.members(of: property, isSummary: true, total: total)
        }
    }
}

extension SearchPage: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { page in
            page.list("items", items) { $0.value(PropertySummaryBody(property: $1.property, total: $1.total)) }
            page.member("nextCursor", nextCursor)
            page.member("totalCount", totalCount)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of property: Property, isSummary: Bool, total: Money?) {
        member("id", property.id)
        member("hostId", property.hostId)
        member("title", property.title)
        if !isSummary { member("description", property.description) }
        member("roomType", property.roomType.rawValue)
        object("location") { place in
            place.member("country", property.location.country)
            place.member("city", property.location.city)
            place.member("neighbourhood", property.location.neighbourhood)
            place.member("latitude", property.location.latitude)
            place.member("longitude", property.location.longitude)
        }
        member("maximumGuests", property.maximumGuests)
        member("bedrooms", property.bedrooms)
        member("beds", property.beds)
        member("bathrooms", property.bathrooms)
        list("amenities", property.amenities) { $0.value($1) }
        member("nightlyPrice", property.nightlyPrice)
        member("total", total)
        member("minimumNights", property.minimumNights)
        member("maximumNights", property.maximumNights)
        member("instantBook", property.instantBook)
        member("unitCount", property.unitCount)
        member("cancellationPolicy", property.cancellationPolicy.rawValue)
        object("rating") { rating in
            rating.member("average", property.rating.average)
            rating.member("count", property.rating.count)
        }
        list("photos", property.photos.prefix(isSummary ? 1 : property.photos.count)) { json, photo in
            json.object {
                $0.member("url", photo.url)
                $0.member("alt", photo.alt)
            }
        }
        member("timeZone", property.zone)
        member("checkInFrom", property.checkInFrom)
        member("checkOutBy", property.checkOutBy)
        member("status", property.status.rawValue)
        member("openUntil", property.openUntil)
        member("source", property.source)
    }
}

extension PropertySource: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.member("name", name)
            $0.member("id", id)
        }
    }
}

extension PriceLine: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { line in
            line.member("kind", kind.rawValue)
            line.member("label", label)
            line.member("date", date)
            line.member("amount", amount)
            line.member("included", included)
        }
    }
}

/// A quote, and whether the caller would hold the nights at once or ask the host.
struct QuoteBody: JSONWritable {
    let quote: Quote
    let isInstant: Bool

    func write(to json: inout JSONWriter) {
        json.object { body in
            body.member("propertyId", quote.propertyId)
            body.member("checkIn", quote.checkIn)
            body.member("checkOut", quote.checkOut)
            body.member("guests", quote.party.guests)
            body.member("party", quote.party)
            body.member("nights", quote.nights)
            body.member("available", quote.available)
            body.list("reasons", quote.reasons) { $0.value($1.code) }
            body.list("reasonDetails", quote.reasons) { json, reason in
                json.object {
                    $0.member("code", reason.code)
                    $0.member("message", reason.message)
                    $0.member("suggestion", reason.suggestion)
                }
            }
            body.list("alternatives", quote.alternatives) { json, other in
                json.object {
                    $0.member("checkIn", other.checkIn)
                    $0.member("checkOut", other.checkOut)
                    $0.member("total", other.total)
                }
            }
            body.list("lines", quote.lines) { $0.value($1) }
            body.member("total", quote.total)
            body.member("instantBook", isInstant)
            body.member("cancellationPolicy", quote.cancellation.name)
            body.list("cancellationSchedule", quote.cancellation.refunds(of: quote.total)) { $0.value($1) }
            body.trace(quote.trace)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func trace(_ steps: [Quote.Step]?) {
        guard let steps else { return member("trace", String?.none) }
        list("trace", steps) { json, step in
            json.object {
                $0.member("line", step.line)
                $0.member("rule", step.rule)
                $0.member("source", step.source)
                $0.member("words", step.words)
            }
        }
    }
}

extension CalendarDay: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { day in
            day.member("date", date)
            day.member("available", available)
            day.member("price", price)
            day.member("minimumNights", minimumNights)
            day.member("maximumNights", maximumNights)
            day.member("canArrive", canArrive)
            day.member("canLeave", canLeave)
            day.member("earliestDeparture", departures?.lowerBound)
            day.member("latestDeparture", departures?.upperBound)
        }
    }
}

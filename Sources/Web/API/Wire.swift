package import BookingService
package import Core
package import PropertyService

/// What goes over the wire, for who does a request's work without one: the benchmarks read the same queries and make the
/// same bytes.
package enum Wire {
    // MARK: In

    package static func search(query: String?) throws(Problem) -> PropertySearch {
        var query = try Query(query)
        let search = PropertySearch(&query)
        try query.check()
        return search
    }

    package static func quote(query: String?) throws(Problem) -> (stay: Stay, party: Party) {
        var query = try Query(query)
        let wanted = QuoteQuery(&query)
        try query.check()
        guard let wanted else { throw Problem.invalid("query", "invalid", "The query is not complete.") }
        return (wanted.stay, wanted.party)
    }

    package static func wish(body: [UInt8]) throws(Problem) -> Wish {
        var place: String?
        let hold = try Visit.decode(body) { HoldBody(&$0, place: &place) }
        guard let id = PropertyID(hold.place) else { throw Problem.notFound("place") }
        return Wish(propertyId: id, stay: hold.stay, party: hold.party)
    }

    // MARK: Out

    package static func body(of property: Property) -> [UInt8] { bytes(PropertyBody(property: property)) }
    package static func body(of page: SearchPage) -> [UInt8] { bytes(page) }
    package static func body(of quote: Quote) -> [UInt8] {
        bytes(QuoteBody(quote: quote, isInstant: quote.instantBook == .everyone))
    }
    package static func body(of booking: Booking) -> [UInt8] { bytes(booking) }

    private static func bytes(_ value: some JSONWritable) -> [UInt8] {
        var json = JSONWriter()
        json.value(value)
        return json.bytes
    }
}

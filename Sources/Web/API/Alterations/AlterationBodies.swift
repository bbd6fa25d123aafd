import BookingService
import Core
import PropertyService

/// What somebody wants to be other about a booking.
struct AlterationBody: Sendable {
    let wish: AlterationWish
    let expectedTotal: Money?
    let message: String?

    init?(_ fields: inout Fields) {
        let isEmpty = !AlterationBody.changing.contains { fields.has($0) }
        let checkIn = fields.optional("checkIn", .day)
        let checkOut = fields.optional("checkOut", .day)
        let hasParty = PartyParts.names.contains { fields.has($0) }
        let party = hasParty ? fields.party() : nil
        let total = fields.optional("total", .money(0...Money.largestPrice))
        let expected = fields.optional("expectedTotal", .money(0...Int64.max))
        var message: String?
        if case .value(let text) = fields.nullable("message", .text(0...1000, lines: true)), !text.isEmpty {
            message = text
        }
        if isEmpty {
            fields.complain(
                "checkIn", "no_change", "or another of \(AlterationBody.changing.joined(separator: ", ")) must be there"
            )
            return nil
        }
        if hasParty, party == nil { return nil }
        wish = AlterationWish(checkIn: checkIn, checkOut: checkOut, party: party, total: total)
        expectedTotal = expected
        self.message = message
    }

    /// The members that say what is to be other.
    static let changing = ["checkIn", "checkOut"] + PartyParts.names + ["total"]
}

extension Query {
    /// What somebody would like to be other; the total is in minor units of the booking's currency.
    mutating func alterationWish(in currency: Currency) -> AlterationWish {
        let hasParty = PartyParts.names.contains { has($0) }
        return AlterationWish(
            checkIn: day("checkIn"), checkOut: day("checkOut"), party: hasParty ? party() : nil,
            total: integer("total", 0...Money.largestPrice).map { Money($0, currency) })
    }
}

extension Alteration: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { alteration in
            alteration.member("id", id)
            alteration.member("bookingId", bookingId)
            alteration.member("status", status.rawValue)
            alteration.member("proposedBy", proposedBy.rawValue)
            alteration.member("answeredBy", answeredBy.rawValue)
            alteration.member("checkIn", after.stay.checkIn)
            alteration.member("checkOut", after.stay.checkOut)
            alteration.member("guests", after.party.guests)
            alteration.member("party", after.party)
            alteration.list("lines", after.lines) { $0.value($1) }
            alteration.member("total", after.total)
            alteration.member("before", before)
            alteration.member("difference", difference)
            alteration.member("message", message)
            alteration.member("reason", reason)
            alteration.member("expiresAt", expiresAt)
            alteration.member("createdAt", createdAt)
            alteration.member("agreedAt", agreedAt)
            alteration.member("endedAt", endedAt)
        }
    }
}

extension Alteration.Before: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { before in
            before.member("checkIn", stay.checkIn)
            before.member("checkOut", stay.checkOut)
            before.member("guests", party.guests)
            before.member("party", party)
            before.member("total", total)
        }
    }
}

extension AlterationQuote: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { quote in
            quote.member("bookingId", bookingId)
            quote.member("checkIn", stay.checkIn)
            quote.member("checkOut", stay.checkOut)
            quote.member("guests", party.guests)
            quote.member("party", party)
            quote.member("nights", stay.nightCount)
            quote.member("available", isPossible)
            quote.list("reasons", reasons) { $0.value($1.code) }
            quote.list("reasonDetails", reasons) { json, reason in
                json.object {
                    $0.member("code", reason.code)
                    $0.member("message", reason.message)
                    $0.member("suggestion", reason.suggestion)
                }
            }
            quote.list("lines", lines) { $0.value($1) }
            quote.member("total", total)
            quote.member("before", before)
            quote.member("difference", difference)
        }
    }
}

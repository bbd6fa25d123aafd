import BookingService
import Core
import Foundation
import PropertyService
import Storage

/// A change of a booking at its end.
struct RestChange: Sendable {
    let id: AlterationID
    let booking: BookingID
    let state: String
    let before: Alteration.Before
    let after: Alteration.After
    let wasAgreed: Bool

    static let query: SQL = """
        SELECT id, booking_id, state, before_terms, after_terms, agreed_at FROM alteration ORDER BY booking_id, number
        """

    init(_ row: Row) throws {
        id = try row[0]
        booking = try row[1]
        state = try row[2]
        before = try JSONDecoder().decode(Alteration.Before.self, from: Data((try row[3] as String).utf8))
        after = try JSONDecoder().decode(Alteration.After.self, from: Data((try row[4] as String).utf8))
        wasAgreed = (try row[5] as Instant?) != nil
    }

    private var costsMore: Bool { after.total.amount > before.total.amount }

    /// Whether money may have moved for it, there or back.
    var mayHaveMoved: Bool { state == "applied" || wasAgreed }

    var broken: [String] {
        var findings: [String] = []
        if ["proposed", "agreed", "closing"].contains(state) {
            findings.append("\(id) (\(state)): has not come to its end")
        }
        if after.lines.reduce(0, { $0 + $1.amount.amount }) != after.total.amount {
            findings.append("\(id): its lines do not sum to its total")
        }
        return findings
    }

    /// How often which letter is due to both sides for the changes of one booking.
    static func mails(_ changes: [RestChange]) -> [(kind: (toGuest: String, toHost: String), counts: ClosedRange<Int>)]
    {
        func count(_ isCounted: (RestChange) -> Bool) -> Int { changes.count(where: isCounted) }
        let owed = count { $0.wasAgreed && $0.costsMore }
        let applied = count { $0.state == "applied" }
        let ended = count { ["declined", "withdrawn", "lapsed", "expired"].contains($0.state) }
        // One that counts after all, because its money came late, was told of as ended first.
        let late = count { $0.state == "applied" && $0.costsMore }
        return [
            (("changeProposed", "changeProposedToHost"), changes.count...changes.count),
            (("changeAgreed", "changeAgreedForHost"), owed...owed),
            (("changeApplied", "changeAppliedForHost"), applied...applied),
            (("changeEnded", "changeEndedForHost"), ended...ended + late),
        ]
    }
}

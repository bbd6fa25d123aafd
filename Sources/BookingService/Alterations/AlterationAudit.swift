package import Core
import PaymentService
import PropertyService
import Storage

/// An alteration, for whoever compares it with the payments and the mails.
package struct AuditedAlteration: Sendable {
    package let id: AlterationID
    package let bookingId: BookingID
    package let payableId: PayableID
    package let status: AlterationStatus
    package let proposedBy: Actor
    /// Whether both sides agreed and the guest had to pay.
    package let wasOwed: Bool
    /// What the guest has to pay more; below zero: what goes back. Minor units.
    package let difference: Int64
}

/// Nights that an agreed alteration has on a unit by itself.
package struct AuditedHolding: Sendable {
    package let owner: BookingID
    package let unit: UnitID
    package let nights: [LocalDay]
    /// Those kept from other bookings to prepare.
    package let prepared: [LocalDay]
}

/// All alterations, by their booking.
struct AlterationsAudit {
    private(set) var findings: [String] = []
    private(set) var audited: [AuditedAlteration] = []
    private(set) var holdings: [AuditedHolding] = []
    private(set) var inFlight = 0
    private var byBooking: [BookingID: [AlterationRecord]] = [:]

    /// - Parameter claims: who has which nights; those held apart are taken out.
    init(
        _ reader: borrowing Reader, _ claims: inout [BookingID: [(unit: UnitID, night: LocalDay)]],
        _ kept: inout [String: [(unit: UnitID, night: LocalDay)]], at now: Instant
    ) throws {
        let all = try reader.all(
            "SELECT \(raw: AlterationRecord.columns) FROM alteration ORDER BY booking_id, number", AlterationRecord.init
        )
        for alteration in all {
            let apart = claims.removeValue(forKey: alteration.owner) ?? []
            let prepared = kept.removeValue(forKey: BlockSource.preparation(for: alteration.owner)) ?? []
            findings += alteration.faults(owning: apart)
            if let unit = apart.first?.unit {
                holdings.append(
                    AuditedHolding(
                        owner: alteration.owner, unit: unit, nights: apart.map(\.night),
                        prepared: prepared.map(\.night)))
            }
            if alteration.course.state == .closing || alteration.dueAt.map({ $0 <= now }) == true { inFlight += 1 }
            audited.append(
                AuditedAlteration(
                    id: alteration.id, bookingId: alteration.bookingId, payableId: alteration.payableId,
                    status: alteration.course.status, proposedBy: alteration.proposedBy,
                    wasOwed: alteration.agreedAt != nil && alteration.difference > 0, difference: alteration.difference)
            )
            byBooking[alteration.bookingId, default: []].append(alteration)
        }
    }

    /// What is wrong between a booking and its alterations, in words; and the stay whose nights it should own.
    mutating func stay(of record: BookingRecord) -> Stay {
        let own = byBooking.removeValue(forKey: record.id) ?? []
        func fault(_ what: String) { findings.append("\(record.id): \(what)") }
        let open = own.filter(\.course.isOpen)
        if open.count > 1 { fault("has \(open.count) open alterations") }
        if !open.isEmpty, record.course.state != .confirmed { fault("has an open alteration and is not confirmed") }
        let applied = own.filter { $0.course.state == .applied }
        if let last = applied.max(by: {
            ($0.endedAt ?? $0.createdAt, $0.number) < ($1.endedAt ?? $1.createdAt, $1.number)
        }),
            record.wish.stay != last.after.stay || record.total != last.after.total
                || record.wish.party != last.after.party
        {
            fault("is not as its last alteration made it")
        }
        let widened = open.first { $0.holding == .widened }
        return widened.map { $0.widened(record.wish.stay) } ?? record.wish.stay
    }

    /// Alterations of no booking.
    var strays: [String] { byBooking.keys.sorted().map { "alterations of \($0), which is no booking" } }
}

extension AlterationRecord {
    fileprivate func faults(owning apart: [(unit: UnitID, night: LocalDay)]) -> [String] {
        var faults: [String] = []
        func fault(_ what: String) { faults.append("\(id) (\(course.state.rawValue)): \(what)") }
        if (try? Money.sum(after.lines.map(\.amount), in: after.total.currency)) != after.total {
            fault("its lines do not sum to its total of \(after.total)")
        }
        if (course.state == .agreed || course.state == .closing) != (holding != nil) {
            fault("has nights, or has none")
        }
        if case .apart(let unit) = holding {
            if Set(apart.map(\.unit)) != [unit] || apart.map(\.night).sorted() != Array(after.stay.nights) {
                fault("owns \(apart.count) of its \(after.stay.nightCount) nights, or others")
            }
        } else if !apart.isEmpty {
            fault("owns \(apart.count) nights it let go")
        }
        if course.isOpen, endsAt == nil { fault("never ends") }
        if !course.isOpen, endedAt == nil { fault("has no moment of its end") }
        return faults
    }
}

import BookingService
import Core
import PropertyService

/// The copy of taken nights that search uses: by itself, and against the claims.
enum CopyCheck {
    static func alone(_ copy: CopyAudit) -> [Audit.Finding] {
        copy.findings.map { .init($0.property.text, $0.what) }
    }

    static func compare(_ bookings: BookingsAudit, _ copy: CopyAudit) -> [Audit.Finding] {
        var findings: [Audit.Finding] = []
        var (booked, prepared) = (copy.booked, copy.prepared)
        for booking in bookings.bookings {
            func nights(_ days: [LocalDay]) -> Set<UnitNight> {
                Set(booking.unit.map { unit in days.map { UnitNight(unit: unit, night: $0) } } ?? [])
            }
            if copy.properties[booking.property] == nil {
                findings.append(.init(booking.id.text, "\(booking.id): is of \(booking.property), which is no place"))
            }
            let (there, owned) = (booked.removeValue(forKey: booking.id) ?? [], nights(booking.nights))
            if there != owned {
                findings.append(
                    .init(
                        booking.id.text,
                        "\(booking.id): search takes \(there.count) nights for taken, it owns \(owned.count)"))
            }
            let (shown, kept) = (prepared.removeValue(forKey: booking.id) ?? [], nights(booking.prepared))
            if shown != kept {
                findings.append(
                    .init(
                        booking.id.text,
                        "\(booking.id): search keeps \(shown.count) nights to prepare, it keeps \(kept.count)"))
            }
        }
        for holding in bookings.holdings {
            func nights(_ days: [LocalDay]) -> Set<UnitNight> {
                Set(days.map { UnitNight(unit: holding.unit, night: $0) })
            }
            let there = booked.removeValue(forKey: holding.owner) ?? []
            let kept = prepared.removeValue(forKey: holding.owner) ?? []
            guard there != nights(holding.nights) || kept != nights(holding.prepared) else { continue }
            findings.append(
                .init(
                    holding.owner.text,
                    "\(holding.owner): search takes \(there.count) nights for taken, it holds \(holding.nights.count)"))
        }
        for id in Set(booked.keys).union(prepared.keys).sorted()
        where booked[id]?.isEmpty == false || prepared[id]?.isEmpty == false {
            findings.append(.init(id.text, "search takes nights for those of \(id), which is no booking"))
        }
        for unit in Set(bookings.blocked.keys).union(copy.blocked.keys).sorted()
        where bookings.blocked[unit] ?? [:] != copy.blocked[unit] ?? [:] {
            // The events about closed nights are about the property whose unit it is.
            findings.append(.init(unit.property.text, "\(unit): search has other nights closed than the calendar"))
        }
        for unit in bookings.retired {
            guard let ordinal = unit.ordinal, ordinal <= copy.properties[unit.property] ?? 0 else { continue }
            findings.append(.init(unit.property.text, "\(unit): its place has it, and it can't be booked"))
        }
        return findings
    }
}

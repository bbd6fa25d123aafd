import BookingService
import Core
import PropertyService

/// The copy of taken nights that search uses, against the claims.
enum CopyCheck {
    static func compare(_ bookings: BookingsAudit, _ copy: CopyAudit) -> [Audit.Finding] {
        var findings: [Audit.Finding] = []
        var (booked, prepared) = (copy.booked, copy.prepared)
        for booking in bookings.bookings {
            func nights(_ days: [LocalDay]) -> Set<BookedNight> {
                Set(booking.unit.map { unit in days.map { BookedNight(unit: unit, night: $0) } } ?? [])
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
        for id in Set(booked.keys).union(prepared.keys).sorted()
        where booked[id]?.isEmpty == false || prepared[id]?.isEmpty == false {
            findings.append(.init(id.text, "search takes nights for those of \(id), which is no booking"))
        }
        for unit in Set(bookings.blocked.keys).union(copy.blocked.keys).sorted()
        where bookings.blocked[unit] ?? [:] != copy.blocked[unit] ?? [:] {
            // The events about closed nights are about the property whose unit it is.
            findings.append(.init(property(of: unit), "\(unit): search has other nights closed than the calendar"))
        }
        return findings
    }

    private static func property(of unit: UnitID) -> String {
        let parts = unit.text.split(separator: "_")
        return parts.count == 3 ? "\(PropertyKind.prefix)_\(parts[1])" : unit.text
    }
}

import Foundation
import Synchronization

/// Zones already read: reading one costs a look at the time zone database, and every booking needs its property's.
final class ZoneTable: Sendable {
    /// Guards the zones found so far; names that do not exist are not kept, so that nobody can fill it.
    private let zones = Mutex<[String: TimeZone]>([:])

    func zone(_ name: String) -> TimeZone? {
        if let known = zones.withLock({ $0[name] }) { return known }
        // Foundation calls UTC by its other name.
        guard let zone = TimeZone(identifier: name), zone.identifier == name || name == "UTC" else { return nil }
        zones.withLock { $0[name] = zone }
        return zone
    }
}

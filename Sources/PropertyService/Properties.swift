public import Core
package import Storage

/// Listings: what hosts offer, what guests find, and on what terms a stay can be held.
public struct Properties: Sendable {
    package init(
        database: any Database, world: World, outbox: Outbox, gazetteer: Gazetteer, operatorCurrency: Currency
    ) {
        fatalError("later")
    }

    public func create(_ draft: PropertyDraft, for caller: Caller, once: Once?) async throws -> Property {
        fatalError("later")
    }

    public func change(
        _ id: PropertyID, _ changes: PropertyChanges, for caller: Caller
    ) async throws -> Property {
        fatalError("later")
    }

    public func property(
        _ id: PropertyID, for caller: Caller?, orWhere mayRead: @Sendable () async throws -> Bool = { false }
    ) async throws -> Property {
        fatalError("later")
    }

    public func properties(_ ids: [PropertyID]) async throws -> [PropertyID: Property] {
        fatalError("later")
    }

    /// The listings of a host, whatever their status, newest first.
    public func properties(of host: UserID) async throws -> [Property] {
        fatalError("later")
    }

    public func search(_ query: PropertySearch, for caller: Caller?) async throws -> SearchPage {
        fatalError("later")
    }

    public func amenities() async throws -> [AmenityCount] {
        fatalError("later")
    }

    public func calendar(
        _ id: PropertyID, from: LocalDay, to: LocalDay, for caller: Caller?,
        orWhere mayRead: @Sendable () async throws -> Bool = { false }
    ) async throws -> [CalendarDay] {
        fatalError("later")
    }

    public func quote(
        _ id: PropertyID, checkIn: LocalDay, checkOut: LocalDay, guests: Int, for caller: Caller?,
        orWhere mayRead: @Sendable () async throws -> Bool = { false }
    ) async throws -> Quote {
        fatalError("later")
    }

    public func terms(for property: PropertyID, stay: Stay, guests: Int, now: Instant) async throws -> Terms? {
        fatalError("later")
    }

    public func facts(_ id: PropertyID) async throws -> PropertyFacts? {
        fatalError("later")
    }

    package func apply(_ event: Event) async throws {
        fatalError("later")
    }

    package func applyCalendars(_ changes: [CalendarChanged]) async throws {
        fatalError("later")
    }

    package func importListings(_ batch: [ImportedListing]) async throws -> [String: ImportedProperty] {
        fatalError("later")
    }
}

package enum PropertyMigrations {
    package static let all: [Migration] = []
}

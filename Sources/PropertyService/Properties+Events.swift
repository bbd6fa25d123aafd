package import Storage

extension Properties {
    /// The name under which this service hears events.
    package static let receiver = "properties"

    /// Hears the Booking Service: nights taken and freed, and calendars changed. Any event may come twice.
    /// - Throws: `StorageError.fault` for an event that is none of these.
    package func apply(_ event: Event) async throws {
        switch event.kind {
        case NightsMoved.taken:
            let moved: NightsMoved = try event.decoded()
            try await receive(event) { try NightStore.take(moved, in: $0) }
        case NightsMoved.freed:
            let moved: NightsMoved = try event.decoded()
            try await receive(event) { try NightStore.free(moved, in: $0) }
        case CalendarChanged.kind:
            let changed: CalendarChanged = try event.decoded()
            try await receive(event) { try NightStore.change(changed, in: $0) }
        default: throw StorageError.fault("\(Properties.receiver) does not hear \(event.kind)")
        }
    }

    /// Applies many calendars in one transaction, as the import brings them; each may be applied again.
    package func applyCalendars(_ changes: [CalendarChanged]) async throws {
        try await database.write { tx in
            for change in changes { try NightStore.change(change, in: tx) }
        }
    }

    private func receive(
        _ event: Event, _ work: @escaping @Sendable (borrowing Transaction) throws -> Void
    ) async throws {
        try await database.write { tx in
            try tx.receive(event, as: Properties.receiver) { try work($0) }
        }
    }
}

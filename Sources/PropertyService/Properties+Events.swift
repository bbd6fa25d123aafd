package import Storage

extension Properties {
    /// The name under which this service hears events.
    package static let receiver = "properties"

    /// Hears the Booking Service: nights taken and freed, and calendars changed. Any event may come twice.
    /// - Throws: `StorageError.fault` for an event that is none of these.
    package func apply(_ event: Event) async throws {
        // A calendar is a year of statements, and an import brings hundreds at once: each in a transaction of its own, so that
        // nobody who wants the same places waits long or runs again and again.
        guard event.kind != CalendarChanged.kind else { return try await Properties.hear([event], on: database) }
        try await hearing(event)
    }

    /// Hears several events in one transaction.
    static func hearing(on database: any Database) -> Together<Event, Void> {
        Together { events in
            try await hear(events, on: database)
            return events.map { _ in }
        }
    }

    private static func hear(_ events: [Event], on database: any Database) async throws {
        let changes = try events.map(Change.init)
        try await database.write { tx in
            var recounts: [NightStore.Recount] = []
            try tx.receive(events, as: receiver) { index, tx in
                switch changes[index] {
                case .taken(let moved): recounts.append(try NightStore.take(moved, in: tx))
                case .freed(let moved): recounts.append(try NightStore.free(moved, in: tx))
                case .calendar(let changed): try NightStore.change(changed, in: tx)
                }
            }
            // Events of one place in one transaction: whatever is counted last has seen the rows of all.
            for index in recounts.indices { try recounts[index].enterUnit(in: tx) }
            for recount in recounts { try recount.enterProperty(in: tx) }
        }
    }

    private enum Change {
        case taken(NightsMoved)
        case freed(NightsMoved)
        case calendar(CalendarChanged)

        init(_ event: Event) throws {
            switch event.kind {
            case NightsMoved.taken: self = .taken(try event.decoded())
            case NightsMoved.freed: self = .freed(try event.decoded())
            case CalendarChanged.kind: self = .calendar(try event.decoded())
            default: throw StorageError.fault("\(Properties.receiver) does not hear \(event.kind)")
            }
        }
    }

    /// Applies many calendars in one transaction, as the import brings them; each may be applied again.
    package func applyCalendars(_ changes: [CalendarChanged]) async throws {
        try await database.write { tx in
            for change in changes { try NightStore.change(change, in: tx) }
        }
    }
}

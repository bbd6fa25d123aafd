public import Core
import Storage

/// Events that wait for a person, out of all four databases.
extension House {
    /// What the operator's pages and addresses ask.
    public var stuckEvents: StuckEvents {
        StuckEvents(
            list: { try await self.stuckEvents(cursor: $0, limit: $1) }, count: { try await self.countStuckEvents() },
            tryAgain: { id, reason, caller, once in
                let act = OperatorAct(
                    id: Base32.text(of: self.world.random(16)), operatorId: caller.id, act: "deliver again",
                    subject: id.subject, reason: reason, at: self.world.now())
                return try await self.tryAgain(id, act, once: once)
            },
            keep: { id, refusal, once in
                guard let database = self.databases.all.first(where: { $0.name == id.source })?.database else {
                    return refusal
                }
                return try await database.keep(refusal, for: once, at: self.world.now())
            })
    }

    /// A line for each, oldest first.
    public func stuckEventLines() async throws -> [String] { try await everyStuckEvent().map(\.line) }

    /// Has one event tried again, or all that wait for a person.
    /// - Parameter id: as the lines name it; nothing for all.
    /// - Returns: a line for each, with what became of it.
    public func tryEventsAgain(_ id: String?) async throws -> [String] {
        var ids = try await everyStuckEvent().map(\.id)
        if let id {
            guard let one = StuckEvent.ID(id) else { throw Problem.notFound("event") }
            ids = [one]
        }
        var lines: [String] = []
        for id in ids {
            let event = try await tryAgain(id, nil, once: nil)
            let waits = try await delivery(id.source)?.waits(id) ?? false
            lines.append("\(event.id) \(waits ? "failed again, and is tried again by the server" : "was delivered")")
        }
        return lines
    }

    private func tryAgain(_ id: StuckEvent.ID, _ act: OperatorAct?, once: Once?) async throws -> StuckEvent {
        guard let delivery = delivery(id.source) else { throw Problem.notFound("event") }
        let event = try await delivery.tryAgain(id, act, once: once)
        await courier.deliver(id.subject)
        return event
    }

    private func delivery(_ source: String) -> OutboxDelivery? {
        zip(databases.all, deliveries).first { $0.0.name == source }?.1
    }

    private func stuckEvents(cursor: String?, limit: Int) async throws -> Page<StuckEvent> {
        let place = try cursor.map { text in
            let place = try MomentCursor(text)
            guard let id = StuckEvent.ID(place.id) else {
                throw Problem.invalid("cursor", "invalid", "This cursor is not one of ours. Begin again without it.")
            }
            return (moment: place.moment, id: id)
        }
        var found: [StuckEvent] = []
        for delivery in deliveries { found += try await delivery.stuck(after: place, limit: limit + 1) }
        // Within a moment and a database they stay as they came.
        let ordered = found.enumerated().sorted { one, other in
            (one.element.happenedAt, one.element.id.source, one.offset)
                < (other.element.happenedAt, other.element.id.source, other.offset)
        }
        return Page(ordered.map(\.element), limit: limit) { MomentCursor($0.happenedAt, "\($0.id)") }
    }

    private func countStuckEvents() async throws -> Int {
        var count = 0
        for delivery in deliveries { count += try await delivery.countStuck() }
        return count
    }

    private func everyStuckEvent() async throws -> [StuckEvent] {
        var all: [StuckEvent] = []
        var cursor: String?
        repeat {
            let page = try await stuckEvents(cursor: cursor, limit: 100)
            all += page.items
            cursor = page.nextCursor
        } while cursor != nil
        return all
    }
}

extension StuckEvent {
    fileprivate var line: String {
        let how =
            tries < OutboxDelivery.mostTries
            ? "has not reached \(id.receiver) for a day and is tried on"
            : "never reached \(id.receiver) in \(tries) tries"
        return "\(id) \(happenedAt) \(kind) \(how): \(lastError ?? "no error")"
    }
}

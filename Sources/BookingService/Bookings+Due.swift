import Core
import Storage

/// What time alone brings about.
extension Bookings {
    /// How many bookings one round looks at, so that a round stays short.
    private static let batch = 100

    /// Moves on what is due: holds and requests that ran out, stays that are over. May run on many nodes at once: each
    /// booking is looked at again in its own transaction.
    /// - Returns: how many moved.
    @discardableResult
    package func moveDue() async throws -> Int {
        var moved = 0
        for id in try await store.due(at: world.now(), limit: Bookings.batch) {
            let now = world.now()
            let hasMoved = try await store.database.write { [store] tx in
                // Whoever has it in hand moves it: this node goes on with the next.
                let isOurs = try tx.exists(
                    "SELECT 1 FROM booking WHERE id = \(id) AND due_at <= \(now) FOR UPDATE SKIP LOCKED")
                guard isOurs, let current = try tx.booking(id), let due = current.dueAt, due <= now,
                    let event = current.course.dueEvent
                else { return false }
                return try store.move(current, BookingStore.Move(event: event, actor: .system), at: now, in: tx).moved
            }
            guard hasMoved else { continue }
            moved += 1
            await courier.deliver(id.text)
        }
        return moved
    }
}

extension Course {
    /// What happens in this state when its time is up.
    var dueEvent: Event? {
        switch state {
        case .requested: .requestRanOut
        case .held: .holdRanOut
        case .confirmed: .checkedOut
        case .closing, .completed, .declined, .expired, .abandoned, .cancelled, .lapsed: nil
        }
    }
}

import Core
import Storage

/// What time alone brings about.
extension Bookings {
    /// How many bookings are looked up at once.
    static let batch = 100
    /// How many batches follow each other at once while there are more: holds that end together, as after a sale begins,
    /// must not wait for as many beats.
    private static let mostBatches = 20
    /// How many are told of at once, so that what one's hearers take long over holds up few others.
    private static let toldTogether = 16
    /// How long one that can't be moved on is left alone, so that others have their turn.
    private static let putOff = Duration.seconds(300)

    /// Moves on what is due: holds and requests that ran out, stays that are over, alterations that nobody answered or
    /// paid in time. May run on many nodes at once: each booking is looked at again in its own transaction.
    /// - Returns: how many moved.
    /// - Throws: `NotMoved` at the end, with those that could not be moved on: they are put off, and all others moved.
    ///   `StorageError` where the database is in trouble: then the rest waits for the next round.
    @discardableResult
    package func moveDue() async throws -> Int {
        var failures: [NotMoved.Failure] = []
        var moved = 0
        var untold: [String] = []
        func tell(_ subject: String) async {
            moved += 1
            untold.append(subject)
            if untold.count == Bookings.toldTogether { await tellAll() }
        }
        func tellAll() async {
            _ = await sideBySide(untold) { [courier] in await courier.deliver($0) }
            untold = []
        }
        for _ in 0..<Bookings.mostBatches {
            let due = try await store.due(at: world.now(), limit: Bookings.batch)
            for id in due {
                let hasMoved = try await attempt(id.text, &failures) {
                    try await moveDue(id)
                } putOff: { tx, until in
                    try tx.execute("UPDATE booking SET due_at = \(until) WHERE id = \(id)")
                }
                guard hasMoved else { continue }
                await tell(id.text)
            }
            await tellAll()
            guard due.count == Bookings.batch else { break }
        }
        for _ in 0..<Bookings.mostBatches {
            let due = try await store.dueAlterations(at: world.now(), limit: Bookings.batch)
            for (id, booking) in due {
                let hasMoved = try await attempt(id.text, &failures) {
                    try await moveDue(id, of: booking)
                } putOff: { tx, until in
                    try tx.execute("UPDATE alteration SET due_at = \(until) WHERE id = \(id)")
                }
                guard hasMoved else { continue }
                await tell(booking.text)
            }
            await tellAll()
            guard due.count == Bookings.batch else { break }
        }
        guard failures.isEmpty else { throw NotMoved(failures: failures) }
        return moved
    }

    /// - Returns: whether it moved; nothing happens where another node has it in hand.
    private func moveDue(_ id: BookingID) async throws -> Bool {
        let now = world.now()
        return try await store.database.write { [store] tx in
            // Whoever has it in hand moves it: this node goes on with the next.
            let isOurs = try tx.exists(
                "SELECT 1 FROM booking WHERE id = \(id) AND due_at <= \(now) FOR UPDATE SKIP LOCKED")
            guard isOurs, let current = try tx.booking(id), let due = current.dueAt, due <= now,
                let event = current.course.dueEvent
            else { return false }
            return try store.move(current, BookingStore.Move(event: event, actor: .system), at: now, in: tx).moved
        }
    }

    private func moveDue(_ id: AlterationID, of booking: BookingID) async throws -> Bool {
        let now = world.now()
        return try await store.database.write { [store] tx in
            guard let current = try tx.alteration(id), let due = current.dueAt, due <= now else { return false }
            guard var record = try tx.booking(booking) else {
                throw StorageError.fault("there is no booking \(booking)")
            }
            let move = BookingStore.AlterationMove(event: .ranOut, actor: .system)
            let (_, moved) = try store.move(current, of: &record, move, at: now, in: tx)
            if moved { try tx.save(record) }
            return moved
        }
    }

    /// One that can't be moved on stops no other: it is put off and told of. Trouble that passes is all the others' too.
    private func attempt(
        _ name: String, _ failures: inout [NotMoved.Failure], _ move: () async throws -> Bool,
        putOff: @escaping @Sendable (borrowing Transaction, Instant) throws -> Void
    ) async throws -> Bool {
        do {
            return try await move()
        } catch let trouble as any Trouble where trouble.retryAfterSeconds != nil {
            throw trouble
        } catch let end as CancellationError {
            throw end
        } catch {
            failures.append(NotMoved.Failure(subject: name, why: "\(error)"))
            let until = world.now() + Bookings.putOff
            try await store.database.write { try putOff($0, until) }
            return false
        }
    }
}

/// Bookings and alterations whose time has come and that could not be moved on.
package struct NotMoved: Error, CustomStringConvertible {
    package struct Failure: Sendable {
        /// The id of the booking or alteration.
        package let subject: String
        package let why: String
    }

    package let failures: [Failure]

    package var description: String { failures.map { "\($0.subject): \($0.why)" }.joined(separator: "; ") }
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

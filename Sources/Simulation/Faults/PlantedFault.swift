import Storage

/// A fault put in on purpose, which the checks must find: a check that has never failed proves nothing.
package enum PlantedFault: String, CaseIterable, Sendable {
    /// A booking that ends keeps its nights.
    case keepsNights
    /// A night that somebody has is sold again.
    case sellsTwice
    /// What lies too near to another stay is sold, and what is closed with it.
    case preparesNothing
    /// The copy for search does not hear of nights that come free.
    case losesFreedNights
    /// A letter does not become due.
    case losesLetters
    /// An event that is heard twice is applied twice.
    case forgetsWhatWasHeard
    /// The same request under the same key is done again.
    case forgetsAnswers
    /// Only one side of a movement of money is booked.
    case booksOneSide
    /// A refund is promised and not made.
    case losesRefunds
    /// The provider takes the money a second time.
    case takesTwice
    /// The provider gives the money back a second time.
    case refundsTwice
    /// The provider never says whether its page is closed.
    case neverCloses

    /// What a statement answers instead of what it should do; nothing where it is done as it stands.
    func answer(to sql: SQL) -> Int? {
        let text = sql.fragments[0]
        switch self {
        case .losesFreedNights: return event(sql, is: "nights.freed") ? 1 : nil
        case .losesLetters: return event(sql, is: "booking.changed") ? 1 : nil
        case .booksOneSide:
            guard text.hasPrefix("INSERT INTO ledger_entry") else { return nil }
            return sql.values.contains { if case .text(let text) = $0 { text.hasPrefix("provider:") } else { false } }
                ? 1 : nil
        case .losesRefunds: return text.hasPrefix("INSERT INTO refund") ? 1 : nil
        case .keepsNights, .sellsTwice, .preparesNothing, .forgetsWhatWasHeard, .forgetsAnswers, .takesTwice,
            .refundsTwice, .neverCloses:
            return nil
        }
    }

    /// What a statement is said to have changed, though it was done as it stands.
    func claimedChanges(of sql: SQL) -> Int? {
        let text = sql.fragments[0]
        switch self {
        case .forgetsWhatWasHeard: return text.hasPrefix("INSERT INTO inbox") ? 1 : nil
        case .forgetsAnswers: return text.hasPrefix("INSERT INTO idempotency_record") ? 1 : nil
        case .keepsNights, .sellsTwice, .preparesNothing, .losesFreedNights, .losesLetters, .booksOneSide,
            .losesRefunds,
            .takesTwice, .refundsTwice, .neverCloses:
            return nil
        }
    }

    /// The rows that a query is said to have.
    /// - Parameter run: does the query and tells its rows; a fault may leave that out.
    func rows(of sql: SQL, _ run: () throws -> [[SQLValue]]) throws -> [[SQLValue]]? {
        let text = sql.fragments[0]
        switch self {
        case .keepsNights:
            return text.hasPrefix("UPDATE claimed_night SET booking_id = NULL") ? [] : nil
        case .sellsTwice, .preparesNothing:
            // The values in the order of `Transaction.claim`: unit, check-in, check-out, booking.
            guard text.hasPrefix("INSERT INTO claimed_night"), text.contains("SELECT"), sql.values.count > 4,
                case .integer(let checkIn) = sql.values[1], case .integer(let checkOut) = sql.values[2]
            else { return nil }
            let rows = try run()
            if self == .sellsTwice { return (checkIn..<checkOut).map { [.integer($0), sql.values[3]] } }
            return rows.filter { $0[1] == .null || $0[1] == sql.values[3] }.map { row in
                guard case .integer(let night) = row[0], (checkIn..<checkOut).contains(night) else { return row }
                return [row[0], sql.values[3]]
            }
        case .losesFreedNights, .losesLetters, .forgetsWhatWasHeard, .forgetsAnswers, .booksOneSide, .losesRefunds,
            .takesTwice, .refundsTwice, .neverCloses:
            return nil
        }
    }

    private func event(_ sql: SQL, is kind: String) -> Bool {
        sql.fragments[0].hasPrefix("INSERT INTO outbox") && sql.values.contains(.text(kind))
    }
}

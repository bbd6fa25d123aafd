import CLibpq

/// What a statement that failed means for its transaction.
enum PostgresFailure: Error {
    /// Others were faster: the transaction may be run again, and then succeeds or sees what they did.
    case conflict(String)
    /// A key is there already. Among serializable transactions this may be a conflict as well; asked again it shows.
    case duplicate(String)
    /// The connection is gone, and nothing was committed.
    case lost(String)
    /// The database can't do it.
    case final(StorageError)

    /// What a failed result says.
    init(_ result: OpaquePointer?) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // libpq writes its own message, without a code, where the connection broke.
        let code = field("C") ?? "08006"
        let message = OneSentence.of(field("M") ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? "")
        self.init(code: code, isFatal: ["FATAL", "PANIC"].contains(field("V")), message: message)
    }

    /// - Parameter code: a code of "PostgreSQL Error Codes", appendix A of its manual.
    init(code: String, isFatal: Bool, message: String) {
        switch code {
        case "40001", "40P01": self = .conflict(message)
        // A plan that a migration made stale is made anew.
        case "0A000" where message.contains("cached plan"): self = .conflict(message)
        // Also of two nodes that make the same table at once: the second finds the name, its type or its index there.
        case "23505", "42P07", "42710": self = .duplicate(message)
        // Somebody else has had the row for longer than a statement waits: the server is there, and crowded.
        case "55P03": self = .final(.overloaded)
        // The session became read-only: the primary was demoted under it.
        case "25006": self = .lost(message)
        case _ where isFatal || code.hasPrefix("08") || code.hasPrefix("57P"): self = .lost(message)
        // Out of disk, memory or connections; a fault of the machine; cancelled by its operator.
        case _ where ["53", "58", "57", "XX"].contains(code.prefix(2)): self = .final(.unavailable(message))
        default: self = .final(.fault("\(message) (\(code))"))
        }
    }

    var storageError: StorageError {
        switch self {
        case .conflict: .overloaded
        case .duplicate(let message): .fault(message)
        case .lost(let message): .unavailable(message)
        case .final(let error): error
        }
    }
}

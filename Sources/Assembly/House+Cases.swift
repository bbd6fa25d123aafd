import Core
import PaymentService

/// Cases about money, as the command shows them.
extension House {
    /// A line for each case, newest first.
    public func caseLines(all: Bool) async throws -> [String] {
        var lines: [String] = []
        var cursor: String?
        repeat {
            let page = try await payments.cases(isOpen: all ? nil : true, cursor: cursor, limit: 100)
            lines += page.items.map(\.line)
            cursor = page.nextCursor
        } while cursor != nil
        return lines
    }

    /// How many cases wait for a person.
    public func openCases() async throws -> Int { try await payments.openCases() }

    /// Closes a case.
    /// - Returns: its line.
    public func resolveCase(_ id: String, note: String, tryAgain: Bool) async throws -> String {
        guard let id = CaseID(id) else { throw Problem.notFound("case") }
        return try await payments.resolve(id, note: note, tryAgain: tryAgain, by: "command", once: nil).line
    }
}

extension MoneyCase {
    fileprivate var line: String {
        let about = bookingId.map { " \($0)" } ?? ""
        let end = resolution.map { " [resolved \($0.at) by \($0.by): \($0.note)]" } ?? ""
        return "\(id) \(openedAt) \(kind.rawValue)\(about): \(detail)\(end)"
    }
}

import BookingService
import Core
import NotificationService
import PaymentService
import PropertyService
import Storage

/// Checks every promise about nights, money and mail over the four databases.
public struct Audit: Sendable {
    /// One broken promise, in one line.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// The booking, property or event it is about.
        public let subject: String
        public let description: String

        init(_ subject: String, _ description: String) {
            self.subject = subject
            self.description = description
        }
    }

    /// The databases are read one after the other, so a finding across two of them counts only if it still stands once
    /// the events it waits for are applied, or after this long.
    static let patience = Duration.seconds(60)
    /// How long between two looks.
    static let pause = Duration.seconds(1)
    /// An event that waits longer than this was left behind.
    static let longestWait = Duration.seconds(60)

    private let house: House

    public init(_ house: House) { self.house = house }

    /// - Parameter atRest: also want nothing in flight.
    /// - Returns: what breaks; empty where every promise holds.
    public func run(atRest: Bool) async throws -> [Finding] {
        let start = house.world.now()
        var standing = try await look(atRest: atRest)
        // A finding within one database stands at once; one across two gets its time.
        while standing.contains(where: \.mayPass), house.world.now().since(start) < Audit.patience {
            let waiting = try await subjectsInFlight()
            // Events still on their way excuse a finding; without any, one more look decides.
            let excused = standing.contains { $0.mayPass && waiting.contains($0.finding.subject) }
            try await house.world.sleep(excused ? Audit.pause : .milliseconds(50))
            let again = try await look(atRest: atRest)
            if !excused {
                let before = Set(standing.map(\.finding))
                standing = again.filter { !$0.mayPass || before.contains($0.finding) }
                break
            }
            standing = again
        }
        return standing.map(\.finding)
    }

    /// Compares the books with the providers' own lists; what an operator has resolved is left out.
    public func compareWithProviders() async throws -> [Finding] {
        try await house.payments.providerDifferences().map { Finding("providers", $0) }
    }

    /// One look over all four databases, without patience: for moments at which nothing can be on its way.
    package func once(atRest: Bool) async throws -> [Finding] {
        try await look(atRest: atRest).map(\.finding)
    }

    struct Suspicion: Hashable {
        let finding: Finding
        /// Whether it compares two databases, which were read one after the other.
        let mayPass: Bool
    }

    private func look(atRest: Bool) async throws -> [Suspicion] {
        let now = house.world.now()
        // In the order in which events flow, so that an effect is read after its cause only where that is harmless.
        let bookings = try await house.bookings.audit()
        let payments = try await house.payments.audit()
        let copy = try await house.properties.auditCopy()
        let mails = try await house.mails.audit()

        var suspicions: [Suspicion] = []
        suspicions += bookings.findings.map { Suspicion(finding: Finding("bookings", $0), mayPass: false) }
        suspicions += BooksCheck.alone(payments).map { Suspicion(finding: $0, mayPass: false) }
        suspicions += BooksCheck.against(bookings, payments).map { Suspicion(finding: $0, mayPass: true) }
        suspicions += CopyCheck.alone(copy).map { Suspicion(finding: $0, mayPass: false) }
        suspicions += CopyCheck.compare(bookings, copy).map { Suspicion(finding: $0, mayPass: true) }
        suspicions += MailCheck.compare(bookings, mails).map { Suspicion(finding: $0, mayPass: true) }
        for (name, database) in house.databases.all {
            let late = try await database.read { reader in
                try reader.all(
                    """
                    SELECT subject, kind, receiver, tries, last_error FROM outbox
                    WHERE created_at < \(atRest ? now + Audit.longestWait : now - Audit.longestWait)
                    """
                ) { row in
                    Finding(
                        try row[0],
                        """
                        \(try row[0] as String): the event \(try row[1] as String) of \(name) has not reached \
                        \(try row[2] as String) after \(try row[3] as Int) tries\(try (row[4] as String?).map { ": " + $0 } ?? "")
                        """)
                }
            }
            suspicions += late.map { Suspicion(finding: $0, mayPass: false) }
        }
        if atRest { suspicions += inFlight(bookings, payments, mails).map { Suspicion(finding: $0, mayPass: false) } }
        return suspicions
    }

    private func inFlight(_ bookings: BookingsAudit, _ payments: PaymentsAudit, _ mails: MailsAudit) -> [Finding] {
        let counts = [
            (bookings.inFlight, "bookings wait for their course to go on"),
            (payments.inFlight.moving, "payments wait for their provider"),
            (payments.inFlight.closing, "payables wait to be closed"),
            (payments.inFlight.refunds, "refunds wait for their provider"),
            (mails.inFlight, "mails wait to be sent"),
        ]
        return counts.filter { $0.0 > 0 }.map { Finding("in flight", "not at rest: \($0.0) \($0.1)") }
    }

    private func subjectsInFlight() async throws -> Set<String> {
        var subjects: Set<String> = []
        for (_, database) in house.databases.all {
            subjects.formUnion(
                try await database.read { try $0.values("SELECT DISTINCT subject FROM outbox", as: String.self) })
        }
        return subjects
    }
}

import TestSupport
import Testing

@testable import Storage

/// What a code of "PostgreSQL Error Codes" means for whoever asked.
@Suite("What PostgreSQL refuses")
struct PostgresFailureTests {
    enum Meaning: String {
        case runsAgain, runsAgainAFewTimes, connectionIsGone, notNow, crowded, faultOfOurs
    }

    private func meaning(_ code: String, isFatal: Bool = false, _ message: String = "") -> Meaning {
        switch PostgresFailure(code: code, isFatal: isFatal, message: message) {
        case .conflict: .runsAgain
        case .duplicate: .runsAgainAFewTimes
        case .lost: .connectionIsGone
        case .final(.fault): .faultOfOurs
        case .final(.overloaded): .crowded
        case .final: .notNow
        }
    }

    @Test(
        "Each code has its meaning",
        arguments: [
            ("40001", Meaning.runsAgain), ("40P01", .runsAgain),
            // Two nodes that make the same table at once find its type, its name or its index there.
            ("23505", .runsAgainAFewTimes), ("42P07", .runsAgainAFewTimes), ("42710", .runsAgainAFewTimes),
            // Shut down, crashed, not yet started, demoted, or the network.
            ("57P01", .connectionIsGone), ("57P02", .connectionIsGone), ("57P03", .connectionIsGone),
            ("25006", .connectionIsGone), ("08006", .connectionIsGone),
            // A full disk, no memory, too many connections, cancelled by an operator, a broken file.
            ("53100", .notNow), ("53200", .notNow), ("53300", .notNow), ("57014", .notNow), ("58030", .notNow),
            ("XX001", .notNow),
            // Somebody has had the row for too long.
            ("55P03", .crowded),
            ("42601", .faultOfOurs), ("42P01", .faultOfOurs), ("42501", .faultOfOurs), ("23502", .faultOfOurs),
        ])
    func codes(code: String, meaning: Meaning) {
        #expect(self.meaning(code) == meaning)
    }

    @Test("What ends the session is a lost connection, whatever its code")
    func fatal() {
        #expect(meaning("XX000", isFatal: true) == .connectionIsGone)
        #expect(meaning("0A000", "cached plan must not change result type") == .runsAgain)
        #expect(meaning("0A000") == .faultOfOurs)
    }

    @Test(
        "A server that is too old is told which version is needed",
        arguments: [
            (Int32(120_017), "PostgreSQL 13 or later is needed, and the server is 12"),
            (90_624, "PostgreSQL 13 or later is needed, and the server is 9"), (130_000, nil), (150_004, nil),
        ])
    func version(number: Int32, complaint: String?) {
        #expect(PostgresAddress.complaint(aboutVersion: number) == complaint)
    }

    @Test("What is shown of an address has no user and no password")
    func shown() {
        let url = "postgresql://roost:secret@db1:5432,db2:5433/bookings?sslmode=verify-full"
        #expect(PostgresAddress.shown(url: url) == "postgresql://db1,db2:5432,5433/bookings")
        let complaint = PostgresAddress.complaint(aboutURL: "postgresql://roost:secret@h/b?nonsense=1")
        #expect(complaint?.contains("nonsense") == true)
        #expect(complaint?.contains("secret") == false)
    }

    @Test(
        "No part of a password that breaks its address is shown, nor taken for a host or a port",
        arguments: [
            "postgresql://roost:geheim2%ss@db/bookings", "postgresql://roost:geheim2@[::1/bookings",
            "postgresql://roost:x@geheim2@db/bookings", "postgresql://roost:geheim2/x@db/bookings",
            "postgresql://roost:12/geheim2@db/bookings", "postgresql://roost:geheim2?x@db/bookings",
            "postgresql://roost:7/x?geheim2=1@db/bookings", "postgresql://geheim2@x@db/bookings",
            "postgresql://db:geheim2/bookings", "postgresql://roost:x@db/geheim2@y",
            "postgresql://roost:x@db/bookings?password=geheim2&sslmod=x@y",
        ])
    func hidden(_ url: String) throws {
        let complaint = try #require(PostgresAddress.complaint(aboutURL: url))
        #expect(!complaint.contains("geheim2"))
        #expect(complaint.contains("check"))
    }

    @Test(
        "Addresses that are good are taken",
        arguments: [
            "postgresql://roost:a%40b%2Fc%25d@db.example.com:5432/bookings?sslmode=verify-full",
            "postgresql://roost:a:b@one,two:5433/bookings", "postgresql://roost@[::1]:5432/b", "postgresql:///b",
            "postgres://%2Frun%2Fpostgresql/b", "postgresql://?host=/run/postgresql&user=a@b", "postgresql://",
        ])
    func good(_ url: String) { #expect(PostgresAddress.complaint(aboutURL: url) == nil) }

    @Test("A server in whose place another was promoted is refused", .enabled(if: PostgresServer.isThere))
    func replaced() async throws {
        let reconnect = Reconnect()
        for timeline in [nil, 2, 2, nil, 3] as [UInt32?] { try reconnect.follow(timeline) }
        #expect(throws: StorageError.self) { try reconnect.follow(2) }
        try reconnect.follow(3)
        // A server that was never promoted writes the first history.
        let url = try await PostgresServer.shared().emptyURL()
        #expect(try PostgresWire(try PostgresAddress(url: url).connect(), patience: 5).timeline == 1)
    }
}

import Assembly
import Core
import Storage

/// How often what happened, for the summary.
enum Tally {
    private static let heard = [
        "holds", "requests", "accepted", "declined", "payer: succeed", "payer: decline", "payer: abandon",
        "changes proposed", "changes agreed", "changes applied", "cancelled by guests", "cancelled by hosts",
        "cancelled by operators", "calendars changed",
        "events brought again",
        "crashes",
    ]

    static func counts(of stage: Stage) async throws -> [SimulationReport.Count] {
        typealias Count = SimulationReport.Count
        var counts = try await stage.databases.bookings.read { reader in
            let states: [(what: String, condition: SQL)] = [
                ("bookings", "0 = 0"), ("confirmed", "confirmed_at IS NOT NULL"), ("completed", "state = 'completed'"),
                ("expired", "state = 'expired'"), ("lapsed", "state = 'lapsed'"),
                ("cancelled", "state IN ('cancelled', 'abandoned')"),
            ]
            return try states.map { state in
                Count(
                    what: state.what,
                    count: try reader.value("SELECT COUNT(*) FROM booking WHERE \(state.condition)", as: Int.self) ?? 0)
            }
        }
        counts += try await stage.databases.payments.read { reader in
            let rows: [(what: String, query: SQL)] = [
                ("payments", "SELECT COUNT(*) FROM payment"),
                ("captures", "SELECT COUNT(*) FROM payment WHERE state = 'captured'"),
                ("refunds", "SELECT COUNT(*) FROM refund WHERE state = 'done'"),
                ("minor units kept", "SELECT CAST(COALESCE(SUM(captured - refunded), 0) AS BIGINT) FROM payment"),
            ]
            return try rows.map { Count(what: $0.what, count: try reader.value($0.query, as: Int.self) ?? 0) }
        }
        counts.append(Count(what: "mails", count: stage.post.count))
        counts += heard.map { Count(what: $0, count: stage.counts($0)) }
        return counts
    }
}

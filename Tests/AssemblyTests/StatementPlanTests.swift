import BookingService
import Core
import Foundation
import NotificationService
import PaymentService
import PropertyService
import Storage
import TestSupport
import Testing

@testable import Assembly

/// What a house does all day costs as much as what it looks for, not as much as what it has kept for years: each statement
/// finds its rows by an index that leads to them. SQLite chooses without numbers of rows, so it chooses the same in a test.
@Suite("Statements find their rows by an index")
struct StatementPlanTests {
    /// Tables that grow with what the house has done.
    private static let growing = [
        "booking", "claimed_night", "night_block", "alteration", "payable", "payment", "refund", "ledger_entry",
        "provider_event", "provider_request", "review_case", "dispute", "mail", "mail_attempt", "mail_event",
        "mail_webhook", "outbox", "inbox", "idempotency_record", "session", "person", "operator_log", "booked_night",
        "prepared_night", "unit_word", "property_word", "property",
    ]

    /// Everyday life of a house: what a guest, a host, an operator and the background ask.
    private func day(of fixture: HouseFixture) async throws {
        let house = fixture.house
        let instant = try await fixture.place(units: 2)
        let asking = try await fixture.place(instantBook: false)
        let paid = try await fixture.hold(instant)
        try await fixture.pay(paid)
        let other = try await fixture.hold(instant, in: 20)
        _ = try await house.bookings.cancel(other.id, reason: nil, for: fixture.guest, once: nil)
        let request = try await fixture.hold(asking)
        _ = try await house.bookings.accept(request.id, for: fixture.host, once: nil)
        let declined = try await fixture.hold(asking, in: 20)
        _ = try await house.bookings.decline(declined.id, reason: nil, for: fixture.host, once: nil)
        _ = try await house.bookings.cancel(paid.id, reason: nil, for: fixture.guest, once: nil)
        for status in [nil, BookingStatus.confirmed, .cancelled] {
            for (caller, role) in [(fixture.guest, BookingRole.guest), (fixture.host, .host)] {
                _ = try await house.bookings.bookings(as: role, status: status, cursor: nil, limit: 20, for: caller)
            }
        }
        for part in HostedPart.allCases {
            _ = try await house.bookings.hosted(part, at: nil, cursor: nil, limit: 20, for: fixture.host)
        }
        await fixture.workThrough()
        for chore in house.chores where chore.name != "comparing with payment providers" { try await chore.work() }
    }

    private func plans() async throws -> [(statement: String, step: String)] {
        let plans = StatementPlans()
        try await Engine.$current.withValue(.sqlite) {
            let fixture = try await HouseFixture(
                settings: ["ROOST_MAIL_PROVIDER": "file"], wrap: { plans.watching($1) })
            try await day(of: fixture)
        }
        return plans.all.flatMap { statement, steps in
            steps.map { (statement.split(whereSeparator: \.isWhitespace).joined(separator: " "), $0) }
        }
    }

    @Test("None walks through a table that grows")
    func scans() async throws {
        let plans = try await plans()
        #expect(plans.count > 150)
        for (statement, step) in plans where step.hasPrefix("SCAN ") {
            let table = step.split(separator: " ")[1]
            guard Self.growing.contains(String(table)) else { continue }
            Issue.record("\(step): \(statement)")
        }
    }

    @Test(
        "Those that look for a few among many have an index for just that",
        arguments: [
            // A part of the statement, and how its rows are found.
            (
                "FROM mail WHERE state = ? AND due_at <= ? AND NOT EXISTS",
                "mail USING INDEX mail_due (state=? AND due_at<?)"
            ),
            ("FROM mail AS earlier", "earlier USING INDEX mail_order (subject=? AND recipient=? AND created_at<?)"),
            (
                "FROM booking WHERE property_id = ? AND state = 'requested'",
                "booking_property_state (property_id=? AND state=?)"
            ),
            ("state IN ('held', 'closing') AND ends_at > ?", "booking_guest_state (guest_id=? AND state=?)"),
            ("FROM booking WHERE guest_id = ? AND state IN (?)", "booking_guest_state (guest_id=? AND state=?)"),
            ("FROM booking WHERE host_id = ? AND state IN (?)", "booking_host_state (host_id=? AND state=?)"),
            (
                "FROM provider_event WHERE provider = ? AND due_at <= ?",
                "provider_event_due (provider=? AND due_at<?)"
            ),
            ("FROM provider_event WHERE due_at IS NULL AND received_at < ?", "provider_event_received (received_at<?)"),
            ("FROM mail_webhook WHERE applied_at < ?", "mail_webhook_waiting (applied_at<?)"),
        ])
    func fewAmongMany(part: String, way: String) async throws {
        let found = try await plans().filter { $0.statement.contains(part) }
        #expect(!found.isEmpty, "no statement has \(part)")
        #expect(found.contains { $0.step.contains(way) }, "\(found.map(\.step))")
    }
}

import Core
import Storage
import TestSupport
import Testing

@testable import PaymentService

@Suite("Tidying what providers were asked and said", .onEachEngine)
struct TidyingTests {
    @Test("What is old and done goes, however much it is; what is young or under way stays")
    func tidies() async throws {
        let till = try await Till()
        let now = till.clock.now
        let old = now - EventStore.kept - .seconds(1)
        try await till.database.write { tx in
            for number in 0..<1203 {
                let (at, due): (Instant, Instant?) = (number == 0 ? now : old, number == 1 ? now : nil)
                try tx.later(
                    """
                    INSERT INTO provider_event (provider, event_id, kind, body, received_at, deliveries, due_at, tries)
                    VALUES ('test', \("e\(number)"), 'said', '{}', \(at), 1, \(due), 0)
                    """)
                try tx.later(
                    """
                    INSERT INTO provider_request (provider, request_key, attempt, body, begun_at)
                    VALUES ('test', \("r\(number)"), 1, '{}', \(at))
                    """)
            }
            for (number, state) in [(1, "asking"), (2, "done")] {
                try tx.execute(
                    """
                    INSERT INTO refund (
                        id, payment_id, booking_id, cause, reason, amount, currency, state, provider_key, created_at, tries)
                    VALUES (\("rfd_\(number)"), 'pay_1', 'bkg_1', \("c\(number)"), '', 1, 'EUR', \(state),
                        \("r\(number)"), \(old), 0)
                    """)
            }
        }
        try await till.payments.tidy()
        let (events, requests) = try await till.database.read { reader in
            (
                try reader.values("SELECT event_id FROM provider_event ORDER BY event_id", as: String.self),
                try reader.values("SELECT request_key FROM provider_request ORDER BY request_key", as: String.self)
            )
        }
        #expect(events == ["e0", "e1"] && requests == ["r0", "r1"])
    }
}

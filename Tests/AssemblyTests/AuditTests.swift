import BookingService
import Core
import PropertyService
import Storage
import TestSupport
import Testing

@testable import Assembly

@Suite("The audit finds what is planted", .onEachEngine)
struct AuditTests {
    /// A fault, the statement that makes it in a database, and what the audit says.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let database: @Sendable (Databases) -> any Database
        let sql: @Sendable (Booking) -> SQL
        let says: String
    }

    static let faults = [
        Fault(
            testDescription: "a night lost by its booking", database: { $0.bookings },
            sql: { "DELETE FROM claimed_night WHERE booking_id = \($0.id) AND night = \($0.stay.checkIn)" },
            says: "owns 2"),
        Fault(
            testDescription: "a night of no booking", database: { $0.bookings },
            sql: { _ in "INSERT INTO claimed_night (unit_id, night, booking_id) VALUES ('unit_x_1', 1, 'bkg_none')" },
            says: "bkg_none, which is no booking"),
        Fault(
            testDescription: "a night closed for no reason", database: { $0.bookings },
            sql: { _ in "INSERT INTO claimed_night (unit_id, night, booking_id) VALUES ('unit_x_1', 1, NULL)" },
            says: "blocked for no reason"),
        Fault(
            testDescription: "books that do not sum to zero", database: { $0.payments },
            sql: { _ in "UPDATE ledger_entry SET amount = amount + 1 WHERE amount > 0" },
            says: "does not sum to zero"),
        Fault(
            testDescription: "a total other than what was paid", database: { $0.bookings },
            sql: { "UPDATE booking SET total = total - 1 WHERE id = \($0.id)" },
            says: "keeps 37500 of its total of 37499"),
        Fault(
            testDescription: "a copy for search that lacks a night", database: { $0.properties },
            sql: { "DELETE FROM booked_night WHERE booking_id = \($0.id) AND night = \($0.stay.checkIn)" },
            says: "search takes 2 nights"),
        Fault(
            testDescription: "a payment lost from the books' side", database: { $0.payments },
            sql: { "DELETE FROM payment WHERE booking_id = \($0.id)" }, says: "there is no such payment"),
        Fault(
            testDescription: "a payment that took money and says it failed", database: { $0.payments },
            sql: { "UPDATE payment SET state = 'failed' WHERE booking_id = \($0.id)" },
            says: "its state, what it took and what was owed do not agree"),
        Fault(
            testDescription: "a payment that asked for more than it took", database: { $0.payments },
            sql: { "UPDATE payment SET amount = amount + 100 WHERE booking_id = \($0.id)" },
            says: "its state, what it took and what was owed do not agree"),
        Fault(
            testDescription: "quotes that forget booked nights", database: { $0.properties },
            sql: { _ in "UPDATE unit_word SET booked = 0 WHERE booked <> 0" },
            says: "quotes take other nights for taken"),
        Fault(
            testDescription: "quotes that know of no nights", database: { $0.properties },
            sql: { _ in "DELETE FROM unit_word" }, says: "quotes do not know of nights taken"),
        Fault(
            testDescription: "a search that forgets booked nights", database: { $0.properties },
            sql: { _ in "UPDATE property_word SET taken = 0 WHERE taken <> 0" },
            says: "search takes other nights for taken"),
        Fault(
            testDescription: "a search that lost its words", database: { $0.properties },
            sql: { _ in "DELETE FROM property_word" }, says: "search takes other nights for taken"),
        Fault(
            testDescription: "a search that looks elsewhere", database: { $0.properties },
            sql: { _ in "UPDATE property_word SET place = place + 1" }, says: "elsewhere on the map"),
        Fault(
            testDescription: "a place that search does not know", database: { $0.properties },
            sql: { _ in "DELETE FROM search_entry" }, says: "search does not know it"),
        Fault(
            testDescription: "a search that shows another price", database: { $0.properties },
            sql: { _ in "UPDATE search_entry SET price = price + 1" }, says: "another thing of it than it says"),
        Fault(
            testDescription: "a place of more units than search knows", database: { $0.properties },
            sql: { _ in "UPDATE property SET unit_count = unit_count + 1" }, says: "another thing of it than it says"),
        Fault(
            testDescription: "a search that shows what is not listed", database: { $0.properties },
            sql: { _ in "UPDATE property SET status = 'draft'" }, says: "it is not listed"),
        Fault(
            testDescription: "a booking of a place that is not there", database: { $0.bookings },
            sql: { "UPDATE booking SET property_id = 'prop_ghost' WHERE id = \($0.id)" }, says: "which is no place"),
        Fault(
            testDescription: "a booking on a unit of another place", database: { $0.bookings },
            sql: { "UPDATE booking SET unit_id = 'unit_ghost_1' WHERE id = \($0.id)" }, says: "and its unit is not"),
        Fault(
            testDescription: "a letter that was never queued", database: { $0.users },
            sql: { "DELETE FROM mail WHERE kind = 'confirmed' AND subject = \($0.id.text)" },
            says: "the mail confirmed is queued 0 times"),
        Fault(
            testDescription: "a letter queued twice", database: { $0.users },
            sql: {
                """
                INSERT INTO mail (id, event, recipient, kind, subject, letter, state, tries, due_at, created_at)
                SELECT 'mail_x', 'another', recipient, kind, subject, letter, state, tries, due_at, created_at FROM mail
                WHERE kind = 'confirmed' AND subject = \($0.id.text)
                """
            }, says: "the mail confirmed is queued 2 times"),
        Fault(
            testDescription: "an event left behind", database: { $0.bookings },
            sql: { _ in
                """
                INSERT INTO outbox (receiver, subject, version, kind, body, created_at, due_at, tries, last_error)
                VALUES ('mails', 'bkg_x', 1, 'x', '{}', 0, 0, 20, 'no way')
                """
            }, says: "has not reached mails after 20 tries: no way"),
    ]

    @Test("Each kind of fault, and nothing before it", arguments: faults)
    func finds(_ fault: Fault) async throws {
        let fixture = try await HouseFixture()
        let booking = try await fixture.hold(try await fixture.place())
        try await fixture.pay(booking)
        for _ in 0..<3 { try await fixture.house.workOnce() }
        let audit = Audit(fixture.house)
        #expect(try await audit.once(atRest: true).map(\.description) == [])

        // Attempts hang on their mails, and nobody looks at them here.
        try await fixture.databases.users.write { try $0.execute("DELETE FROM mail_attempt") }
        let sql = fault.sql(booking)
        let planted = try await fault.database(fixture.databases).write { try $0.execute(sql) }
        #expect(planted > 0)
        let found = try await audit.run(atRest: false).map(\.description)
        #expect(found.contains { $0.contains(fault.says) }, "\(found)")
    }

    @Test("What is under way excuses nothing at rest")
    func atRest() async throws {
        let fixture = try await HouseFixture()
        _ = try await fixture.hold(try await fixture.place())
        try await fixture.hear()
        let audit = Audit(fixture.house)
        #expect(try await audit.once(atRest: false).isEmpty)
        let found = try await audit.once(atRest: true).map(\.description)
        #expect(found.contains("not at rest: 1 mails wait to be sent"), "\(found)")
    }
}

import Assembly
import AuthService
import BookingService
import Core
import Storage
import TestSupport
import Testing

@testable import Web

@Suite("Failed events, for operators", .onEachEngine)
struct StuckEventTests {
    /// Leaves an event for the accounts that was tried in vain: a place was made, and nobody became its host.
    private func giveUp(_ fixture: WebFixture, host: String, tries: Int = OutboxDelivery.mostTries) async throws
        -> String
    {
        let now = fixture.world.now
        try await fixture.house.databases.properties.write { tx in
            try tx.execute(
                """
                INSERT INTO outbox (receiver, subject, version, kind, body, created_at, due_at, tries, last_error)
                VALUES ('accounts', 'prop_lost', 7, 'property.created',
                    \("{\"propertyId\":\"prop_lost\",\"hostId\":\"\(host)\"}"), \(now), \(now), \(tries), 'The cellar <floods>')
                """)
        }
        return "properties.accounts.7.prop_lost"
    }

    @Test("They are listed and tried again over the API; nobody else may, and asking twice is once")
    func overTheAPI() async throws {
        let fixture = try await WebFixture()
        _ = try await fixture.house.accounts.add(
            email: "boss@example.org", name: "Boss", isOperator: true, password: "a long and quiet river")
        try await fixture.meet { guest in
            let hana = try await guest.register("hana")
            let boss = try await guest.signIn("boss@example.org")
            let host = try #require(try await hana.get("/api/v1/me")["id"] as? String)
            let none = try await boss.get("/api/v1/operator/events")
            #expect(none.status == 200 && (none["items"] as? [Any])?.isEmpty == true)
            let id = try await giveUp(fixture, host: host)
            let retry = "/api/v1/operator/events/\(id)/retry"
            for (person, status) in [(guest, 401), (hana, 403)] {
                #expect(try await person.get("/api/v1/operator/events").status == status)
                #expect(try await person.post(retry).status == status)
            }
            let found = try await boss.get("/api/v1/operator/events")
            #expect(found["items.0.id"] as? String == id && found["items.0.tries"] as? Int == 20, "\(found)")
            #expect(found["items.0.subject"] as? String == "prop_lost")
            #expect(try await boss.get("/api/v1/operator/events?limit=0").status == 422)
            #expect(try await boss.get("/api/v1/operator/events?cursor=x").status == 422)
            for wrong in ["nonsense", "elsewhere.accounts.7.prop_lost", "properties.accounts.8.prop_lost"] {
                #expect(try await boss.post("/api/v1/operator/events/\(wrong)/retry").status == 404)
            }
            #expect(try await boss.post(retry, "{\"reason\":7}", key: "wrong").status == 422)
            let again = try await boss.post(retry, "{\"reason\":\"Pumped out\"}", key: "k")
            #expect(again.status == 200 && again["tries"] as? Int == 0, "\(again)")
            let same = try await boss.post(retry, "{\"reason\":\"Pumped out\"}", key: "k")
            #expect(same.status == 200 && same.text == again.text)
            // It was heard.
            #expect((try await boss.get("/api/v1/operator/events")["items"] as? [Any])?.isEmpty == true)
            #expect((try await hana.get("/api/v1/me")["roles"] as? [String])?.contains("host") == true)
            #expect(try await boss.post(retry).status == 404)
            let acts = try await boss.get("/api/v1/operator/acts?subject=prop_lost")
            #expect(
                acts["items.0.act"] as? String == "deliver again" && acts["items.0.reason"] as? String == "Pumped out")
            #expect((acts["items"] as? [Any])?.count == 1)
            _ = try await giveUp(fixture, host: host, tries: 3)
            #expect(try await boss.post(retry).status == 409)
        }
    }

    @Test("The operator's pages show them among the cases, and have one tried again for a reason")
    func onPages() async throws {
        let fixture = try await WebFixture()
        _ = try await fixture.house.accounts.add(
            email: "boss@example.org", name: "Boss", isOperator: true, password: "a long and quiet river")
        try await fixture.meet { guest in
            let hana = try await guest.register("hana")
            let boss = try await guest.signIn("boss@example.org")
            let host = try #require(try await hana.get("/api/v1/me")["id"] as? String)
            #expect(try await boss.get("/operator/cases").text.contains("The cellar") == false)
            let id = try await giveUp(fixture, host: host)
            for path in [
                "/operator", "/operator/cases", "/operator/cases?state=open", "/operator/events", "/ar/operator/events",
            ] {
                let page = try await boss.get(path)
                #expect(page.status == 200 && page.text.contains("The cellar &lt;floods&gt;"), "\(path)")
                #expect(page.text.contains("operator/events/retry?event=\(id)"), "\(path)")
            }
            #expect(try await boss.get("/operator/cases?state=resolved").text.contains("The cellar") == false)
            #expect(try await hana.get("/operator/events").status == 403)
            let act = try await boss.get("/operator/events/retry?event=\(id)")
            #expect(act.status == 200 && act.text.contains(id) && act.text.contains("name=\"reason\""))
            #expect(try await boss.get("/operator/events/retry?event=x").status == 404)
            #expect(try await boss.get("/operator/events/retry").status == 404)
        }
    }
}

import Assembly
import AuthService
import BookingService
import Core
import PaymentService
import PropertyService
import TestSupport
import Testing

@testable import Web

@Suite("The log of what operators did", .onEachEngine)
struct OperatorLogTests {
    @Test("Acts in all four databases are one list, newest first, page by page; nobody else sees it")
    func oneList() async throws {
        let fixture = try await WebFixture()
        let accounts = fixture.house.accounts
        let boss = try await accounts.add(
            email: "boss@example.org", name: "Boss", isOperator: true, password: "a long and quiet river")
        let anna = try await accounts.add(email: "anna@example.org", name: "Anna", isOperator: false, password: nil)
        let house = fixture.house
        try await fixture.meet { guest in
            let host = try await guest.register("hana")
            let home = PropertyID(stored: try await host.list())
            func later() { fixture.world.advance(.seconds(60)) }
            _ = try await accounts.endSessions(of: anna.id, reason: "one", by: boss.caller, once: nil)
            later()
            var changes = PropertyChanges()
            changes.status = .set("paused")
            _ = try await house.properties.change(home, changes, reason: "two", for: boss.caller)
            later()
            let day = try #require(LocalDay("2027-08-01"))
            try await house.bookings.changeCalendar(
                of: home, [NightChange(date: day, open: false)], for: boss.caller)
            later()
            // A host closing their own night is nobody's business.
            let id = try #require(try await host.get("/api/v1/me")["id"] as? String)
            try await house.bookings.changeCalendar(
                of: home, [NightChange(date: day, open: true)], for: Caller(id: UserID(stored: id), isOperator: false))
            let signedIn = try await guest.post(
                "/api/v1/auth/login", "{\"email\":\"boss@example.org\",\"password\":\"a long and quiet river\"}")
            let me = Guest(client: guest.client, token: try #require(signedIn["session.token"] as? String))
            var seen: [Answer] = []
            var cursor = ""
            repeat {
                let page = try await me.get("/api/v1/operator/acts?limit=1\(cursor.isEmpty ? "" : "&cursor=" + cursor)")
                seen.append(page)
                cursor = page["nextCursor"] as? String ?? ""
            } while !cursor.isEmpty && seen.count < 9
            func members(_ name: String) -> [String] { seen.compactMap { $0["items.0.\(name)"] as? String } }
            #expect(members("act") == ["change calendar", "change listing", "end sessions"])
            #expect(members("reason") == ["", "two", "one"])
            #expect(members("subject") == [home.text, home.text, anna.id.text])
            #expect(Set(members("operatorId")) == [boss.id.text])
            let page = try await me.get("/operator/log")
            #expect(page.status == 200 && page.text.contains("two") && page.text.contains("Changed a calendar"))
            // By name, as far as there is one: ids are in the addresses of links only.
            #expect(page.text.contains("<bdi>Anna</bdi>") && page.text.contains("<bdi>Boss</bdi>"))
            #expect(!page.text.contains("<bdi>usr_") && !page.text.contains("<bdi>prop_"))
            await #expect(throws: Problem.self) {
                try await house.bookings.codes(of: [BookingID(stored: "bkg_1")], for: anna.caller)
            }
            #expect(try await guest.get("/api/v1/operator/acts").status == 401)
            #expect(try await host.get("/api/v1/operator/acts").status == 403)
            #expect(try await host.get("/operator").status == 403)
        }
    }
}

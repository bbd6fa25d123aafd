import Assembly
import AuthService
import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("A form does what its page showed, or nothing", .onEachEngine)
struct FormTests {
    private let type = "application/x-www-form-urlencoded"

    /// The hidden fields of the form that is sent to an address.
    private func fields(_ page: Answer, _ action: String) throws -> [String: String] {
        let form = try #require(page.text.components(separatedBy: "action=\"\(action)\"").dropFirst().first)
        let inner = form.components(separatedBy: "</form>")[0]
        return Dictionary(
            inner.matches(of: #/<input type="hidden" name="([^"]*)" value="([^"]*)"/#).map {
                (String($0.1), String($0.2))
            }
        ) { first, _ in first }
    }

    private func send(_ guest: Guest, _ path: String, _ fields: [String: String]) async throws -> Answer {
        let body = fields.map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
        return try await guest.ask(.post, path, body, type: type)
    }

    private func confirmed(_ guest: Guest, _ place: String) async throws -> String {
        let held = try await guest.hold(place, "2027-08-01", "2027-08-03")
        let id = try #require(held["id"] as? String)
        try await pay(guest, id)
        return id
    }

    private func pay(_ guest: Guest, _ id: String) async throws {
        let started = try await guest.post("/api/v1/bookings/\(id)/payments", "{\"provider\":\"test\"}")
        let address = try #require(started["checkoutUrl"] as? String)
        let paid = try await guest.ask(
            .post, String(address.dropFirst("http://roost.test".count)), "outcome=succeed", type: type)
        #expect(paid.status == 303)
    }

    @Test("Cancelling gives back what the page showed, or asks again", arguments: Language.allCases)
    func refund(_ language: Language) async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let id = try await confirmed(guest, try await host.list("\"cancellationPolicy\":\"moderate\""))
            let path = language.path("/trips/\(id)/cancel")
            let shown = try fields(try await guest.get(path), path)
            #expect(shown["refund"] == "25000" && shown["kept"] == "0")
            // The deadline of the full refund passes between the page and its button.
            fixture.world.move(to: TestWorld.noon(try #require(LocalDay("2027-07-30"))))
            let refused = try await send(guest, path, shown.merging(["reason": "Fever & chills"]) { $1 })
            let now = try fields(refused, path)
            #expect(refused.status == 409 && now["refund"] == "12500" && now["kept"] == "12500", "\(refused.text)")
            #expect(now["key"] != shown["key"] && refused.text.contains("Fever &amp; chills"))
            let formats = try Pages().formats(language)
            let said = refused.text.components(separatedBy: "id=\"problems\"").dropFirst().first ?? ""
            for amount in [25_000, 12_500] as [Int64] {
                #expect(said.prefix(800).contains(HTML.escaped(formats.money(Money(amount, .usd)))))
            }
            #expect(try await guest.get("/api/v1/bookings/\(id)")["status"] as? String == "confirmed")
            for (name, value) in [("refund", ""), ("refund", "12500.0"), ("kept", "-1"), ("key", "")] {
                let wrong = try await send(guest, path, now.merging([name: value]) { $1 })
                #expect(wrong.status == 422, "\(name)=\(value)")
            }
            #expect(try await guest.get("/api/v1/bookings/\(id)")["status"] as? String == "confirmed")
            let done = try await send(guest, path, now)
            #expect(done.status == 303 && done.header("Location") == language.path("/trips/\(id)"))
            #expect(try await guest.get("/api/v1/bookings/\(id)")["refunded.amount"] as? Int == 12_500)
        }
    }

    @Test("What was paid meanwhile is not given up on a page that says nothing was paid")
    func paidMeanwhile() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let held = try await guest.hold(
                try await host.list("\"cancellationPolicy\":\"nonRefundable\""), "2027-08-01", "2027-08-03")
            let id = try #require(held["id"] as? String)
            let path = "/trips/\(id)/cancel"
            let shown = try fields(try await guest.get(path), path)
            #expect(shown["refund"] == "0" && shown["kept"] == "0")
            try await pay(guest, id)
            let refused = try await send(guest, path, shown)
            #expect(refused.status == 409 && refused.text.contains("Nothing was cancelled"), "\(refused.text)")
            #expect(try await guest.get("/api/v1/bookings/\(id)")["status"] as? String == "confirmed")
        }
    }

    @Test("A host and an operator are shown what they give back, and asked again where it has changed")
    func otherSides() async throws {
        let fixture = try await WebFixture()
        _ = try await fixture.house.accounts.add(
            email: "otto@example.com", name: "Otto", isOperator: true, password: "a long and quiet river")
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let otto = try await stranger.signIn("otto@example.com")
            let held = try await guest.hold(try await host.list(), "2027-08-01", "2027-08-03")
            let id = try #require(held["id"] as? String)
            let sides = [(host, "/host/bookings/\(id)/cancel"), (otto, "/operator/bookings/\(id)/cancel")]
            var shown: [[String: String]] = []
            for (person, path) in sides { shown.append(try fields(try await person.get(path), path)) }
            try await pay(guest, id)
            for ((person, path), fields) in zip(sides, shown) {
                let refused = try await send(person, path, fields.merging(["reason": "The roof leaks."]) { $1 })
                #expect(refused.status == 409 && refused.text.contains("$250.00"), "\(refused.text)")
                #expect(refused.text.contains("The roof leaks."))
            }
            #expect(try await guest.get("/api/v1/bookings/\(id)")["status"] as? String == "confirmed")
            // The guest's pages are the guest's: everybody else has their own.
            for (person, own) in [(host, "/host/bookings/\(id)"), (otto, "/operator/bookings/\(id)")] {
                for (path, to) in [("/trips/\(id)", own), ("/trips/\(id)/cancel", own + "/cancel")] {
                    let answer = try await person.get(path)
                    #expect(answer.status == 303 && answer.header("Location") == to)
                }
                let sent = try await send(person, "/trips/\(id)/cancel", ["refund": "25000", "kept": "0", "key": "k"])
                #expect(sent.status == 303 && sent.header("Location") == own + "/cancel")
            }
            #expect(try await guest.get("/api/v1/bookings/\(id)")["status"] as? String == "confirmed")
            let now = try fields(try await otto.get(sides[1].1), sides[1].1)
            #expect(try await send(otto, sides[1].1, now).status == 422, "no reason")
            #expect(try await send(otto, sides[1].1, now.merging(["reason": "Asked to."]) { $1 }).status == 303)
            #expect(try await guest.get("/api/v1/bookings/\(id)")["refunded.amount"] as? Int == 25_000)
        }
    }

    @Test("The offer of more time ends with the third")
    func moreTime() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let held = try await guest.hold(try await host.list(), "2027-08-01", "2027-08-03")
            let path = "/checkout/\(try #require(held["id"] as? String))"
            for _ in 1...3 {
                let shown = try fields(try await guest.get(path), path + "/extend")
                #expect(try await send(guest, path + "/extend", shown.filter { $0.key != "key" }).status == 422)
                #expect(try await send(guest, path + "/extend", shown).status == 303)
            }
            let page = try await guest.get(path)
            #expect(!page.text.contains("I need more time") && page.text.contains("can’t be extended any more"))
            #expect(try await send(guest, path + "/extend", ["key": "again"]).status == 409)
        }
    }
}

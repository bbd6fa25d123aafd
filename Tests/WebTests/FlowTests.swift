import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("The whole way, over HTTP", .onEachEngine)
struct FlowTests {
    @Test("From registering to a confirmed stay and back")
    func wholeWay() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            #expect((try await host.get("/api/v1/me")["roles"] as? [String]) == ["guest", "host"])

            let found = try await stranger.get(
                "/api/v1/properties?location=new+york&checkIn=2027-08-01&checkOut=2027-08-03&guests=2")
            #expect(found["totalCount"] as? Int == 1)
            #expect(found["items.0.total.amount"] as? Int == 25_000)
            #expect(found["items.0.description"] == nil)
            let quote = try await stranger.get(
                "/api/v1/properties/\(place)/quote?checkIn=2027-08-01&checkOut=2027-08-03&guests=2")
            #expect(quote["available"] as? Bool == true)

            let held = try await guest.post(
                "/api/v1/bookings",
                """
                {"propertyId":"\(place)","checkIn":"2027-08-01","checkOut":"2027-08-03","guests":2,
                 "expectedTotal":{"amount":25000,"currency":"USD"}}
                """)
            #expect(held.status == 201 && held["status"] as? String == "held", "\(held)")
            let id = try #require(held["id"] as? String)
            #expect(held.header("Location") == "/api/v1/bookings/\(id)")
            #expect(
                try await stranger.register("late").hold(place, "2027-08-02", "2027-08-04").code == "nights_unavailable"
            )

            let started = try await guest.post("/api/v1/bookings/\(id)/payments", "{\"provider\":\"test\"}")
            #expect(started.status == 201, "\(started)")
            let again = try await guest.post("/api/v1/bookings/\(id)/payments", "{\"provider\":\"test\"}")
            #expect(again.status == 200 && again["id"] as? String == started["id"] as? String)
            let address = try #require(started["checkoutUrl"] as? String)
            #expect(address.hasPrefix("http://roost.test/test-checkout/"))
            let checkout = String(address.dropFirst("http://roost.test".count))
            let page = try await stranger.get(checkout)
            #expect(page.status == 200 && page.text.contains("No money moves"))
            #expect(
                try await stranger.ask(.post, checkout, "outcome=maybe", type: "application/x-www-form-urlencoded")
                    .status == 422)
            let paid = try await stranger.ask(
                .post, checkout, "outcome=succeed", type: "application/x-www-form-urlencoded")
            #expect(paid.status == 303 && paid.header("Location") == "/trips/\(id)")

            let booking = try await guest.get("/api/v1/bookings/\(id)")
            #expect(
                booking["status"] as? String == "confirmed" && booking["paid.amount"] as? Int == 25_000, "\(booking)")
            #expect(try await guest.get("/trips/\(id)").text.contains("Confirmed"))
            let trip = try await stranger.get("/trips/\(id)")
            #expect(trip.status == 303 && trip.header("Location") == "/login?next=/trips/\(id)")

            let offer = try await guest.get("/api/v1/bookings/\(id)/cancellation")
            #expect(offer["rule.percent"] as? Int == 100 && offer["refund.amount"] as? Int == 25_000)
            let cancelled = try await guest.post("/api/v1/bookings/\(id)/cancel")
            #expect(cancelled.status == 200 && cancelled["status"] as? String == "cancelled", "\(cancelled)")
            #expect(try await guest.post("/api/v1/bookings/\(id)/cancel", "{\"reason\":\"again\"}").status == 200)
            #expect(
                try await guest.get("/api/v1/payments/\(started["id"] as? String ?? "")")["status"] as? String
                    == "refunded")
        }
    }

    @Test("Asking again with a key gives the first answer; another body or a bad key is refused")
    func idempotency() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            let first = try await guest.hold(place, "2027-08-01", "2027-08-03", key: "k1")
            let again = try await guest.hold(place, "2027-08-01", "2027-08-03", key: "k1")
            #expect(first.status == 201 && again.status == 201 && first.text == again.text)
            let other = try await guest.hold(place, "2027-08-05", "2027-08-07", key: "k1")
            #expect(other.status == 422 && other.code == "idempotency_key_reused")
            let taken = try await guest.hold(place, "2027-08-02", "2027-08-04", key: "k2")
            let takenAgain = try await guest.hold(place, "2027-08-02", "2027-08-04", key: "k2")
            #expect(taken.status == 409 && takenAgain.text == taken.text)
            for key in [String(repeating: "x", count: 256), ""] {
                let answer = try await guest.hold(place, "2027-08-05", "2027-08-07", key: key)
                #expect(answer.status == 400 && answer.code == "malformed_request")
            }
            #expect(
                try await guest.hold(place, "2027-09-05", "2027-09-07", key: String(repeating: "x", count: 255)).status
                    == 201)
            let ignored = try await host.ask(
                .patch, "/api/v1/properties/\(place)", "{\"title\":\"New\"}",
                headers: ["Idempotency-Key": String(repeating: "x", count: 300)])
            #expect(ignored.status == 200)
            let id = try #require(first["id"] as? String)
            let cancelled = try await guest.post("/api/v1/bookings/\(id)/cancel", key: "c")
            #expect(try await guest.post("/api/v1/bookings/\(id)/cancel", key: "c").text == cancelled.text)
            let created = try await host.post("/api/v1/properties", "{}", key: "p")
            #expect(created.status == 422 && created.fields.count == 6)
        }
    }

    @Test("Sessions: cookie and token, dead at once")
    func sessions() async throws {
        try await WebFixture().meet { stranger in
            _ = try await stranger.register("ada")
            let again = try await stranger.post(
                "/api/v1/auth/register",
                "{\"email\":\"ADA@example.org\",\"password\":\"a long and quiet river\",\"name\":\"x\"}")
            #expect(again.status == 409 && again.code == "state_conflict")
            let logIn = try await stranger.post(
                "/api/v1/auth/login", "{\"email\":\"ada@example.org\",\"password\":\"a long and quiet river\"}")
            #expect(logIn.status == 200)
            let cookie = try #require(logIn.header("Set-Cookie"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"))
            #expect(!cookie.contains("Secure"))
            for body in [
                "{\"email\":\"ada@example.org\",\"password\":\"wrong\"}", "{\"email\":\"no\",\"password\":\"\"}",
            ] {
                let wrong = try await stranger.post("/api/v1/auth/login", body)
                #expect(wrong.status == 401 && wrong.code == "unauthenticated")
            }
            let ada = Guest(client: stranger.client, token: logIn["session.token"] as? String)
            #expect(try await ada.get("/api/v1/me")["email"] as? String == "ada@example.org")
            #expect(try await ada.post("/api/v1/auth/logout", "{}").status == 204)
            #expect(try await ada.get("/api/v1/me").status == 401)
            #expect(try await ada.post("/api/v1/auth/logout").status == 401)
            #expect(try await ada.get("/api/v1/properties").status == 200)
        }
    }

    @Test("A cookie is Secure where the public address is https")
    func secureCookie() async throws {
        let fixture = try await WebFixture(settings: ["ROOST_BASE_URL": "https://roost.test"])
        try await fixture.meet { stranger in
            let answer = try await stranger.post(
                "/api/v1/auth/register",
                "{\"email\":\"a@example.org\",\"password\":\"a long and quiet river\",\"name\":\"A\"}")
            #expect(answer.status == 201 && answer.header("Set-Cookie")?.contains("; Secure") == true)
        }
    }

    @Test("A calendar is changed whole or not at all")
    func calendar() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            let path = "/api/v1/properties/\(place)/calendar"
            let changed = try await host.ask(
                .put, path,
                """
                {"nights":[{"date":"2027-08-09","open":false},{"date":"2027-08-01","price":{"amount":9900,"currency":"USD"},"minimumNights":2}]}
                """)
            #expect(changed.status == 200 && changed["items.0.date"] as? String == "2027-08-01", "\(changed)")
            #expect(changed["items.0.price.amount"] as? Int == 9900 && changed["items.0.minimumNights"] as? Int == 2)
            #expect(changed["items.1.available"] as? Bool == false && changed["items.2.date"] == nil)
            #expect(try await guest.hold(place, "2027-08-08", "2027-08-10").code == "nights_unavailable")
            #expect(try await guest.hold(place, "2027-08-01", "2027-08-02").status == 422)
            _ = try await guest.hold(place, "2027-08-20", "2027-08-22")
            let refused = try await host.ask(
                .put, path,
                "{\"nights\":[{\"date\":\"2027-08-19\",\"open\":false},{\"date\":\"2027-08-20\",\"open\":false}]}")
            #expect(refused.status == 409 && refused.code == "nights_unavailable", "\(refused)")
            #expect(
                try await stranger.get("\(path)?from=2027-08-19&to=2027-08-20")["items.0.available"] as? Bool == true)
            let wrong = try await host.ask(
                .put, path,
                """
                {"nights":[{"date":"2027-02-29"},{"open":1,"date":"2027-08-01","price":{"amount":1,"currency":"EUR"}},{"minimumNights":0}]}
                """)
            #expect(wrong.status == 422)
            #expect(
                wrong.fields == [
                    "nights[0].date", "nights[1].open", "nights[1].price.currency", "nights[2].date",
                    "nights[2].minimumNights",
                ])
            let twice = try await host.ask(
                .put, path, "{\"nights\":[{\"date\":\"2027-08-01\"},{\"date\":\"2027-08-01\"}]}")
            #expect(twice.status == 422)
            let nights = (0..<732).map { "{\"date\":\"\(LocalDay(number: 21_000).advanced(by: $0))\"}" }.joined(
                separator: ",")
            #expect(try await host.ask(.put, path, "{\"nights\":[\(nights)]}").status == 422)
        }
    }
}

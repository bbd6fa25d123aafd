import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("Bad input: never a 5xx, never a changed row", .onEachEngine)
struct InputTests {
    static let nasty = [
        "'", "\"", "' OR 1=1 --", "'; DROP TABLE property; --", "%27", "../../etc/passwd", "<script>alert(1)</script>",
        "\\", "${7*7}",
        "{{7*7}}", "\u{0}", "\r\nSet-Cookie: a=b", "😀", String(repeating: "A", count: 3000), "-1", "0",
        "99999999999999999999", "NaN",
        "1e309", "null", "%", "_", "2027-02-29", "2027-13-01", "0000-00-00", "9999-12-31", "٣", "𝟙", "\u{202E}x", ",",
        "1,2,3,4", "*", "NEAR(",
    ]

    @Test("Injection in every search parameter")
    func search() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            _ = try await host.list()
            let names = [
                "location", "latitude", "longitude", "radiusKm", "bbox", "checkIn", "checkOut", "guests", "minPrice",
                "maxPrice",
                "currency", "amenities", "roomType", "bedrooms", "beds", "bathrooms", "minRating", "instantBook", "q",
                "sort", "limit",
                "cursor", "nonsense'",
            ]
            for name in names {
                for value in InputTests.nasty {
                    let path = "/api/v1/properties?\(PercentCoding.encode(name))=\(PercentCoding.encode(value))"
                    let answer = try await stranger.get(path)
                    #expect([200, 422].contains(answer.status), "\(name)=\(value): \(answer)")
                }
            }
            #expect(try await stranger.get("/api/v1/properties")["totalCount"] as? Int == 1)
        }
    }

    @Test("Injection in paths, bodies and headers")
    func elsewhere() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            for value in InputTests.nasty {
                let encoded = PercentCoding.encode(value).replacingOccurrences(of: "/", with: "%2F")
                for path in [
                    "/api/v1/properties/\(encoded)", "/api/v1/bookings/\(encoded)", "/api/v1/payments/\(encoded)",
                    "/api/v1/properties/\(encoded)/calendar", "/test-checkout/\(encoded)", "/trips/\(encoded)",
                    "/api/v1/bookings/\(encoded)/payments", "/assets/\(encoded)",
                ] {
                    let answer = try await guest.get(path)
                    #expect(answer.status == 404, "\(path): \(answer)")
                }
                var json = JSONWriter()
                json.value(value)
                let text = String(decoding: json.bytes, as: UTF8.self)
                for (method, path, body) in [
                    (HTTPRequest.Method.post, "/api/v1/auth/login", "{\"email\":\(text),\"password\":\(text)}"),
                    (.post, "/api/v1/auth/register", "{\"email\":\(text),\"password\":\(text),\"name\":\(text)}"),
                    (
                        .post, "/api/v1/bookings",
                        "{\"propertyId\":\(text),\"checkIn\":\(text),\"checkOut\":\(text),\"guests\":1}"
                    ),
                    (
                        .patch, "/api/v1/properties/\(place)",
                        "{\"roomType\":\(text),\"timeZone\":\(text),\"checkInFrom\":\(text)}"
                    ),
                    (.patch, "/api/v1/properties/\(place)", "{\"title\":\(text),\"unknown\":1}"),
                    (.put, "/api/v1/properties/\(place)/calendar", "{\"nights\":[{\"date\":\(text)}],\"x\":\(text)}"),
                    (.post, "/api/v1/bookings/bkg_1/cancel", "{\"reason\":\(text)}"),
                ] {
                    let answer = try await host.ask(method, path, body)
                    #expect((400..<500).contains(answer.status), "\(path) \(body.prefix(80)): \(answer)")
                }
                let odd = try await guest.ask(
                    .get, "/api/v1/me", headers: ["Cookie": value.filter { $0.isASCII && $0 >= " " }])
                #expect(odd.status == 200)
            }
            #expect(try await stranger.get("/api/v1/properties/\(place)")["title"] as? String == "A room with a view")
        }
    }

    @Test("Parameters that do not fit together name the right field")
    func parameters() async throws {
        try await WebFixture().meet { stranger in
            let cases: [(String, Set<String>)] = [
                ("latitude=1", ["longitude"]), ("radiusKm=5", ["latitude", "longitude"]), ("sort=distance", ["sort"]),
                ("sort=cheap", ["sort"]), ("bbox=1,2,3", ["bbox"]), ("bbox=1,2,3,x", ["bbox"]),
                ("bbox=0,10,1,5", ["bbox"]),
                ("bbox=0,-91,1,5", ["bbox"]), ("checkIn=2027-08-01", ["checkOut"]),
                ("checkOut=2027-08-01", ["checkIn"]),
                ("checkIn=2027-08-02&checkOut=2027-08-02", ["checkOut"]),
                ("checkIn=2027-02-29&checkOut=2027-03-01", ["checkIn"]),
                ("guests=0", ["guests"]), ("guests=2.5", ["guests"]), ("minPrice=2&maxPrice=1", ["minPrice"]),
                ("currency=XXX", ["currency"]),
                ("minRating=6", ["minRating"]), ("instantBook=maybe", ["instantBook"]), ("limit=0", ["limit"]),
                ("limit=101", ["limit"]),
                ("cursor=nonsense", ["cursor"]), ("radiusKm=501&latitude=1&longitude=1", ["radiusKm"]),
                ("roomType=tent", ["roomType"]),
                ("guests=x&beds=y&foo=1", ["guests", "beds", "foo"]), ("guests=1&guests=2", ["guests"]),
            ]
            for (query, fields) in cases {
                let answer = try await stranger.get("/api/v1/properties?\(query)")
                #expect(answer.status == 422 && answer.fields == fields, "\(query): \(answer)")
            }
            for query in ["q=%", "q=%zz", "q=%ff", "%=1"] {
                let answer = try await stranger.get("/api/v1/properties?\(query)")
                #expect(answer.status == 400 && answer.code == "malformed_request", "\(query)")
            }
            for query in [
                "", "q=", "location=nowhere-at-all", "bbox=170,-10,-170,10",
                "latitude=40.7&longitude=-73.9&sort=distance",
            ] {
                #expect(try await stranger.get("/api/v1/properties?\(query)").status == 200, "\(query)")
            }
        }
    }

    @Test("Days: 29 February, a stay over a change of the clocks, the past, too long, too far")
    func days() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            func quote(_ checkIn: String, _ checkOut: String) async throws -> Answer {
                try await stranger.get(
                    "/api/v1/properties/\(place)/quote?checkIn=\(checkIn)&checkOut=\(checkOut)&guests=2")
            }
            #expect(try await quote("2027-02-29", "2027-03-02").status == 422)
            let leap = try await quote("2028-02-28", "2028-03-01")
            #expect(leap["nights"] as? Int == 2 && leap["total.amount"] as? Int == 25_000)
            let clocks = try await quote("2027-11-06", "2027-11-08")
            #expect(clocks["nights"] as? Int == 2 && clocks["available"] as? Bool == true)
            #expect(try await guest.hold(place, "2027-11-06", "2027-11-08").status == 201)
            #expect(
                (try await quote("2027-06-01", "2027-06-03")["reasons"] as? [String])?.contains("in_the_past") == true)
            #expect(
                (try await quote("2029-12-01", "2029-12-03")["reasons"] as? [String])?.contains("beyond_booking_window")
                    == true)
            #expect(
                (try await quote("2027-08-01", "2028-09-01")["reasons"] as? [String])?.contains("above_maximum_nights")
                    == true)
            #expect(try await quote("2027-08-01", "2029-09-01").status == 422)
            let past = try await guest.hold(place, "2027-06-01", "2027-06-03")
            #expect(past.status == 422 && past.code == "validation_failed" && past.text.contains("in_the_past"))
            let calendar = "/api/v1/properties/\(place)/calendar"
            #expect(try await stranger.get("\(calendar)?from=2027-08-01&to=2029-08-01").status == 200)
            for query in [
                "", "from=2027-08-01", "from=2027-08-01&to=2027-08-01", "from=2027-08-01&to=2029-08-02", "from=x&to=y",
            ] {
                #expect(try await stranger.get("\(calendar)?\(query)").status == 422, "\(query)")
            }
        }
    }

    @Test("Numbers beyond every type are out of range, not an accident")
    func numbers() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            for number in [
                "1e400", "-1e400", "99999999999999999999", "1e99999999999999999999", "0.5", "-0.5", "1e-400",
            ] {
                let hold = try await guest.post(
                    "/api/v1/bookings",
                    """
                    {"propertyId":"\(place)","checkIn":"2027-08-01","checkOut":"2027-08-02","guests":\(number),
                     "expectedTotal":{"amount":\(number),"currency":"USD"}}
                    """)
                #expect(hold.status == 422 && hold.fields == ["guests", "expectedTotal.amount"], "\(number): \(hold)")
                let change = try await host.ask(.patch, "/api/v1/properties/\(place)", "{\"maximumGuests\":\(number)}")
                #expect(change.status == 422 && change.fields == ["maximumGuests"], "\(number)")
            }
            #expect(try await guest.get("/api/v1/bookings")["items.0"] == nil)
            let mixed = try await guest.post(
                "/api/v1/bookings",
                """
                {"propertyId":"\(place)","checkIn":"2027-08-01","checkOut":"2027-08-02","guests":2.0,
                 "expectedTotal":{"amount":12500,"currency":"EUR"}}
                """)
            #expect(mixed.status == 422 && mixed.fields == ["expectedTotal"], "\(mixed)")
            let other = try await guest.post(
                "/api/v1/bookings",
                """
                {"propertyId":"\(place)","checkIn":"2027-08-01","checkOut":"2027-08-02","guests":2,
                 "expectedTotal":{"amount":12400,"currency":"USD"}}
                """)
            #expect(other.status == 409 && other.code == "state_conflict")
        }
    }

    @Test("Whose it is not, does not exist")
    func foreign() async throws {
        try await WebFixture().meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let other = try await stranger.register("other")
            let place = try await host.list()
            let id = try #require(try await guest.hold(place, "2027-08-01", "2027-08-02")["id"] as? String)
            let payment = try await guest.post("/api/v1/bookings/\(id)/payments", "{\"provider\":\"test\"}")
            let paths = [
                "/api/v1/bookings/\(id)", "/api/v1/bookings/\(id)/payments", "/api/v1/bookings/\(id)/cancellation",
                "/api/v1/payments/\(payment["id"] as? String ?? "")", "/trips/\(id)",
            ]
            for path in paths {
                #expect(try await other.get(path).status == 404, "\(path)")
                // The guest's page leads its host to their own.
                #expect(try await host.get(path).status == (path.hasPrefix("/trips") ? 303 : 200), "\(path)")
            }
            #expect(try await other.get("/api/v1/bookings")["items.0"] == nil)
            #expect(try await host.get("/api/v1/bookings?role=host")["items.0.id"] as? String == id)
            // A paused place is gone for others, not for its guest.
            _ = try await host.ask(.patch, "/api/v1/properties/\(place)", "{\"status\":\"paused\"}")
            #expect(try await other.get("/api/v1/properties/\(place)").status == 404)
            #expect(try await guest.get("/api/v1/properties/\(place)").status == 200)
            #expect(try await other.hold(place, "2027-09-01", "2027-09-02").status == 404)
        }
    }
}

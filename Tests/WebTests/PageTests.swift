import Core
import Foundation
import HTTPTypes
import PropertyService
import TestSupport
import Testing

@testable import Web

@Suite("Pages", .onEachEngine)
struct PageTests {
    @Test("A stay whose hold lapsed is asked for again with everyone who was to come")
    func lapsedHold() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let guest = try await stranger.register("guest")
            let place = try await host.list()
            let held = try await guest.post(
                "/api/v1/bookings",
                """
                {"propertyId":"\(place)","checkIn":"2027-08-01","checkOut":"2027-08-03",
                 "adults":2,"children":1,"childAges":[5],"infants":1,"pets":1}
                """)
            let id = try #require(held["id"] as? String, "\(held)")
            fixture.world.advance(.seconds(3600))
            let page = try await guest.get("/checkout/\(id)")
            let again =
                "/properties/\(place)/book?checkIn=2027-08-01&checkOut=2027-08-03&guests=2&children=1&childAges=5&infants=1&pets=1"
            #expect(
                page.status == 200 && page.text.contains(again.replacingOccurrences(of: "&", with: "&amp;")), "\(page)")
            let review = try await guest.get(again)
            #expect(review.status == 200, "\(review)")
            for (name, value) in [("guests", 2), ("children", 1), ("childAges", 5), ("infants", 1), ("pets", 1)] {
                let field = review.text.firstMatch(of: try Regex("<input id=\"\(name)\"[^>]*>"))
                #expect(field.map { review.text[$0.range].contains("value=\"\(value)\"") } == true, "\(name)")
            }
        }
    }

    /// Every route of the pages.
    private static var routes: [Routes.Entry] {
        var routes = Routes()
        PageRoutes(settings: WebSettings(baseURL: "http://roost.test", currency: .usd), hasMail: true).add(to: &routes)
        return routes.entries
    }

    @Test("Every form leads back to a page")
    func forms() {
        let (routes, pages) = (Self.routes, FormPages(Self.routes))
        let readable = routes.filter { $0.method == .get }.map { PathTemplate($0.path) }
        let sent = routes.filter { $0.method == .post }
        #expect(sent.count > 25)
        for form in sent {
            let path = form.path.replacing("{id}", with: "x1").replacing("{token}", with: "x1")
            let page = pages.page(ofFormAt: path)
            #expect(
                page.map { $0.split(separator: "/") }.map { page in readable.contains { $0.matches(page) } } == true,
                "\(path)")
        }
        #expect(pages.page(ofFormAt: "/trips/bok_1/change/answer") == "/trips/bok_1/change")
        #expect(pages.page(ofFormAt: "/host/bookings/bok_1/accept") == "/host/bookings/bok_1")
        #expect(pages.page(ofFormAt: "/help") == nil)
    }

    @Test("Ages are read with the comma of every language")
    func ages() throws {
        let texts = try Wordbook.shipped.get().texts(.arabic)
        for words in ["5,12", "5، 12", "5 12", " 5 ،12,"] {
            let asked = PartyAsked(
                Form([("guests", "1"), ("children", "2"), ("childAges", words)]), otherwise: Party(adults: 2), texts)
            #expect(asked.errors.isEmpty && asked.party.childAges == [5, 12], "\(words)")
        }
        let wrong = PartyAsked(Form([("children", "2"), ("childAges", "5؛12")]), otherwise: Party(adults: 2), texts)
        #expect(wrong.errors.map(\.field) == ["childAges"])
    }
}

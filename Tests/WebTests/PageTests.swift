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

    @Test("Pages of a role are for nobody else: over the sign-in page, or 403 with what one can do")
    func roles() async throws {
        let fixture = try await WebFixture()
        let open = ["/host", "/host/properties/new"]
        let routes = Self.routes.filter { route in
            ["/host", "/operator"].contains { route.path == $0 || route.path.hasPrefix($0 + "/") }
                && !open.contains(route.path)
        }
        #expect(routes.count > 80)
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let place = try await host.list()
            let guest = try await stranger.register("guest")
            for route in routes {
                // What is everybody's to read is still not theirs to run.
                let path = route.path.replacing("{id}", with: place).replacing("{token}", with: "x1")
                let form = route.method == .post ? "reason=Mine" : nil
                let type = "application/x-www-form-urlencoded"
                let nobody = try await stranger.ask(route.method, path, form, type: type)
                let way = nobody.header("Location") ?? ""
                #expect(nobody.status == 303 && way.hasPrefix("/login?next=/"), "\(path)")
                let refused = try await guest.ask(route.method, path, form, type: type)
                #expect(refused.status == 403, "\(route.method) \(path): \(refused.status)")
                let saysHow = refused.text.contains("href=\"/host/properties/new\"")
                #expect(saysHow == path.hasPrefix("/host"), "\(path)")
            }
            for path in open { #expect(try await guest.get(path).status == 200, "\(path)") }
            // The role comes a moment after the first listing; its pages are there at once.
            for path in ["/host/bookings", "/host/earnings", "/host/calendar/\(place)", "/host/properties/\(place)"] {
                #expect(try await host.get(path).status == 200, "\(path)")
            }
        }
    }

    @Test("A field says its label, its hint and its error, and escapes all that it is given")
    func field() throws {
        let texts = try Wordbook.shipped.get().texts(.english)
        var field = Field("x", "A \"label\"")
        (field.value, field.hint, field.error, field.longest) = ("\"><b>", "<hint>", "<error>", 9)
        let html = field.html(texts).text
        #expect(html.hasPrefix("<div class=\"field has-error\">"))
        #expect(html.contains("<label for=\"x\">A &quot;label&quot;</label>"))
        #expect(html.contains("<p class=\"hint\" id=\"x-hint\">&lt;hint&gt;</p>"))
        #expect(html.contains("id=\"x-error\"") && html.contains("&lt;error&gt;</p>"))
        #expect(
            html.contains(
                """
                <input id="x" name="x" type="text" value="&quot;&gt;&lt;b&gt;" maxlength="9" \
                aria-describedby="x-hint x-error" aria-invalid="true" required>
                """))
        field.isOptional = true
        #expect(field.html(texts).text.contains("(optional)") && !field.html(texts).text.contains(" required"))
        #expect(!field.small.html(texts).text.contains("hint") && !field.small.html(texts).text.contains("optional"))
        field.rows = 3
        #expect(field.html(texts).text.contains("aria-invalid=\"true\">&quot;&gt;&lt;b&gt;</textarea>"))
    }

    @Test("An amenity that the catalogue does not have is called as the listing names it")
    func amenityNames() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let host = try await stranger.register("host")
            let place = try await host.list("\"amenities\":[\"wifi\",\"Children’s books & toys\"]")
            for path in ["/properties/\(place)", "/de/properties/\(place)", "/search"] {
                let page = try await stranger.get(path)
                #expect(page.text.contains("Children’s books &amp; toys"), "\(path)")
            }
            let editor = try await host.get("/host/properties/\(place)/amenities")
            #expect(editor.text.contains("<bdi>Children’s books &amp; toys</bdi>"))
        }
    }

    @Test("The day of arrival is marked while it alone is chosen")
    func arrivalAlone() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let place = try await stranger.register("host").list("")
            let page = try await stranger.get("/properties/\(place)?checkIn=2027-07-10")
            #expect(page.text.components(separatedBy: "day arrive").count == 2)
            #expect(!page.text.contains("day depart"))
            #expect(try await !stranger.get("/properties/\(place)").text.contains("day arrive"))
        }
    }

    @Test("What is no price is told beside its field and is no filter in force")
    func noPrice() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { stranger in
            let wrong = try await stranger.get("/search?minPrice=x&bedrooms=2")
            #expect(!wrong.text.contains("At least x") && wrong.text.contains("Bedrooms: 2 or more"))
            #expect(try await stranger.get("/search?minPrice=20").text.contains("At least $20"))
        }
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

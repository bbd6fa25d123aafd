import Core
import Foundation
import HTTPTypes
import PropertyService
import TestSupport
import Testing

@testable import Web

@Suite("Pages", .onEachEngine)
struct PageTests {
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
}

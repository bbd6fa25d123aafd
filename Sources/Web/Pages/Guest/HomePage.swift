import Core
import Hummingbird
import PropertyService

/// The first page: the search, some places, and how prices work.
struct HomePage {
    /// Two rows on a wide screen.
    private static let featured = 8

    func add(to routes: inout Routes) {
        routes.page("/", home)
    }

    @Sendable func home(_ page: PageVisit) async throws -> Response {
        var search = PropertySearch()
        search.limit = HomePage.featured
        search.sort = "rating"
        let found = try await page.site.properties.search(search, for: page.caller)
        var head = Head(page.texts("home.title"))
        head.description = page.texts("home.description")
        head.canonical = "/"
        head.hidesSearch = true
        head.isWide = true
        let own = try await page.site.properties.withOwnCancellation(among: found.items.map(\.property.id))
        return try page.show(
            "home", head,
            [
                "search": SearchForm(page).view, "hasPlaces": !found.items.isEmpty,
                "places": found.items.map {
                    PlaceCard($0, on: page, showsPolicy: !own.contains($0.property.id)).view
                },
            ], headers: [.cacheControl: "no-cache"])
    }
}

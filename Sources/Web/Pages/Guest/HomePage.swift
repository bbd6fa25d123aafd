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
                "placesHTML": HTML(
                    found.items.enumerated().map { index, hit in
                        PlaceCard(hit, at: index, on: page, showsPolicy: !own.contains(hit.property.id)).html
                    }),
            ], headers: [.cacheControl: "no-cache"])
    }
}

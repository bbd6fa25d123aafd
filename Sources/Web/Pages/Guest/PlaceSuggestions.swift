import Core
import Hummingbird
import PropertyService

/// What a field for places offers while one types. Nothing depends on it: what is typed is searched as it is.
struct PlaceSuggestions {
    private static let most = 6

    func add(to routes: inout Routes) {
        routes.get("/search/places") { visit in
            var query = try visit.query
            let text = query.text("q", upTo: Bounds.text) ?? ""
            try query.check()
            let page = try await PageVisit(visit)
            let places = try await visit.site.properties.places(beginning: text, limit: PlaceSuggestions.most)
            return .json { json in
                json.object { answer in
                    answer.list("items", places) { json, place in
                        json.object { item in
                            item.member("name", place.count == nil ? "\(place.name), \(place.country)" : place.name)
                            item.member("title", place.name)
                            let country = page.formats.country(place.country)
                            item.member(
                                "about",
                                place.count.map { "\(country), \(page.texts.count("searchPage.count", $0))" } ?? country
                            )
                        }
                    }
                }
            }
        }
    }
}

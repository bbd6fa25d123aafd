import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// Results: the search as a form that can be changed, what narrows it, the places, the map.
struct ResultsPage {
    /// Rows of two, three and four are full.
    static let pageSize = 24

    func add(to routes: inout Routes) {
        routes.page("/search", results)
    }

    @Sendable func results(_ page: PageVisit) async throws -> Response {
        let asked = SearchAsked(page.parameters, currency: page.site.settings.currency, page.texts)
        var problems = asked.errors.isEmpty ? nil : FormProblems(asked.errors)
        var found: SearchPage?
        if problems == nil {
            var search = asked.search
            search.limit = ResultsPage.pageSize
            do {
                found = try await page.site.properties.search(search, for: page.caller)
            } catch let problem as Problem where problem.code == .validationFailed {
                if problem.errors.contains(where: { $0.field == "cursor" }) {
                    // A page that was there and whose search has changed: from the beginning, then.
                    return page.goTo(asked.address())
                }
                problems = FormProblems(problem, page.texts)
            }
        }
        let who = PartyAsked(Form([]), otherwise: Party(adults: 2), page.texts).fields(page.texts) { _ in nil }
        problems = problems?.naming(
            StayAsked.days(page.texts) + who + FilterView.numbers(on: page) + FilterView.others(page.texts))
        let amenities = try await page.site.properties.amenities()
        var view = FilterView(asked, amenities: amenities, problems, on: page).view
        if let found {
            view.merge(try await self.found(found, asked, amenities, on: page))
        }
        let head = head(asked, found, on: page)
        view["heading"] = head.title
        return try page.show(
            "search", head, view, problems: problems, status: problems?.status ?? .ok)
    }

    private func head(_ asked: SearchAsked, _ found: SearchPage?, on page: PageVisit) -> Head {
        let place = asked["location"]
        var head = Head(page.texts(place.isEmpty ? "searchPage.title" : "searchPage.titleIn", ["place": place]))
        head.description = page.texts(
            place.isEmpty ? "searchPage.description" : "searchPage.descriptionIn", ["place": place])
        // A place has a page of its own for search engines; dates and filters have none.
        head.canonical = "/search" + (place.isEmpty ? "" : "?location=" + PercentCoding.encode(place))
        head.isNotIndexed =
            asked.pairs.contains { $0.name != "location" } || !asked.cursors.isEmpty || found?.totalCount == 0
        head.isWide = true
        head.hidesSearch = true
        return head
    }

    private func found(
        _ found: SearchPage, _ asked: SearchAsked, _ amenities: [AmenityCount], on page: PageVisit
    ) async throws -> View {
        let texts = page.texts
        let perStay = "\(texts("price.totalFor")) \(texts.count("count.nights", asked.stay?.nightCount ?? 0))"
        let query = asked.stayQuery
        let own = try await page.site.properties.withOwnCancellation(among: found.items.map(\.property.id))
        var view: View = [
            "isSearched": true, "hasPlaces": !found.items.isEmpty, "hasDates": asked.stay != nil,
            "count": texts.count("searchPage.count", found.totalCount),
            "placesHTML": HTML(
                found.items.enumerated().map { index, hit in
                    PlaceCard(
                        hit, at: index, on: page, perStay: perStay, query: query,
                        showsPolicy: !own.contains(hit.property.id)
                    ).html
                }),
        ]
        if let stay = asked.stay { view["totals"] = texts("searchPage.totalsFor", ["days": page.formats.stay(stay)]) }
        if found.items.isEmpty {
            view["help"] = try await NothingFound(asked, amenities, on: page).view()
        } else {
            view["mapHTML"] = SearchMap(found.items, asked, on: page).html
            view["paging"] = paging(found, asked, on: page)
        }
        return view
    }

    private func paging(_ found: SearchPage, _ asked: SearchAsked, on page: PageVisit) -> View {
        let number = asked.cursors.count + 1
        let pages = max(1, (found.totalCount + ResultsPage.pageSize - 1) / ResultsPage.pageSize)
        var view: View = [
            "text": page.texts(
                "searchPage.page", ["page": page.formats.number(number), "pages": page.formats.number(pages)]),
            "isNeeded": pages > 1,
        ]
        if number > 1 { view["previous"] = page.path(asked.address(cursors: asked.cursors.dropLast())) }
        if let next = found.nextCursor, asked.cursors.count < SearchAsked.mostPages {
            view["next"] = page.path(asked.address(cursors: asked.cursors + [next]))
        }
        return view
    }
}

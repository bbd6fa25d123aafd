import Core
import PropertyService

/// What would find something: each filter's price, other days, other words. Asked only where nothing was found.
struct NothingFound {
    private let asked: SearchAsked
    private let amenities: [AmenityCount]
    private let page: PageVisit

    /// Days a stay is moved by, nearest first.
    private static let shifts = [-1, 1, -2, 2, -3, 3, -7, 7]
    private static let mostDays = 3
    private static let mostFilters = 8

    init(_ asked: SearchAsked, _ amenities: [AmenityCount], on page: PageVisit) {
        self.asked = asked
        self.amenities = amenities
        self.page = page
    }

    func view() async throws -> View {
        let texts = page.texts
        var view: View = [:]
        let today = page.site.world.now().utcDay.advanced(by: -1)
        if let stay = asked.stay, stay.checkIn < today {
            view["why"] = texts("searchPage.past")
        } else if !asked["location"].isEmpty, try await count({ $0.location = self.asked["location"] }, only: true) == 0
        {
            let isKnown = page.site.properties.isPlace(named: asked["location"])
            view["why"] = texts(
                isKnown ? "searchPage.noneInPlace" : "searchPage.unknownPlace", ["place": asked["location"]])
        } else if let party = asked.search.party, party != Party(adults: 1),
            try await count({ $0.party = party }, only: true) == 0
        {
            view["why"] =
                party == Party(adults: party.adults)
                ? texts.count("searchPage.tooMany", party.adults)
                : texts("searchPage.noneTakes", ["party": PartyWords.text(party, texts)])
        }
        let filters = try await filters()
        if !filters.isEmpty { view["filters"] = ["items": filters] as View }
        if filters.isEmpty, asked.pairs.contains(where: { SearchAsked.filters.contains($0.name) }) {
            let count = try await count { search in
                let all = search
                search = PropertySearch()
                (search.location, search.checkIn, search.checkOut) = (all.location, all.checkIn, all.checkOut)
                (search.party, search.limit) = (all.party, 1)
            }
            if count > 0 {
                view["filters"] =
                    [
                        "items": [
                            [
                                "text": texts.count("searchPage.withoutAll", count),
                                "href": page.path(asked.address(without: Set(SearchAsked.filters))),
                            ] as View
                        ]
                    ] as View
            }
        }
        let days = try await days(after: today)
        if !days.isEmpty { view["days"] = ["items": days] as View }
        if asked.stay != nil,
            try await count({
                $0.checkIn = nil; $0.checkOut = nil
            }) > 0
        {
            view["anyDatesHref"] = page.path(asked.address(without: ["checkIn", "checkOut"]))
        }
        view["allHref"] = page.path("/search")
        return view
    }

    /// - Parameter only: with nothing else than what `change` sets.
    private func count(_ change: (inout PropertySearch) -> Void, only: Bool = false) async throws -> Int {
        var search = only ? PropertySearch() : asked.search
        search.cursor = nil
        search.limit = 1
        change(&search)
        return try await page.site.properties.search(search, for: page.caller).totalCount
    }

    /// Each filter and how many there were without it, the one that hides most first.
    private func filters() async throws -> [View] {
        var found: [(count: Int, view: View)] = []
        for (name, value) in asked.pairs.filter({ SearchAsked.filters.contains($0.name) }).prefix(
            NothingFound.mostFilters)
        {
            let amenity = name == "amenities" ? value : nil
            var search = asked.without(name, amenity: amenity)
            search.limit = 1
            let count = try await page.site.properties.search(search, for: page.caller).totalCount
            guard count > 0 else { continue }
            let words = FilterView.words(name, value, amenities, on: page)
            found.append(
                (
                    count,
                    [
                        "text": page.texts.count("searchPage.without", count, ["filter": words]),
                        "href": page.path(asked.address(without: amenity == nil ? [name] : [], amenity: amenity)),
                    ]
                ))
        }
        return found.sorted { $0.count > $1.count }.map(\.view)
    }

    private func days(after today: LocalDay) async throws -> [View] {
        guard let stay = asked.stay else { return [] }
        var found: [View] = []
        for shift in NothingFound.shifts where found.count < NothingFound.mostDays {
            let (from, to) = (stay.checkIn.advanced(by: shift), stay.checkOut.advanced(by: shift))
            guard from > today, let other = Stay(from: from, to: to) else { continue }
            let count = try await count {
                $0.checkIn = from
                $0.checkOut = to
            }
            guard count > 0 else { continue }
            found.append([
                "text": page.texts.count("searchPage.onDays", count, ["days": page.formats.stay(other)]),
                "href": page.path(
                    asked.address(with: [("checkIn", from.description), ("checkOut", to.description)])),
            ])
        }
        return found
    }
}

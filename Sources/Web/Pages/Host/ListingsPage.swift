import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// What a host lets: each listing with its state and what it still needs; for who has none, how to begin.
struct ListingsPage {
    /// Rows of cards on a page; most hosts have one.
    private static let pageSize = 24

    func add(to routes: inout Routes) {
        routes.page("/host") { try await list($0) }
        routes.hostForm("/host/properties/{id}/status", back: "/host", changeStatus)
    }

    private func list(_ page: PageVisit, _ problems: FormProblems? = nil) async throws -> Response {
        let caller = try page.requireCaller()
        let listings = try await page.site.properties.properties(of: caller.id)
        var head = Head(page.texts("host.title"))
        head.isWide = true
        guard !listings.isEmpty else { return try page.howToHost() }
        let pages = (listings.count + Self.pageSize - 1) / Self.pageSize
        let number = min(max(Int(page.parameters["page"]) ?? 1, 1), pages)
        let shown = listings.dropFirst((number - 1) * Self.pageSize).prefix(Self.pageSize)
        var view: View = [
            "tabs": page.hostTabs(.listings), "listings": shown.map { ListingCard($0, on: page).view },
            "count": page.texts.count("host.listings", listings.count),
        ]
        let saved = page.parameters["saved"]
        if problems == nil, PropertyStatus(rawValue: saved) != nil { view["saved"] = page.texts("host.saved.\(saved)") }
        if pages > 1 {
            var paging: View = [
                "text": page.texts("searchPage.page", ["page": String(number), "pages": String(pages)])
            ]
            if number > 1 { paging["previous"] = page.path("/host?page=\(number - 1)") }
            if number < pages { paging["next"] = page.path("/host?page=\(number + 1)") }
            view["paging"] = paging
        }
        return try page.show("host", head, view, problems: problems, status: problems?.status ?? .ok)
    }

    /// Publishes, pauses, or makes a draft of it again.
    @Sendable private func changeStatus(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (property, caller) = try await page.hostedProperty()
        var changes = PropertyChanges()
        changes.status = .set(form["status"])
        let isFromList = form["from"] == "list"
        do {
            let changed = try await page.visit.change(property, changes, for: caller)
            let saved = "saved=\(changed.status.rawValue)"
            // The list has no room for why nobody can book it.
            return page.goTo(
                isFromList && !changed.isPublishedInVain(page)
                    ? "/host?\(saved)" : "/host/properties/\(property.id)?\(saved)")
        } catch let problem as Problem where [.stateConflict, .validationFailed].contains(problem.code) {
            let detail =
                problem.errors.contains { $0.field == "nightlyPrice" } ? "host.error.noPrice" : "host.error.status"
            let problems = FormProblems(detail: page.texts(detail), status: .conflict)
            return isFromList
                ? try await list(page, problems) : try await ListingPage.show(page, property, caller, problems)
        }
    }
}

/// A listing among the others of its host.
struct ListingCard {
    let view: View

    init(_ property: Property, on page: PageVisit) {
        let texts = page.texts
        var view: View = [
            "id": property.id.text, "title": property.title, "href": page.path("/host/properties/\(property.id)"),
            "place": PlaceCard.place(property, page), "facts": PlaceCard.facts(property, page),
            "drawing": Drawing.address(of: property), "status": property.status.rawValue,
            "statusText": texts("host.status.\(property.status.rawValue)"), "icon": ListingCard.icon(property.status),
            "calendarHref": page.path("/host/calendar/\(property.id)"),
            "bookingsHref": page.path("/host/bookings?property=\(property.id)"),
        ]
        if let price = property.nightlyPrice {
            view["price"] = page.formats.shortMoney(price)
        } else {
            view["missing"] = texts("host.missing.price")
        }
        if let action = ListingCard.action(property.status) {
            view["action"] =
                [
                    "status": action.status.rawValue, "text": texts("host.action.\(action.status.rawValue)"),
                    "label": texts(
                        "host.action.\(action.status.rawValue)Label", ["title": Plain.line(property.title, longest: 60)]
                    ),
                ] as View
        }
        self.view = view
    }

    static func icon(_ status: PropertyStatus) -> String {
        switch status {
        case .draft: "info"
        case .listed: "check"
        case .paused: "clock"
        }
    }

    /// What a host would do next with it.
    static func action(_ status: PropertyStatus) -> (status: PropertyStatus, isMain: Bool)? {
        switch status {
        case .draft, .paused: (.listed, true)
        case .listed: (.paused, false)
        }
    }
}

import AuthService
import BookingService
import Core
import Hummingbird
import PropertyService

/// All listings, whatever their status; one can be taken out of the search and put back.
struct ListingPages {
    func add(to routes: inout Routes) {
        routes.page("/operator/listings", list)
        routes.page("/operator/listings/{id}", one)
        routes.page("/operator/listings/{id}/status") { page in try await act(page).show(on: page) }
        routes.form("/operator/listings/{id}/status", move)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        let found = try await page.site.properties.listings(
            status: page.choice("status"), host: UserID(page.parameters["host"]), cursor: page.cursor, limit: Desk.rows,
            for: caller)
        let people = try await page.site.accounts.people(found.items.map(\.hostId))
        return try DeskList(
            part: .listings, title: texts("operator.part.listings"),
            tabs: page.tabs(
                "status", all: texts("operator.all"),
                PropertyStatus.allCases.map { ($0.rawValue, texts("operator.listingStatus.\($0.rawValue)")) }),
            table: ListingPages.table(found.items, people, on: page), empty: texts("operator.listings.none"),
            older: page.older(found.nextCursor)
        ).show(on: page)
    }

    /// - Parameter people: the hosts; none for a list of one host's.
    static func table(_ listings: [Property], _ people: [UserID: Person], on page: PageVisit) -> DeskTable {
        let texts = page.texts
        let hasHosts = !people.isEmpty
        return DeskTable(
            caption: texts("operator.part.listings"),
            heads: [texts("operator.listings.title"), texts("operator.listings.place")]
                + (hasHosts ? [texts("operator.listings.host")] : [])
                + [texts("operator.status"), texts("operator.listings.price")],
            rows: listings.map { property in
                [
                    .link(property.title, page.path("/operator/listings/\(property.id)")),
                    .text(PlaceCard.place(property, page)),
                ]
                    + (hasHosts
                        ? [
                            .link(
                                people[property.hostId]?.name ?? property.hostId.text,
                                page.path("/operator/people/\(property.hostId)"))
                        ] : [])
                    + [
                        .badge(texts("operator.listingStatus.\(property.status.rawValue)"), property.status.rawValue),
                        .number(property.nightlyPrice.map { page.formats.money($0) } ?? texts("operator.noPrice")),
                    ]
            })
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let texts = page.texts
        let property = try await page.site.properties.property(try page.visit.id("place"), for: caller)
        let host = try await page.site.accounts.person(property.hostId)
        var stays = BookingFilter()
        stays.propertyId = property.id
        let bookings = try await page.site.bookings.bookings(stays, cursor: nil, limit: 10, for: caller)
        var detail = DeskDetail(part: .listings, title: property.title)
        detail.badge = (texts("operator.listingStatus.\(property.status.rawValue)"), property.status.rawValue)
        detail.facts = [
            (
                texts("operator.listings.host"), host?.name ?? property.hostId.text,
                "/operator/people/\(property.hostId)"
            ),
            (texts("operator.listings.place"), PlaceCard.place(property, page), nil),
            (texts("operator.listings.kind"), texts("roomType.\(property.roomType.rawValue)"), nil),
            (texts("operator.listings.facts"), PlaceCard.facts(property, page), nil),
            (
                texts("operator.listings.price"),
                property.nightlyPrice.map { page.formats.money($0) } ?? texts("operator.noPrice"), nil
            ), (texts("operator.listings.policy"), texts("policy.\(property.cancellationPolicy.rawValue).name"), nil),
        ]
        if let source = property.source {
            detail.facts.append((texts("operator.listings.source"), "\(source.name) \(source.id)", nil))
        }
        detail.ways = [(texts("operator.listings.page"), "/properties/\(property.id)", false)]
        switch property.status {
        case .listed:
            detail.ways.append((texts("operator.listings.pause"), "/operator/listings/\(property.id)/status", true))
        case .paused:
            detail.ways.append((texts("operator.listings.list"), "/operator/listings/\(property.id)/status", false))
        case .draft: break
        }
        if bookings.nextCursor != nil {
            detail.ways.append((texts("operator.people.allStays"), "/operator/bookings?place=\(property.id)", false))
        }
        detail.sections = [
            .init(
                id: "stays", title: texts("operator.part.bookings"),
                content: bookings.items.isEmpty
                    ? .none(texts("operator.bookings.none"))
                    : .table(try await BookingRows(bookings.items, on: page).table(texts("operator.part.bookings"))))
        ]
        detail.sections += try await LogPage.section(about: property.id.text, on: page, for: caller)
        return try detail.show(on: page)
    }

    private func act(_ page: PageVisit) async throws -> DeskAct {
        let caller = try page.requireOperator()
        let property = try await page.site.properties.property(try page.visit.id("place"), for: caller)
        guard property.status != .draft else { throw Problem(.stateConflict, page.texts("operator.listings.isDraft")) }
        let name = property.status == .listed ? "pause" : "list"
        return DeskAct(
            part: .listings, title: page.texts("operator.listings.\(name)Title", ["place": property.title]),
            path: "/operator/listings/\(property.id)/status", back: "/operator/listings/\(property.id)",
            consequences: [page.texts("operator.listings.\(name)About")],
            button: page.texts("operator.listings.\(name)"), isDanger: property.status == .listed,
            hidden: [("to", (property.status == .listed ? PropertyStatus.paused : .listed).rawValue)])
    }

    @Sendable func move(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id: PropertyID = try page.visit.id("place")
        guard let status = PropertyStatus(rawValue: form["to"]), status != .draft else {
            throw Problem(.malformedRequest, page.texts("operator.listings.isDraft"))
        }
        return try await act(page).carryOut(on: page, form, done: status.rawValue) { reason, _ in
            var changes = PropertyChanges()
            changes.status = .set(status.rawValue)
            _ = try await page.site.properties.change(id, changes, reason: reason, for: caller)
        }
    }
}

import AuthService
import BookingService
import Core
import Hummingbird
import PropertyService

/// People: found by address or name, with their sessions, bookings and listings; signed out everywhere.
struct PeoplePages {
    func add(to routes: inout Routes) {
        routes.page("/operator/people", list)
        routes.page("/operator/people/{id}", one)
        routes.page("/operator/people/{id}/sign-out") { page in try await act(page).show(on: page) }
        routes.form("/operator/people/{id}/sign-out", signOut)
    }

    @Sendable func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let asked = page.parameters["q"]
        let found = try await page.site.accounts.people(
            matching: asked, role: page.choice("role"), cursor: page.cursor, limit: Desk.rows, for: caller)
        return try DeskList(
            part: .people, title: texts("operator.part.people"),
            tabs: page.tabs(
                "role", all: texts("operator.all"),
                Role.allCases.map { ($0.rawValue, texts("operator.role.\($0.rawValue)")) }),
            find: (texts("operator.people.find"), "q", asked),
            table: DeskTable(
                caption: texts("operator.part.people"),
                heads: [
                    texts("operator.people.name"), texts("operator.people.email"), texts("operator.people.roles"),
                    texts("operator.people.since"),
                ],
                rows: found.items.map { known in
                    [
                        .link(known.person.name, page.path("/operator/people/\(known.person.id)")),
                        .text(known.person.email), .text(PeoplePages.roles(known.person, texts)),
                        .stamp(formats.stamp(known.since)),
                    ]
                }),
            empty: texts("operator.people.none"), older: page.older(found.nextCursor)
        ).show(on: page)
    }

    static func roles(_ person: Person, _ texts: Texts) -> String {
        person.roles.map { texts("operator.role.\($0.rawValue)") }.joined(separator: texts("format.comma"))
    }

    @Sendable func one(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireOperator()
        let (texts, formats) = (page.texts, page.formats)
        let known = try await page.site.accounts.knownPerson(try page.visit.id("person"), for: caller)
        let person = known.person
        let sessions = try await page.site.accounts.sessions(of: person.id, for: caller)
        var stays = BookingFilter()
        stays.guestId = person.id
        let bookings = try await page.site.bookings.bookings(stays, cursor: nil, limit: 10, for: caller)
        let listings = try await page.site.properties.listings(
            status: nil, host: person.id, cursor: nil, limit: 10, for: caller)
        var detail = DeskDetail(part: .people, title: person.name)
        detail.facts = [
            (texts("operator.people.email"), person.email, nil),
            (texts("operator.people.roles"), PeoplePages.roles(person, texts), nil),
            (texts("operator.people.since"), formats.stamp(known.since), nil),
            (texts("operator.people.language"), person.language ?? texts("operator.people.noLanguage"), nil),
            (
                texts("operator.part.mails"), texts("operator.people.mails"),
                "/operator/mails?recipient=\(person.id)"
            ),
        ]
        if !sessions.isEmpty {
            detail.ways = [(texts("operator.people.signOut"), "/operator/people/\(person.id)/sign-out", false)]
        }
        let bookingTable = try await BookingRows(bookings.items, on: page).table(texts("operator.part.bookings"))
        detail.sections = [
            .init(
                id: "sessions", title: texts("operator.people.sessions"),
                content: sessions.isEmpty
                    ? .none(texts("operator.people.noSessions"))
                    : .steps(
                        sessions.prefix(20).map { session in
                            .init(
                                what: texts("account.since", ["day": formats.stamp(session.createdAt)]),
                                when: texts("account.sessionUntil", ["day": formats.stamp(session.expiresAt)]))
                        })),
            .init(
                id: "stays", title: texts("operator.people.stays"),
                content: bookings.items.isEmpty ? .none(texts("operator.bookings.none")) : .table(bookingTable)),
            .init(
                id: "places", title: texts("operator.people.places"),
                content: listings.items.isEmpty
                    ? .none(texts("operator.listings.none")) : .table(ListingPages.table(listings.items, [:], on: page))
            ),
        ]
        if bookings.nextCursor != nil {
            detail.ways.append((texts("operator.people.allStays"), "/operator/bookings?guest=\(person.id)", false))
        }
        if listings.nextCursor != nil {
            detail.ways.append((texts("operator.people.allPlaces"), "/operator/listings?host=\(person.id)", false))
        }
        detail.sections += try await LogPage.section(about: person.id.text, on: page, for: caller)
        return try detail.show(on: page)
    }

    private func act(_ page: PageVisit) async throws -> DeskAct {
        let caller = try page.requireOperator()
        let person = try await page.site.accounts.knownPerson(try page.visit.id("person"), for: caller).person
        let sessions = try await page.site.accounts.sessions(of: person.id, for: caller)
        return DeskAct(
            part: .people, title: page.texts("operator.people.signOutOf", ["name": person.name]),
            path: "/operator/people/\(person.id)/sign-out", back: "/operator/people/\(person.id)",
            consequences: [
                page.texts.count("operator.people.signOutEnds", sessions.count),
                page.texts("operator.people.signOutAbout"),
            ], button: page.texts("operator.people.signOut"))
    }

    @Sendable func signOut(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireOperator()
        let id: UserID = try page.visit.id("person")
        return try await act(page).carryOut(on: page, form, done: "signedOut") { reason, once in
            _ = try await page.site.accounts.endSessions(of: id, reason: reason, by: caller, once: once)
        }
    }
}

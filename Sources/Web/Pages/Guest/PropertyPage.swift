import AuthService
import BookingService
import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// A place: what it is, what it costs for the days asked for, which nights are free, and what is agreed by booking it.
struct PropertyPage {
    func add(to routes: inout Routes) {
        routes.page("/properties/{id}", show)
    }

    @Sendable func show(_ page: PageVisit) async throws -> Response {
        let property = try await page.visit.property()
        let asked = StayAsked(page.parameters, page.texts)
        var head = Head(page.texts("property.title", ["title": property.title, "place": property.location.city]))
        head.description = Plain.line(
            "\(PlaceCard.facts(property, page)), \(PlaceCard.place(property, page)). \(property.description)",
            longest: 155)
        head.isWide = true
        head.hasBottomBar = true
        if property.status == .listed {
            head.canonical = "/properties/\(property.id)"
            head.image = "/share/\(property.id).png"
            head.openGraphType = "place"
            head.isNotIndexed = !asked.form.pairs.isEmpty
            head.jsonLD = StructuredData.property(property, base: page.site.settings.baseURL, page: page)
        }
        var view = try await facts(property, page)
        let months = try await CalendarMonths(property, asked, on: page)
        view["calendar"] = months.view
        view["card"] = try await BookingCard(property, asked, on: page).view
        view["policySteps"] = policy(property, asked, on: page)
        return try page.show("property", head, view, problems: asked.errors.isEmpty ? nil : FormProblems(asked.errors))
    }

    private func facts(_ property: Property, _ page: PageVisit) async throws -> View {
        let (texts, formats) = (page.texts, page.formats)
        let host = try await page.site.accounts.person(property.hostId)
        let location = property.location
        let area = [location.neighbourhood, location.city, formats.country(location.country)].compactMap(\.self)
        var view: View = [
            "placeTitle": property.title, "kind": texts("roomType.\(property.roomType.rawValue)"),
            "place": area.filter { !$0.isEmpty }.joined(separator: ", "), "drawingHTML": Drawing(of: property).html(),
            "facts": [
                texts.count("count.guests", property.maximumGuests),
                property.bedrooms == 0 ? texts("count.studio") : texts.count("count.bedrooms", property.bedrooms),
                texts.count("count.beds", property.beds), bathrooms(property, page),
            ].map { ["text": $0] as View },
            "paragraphs": PropertyPage.paragraphs(property.description),
            "hasDescription": !property.description.isEmpty,
            "checkInTime": texts("time.from", ["time": formats.time(property.checkInFrom)]),
            "checkOutTime": texts("time.by", ["time": formats.time(property.checkOutBy)]),
            "zone": property.zone.name, "minimum": texts.count("property.minimum", property.minimumNights),
            "policyName": texts("policy.\(property.cancellationPolicy.rawValue).name"),
            "instantBook": property.instantBook, "map": PlaceMap(property, on: page).view,
            "crumbs": [
                ["text": texts("property.home"), "href": page.path("/")],
                ["text": location.city, "href": page.path("/search?location=" + PercentCoding.encode(location.city))],
            ] as [View],
        ]
        view["photosHref"] = page.path("/properties/\(property.id)/photos")
        view["photosText"] =
            property.photos.isEmpty ? texts("photos.enlarge") : texts.count("photos.see", property.photos.count)
        view["isDrawn"] = property.photos.isEmpty
        if let photo = property.photos.first { view["photo"] = ["src": photo.url, "alt": photo.alt] as View }
        if property.status != .listed { view["notListed"] = texts("property.notListed.\(property.status.rawValue)") }
        if page.caller?.id == property.hostId {
            view["own"] = ["editHref": page.path("/host/properties/\(property.id)")] as View
        }
        if let host { view["host"] = ["name": host.name] as View }
        if let average = property.rating.average {
            view["rating"] = formats.decimal(average)
            view["ratingText"] = texts.count(
                "rating.text", property.rating.count, ["average": formats.decimal(average)])
        }
        let names = property.amenities.map { code -> View in
            let name = AmenityName(code, nil, texts)
            var view: View = ["text": name.text]
            if !name.isTranslated { view["foreign"] = true }
            return view
        }
        view["hasAmenities"] = !names.isEmpty
        view["amenities"] = Array(names.prefix(PropertyPage.firstAmenities))
        if names.count > PropertyPage.firstAmenities {
            view["moreAmenities"] =
                [
                    "text": texts.count("property.more", names.count - PropertyPage.firstAmenities),
                    "items": Array(names.dropFirst(PropertyPage.firstAmenities)),
                ] as View
        }
        return view
    }

    /// The rest unfolds.
    private static let firstAmenities = 12

    private func bathrooms(_ property: Property, _ page: PageVisit) -> String {
        if property.bathrooms == property.bathrooms.rounded() {
            return page.texts.count("count.bathrooms", Int(property.bathrooms))
        }
        return page.texts("count.halfBathrooms", ["count": page.formats.decimal(property.bathrooms)])
    }

    private static func paragraphs(_ text: String) -> [View] {
        text.split(omittingEmptySubsequences: true) { $0.isNewline }.map { ["text": String($0)] }
    }

    /// What comes back until when; with the days of the stay where they are chosen.
    private func policy(_ property: Property, _ asked: StayAsked, on page: PageVisit) -> [View] {
        guard let stay = asked.stay else {
            return page.texts("policy.\(property.cancellationPolicy.rawValue).text").split(separator: "|").map {
                ["text": String($0)]
            }
        }
        let now = page.site.world.now()
        let terms = CancellationTerms(
            property.cancellationPolicy, bookedAt: now, checkIn: stay.checkIn, from: property.checkInFrom,
            in: property.zone)
        return PolicySteps.views(terms, zone: property.zone, now: now, on: page)
    }
}

/// A cancellation policy with the moments at which it gets worse.
enum PolicySteps {
    static func views(_ terms: CancellationTerms, zone: Zone, now: Instant, on page: PageVisit) -> [View] {
        let steps = terms.steps.filter { now <= $0.until }
        let lines = steps.map { step in
            page.texts(
                "policy.step",
                ["percent": page.formats.percent(step.percent), "until": page.formats.moment(step.until, in: zone)])
        }
        return (lines + [page.texts(steps.isEmpty ? "policy.never" : "policy.after")]).map { ["text": $0] }
    }
}
